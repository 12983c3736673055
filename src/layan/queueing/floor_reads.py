"""What the supervisor watches: what needs attention, the lines, calls before others' turn, the day's numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from layan.customers.api import Category
from layan.kit import clock
from layan.people.api import Colleague, Permission, names_of, staff_who
from layan.places.api import CounterInfo, Layout, ServiceInfo, counter_order, counters_promised
from layan.queueing import sql
from layan.queueing.console_reads import CALLED_LIMIT
from layan.queueing.devices import Trouble, troubles
from layan.queueing.line import line
from layan.queueing.models import Alarm, OutOfOrderCall, Ticket
from layan.queueing.policy import policy
from layan.queueing.promises import Wait
from layan.queueing.reads import BranchState, Line, Serving, head
from layan.queueing.rules.lanes import service_of
from layan.queueing.rules.priority import Post, in_order
from layan.queueing.rules.states import State
from layan.queueing.wait_reads import waits_now

#: An emergency that waits longer than this needs someone to look.
EMERGENCY_LIMIT = timedelta(minutes=1)
#: A service that lasts this many times its norm is shown.
OVERRUN = 2


@dataclass(frozen=True)
class Concern:
    """One thing that needs the supervisor: what, how bad, since when, and the counter whose opening would help.

    `kind` is wait, queue, unserved, emergency, not-started, overrun, lunch or device; `figure` and `limit` are its
    minutes or people.
    """

    kind: str
    level: str
    figure: int
    limit: int = 0
    service: ServiceInfo | None = None
    serving: Serving | None = None
    ticket: Ticket | None = None
    alarm: Alarm | None = None
    remedy: Serving | None = None
    trouble: Trouble | None = None

    @property
    def acknowledged(self) -> bool:
        """Whether the supervisor has seen it."""
        return self.alarm is not None and self.alarm.acknowledged_at is not None


@dataclass(frozen=True)
class Candidate:
    """An officer who could sit at a counter: where they sit now, and which of its services they may give (A3)."""

    colleague: Colleague
    seat: Serving | None
    services: list[ServiceInfo]


@dataclass(frozen=True)
class Queue:
    """One service's line as the floor page shows it: how long who came now would wait, the first numbers in it."""

    line: Line
    wait: Wait
    counters: list[CounterInfo]
    first: list[Ticket]

    @property
    def minutes(self) -> int:
        """The longest wait in whole minutes."""
        return int(self.line.longest / timedelta(minutes=1))

    @property
    def late(self) -> bool:
        """Whether the longest wait is over the service's limit."""
        return self.line.longest > timedelta(minutes=self.line.service.wait_limit_minutes)


@dataclass(frozen=True)
class Inversions:
    """How often an officer called before others' turn for a reason: today, in seven days, and how many were passed over."""

    officer: str
    reason: str
    today: int
    week: int
    passed_over: int


def concerns(state: BranchState, now: datetime) -> list[Concern]:
    """Return everything that needs attention, worst first; a limit passed comes with its alarm when it was raised (B12)."""
    found = [
        *_emergencies(state, now),
        *_limits(state, now),
        *_unserved(state),
        *_lunch(state, now),
        *_at_counters(state, now),
        *_devices(state, now),
    ]
    return sorted(found, key=lambda concern: (concern.acknowledged, concern.level != "bad"))


def _limits(state: BranchState, now: datetime) -> Iterable[Concern]:
    alarms = {
        (alarm.service_id, alarm.kind): alarm
        for alarm in Alarm.objects.filter(branch_id=state.place.branch_id, cleared_at=None).select_related(
            "acknowledged_by"
        )
    }
    for each in state.lines:
        service = each.service
        minutes = int(each.longest / timedelta(minutes=1))
        checks = (
            (
                "wait",
                minutes,
                service.wait_limit_minutes,
                each.longest > timedelta(minutes=service.wait_limit_minutes),
            ),
            (
                "queue",
                each.waiting,
                service.queue_limit,
                bool(service.queue_limit) and each.waiting > service.queue_limit,
            ),
        )
        for kind, figure, limit, passed in checks:
            alarm = alarms.get((service.id, kind))
            if passed or alarm is not None:
                yield Concern(
                    kind,
                    "bad",
                    figure if passed or alarm is None else alarm.figure,
                    limit,
                    service=service,
                    alarm=alarm,
                    remedy=remedy(state, service),
                )


