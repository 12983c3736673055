"""The rest of the day as the branch's hours and lunch rule have it, for lines whose past days do not tell (B5, B7, B11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from layan.kit import clock
from layan.places.api import Layout, counters_promised, opening

#: The day ahead is looked at in steps of so many minutes, for so many of them.
STEP_MIN = 10
_STEPS = 72


@dataclass(frozen=True)
class Ahead:
    """By steps from now: the share of the present counters that serves, at least and at most. After them: all."""

    least: tuple[float, ...] = ()
    most: tuple[float, ...] = ()
    #: Epoch minute of the day's last closing, 0 without one.
    closes_at: float = 0.0


def day_ahead(place: Layout, now: datetime, counters: int) -> Ahead:
    """Return what the hours say of the rest of the day, for `counters` that are open now in the whole branch.

    In a break between opening hours nobody serves; through lunch at least those counters do that the rule promises.
    """
    closing = last_closing_ahead(place, now)
    if closing is None:
        return Ahead()
    least, most = [], []
    for step in range(_STEPS):
        at = now + timedelta(minutes=step * STEP_MIN)
        if at >= closing:
            break
        is_open = opening(place, at).is_open
        promised = counters_promised(place, at)
        most.append(float(is_open))
        least.append(min(1.0, promised / counters) if is_open and promised and counters else float(is_open))
    return Ahead(tuple(least), tuple(most), closing.timestamp() / 60)


def last_closing_ahead(place: Layout, now: datetime) -> datetime | None:
    """Return when the branch closes for the day, before or after a break; None when it is closed for today, or never closes."""
    found, at = None, now
    today = clock.local_date(now, place.time_zone)
    while True:
        answer = opening(place, at)
        if answer.is_open:
            if answer.closes_at is None:
                return None
            found = at = answer.closes_at
        elif answer.next_opening is not None and answer.next_opening.date() == today:
            at = answer.next_opening
        else:
            return found


def elapsed(work: float, shares: Sequence[float]) -> float:
    """Return the minutes until so many minutes of work are done, when only these shares of the counters serve."""
    for step, share in enumerate(shares):
        done = share * STEP_MIN
        if share and done >= work:
            return step * STEP_MIN + work / share
        work -= done
    return len(shares) * STEP_MIN + work
