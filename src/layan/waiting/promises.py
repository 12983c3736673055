"""What pages, the API and queueing are told of waits: read from the published forecast, kept in memory for a second."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Generic, TypeVar

import orjson

from layan.kit import clock
from layan.places.api import Layout
from layan.queueing.api import NO_FORECAST, Standing, UsualHour, Wait, is_direct
from layan.waiting.engine.belief import Belief
from layan.waiting.forecast import AFTER_CLOSING, LineForecast
from layan.waiting.models import Forecast
from layan.waiting.reads import forget_usual, usual_hours
from layan.waiting.rules import rounded

Kept = TypeVar("Kept")

#: A forecast is read again after so many seconds.
MEMORY_SECONDS = 1.0
#: An older forecast is not told any more: its maker does not run.
STALE_MIN = 2.0
#: A number that the worker has not seen yet is told its promise, for so long.
_UNSEEN_MIN = 1.0


@dataclass(frozen=True)
class Published:
    """A branch's forecast as read."""

    as_of: datetime
    version: str
    lines: Mapping[int, LineForecast]


class _Memory(Generic[Kept]):
    """What was read of each branch, for `MEMORY_SECONDS` in this process."""

    def __init__(self, read: Callable[[int], Kept]) -> None:
        self._read = read
        self._known: dict[int, tuple[float, Kept]] = {}

    def __call__(self, branch_id: int) -> Kept:
        tick = monotonic()
        known = self._known.get(branch_id)
        if known is None or tick >= known[0]:
            known = self._known[branch_id] = (tick + MEMORY_SECONDS, self._read(branch_id))
        return known[1]

    def clear(self) -> None:
        self._known.clear()


def _read_lines(branch_id: int) -> Published | None:
    row = Forecast.objects.filter(branch_id=branch_id).values_list("as_of", "version", "lines").first()
    if row is None:
        return None
    as_of, version, lines = row
    return Published(as_of, version, {int(key): LineForecast.from_json(line) for key, line in lines.items()})


def _read_windows(branch_id: int) -> dict[str, list[float]]:
    row = Forecast.objects.filter(branch_id=branch_id).values_list("tickets", flat=True).first()
    found: dict[str, list[float]] = orjson.loads(row) if row else {}
    return found


published = _Memory(_read_lines)
_windows = _Memory(_read_windows)


def forget_forecasts() -> None:
    """Drop what is kept in memory (a restored database has others)."""
    published.clear()
    _windows.clear()
    forget_usual()


class Forecasts:
    """Answers queueing's question how long it will take (`queueing.promises.Waits`)."""

    def new(self, place: Layout, *, service_id: int, category: str, ahead: int, now: datetime) -> Wait:
        """Return the wait of someone who joins a service's line now behind `ahead` others."""
        found = published(place.branch_id)
        line = _line(found, service_id, now)
        if found is None or line is None or line.reason:
            return Wait(ahead, line.reason if line else NO_FORECAST)
        p10, p50, _, p90 = line.newcomer(ahead, category)
        return _told(line, found.version, ahead, now, (p10, p50, p90))

    def standing(self, place: Layout, *, ticket: Standing, ahead: int, now: datetime) -> Wait:
        """Return the wait of a ticket in line: the window shown for it, from now."""
        found = published(place.branch_id)
        line = _line(found, ticket.service_id, now)
        if found is None or line is None or line.reason:
            return Wait(ahead, line.reason if line else NO_FORECAST)
        if is_direct(ticket.lane):
            # One counter's own line, which no past day tells about: as wide as a first morning's.
            p10, p50, _, p90 = Belief().row(ahead + 1, line.minutes_each)
            return _told(line, found.version, ahead, now, (p10, p50, p90), counters=1)
        shown = _windows(place.branch_id).get(str(ticket.pk)) or _promised(ticket, now)
        if shown is None:
            return self.new(
                place, service_id=ticket.service_id, category=ticket.category, ahead=ahead, now=now
            )
        low, likely, high = (at - now.timestamp() / 60 for at in shown[:3])
        return _told(line, found.version, ahead, now, (low, likely, high))

    def usual(self, place: Layout, *, weekday: int, service_id: int | None) -> tuple[UsualHour, ...]:
        """Return the usual shape of a weekday by hour, of a service or of all; empty without history."""
        service = place.services.get(service_id) if service_id is not None else None
        if service_id is not None and service is None:
            return ()
        return usual_hours(place, weekday, service.code if service else None)


def _line(found: Published | None, service_id: int, now: datetime) -> LineForecast | None:
    if found is None or clock.minutes_between(found.as_of, now) > STALE_MIN:
        return None
    return found.lines.get(service_id)


def _promised(ticket: Standing, now: datetime) -> list[float] | None:
    """Return the window that a number was given, while the worker has not seen it yet."""
    if "likely" not in ticket.promised or clock.minutes_between(ticket.issued_at, now) > _UNSEEN_MIN:
        return None
    issued = ticket.issued_at.timestamp() / 60
    return [issued + ticket.promised[name] for name in ("low", "likely", "high")]


def _told(
    line: LineForecast,
    version: str,
    ahead: int,
    now: datetime,
    minutes: tuple[float, float, float],
    *,
    counters: int | None = None,
) -> Wait:
    early, middle, late = minutes
    if line.closes_at and now.timestamp() / 60 + middle > line.closes_at:
        return Wait(ahead, AFTER_CLOSING)
    low, high = rounded(early, late)
    return Wait(
        ahead,
        low=low,
        likely=min(high, max(low, round(middle))),
        high=high,
        counters=line.counters if counters is None else counters,
        minutes_each=line.minutes_each,
        as_of=now.isoformat(timespec="seconds"),
        version=version,
    )
