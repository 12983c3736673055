"""Sending a customer elsewhere, or noting that they are away, late, back, or gone."""

from datetime import timedelta
from uuid import UUID

from layan.people.api import Permission, Person, not_allowed
from layan.places.api import CounterInfo
from layan.queueing import refusals
from layan.queueing.desk import Desk, at_desk, waiting_lane
from layan.queueing.events import (
    TicketCancelled,
    TicketNotPresent,
    TicketPostponed,
    TicketReturned,
    TicketTransferred,
)
from layan.queueing.models import Session, Ticket
from layan.queueing.rules.lanes import counter_lane, officer_lane, service_lane
from layan.queueing.rules.returning import return_late
from layan.queueing.rules.states import STANDING, Command, State

#: Minutes a customer may ask to be passed over ("I will be late"), and the way to say that one is here after all.
LATE_MINUTES = (5, 10, 15, 20)
NOT_LATE = 0


def transfer(
    *,
    branch_id: int,
    ticket_id: UUID,
    by: Person,
    service: str = "",
    counter_id: int | None = None,
    officer_id: int | None = None,
) -> Ticket:
    """Send the customer on, keeping number and seniority: to a service, a counter or an officer (one of them).

    Raises the refusals one-destination, unknown-service, unknown-counter, counter-closed, unknown-officer, wrong-state.
    """
    if [bool(service), counter_id is not None, officer_id is not None].count(True) != 1:
        raise refusals.one_destination()
    with at_desk(branch_id) as desk:
        ticket, here, _ = desk.at_counter(ticket_id, by, Command.TRANSFER)
        service_id, lane = _destination(desk, ticket, service, counter_id, officer_id)
        desk.change(
            ticket,
            state=State.WAITING,
            service_id=service_id,
            remaining=_still_to_come(desk, ticket, service),
            lane=lane,
            started_at=None,
        )
        to_counter = desk.counter(counter_id).code if counter_id is not None else ""
        desk.append(
            TicketTransferred(str(ticket.pk), desk.service_code(ticket), to_counter, officer_id),
            by,
        )
        desk.remember_command(here.id)
    return ticket


def _still_to_come(desk: Desk, ticket: Ticket, service: str) -> list[str]:
    """Return the services left after a transfer: going first to one that was to come later only changes the order."""
    if service not in ticket.remaining:
        return list(ticket.remaining)
    others = [code for code in ticket.remaining if code != service]
    return [desk.service_code(ticket), *others]


def _destination(
    desk: Desk, ticket: Ticket, service: str, counter_id: int | None, officer_id: int | None
) -> tuple[int, str]:
    """Return the service and lane that a transfer leads to."""
    if counter_id is not None:
        if desk.session(desk.counter(counter_id).id) is None:
            raise refusals.counter_closed()
        return ticket.service_id, counter_lane(counter_id, ticket.category)
    if officer_id is not None:
        at_work = Session.objects.filter(
            branch_id=desk.place.branch_id, officer_id=officer_id, closed_at=None
        )
        if not at_work.exists():
            raise refusals.unknown_officer()
        return ticket.service_id, officer_lane(officer_id, ticket.category)
    wanted = desk.place.service_codes.get(service)
    if wanted is None:
        raise refusals.unknown_service(service)
    return wanted.id, service_lane(wanted.id, ticket.category)


def no_show(*, branch_id: int, ticket_id: UUID, by: Person) -> Ticket:
    """The customer did not come to the counter. They may return within the branch's tolerance."""
    with at_desk(branch_id) as desk:
        ticket, counter, _ = desk.at_counter(ticket_id, by, Command.NO_SHOW)
        desk.change(ticket, state=State.NO_SHOW)
        desk.append(TicketNotPresent(str(ticket.pk), counter.code, ticket.recalls), by, counter=counter)
        desk.remember_command(counter.id)
    return ticket


def return_to_line(*, branch_id: int, ticket_id: UUID, by: Person) -> Ticket:
    """A customer who missed the call is back: they keep their place less the time they were away.

    Raises the refusals wrong-state and too-late-to-return.
    """
    with at_desk(branch_id) as desk:
        ticket, counter, _ = _by_holder_or_staff(desk, ticket_id, by, Command.RETURN)
        called_at = ticket.called_at or desk.now
        verdict = return_late(
            waiting_since=ticket.waiting_since,
            called_at=called_at,
            now=desk.now,
            tolerance_minutes=desk.place.late_minutes,
        )
        if not verdict.allowed:
            raise refusals.too_late_to_return(desk.place.late_minutes)
        desk.change(
            ticket,
            undoable=counter is not None,
            state=State.WAITING,
            waiting_since=verdict.waiting_since,
            lane=waiting_lane(ticket),
        )
        away = round((desk.now - called_at).total_seconds())
        desk.append(TicketReturned(str(ticket.pk), max(0, away)), by)
        _remember(desk, counter)
    return ticket


def postpone(*, branch_id: int, ticket_id: UUID, minutes: int, by: Person) -> Ticket:
    """ "I will be late": pass over the customer for some minutes, with 0 no longer; the place in the line is kept."""
    if minutes not in (NOT_LATE, *LATE_MINUTES):
        raise refusals.bad_value("minutes")
    with at_desk(branch_id) as desk:
        ticket, counter, _ = _by_holder_or_staff(desk, ticket_id, by, Command.POSTPONE)
        desk.change(
            ticket,
            undoable=counter is not None,
            not_before=desk.now + timedelta(minutes=minutes) if minutes else None,
        )
        desk.append(TicketPostponed(str(ticket.pk), minutes), by)
        _remember(desk, counter)
    return ticket


def cancel(*, branch_id: int, ticket_id: UUID, by: Person) -> Ticket:
    """Give the number up: by its holder, by the kiosk that issued it, or by staff.

    Of the staff only the officer of the counter where the customer stands, or a supervisor, may; of one who waits all.
    """
    with at_desk(branch_id) as desk:
        ticket, counter, staff = _by_holder_or_staff(desk, ticket_id, by, Command.CANCEL)
        reason = "staff" if staff else "customer"
        stood_at = desk.place.counters.get(ticket.counter_id or 0) if ticket.state in STANDING else None
        desk.change(
            ticket,
            undoable=counter is not None,
            state=State.CANCELLED,
            ended_at=desk.now,
            outcome=reason,
        )
        desk.append(TicketCancelled(str(ticket.pk), ticket.number, reason), by, counter=stood_at)
        _remember(desk, counter)
    return ticket


def _by_holder_or_staff(
    desk: Desk, ticket_id: UUID, by: Person, command: Command
) -> tuple[Ticket, CounterInfo | None, bool]:
    """Return a ticket that `by` holds, issued (a kiosk), or may serve; the counter that may undo; whether by staff.

    Raises the refusals not-allowed, wrong-state, counter-taken and counter-closed.
    """
    if desk.may(by, Permission.SUPERVISE) or desk.may(by, Permission.SERVE):
        return *desk.in_branch(ticket_id, by, command), True
    ticket = desk.ticket(ticket_id)
    if by.actor not in {holder_actor(ticket.pk), ticket.issued_by}:
        raise not_allowed()
    desk.check(command, ticket)
    return ticket, None, False


def _remember(desk: Desk, counter: CounterInfo | None) -> None:
    """Note the command for the undo of the counter from which it was given, if it was given from one."""
    if counter is not None:
        desk.remember_command(counter.id)


def holder_actor(ticket_id: UUID) -> str:
    """Return the actor that stands for whoever holds the signed address of this ticket."""
    return f"ticket:{ticket_id.hex}"
