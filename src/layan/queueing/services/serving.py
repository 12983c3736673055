"""Serving the customer at the counter until all business is done (B3)."""

from uuid import UUID

from layan.people.api import Person
from layan.places.api import CounterInfo
from layan.queueing import refusals, sql
from layan.queueing.desk import Desk, at_desk
from layan.queueing.events import (
    ServiceFinished,
    ServiceStarted,
    TicketDone,
    TicketHeld,
    TicketResumed,
    TicketTransferred,
)
from layan.queueing.line import post_of
from layan.queueing.models import Ticket
from layan.queueing.rules.lanes import service_lane
from layan.queueing.rules.states import AT_COUNTER, Command, State

#: How a service may end; words are in `reads.OUTCOME_WORDS`.
OUTCOMES = ("done", "incomplete", "referred")


def start(*, branch_id: int, ticket_id: UUID, by: Person) -> Ticket:
    """The customer has come: start serving. Raises the refusals unknown-ticket, wrong-state, not-allowed."""
    with at_desk(branch_id) as desk:
        ticket, counter, _ = desk.at_counter(ticket_id, by, Command.START)
        desk.change(ticket, state=State.SERVING, started_at=desk.now)
        desk.append(_started(desk, ticket, counter), by, counter=counter)
        desk.remember_command(counter.id)
    return ticket


def hold(*, branch_id: int, ticket_id: UUID, by: Person) -> Ticket:
    """Set the customer aside (a form to fill, a photo to take); the counter is free for the next."""
    with at_desk(branch_id) as desk:
        ticket, counter, _ = desk.at_counter(ticket_id, by, Command.HOLD)
        desk.change(ticket, state=State.ON_HOLD, started_at=ticket.started_at or desk.now)
        desk.append(TicketHeld(str(ticket.pk), counter.code), by, counter=counter)
        desk.remember_command(counter.id)
    return ticket


def resume(*, branch_id: int, ticket_id: UUID, by: Person) -> Ticket:
    """Serve on a customer who was set aside, at that counter or, when it has closed, at one's own.

    Raises counter-busy while another is at the counter, counter-closed during a break.
    """
    with at_desk(branch_id) as desk:
        ticket, counter, session = desk.at_counter(ticket_id, by, Command.RESUME)
        if session.state != "open":
            raise refusals.counter_closed()
        other = Ticket.objects.filter(counter_id=counter.id, state__in=AT_COUNTER).first()
        if other is not None:
            raise refusals.counter_busy(other.number)
        desk.change(ticket, state=State.SERVING, counter_id=counter.id, officer_id=session.officer_id)
        desk.append(TicketResumed(str(ticket.pk), counter.code), by, counter=counter)
        desk.remember_command(counter.id)
    return ticket


def finish(*, branch_id: int, ticket_id: UUID, by: Person, outcome: str = "done") -> Ticket:
    """End the service being given. The next of the visit's services follows at this counter when it is given here;

    otherwise the customer waits for it with the same number and seniority. Raises bad-value, wrong-state.
    """
    if outcome not in OUTCOMES:
        raise refusals.bad_value("outcome")
    with at_desk(branch_id) as desk:
        ticket, counter, session = desk.at_counter(ticket_id, by, Command.FINISH)
        given = post_of(desk.place, counter, session.officer_id, by).preferences if ticket.remaining else {}
        here = next((code for code in ticket.remaining if _id_of(desk, code) in given), None)
        finish_service(desk, ticket, counter, by, outcome=outcome, continue_with=here)
        desk.remember_command(counter.id)
    return ticket


def finish_service(
    desk: Desk,
    ticket: Ticket,
    counter: CounterInfo,
    by: Person,
    *,
    outcome: str,
    continue_with: str | None = None,
) -> None:
    """End the present service; call with the branch's lock held.

    A ticket that was called and never started is taken as served since its call. With services left it goes on
    with `continue_with` at this counter, or waits for the first of them; with none left it is done.
    """
    given = desk.service_code(ticket)
    # A service that the branch has stopped offering meanwhile cannot be waited for.
    left = [code for code in ticket.remaining if code in desk.place.service_codes]
    started = ticket.started_at or ticket.called_at or desk.now
    desk.append(
        ServiceFinished(
            str(ticket.pk),
            given,
            counter.code,
            ticket.officer_id,
            outcome,
            max(0, round((desk.now - started).total_seconds())),
            assumed=ticket.started_at is None,
        ),
        by,
        counter=counter,
    )
    finished = [*ticket.finished_services, given]
    if not left:
        ticket.before = desk.snapshot(ticket)
        ticket.state = State.DONE
        desk.forget_holder(ticket)
        ticket.started_at, ticket.ended_at = started, desk.now
        ticket.outcome, ticket.finished_services = outcome, finished
        sql.end(ticket)
        desk.append(TicketDone(str(ticket.pk), ticket.number), by)
        return
    following = continue_with or left[0]
    remaining = [code for code in left if code != following]
    service_id = desk.place.service_codes[following].id
    if continue_with:
        desk.change(
            ticket,
            service_id=service_id,
            remaining=remaining,
            finished_services=finished,
            state=State.SERVING,
            started_at=desk.now,
        )
        desk.append(_started(desk, ticket, counter), by, counter=counter)
        return
    desk.change(
        ticket,
        service_id=service_id,
        remaining=remaining,
        finished_services=finished,
        state=State.WAITING,
        started_at=None,
        lane=service_lane(service_id, ticket.category),
    )
    desk.append(TicketTransferred(str(ticket.pk), following), by)


def _id_of(desk: Desk, code: str) -> int | None:
    service = desk.place.service_codes.get(code)
    return service.id if service else None


def _started(desk: Desk, ticket: Ticket, counter: CounterInfo) -> ServiceStarted:
    return ServiceStarted(str(ticket.pk), desk.service_code(ticket), counter.code, ticket.officer_id)
