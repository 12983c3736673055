"""What a board shows; nothing here writes. A board is public: numbers, counters and counts, nothing of a person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo as TimeZone

from django.db.models import Q, QuerySet

from layan.kit import clock
from layan.kit.i18n import words
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
from layan.signage.rules import Schedule, is_shown, next_change

#: Calls a board shows, and those sent in reserve: they wait for their moment in amber, however many came at once.
CALLS_SHOWN = 6
CALLS_SENT = 20
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
    zone: ZoneInfo


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
    """The board of one zone or several. It stays true until the branch's next event or until `true_until`, whichever comes first."""

    place: Layout
    zones: Sequence[ZoneInfo]
    calls: list[Call]
    counters: list[CounterLine]
    waiting: list[WaitingLine]
    notices: list[Notice]
    disruption: dict[str, str] | None
    hours: DayHours
    week: list[DayHours]
    opening: Opening
    true_until: datetime

    @property
    def directions(self) -> list[dict[str, str]]:
        """How to get to each zone that says so, by its name where there are several."""
        told = [zone for zone in self.zones if zone.directions]
        if len(self.zones) == 1:
            return [zone.directions for zone in told]
        return [
            {code: f"{words(zone.name, code)}: {line}" for code, line in zone.directions.items() if line}
            for zone in told
        ]

    @property
    def has_many_services(self) -> bool:
        return len(self.waiting) > SERVICES_SHOWN

    @property
    def shown_waiting(self) -> list[WaitingLine]:
        if not self.has_many_services:
            return self.waiting
        return sorted((line for line in self.waiting if line.count), key=lambda line: -line.count)

    @property
    def listed_waiting(self) -> list[WaitingLine]:
        """The lines that an information board has room for, those that people wait for first when there are many."""
        if not self.has_many_services:
            return self.waiting
        return sorted(self.waiting, key=lambda line: -line.count)[: SERVICES_SHOWN + 2]

    @property
    def is_idle(self) -> bool:
        """Say whether nothing goes on: nobody waits, nobody was called yet today, nobody is at a counter."""
        counts = any(line.count for line in self.waiting)
        return not (counts or self.calls or any(line.number for line in self.counters))


def board(place: Layout, zones: Sequence[ZoneInfo], now: datetime) -> Board:
    """Return what the board of these zones shows at `now` (B8, B11, B15)."""
    today = service_day(place, now)
    is_open = opening(place, now)
    ids = {zone.id for zone in zones}
    coming = list(_not_over(place, now).filter(Q(zone=None) | Q(zone__in=ids)))
    lines, told = service_lines(place, now), waits_now(place, now)
    waiting = [
        WaitingLine(service, lines.get(service.id, (0, timedelta(0)))[0], told[service.id])
        for service in place.services.values()
        if service.zone_id in ids
    ]
    posts = list(_counters(place, ids))
    week = week_hours(place, today)
    changes = list(_changes(place, now, is_open, coming))
    if posts or any(line.count for line in waiting):
        changes.append(now + timedelta(seconds=WAITS_EVERY_SECONDS - now.timestamp() % WAITS_EVERY_SECONDS))
    return Board(
        place=place,
        zones=zones,
        calls=_calls(place, zones, now),
        counters=posts,
        waiting=waiting,
        notices=[notice for notice in coming if is_on(place, notice, now)],
        disruption=disruption_message(place.branch_id),
        hours=week[0],
        week=week,
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


def is_on(place: Layout, notice: Notice, now: datetime) -> bool:
    """Say whether a notice stands on boards at `now`."""
    schedule = _schedule(place, notice)

    def opens_on(day: date) -> bool:
        return place.calendar.always_open or bool(week_hours(place, day, days=1)[0].blocks)

    return is_shown(schedule, _wall(place, now), opens_on)


def _schedule(place: Layout, notice: Notice) -> Schedule:
    return Schedule(
        starts_at=_wall(place, notice.starts_at),
        ends_at=_wall(place, notice.ends_at) if notice.ends_at else None,
        weekdays=frozenset(map(int, notice.weekdays)),
        from_time=notice.from_time,
        until_time=notice.until_time,
        open_days_only=notice.open_days_only,
    )


def _wall(place: Layout, moment: datetime) -> datetime:
    return clock.local(moment, place.time_zone).replace(tzinfo=None)


def _calls(place: Layout, zones: Sequence[ZoneInfo], now: datetime) -> list[Call]:
    calls = [call for zone in zones for call in _calls_of(place, zone, now)]
    return sorted(calls, key=lambda call: call.at, reverse=True)[:CALLS_SENT]


def _calls_of(place: Layout, zone: ZoneInfo, now: datetime) -> Iterator[Call]:
    today = service_day(place, now)
    for ticket in last_calls(place, now, zone_id=zone.id, limit=CALLS_SENT):
        at, counter = ticket.called_at, place.counters.get(ticket.counter_id or 0)
        # Numbers begin again each day: yesterday's would be taken for today's.
        if at is not None and counter is not None and service_day(place, at) == today:
            key = f"{ticket.number}.{at:%H%M%S%f}.{ticket.recalls}"
            yield Call(key, ticket.number, counter.code, at, zone)


def _counters(place: Layout, zone_ids: set[int]) -> Iterator[CounterLine]:
    for line in counters(place):
        if line.counter.zone_id in zone_ids and (line.session is not None or line.ticket is not None):
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
        change = next_change(_schedule(place, notice), _wall(place, now))
        if change is not None:
            yield change.replace(tzinfo=TimeZone(place.time_zone))
