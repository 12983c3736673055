"""When a notice is shown, and what a pairing code is made of. Pure: times are the branch's wall clock, without a zone."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

#: Letters and digits that are not taken for one another on a television across a hall: no 0/O, 1/I/L, 2/Z, 5/S.
CODE_ALPHABET = "ABCDEFGHJKMNPQRTUVWXY346789"
CODE_LENGTH = 6
CODE_MINUTES = 10
EVERY_DAY = frozenset(range(1, 8))


class ScreenLayout(StrEnum):
    """How a screen is laid out: by where it hangs and from how far it is read."""

    HALL = "hall"
    CORRIDOR = "corridor"
    COUNTERTOP = "countertop"
    INFORMATION = "information"


@dataclass(frozen=True)
class Schedule:
    """When a notice is shown: from a moment until another and, when it repeats, on some weekdays at some hours.

    `weekdays` are 1 (Monday) to 7; hours that end before they begin go on past midnight and belong to the day on which
    they began. `open_days_only` leaves out the days on which the office does not open at all.
    """

    starts_at: datetime
    ends_at: datetime | None = None
    weekdays: frozenset[int] = EVERY_DAY
    from_time: time | None = None
    until_time: time | None = None
    open_days_only: bool = False

    @property
    def repeats(self) -> bool:
        return self.from_time is not None and self.until_time is not None


def is_shown(schedule: Schedule, moment: datetime, opens_on: Callable[[date], bool]) -> bool:
    """Say whether a notice is shown at `moment`; `opens_on` says whether the office opens on a date."""
    if moment < schedule.starts_at or (schedule.ends_at is not None and moment >= schedule.ends_at):
        return False
    if not schedule.repeats:
        return True
    return any(
        begins <= moment < ends
        for day, begins, ends in _spells(schedule, moment.date(), range(-1, 1))
        if day.isoweekday() in schedule.weekdays and (opens_on(day) or not schedule.open_days_only)
    )


def next_change(schedule: Schedule, moment: datetime) -> datetime | None:
    """Return the first moment after `moment` at which the notice may begin or end; None when it never will again."""
    coming = [schedule.starts_at, *([schedule.ends_at] if schedule.ends_at else [])]
    if schedule.repeats:
        for _day, begins, ends in _spells(schedule, moment.date(), range(-1, 3)):
            coming += [begins, ends]
    last = schedule.ends_at
    return min((at for at in coming if at > moment and (last is None or at <= last)), default=None)


def _spells(
    schedule: Schedule, day: date, around: Iterable[int]
) -> Iterator[tuple[date, datetime, datetime]]:
    """Yield the hours of a repeating notice that begin so many days around `day`, whatever the weekday."""
    if schedule.from_time is None or schedule.until_time is None:
        return
    over_midnight = timedelta(days=1 if schedule.until_time <= schedule.from_time else 0)
    for offset in around:
        begins_on = day + timedelta(days=offset)
        yield (
            begins_on,
            datetime.combine(begins_on, schedule.from_time),
            datetime.combine(begins_on, schedule.until_time) + over_midnight,
        )


def tidy_code(typed: str) -> str:
    """Return a pairing code as it is kept, from what a person typed: any case, with or without a gap."""
    return "".join(typed.split()).replace("-", "").upper()
