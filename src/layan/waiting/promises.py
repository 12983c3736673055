"""What pages, the API and queueing are told of waits: read from the published forecast, kept in memory for a second."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from layan.kit import clock
from layan.places.api import Layout
from layan.queueing.api import NO_FORECAST, Standing, UsualHour, Wait
from layan.waiting.forecast import AFTER_CLOSING, LineForecast
from layan.waiting.models import Forecast
from layan.waiting.rules import rounded

#: A forecast is read again after so many seconds.
MEMORY_SECONDS = 1.0
#: An older forecast is not told any more: its maker does not run.
STALE_MIN = 2.0


@dataclass(frozen=True)
class Published:
    """A branch's forecast as read."""

    as_of: datetime
    version: str
    lines: Mapping[int, LineForecast]
    tickets: Mapping[str, list[float]]


_known: dict[int, tuple[float, Published | None]] = {}


def forget_forecasts() -> None:
    """Drop what is kept in memory (a restored database has others)."""
    _known.clear()


def published(branch_id: int) -> Published | None:
    """Return the branch's forecast, at most `MEMORY_SECONDS` old in this process."""
    tick = monotonic()
    kept = _known.get(branch_id)
    if kept is not None and tick < kept[0]:
        return kept[1]
    row = Forecast.objects.filter(branch_id=branch_id).first()
    found = None
    if row is not None:
        lines = {int(key): LineForecast.from_json(line) for key, line in row.lines.items()}
        found = Published(row.as_of, row.version, lines, row.tickets)
    _known[branch_id] = (tick + MEMORY_SECONDS, found)
    return found


class Forecasts:
    """Answers queueing's question how long it will take (`queueing.promises.Waits`)."""

    def new(self, place: Layout, *, service_id: int, category: str, ahead: int, now: datetime) -> Wait:
        """Return the wait of someone who joins a service's line now behind `ahead` others."""
        found = published(place.branch_id)
        line = _line(found, service_id, now)
        if found is None or line is None:
            return Wait(ahead, NO_FORECAST)
        if line.reason:
            return Wait(ahead, line.reason)
        p10, p50, _, p90 = line.quantiles(ahead, category)
        return _told(line, found.version, ahead, now, (p10, p50, p90))

    def standing(self, place: Layout, *, ticket: Standing, ahead: int, now: datetime) -> Wait:
        """Return the wait of a ticket in line: the window shown for it, from now."""
        found = published(place.branch_id)
        fresh = self.new(place, service_id=ticket.service_id, category=ticket.category, ahead=ahead, now=now)
        shown = found.tickets.get(str(ticket.pk)) if found else None
        line = _line(found, ticket.service_id, now)
        if fresh.reason or shown is None or found is None or line is None:
            return fresh
        now_min = now.timestamp() / 60
        _, p50, _, _ = line.quantiles(ahead, ticket.category)
        low, high = shown[0] - now_min, shown[1] - now_min
        if not low <= p50 <= high:
            return fresh
        return _told(line, found.version, ahead, now, (low, p50, high))

    def usual(self, place: Layout, *, weekday: int, service_id: int | None) -> tuple[UsualHour, ...]:
        """Return the usual shape of a weekday by hour, of a service or of all; empty without history."""
        return ()


def _line(found: Published | None, service_id: int, now: datetime) -> LineForecast | None:
    if found is None or clock.minutes_between(found.as_of, now) > STALE_MIN:
        return None
    return found.lines.get(service_id)


def _told(
    line: LineForecast, version: str, ahead: int, now: datetime, minutes: tuple[float, float, float]
) -> Wait:
    p10, p50, p90 = minutes
    if line.closes_at and now.timestamp() / 60 + p50 > line.closes_at:
        return Wait(ahead, AFTER_CLOSING)
    low, high = rounded(p10, p90)
    return Wait(
        ahead,
        low=low,
        likely=min(high, max(low, round(p50))),
        high=high,
        counters=line.counters,
        minutes_each=line.minutes_each,
        as_of=now.isoformat(timespec="seconds"),
        version=version,
    )


def basis_of(wait: Wait) -> dict[str, Any]:
    """Return what a wait rests on: people ahead, counters, minutes each."""
    return {"ahead": wait.ahead, "counters": wait.counters, "minutes_each": wait.minutes_each}
