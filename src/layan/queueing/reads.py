"""What pages and the API need to know of the queue; nothing here writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Count, Min, Q

from layan.people.api import names_of
from layan.places.api import CounterInfo, Layout, ServiceInfo
from layan.queueing.models import Session, Ticket
from layan.queueing.policy import policy
from layan.queueing.rules.lanes import beside, service_lane, service_of
from layan.queueing.rules.priority import Policy, ahead_of
from layan.queueing.rules.states import AT_COUNTER, State


@dataclass(frozen=True)
class Serving:
    """A counter as boards and the floor show it; `ticket` is the one called or being served there."""

    counter: CounterInfo
    session: Session | None
    officer: str
    ticket: Ticket | None
    on_hold: int


@dataclass(frozen=True)
class Line:
    """One service's line; `longest` is the longest present wait."""

    service: ServiceInfo
    waiting: int
    longest: timedelta


@dataclass(frozen=True)
class BranchState:
    """A branch at one moment; `seq` is the event it reflects."""

    place: Layout
    seq: int
    counters: list[Serving]
    lines: list[Line]

    @property
    def waiting(self) -> int:
        """How many wait in all."""
        return sum(line.waiting for line in self.lines)


def tally_ahead(lanes: Mapping[str, int], service_id: int, category: str, rule: Policy, now: datetime) -> int:
    """Return how many stand before someone who joins this service's line now, from the tally of lanes."""
    cuts = ahead_of(category, now, rule, now)
    return sum(
        lanes.get(service_lane(service_id, other), 0) for other, cut in cuts.items() if cut.since is not None
    )


def people_ahead(ticket: Ticket, place: Layout, now: datetime) -> int:
    """Return how many people would be called before this ticket if its service's counters called now (B7)."""
    if ticket.state != State.WAITING:
        return 0
    before = Q(pk__in=[])
    for category, cut in ahead_of(ticket.category, ticket.waiting_since, policy(place.policy), now).items():
        lane = Q(lane=beside(ticket.lane, category))
        if cut.since is not None:
            before |= lane & Q(waiting_since__lte=cut.since)
        if cut.level:
            before |= lane & Q(waiting_since=ticket.waiting_since, pk__lt=ticket.pk)
    present = Q(not_before=None) | Q(not_before__lte=now)
    return Ticket.objects.filter(before, present, state=State.WAITING).exclude(pk=ticket.pk).count()


def head(branch_id: int) -> tuple[int, dict[str, int]]:
    """Return the branch's last event number and how many wait in each lane, consistent with each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, tally FROM kit_head WHERE branch_id = %s", [branch_id])
        seq, tally = cursor.fetchone() or (0, "{}")
    lanes: dict[str, int] = orjson.loads(tally).get("lanes", {})
    return seq, lanes


def waiting_per_service(place: Layout, lanes: Mapping[str, int]) -> dict[int, int]:
    """Return how many wait for each service offered, zeros included."""
    counts = dict.fromkeys(place.services, 0)
    for lane, count in lanes.items():
        service_id = service_of(lane)
        if service_id in counts:
            counts[service_id] += count
    return counts


def service_lines(place: Layout, now: datetime) -> dict[int, tuple[int, timedelta]]:
    """Return, for each service that anyone waits for, how many wait and the longest wait."""
    rows = (
        Ticket.objects.filter(branch_id=place.branch_id, state=State.WAITING, service__in=place.services)
        .values("service_id")
        .annotate(count=Count("pk"), first=Min("waiting_since"))
    )
    return {row["service_id"]: (row["count"], max(timedelta(0), now - row["first"])) for row in rows}


def branch_state(place: Layout, now: datetime) -> BranchState:
    """Return who is served where and how many wait for what."""
    seq, _ = head(place.branch_id)
    waiting = service_lines(place, now)
    lines = [
        Line(service, *waiting.get(service.id, (0, timedelta(0)))) for service in place.services.values()
    ]
    return BranchState(place, seq, counters(place), lines)


def counters(place: Layout) -> list[Serving]:
    """Return every counter with its session, officer and ticket."""
    sessions = {s.counter_id: s for s in Session.objects.filter(branch_id=place.branch_id, closed_at=None)}
    tickets: dict[int, Ticket] = {}
    on_hold: dict[int, int] = {}
    live = Ticket.objects.filter(branch_id=place.branch_id, state__in=[*AT_COUNTER, State.ON_HOLD])
    for ticket in live:
        if ticket.counter_id is None:
            continue
        if ticket.state == State.ON_HOLD:
            on_hold[ticket.counter_id] = on_hold.get(ticket.counter_id, 0) + 1
        else:
            tickets[ticket.counter_id] = ticket
    names = names_of({s.officer_id for s in sessions.values() if s.officer_id is not None})
    return [
        Serving(
            counter,
            session := sessions.get(counter.id),
            names.get(session.officer_id or 0, "") if session else "",
            tickets.get(counter.id),
            on_hold.get(counter.id, 0),
        )
        for counter in place.counters.values()
    ]


def last_calls(place: Layout, now: datetime, *, zone_id: int | None = None, limit: int = 6) -> list[Ticket]:
    """Return the tickets called last today, newest first, in one zone or the whole branch."""
    called = Ticket.objects.filter(
        branch_id=place.branch_id, called_at__isnull=False, called_at__gte=now - timedelta(hours=16)
    )
    if zone_id is not None:
        here = [counter.id for counter in place.counters.values() if counter.zone_id == zone_id]
        called = called.filter(counter__in=here)
    return list(called.order_by("-called_at")[:limit])


def ticket_by_id(ticket_id: UUID) -> Ticket | None:
    """Return a ticket by its id; whoever calls this checks who may see it."""
    return Ticket.objects.filter(pk=ticket_id).first()
