"""What a board shows; nothing here writes. A board is public: numbers, counters and counts, nothing of a person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo as TimeZone

from django.db.models import Q, QuerySet

from layan.kit import clock
from layan.places.api import (
    CounterInfo,
    DayHours,
    Layout,
    Opening,
    ServiceInfo,
    ZoneInfo,
    disruption_message,
    opening,
    service_day,
    week_hours,
)
from layan.queueing.api import State, Ticket, Wait, counters, last_calls, service_lines, waits_now
from layan.signage.models import Notice

#: Calls a board shows, and as many again in reserve for those that wait for their moment in amber.
CALLS_SHOWN = 6
CALLS_SENT = 2 * CALLS_SHOWN
#: Of a zone with more services than this, a board lists those that people wait for, the longest lines first.
SERVICES_SHOWN = 8
#: The waits on a board are looked at again at every such second of the clock, though nothing happens.
WAITS_EVERY_SECONDS = 15
#: How long a notice that has ended stays in the list of the floor.
RECENT = timedelta(hours=12)


@dataclass(frozen=True)
class Call:
    """One call to a counter. `key` changes when the same number is called again, so that a screen sees it as new."""

    key: str
    number: str
    counter: str
    at: datetime


@dataclass(frozen=True)
class CounterLine:
    """An open counter of the zone and the number called or served there, if any; `paused` during a break."""

    counter: CounterInfo
    number: str
    called: bool
    paused: bool


@dataclass(frozen=True)
class WaitingLine:
    """One service's line: how many wait, and how long someone who came now would (B7)."""

    service: ServiceInfo
    count: int
    wait: Wait


@dataclass(frozen=True)
class Board:
    """One zone's board. It stays true until the branch's next event or until `true_until`, whichever comes first."""

    place: Layout
    zone: ZoneInfo
    calls: list[Call]
    counters: list[CounterLine]
    waiting: list[WaitingLine]
    notices: list[Notice]
    disruption: dict[str, str] | None
    hours: DayHours
    opening: Opening
    true_until: datetime

    @property
    def has_many_services(self) -> bool:
        return len(self.waiting) > SERVICES_SHOWN

    @property
    def shown_waiting(self) -> list[WaitingLine]:
        if not self.has_many_services:
            return self.waiting
        return sorted((line for line in self.waiting if line.count), key=lambda line: -line.count)

    @property
    def is_idle(self) -> bool:
        """Say whether nothing goes on: nobody waits, nobody was called yet today, nobody is at a counter."""
        counts = any(line.count for line in self.waiting)
        return not (counts or self.calls or any(line.number for line in self.counters))


def board(place: Layout, zone: ZoneInfo, now: datetime) -> Board:
    """Return what the zone's board shows at `now` (B8, B11, B15)."""
    today = service_day(place, now)
    is_open = opening(place, now)
    coming = list(_not_over(place, now).filter(Q(zone=None) | Q(zone_id=zone.id)))
    lines, told = service_lines(place, now), waits_now(place, now)
    waiting = [
        WaitingLine(service, lines.get(service.id, (0, timedelta(0)))[0], told[service.id])
        for service in place.services.values()
        if service.zone_id == zone.id
    ]
    posts = list(_counters(place, zone))
    changes = list(_changes(place, now, is_open, coming))
    if posts or any(line.count for line in waiting):
        changes.append(now + timedelta(seconds=WAITS_EVERY_SECONDS - now.timestamp() % WAITS_EVERY_SECONDS))
    return Board(
        place=place,
        zone=zone,
        calls=list(_calls(place, zone, now)),
        counters=posts,
        waiting=waiting,
        notices=[notice for notice in coming if notice.starts_at <= now],
        disruption=disruption_message(place.branch_id),
        hours=week_hours(place, today, days=1)[0],
        opening=is_open,
        true_until=min(changes),
    )


def notices(place: Layout, now: datetime) -> list[Notice]:
    """Return the branch's notices for the floor: shown now, still to come, and ended a short while ago."""
    return list(
        Notice.objects.filter(branch_id=place.branch_id)
        .filter(Q(ends_at=None) | Q(ends_at__gt=now - RECENT))
        .select_related("zone")
    )


def _calls(place: Layout, zone: ZoneInfo, now: datetime) -> Iterator[Call]:
    today = service_day(place, now)
    for ticket in last_calls(place, now, zone_id=zone.id, limit=CALLS_SENT):
        at, counter = ticket.called_at, place.counters.get(ticket.counter_id or 0)
        # Numbers begin again each day: yesterday's would be taken for today's.
        if at is not None and counter is not None and service_day(place, at) == today:
            key = f"{ticket.number}.{at:%H%M%S%f}.{ticket.recalls}"
            yield Call(key, ticket.number, counter.code, at)


def _counters(place: Layout, zone: ZoneInfo) -> Iterator[CounterLine]:
    for line in counters(place):
        if line.counter.zone_id == zone.id and (line.session is not None or line.ticket is not None):
            yield CounterLine(
                counter=line.counter,
                number=line.ticket.number if line.ticket else "",
                called=_is_called(line.ticket),
                paused=line.session is not None and line.session.state == "break",
            )


def _is_called(ticket: Ticket | None) -> bool:
    return ticket is not None and ticket.state == State.CALLED


def _not_over(place: Layout, now: datetime) -> QuerySet[Notice]:
    return Notice.objects.filter(branch_id=place.branch_id).filter(Q(ends_at=None) | Q(ends_at__gt=now))


def _changes(place: Layout, now: datetime, is_open: Opening, coming: list[Notice]) -> Iterator[datetime]:
    """Yield the moments after `now` at which the board changes though nothing happens."""
    local = clock.local(now, place.time_zone)
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    yield midnight.replace(tzinfo=TimeZone(place.time_zone))
    for moment in (is_open.closes_at, is_open.next_opening):
        if moment is not None:
            yield moment
    for notice in coming:
        if notice.starts_at > now:
            yield notice.starts_at
        if notice.ends_at is not None:
            yield notice.ends_at
