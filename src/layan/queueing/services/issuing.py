"""Giving out numbers (B3, B7, B13, B14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Max
from uuid_utils.compat import uuid7

from layan.customers.api import SPECIAL_GROUPS, Category, CustomerType, holder_digest
from layan.people.api import Permission, Person
from layan.places.api import Layout, ServiceInfo, opening, service_day
from layan.queueing import refusals, sql
from layan.queueing.desk import Desk, at_desk
from layan.queueing.events import TicketIssued, TicketOffered
from layan.queueing.models import Ticket, Untaken
from layan.queueing.offers import staffed_services, why_not
from layan.queueing.policy import policy
from layan.queueing.promises import Wait, waits
from layan.queueing.reads import tally_ahead
from layan.queueing.rules.lanes import service_lane
from layan.queueing.rules.numbering import number_of, series_of
from layan.queueing.rules.returning import return_late
from layan.queueing.rules.states import State
from layan.queueing.rules.taking import TO_TAKE, times

LANGUAGES = ("ms", "en", "zh", "ta")


@dataclass(frozen=True)
class Issued:
    """A number just given; `ahead` counts the people who would be called before it now."""

    ticket: Ticket
    ahead: int
    wait: Wait
    #: Advice instead of refusal when the queue is long (B13): "" or "busy".
    advice: str


def issue(
    *,
    branch_id: int,
    services: Sequence[str],
    by: Person,
    category: str = Category.GENERAL,
    language: str = "ms",
    customer_type: str = CustomerType.CITIZEN,
    reference: str = "",
    printer_id: int | None = None,
) -> Issued:
    """Give a customer one number for all the services asked for, to be given in that order (B3).

    `reference` (a telephone number or the like) is needed where the branch allows one live number each (B14) and is
    kept only as a keyed hash until the ticket ends. With `printer_id` the number counts as taken only when its print is
    confirmed or waived (`services.paper`). Raises the refusals not-allowed, unknown-branch,
    unknown-service, bad-value, closed-now, last-number-given, reference-needed and already-has-number.
    """
    with at_desk(branch_id) as desk:
        desk.require(by, Permission.ISSUE)
        wanted = _services(desk.place, services)
        _check_values(category, language, customer_type)
        _check_hours(desk, wanted)
        holder = _holder(desk, reference)
        first = wanted[0]
        ahead = tally_ahead(desk.lanes, first.id, category, policy(desk.place.policy), desk.now)
        wait = waits().new(desk.place, service_id=first.id, category=category, ahead=ahead, now=desk.now)
        promised = wait.promised()
        ticket = _insert(
            desk,
            Ticket(
                id=uuid7(),
                branch_id=branch_id,
                service_day=service_day(desk.place, desk.now),
                series=series_of(first.letter, category, SPECIAL_GROUPS),
                category=category,
                customer_type=customer_type,
                language=language,
                issued_by=by.actor,
                state=State.WAITING,
                service_id=first.id,
                remaining=[service.code for service in wanted[1:]],
                lane=service_lane(first.id, category),
                waiting_since=desk.now,
                not_before=times(desk.now).not_before if printer_id is not None else None,
                issued_at=desk.now,
                holder=holder,
                promised=promised,
            ),
        )
        codes = [service.code for service in wanted]
        desk.append(
            TicketIssued(
                str(ticket.pk), ticket.number, codes, category, customer_type, language, ahead, *wait.facts()
            ),
            by,
        )
        if printer_id is not None:
            _offer(desk, ticket, printer_id, by)
    return Issued(ticket, ahead, wait, "busy" if first.queue_limit and ahead >= first.queue_limit else "")


def _offer(desk: Desk, ticket: Ticket, printer_id: int, by: Person) -> None:
    """Note that the number is still to be taken."""
    Untaken.objects.create(
        ticket=ticket, branch_id=ticket.branch_id, printer_id=printer_id, until=times(desk.now).until
    )
    desk.append(TicketOffered(str(ticket.pk), printer_id, round(TO_TAKE.total_seconds())), by)


def _services(place: Layout, codes: Sequence[str]) -> list[ServiceInfo]:
    """Return the services asked for, each once."""
    wanted = []
    for code in dict.fromkeys(codes):
        service = place.service_codes.get(code)
        if service is None:
            raise refusals.unknown_service(code)
        wanted.append(service)
    if not wanted:
        raise refusals.unknown_service("")
    return wanted


def _check_values(category: str, language: str, customer_type: str) -> None:
    if category not in Category._value2member_map_:
        raise refusals.bad_value("category")
    if language not in LANGUAGES:
        raise refusals.bad_value("language")
    if customer_type not in CustomerType._value2member_map_:
        raise refusals.bad_value("customer_type")


def _check_hours(desk: Desk, wanted: Sequence[ServiceInfo]) -> None:
    """Refuse outside the hours, but never while a counter that gives the service is open (B13)."""
    now_open = opening(desk.place, desk.now)
    staffed = frozenset[int]() if now_open.is_open else staffed_services(desk.place)
    for service in wanted:
        refusal = why_not(desk.place, service, now_open, desk.now, staffed)
        if refusal is not None:
            raise refusal


def _holder(desk: Desk, reference: str) -> str:
    if not desk.place.one_ticket_each:
        return ""
    digest = holder_digest(reference)
    if not digest:
        raise refusals.reference_needed()
    held = Ticket.objects.filter(branch_id=desk.place.branch_id, holder=digest).first()
    if held is not None:
        if not _is_past(desk, held):
            raise refusals.already_has_number()
        desk.change(held, undoable=False, holder="")
    return digest


def _is_past(desk: Desk, ticket: Ticket) -> bool:
    """Say whether a customer who missed the call can no longer return, so that a new number is needed."""
    if ticket.state != State.NO_SHOW or ticket.called_at is None:
        return False
    verdict = return_late(
        waiting_since=ticket.waiting_since,
        called_at=ticket.called_at,
        now=desk.now,
        tolerance_minutes=desk.place.late_minutes,
    )
    return not verdict.allowed


def _next_serial(desk: Desk, series: str, day: date) -> int:
    """Return the next number of the series. The count lives with the branch's head, so it has no gap."""
    numbers = desk.record.tally.get("numbers")
    if numbers is None or numbers["day"] != day.isoformat():
        # A new day; or an old one again, when the clock was set back across midnight.
        given = Ticket.objects.filter(branch_id=desk.place.branch_id, service_day=day)
        last = given.values("series").annotate(last=Max("serial")).values_list("series", "last")
        numbers = {"day": day.isoformat(), "last": dict(last)}
        desk.record.tally["numbers"] = numbers
    serial: int = numbers["last"].get(series, 0) + 1
    numbers["last"][series] = serial
    return serial


def _insert(desk: Desk, ticket: Ticket) -> Ticket:
    """Number and insert the ticket."""
    ticket.serial = _next_serial(desk, ticket.series, ticket.service_day)
    ticket.number = number_of(ticket.series, ticket.serial)
    sql.insert(ticket)
    desk.tally(ticket.lane, +1)
    return ticket