def _devices(state: BranchState, now: datetime) -> Iterable[Concern]:
    """Devices that report trouble, or report no longer (H2)."""
    found = troubles(state.place, now)
    raised = Alarm.objects.filter(
        branch_id=state.place.branch_id, cleared_at=None, service=None
    ).select_related("acknowledged_by")
    alarms = {alarm.kind: alarm for alarm in raised}
    for device, trouble in found.items():
        yield Concern("device", "bad", trouble.minutes, alarm=alarms.get(device), trouble=trouble)


def _unserved(state: BranchState) -> Iterable[Concern]:
    """People wait for a service that no open counter gives."""
    for each in state.lines:
        if each.waiting and not _open_for(state, each.service):
            yield Concern(
                "unserved", "bad", each.waiting, service=each.service, remedy=remedy(state, each.service)
            )


def _emergencies(state: BranchState, now: datetime) -> Iterable[Concern]:
    waiting = Ticket.objects.filter(
        branch_id=state.place.branch_id,
        state=State.WAITING,
        category=Category.EMERGENCY,
        waiting_since__lte=now - EMERGENCY_LIMIT,
    )
    for ticket in waiting.order_by("waiting_since"):
        service = state.place.services.get(ticket.service_id)
        yield Concern(
            "emergency",
            "bad",
            int((now - ticket.waiting_since) / timedelta(minutes=1)),
            service=service,
            ticket=ticket,
            remedy=remedy(state, service) if service else None,
        )


def _at_counters(state: BranchState, now: datetime) -> Iterable[Concern]:
    """Customers who were called and do not come, and services that last far beyond their norm."""
    for serving in state.counters:
        ticket = serving.ticket
        if ticket is None:
            continue
        service = state.place.services.get(ticket.service_id)
        if ticket.state == State.CALLED and ticket.called_at and now - ticket.called_at > CALLED_LIMIT:
            minutes = int((now - ticket.called_at) / timedelta(minutes=1))
            yield Concern("not-started", "warn", minutes, serving=serving, ticket=ticket, service=service)
        elif ticket.state == State.SERVING and ticket.started_at and service:
            minutes = int((now - ticket.started_at) / timedelta(minutes=1))
            if minutes >= OVERRUN * service.norm_minutes:
                yield Concern(
                    "overrun",
                    "warn",
                    minutes,
                    service.norm_minutes,
                    serving=serving,
                    ticket=ticket,
                    service=service,
                )


def _lunch(state: BranchState, now: datetime) -> Iterable[Concern]:
    """Fewer counters are open through lunch than the branch promises (B5)."""
    promised = counters_promised(state.place, now)
    working = sum(1 for serving in state.counters if serving.session and serving.session.state == "open")
    if working < promised:
        yield Concern("lunch", "bad", working, promised, remedy=_any_closed(state))


def _open_for(state: BranchState, service: ServiceInfo) -> bool:
    return any(
        serving.session is not None
        and serving.session.state == "open"
        and service.id in serving.counter.offers
        for serving in state.counters
    )


def remedy(state: BranchState, service: ServiceInfo) -> Serving | None:
    """Return the counter whose opening would help this service most: closed before paused, by its own preference."""
    able = [
        serving
        for serving in state.counters
        if service.id in serving.counter.offers
        and (serving.session is None or serving.session.state != "open")
    ]
    return min(
        able,
        key=lambda serving: (
            serving.counter.kind == "emergency",
            serving.session is not None,
            serving.counter.offers[service.id],
            counter_order(serving.counter.code),
        ),
        default=None,
    )


def _any_closed(state: BranchState) -> Serving | None:
    able = [
        serving for serving in state.counters if serving.session is None or serving.session.state != "open"
    ]
    return min(
        able,
        key=lambda serving: (serving.session is not None, counter_order(serving.counter.code)),
        default=None,
    )


def queues(state: BranchState, now: datetime, first: int = 3) -> list[Queue]:
    """Return every service's line with the open counters that give it and the first numbers in it."""
    place = state.place
    _seq, lanes = head(place.branch_id)
    told = waits_now(place, now)
    firsts: dict[int, list[Ticket]] = {}
    for ticket in sql.firsts([lane for lane in lanes if service_of(lane) in place.services], now, first):
        firsts.setdefault(ticket.service_id, []).append(ticket)
    found = []
    for each in sorted(state.lines, key=lambda one: one.service.letter):
        service_id = each.service.id
        tickets = {str(ticket.pk): ticket for ticket in firsts.get(service_id, [])}
        order = in_order(line(tickets.values()), Post("general", {service_id: 1}), policy(place.policy), now)
        working = [
            serving.counter
            for serving in state.counters
            if serving.session and serving.session.state == "open" and service_id in serving.counter.offers
        ]
        found.append(
            Queue(
                each,
                told[service_id],
                sorted(working, key=lambda counter: counter_order(counter.code)),
                [tickets[choice.waiting.ticket_id] for choice in order[:first]],
            )
        )
    return found


def inversions(place: Layout, now: datetime) -> list[Inversions]:
    """Return the calls before others' turn of the last seven days, by officer and reason, most first (B14)."""
    midnight = clock.local(now, place.time_zone).replace(hour=0, minute=0, second=0, microsecond=0)
    calls = list(inverted_calls(place, now))
    names = names_of({call.officer_id for call in calls if call.officer_id is not None})
    groups: dict[tuple[str, str], list[OutOfOrderCall]] = {}
    for call in calls:
        groups.setdefault((names.get(call.officer_id or 0, ""), call.reason), []).append(call)
    found = [
        Inversions(
            officer,
            reason,
            sum(1 for call in made if call.at >= midnight),
            len(made),
            sum(call.passed_over for call in made),
        )
        for (officer, reason), made in groups.items()
    ]
    return sorted(found, key=lambda row: (-row.week, row.officer, row.reason))


def inverted_calls(place: Layout, now: datetime) -> QuerySet[OutOfOrderCall]:
    """Return the single calls before others' turn of the last seven days, newest first (B14)."""
    midnight = clock.local(now, place.time_zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return (
        OutOfOrderCall.objects.filter(branch_id=place.branch_id, at__gte=midnight - timedelta(days=6))
        .select_related("ticket", "officer", "counter")
        .order_by("-at")
    )


def day_tickets(place: Layout, day: date, number: str = "") -> QuerySet[Ticket]:
    """Return the numbers given on a service day in order of issue; with `number` those that begin so."""
    given = Ticket.objects.filter(branch_id=place.branch_id, service_day=day)
    plain = "".join(number.split()).upper()
    if plain:
        given = given.filter(number__startswith=plain)
    return given.order_by("issued_at", "pk")


def candidates(state: BranchState, counter: CounterInfo) -> list[Candidate]:
    """Return the staff who serve at the branch: first who is free, then those who may give most of a counter's services."""
    place = state.place
    seats = {serving.session.officer_id: serving for serving in state.counters if serving.session is not None}
    found = []
    for colleague in staff_who(Permission.SERVE, branch_id=place.branch_id, agency_id=place.agency_id):
        skills = colleague.skills & place.every_service
        services = [
            place.services[service_id]
            for service_id in counter.offers
            if service_id in place.services and (not skills or service_id in skills)
        ]
        found.append(Candidate(colleague, seats.get(colleague.id), services))
    return sorted(found, key=lambda candidate: (candidate.seat is not None, -len(candidate.services)))
