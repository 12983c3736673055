"""Calling customers to a counter: the next one, one picked by number, or the same again."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from layan.customers.api import Category
from layan.people.api import Person
from layan.places.api import CounterInfo
from layan.queueing import refusals, sql
from layan.queueing.desk import Desk, at_desk
from layan.queueing.events import TicketCalled, TicketRecalled
from layan.queueing.line import line, post_of
from layan.queueing.models import OutOfOrderCall, Session, Ticket
from layan.queueing.policy import RECALL_LIMIT, policy
from layan.queueing.rules.lanes import counter_lane, officer_lane, service_lane
from layan.queueing.rules.priority import Post, Reason, in_order, reason_for, who_is_next
from layan.queueing.rules.states import Command, State
from layan.queueing.services.serving import finish_service

#: Why an officer may call someone before others (B14's fairness list); words are in `reads.REASON_WORDS`.
OUT_OF_ORDER_REASONS = ("emergency", "frail", "distress", "mistake", "short", "supervisor")


def call_next(*, branch_id: int, counter_id: int, by: Person) -> Ticket | None:
    """Call whoever is next at a counter, or return None when nobody it can serve is waiting.

    Ends the ticket still there: one being served is finished; one called but never started is taken as served,
    which its event says (`assumed`). Raises the refusals unknown-counter, not-allowed, counter-closed,
    counter-taken and cannot-serve.
    """
    with at_desk(branch_id) as desk:
        counter, session, current = _ready(desk, counter_id, by)
        post = _post(desk, counter, by, session)
        if current is not None:
            finish_service(desk, current, counter, by, outcome="done")
        # Within a lane the order is that of waiting, so the lanes' first tickets are all the rule need compare.
        filled = [lane for lane in _lanes(post, counter, session) if lane in desk.lanes]
        firsts = {str(ticket.pk): ticket for ticket in sql.heads(filled, desk.now)} if filled else {}
        choice = who_is_next(line(firsts.values()), post, policy(desk.place.policy), desk.now)
        called = None
        if choice is not None:
            called = firsts[choice.waiting.ticket_id]
            _call(desk, called, counter, session, by, choice.reason)
        if called is not None or current is not None:
            desk.remember_command(counter_id)
    return called


def call_number(*, branch_id: int, counter_id: int, ticket_id: UUID, reason: str, by: Person) -> Ticket:
    """Call one number before its turn, with a reason; it appears in the fairness list (B14).

    Raises as `call_next` does, and reason-needed, unknown-ticket, wrong-state, counter-busy.
    """
    if reason not in OUT_OF_ORDER_REASONS:
        raise refusals.reason_needed()
    with at_desk(branch_id) as desk:
        counter, session, current = _ready(desk, counter_id, by)
        post = _post(desk, counter, by, session)
        if current is not None:
            raise refusals.counter_busy(current.number)
        ticket = desk.ticket(ticket_id)
        desk.check(Command.CALL, ticket)
        passed_over = _passed_over(desk, ticket, post, counter, session)
        why = reason_for(line([ticket])[0], post, policy(desk.place.policy), desk.now)
        _call(desk, ticket, counter, session, by, why, out_of_order=reason if passed_over else "")
        if passed_over:
            OutOfOrderCall.objects.create(
                branch_id=branch_id,
                ticket=ticket,
                counter_id=counter_id,
                officer_id=session.officer_id,
                at=desk.now,
                reason=reason,
                passed_over=passed_over,
            )
        desk.remember_command(counter_id)
    return ticket


def recall(*, branch_id: int, ticket_id: UUID, by: Person) -> Ticket:
    """Call the same number once more. Raises the refusals wrong-state and recalled-enough."""
    with at_desk(branch_id) as desk:
        ticket, counter, _ = desk.at_counter(ticket_id, by, Command.RECALL)
        if ticket.recalls >= RECALL_LIMIT:
            raise refusals.recalled_enough(RECALL_LIMIT)
        desk.change(ticket, undoable=False, recalls=ticket.recalls + 1)
        desk.append(TicketRecalled(str(ticket.pk), ticket.number, counter.code), by, counter=counter)
    return ticket


def _ready(desk: Desk, counter_id: int, by: Person) -> tuple[CounterInfo, Session, Ticket | None]:
    """Return the counter, its session and the ticket there, after checking that `by` may call there now."""
    counter = desk.counter(counter_id)
    open_session, current = sql.at_counter(counter_id)
    session = desk.require_serving(by, open_session)
    if session.state != "open":
        raise refusals.counter_closed()
    return counter, session, current


def _post(desk: Desk, counter: CounterInfo, by: Person, session: Session) -> Post:
    post = post_of(desk.place, counter, session.officer_id, by)
    if counter.offers.keys() & desk.place.services.keys() and not post.preferences:
        raise refusals.nothing_here()
    return post


def _lanes(post: Post, counter: CounterInfo, session: Session) -> list[str]:
    lanes = [service_lane(service_id, category) for service_id in post.preferences for category in Category]
    lanes += [counter_lane(counter.id, category) for category in Category]
    if session.officer_id is not None:
        lanes += [officer_lane(session.officer_id, category) for category in Category]
    return lanes


def _passed_over(desk: Desk, ticket: Ticket, post: Post, counter: CounterInfo, session: Session) -> int:
    """Return how many waiting customers this counter should have called before `ticket`."""
    lanes = _lanes(post, counter, session)
    # Who asked to be passed over for a while is not passed over by this call.
    present = Q(not_before=None) | Q(not_before__lte=desk.now) | Q(pk=ticket.pk)
    waiting: Iterable[Ticket] = Ticket.objects.filter(present, state=State.WAITING, lane__in=lanes)
    order = in_order(line(waiting), post, policy(desk.place.policy), desk.now)
    places = {choice.waiting.ticket_id: place for place, choice in enumerate(order)}
    return places.get(str(ticket.pk), len(order))


def _call(
    desk: Desk,
    ticket: Ticket,
    counter: CounterInfo,
    session: Session,
    by: Person,
    why: Reason,
    *,
    out_of_order: str = "",
) -> None:
    """Claim the ticket for the counter: one conditional statement whose count is looked at."""
    ticket.before = desk.snapshot(ticket)
    ticket.state, ticket.called_at, ticket.started_at = State.CALLED, desk.now, None
    ticket.counter_id, ticket.officer_id, ticket.recalls = counter.id, session.officer_id, 0
    ticket.not_before = None
    if not sql.claim(ticket):
        raise refusals.wrong_state(Command.CALL, State.CALLED)
    desk.tally(ticket.lane, -1)
    desk.append(
        TicketCalled(
            str(ticket.pk),
            ticket.number,
            desk.service_code(ticket),
            ticket.category,
            counter.code,
            session.officer_id,
            round(why.waited_minutes * 60),
            why.code,
            out_of_order,
        ),
        by,
        counter=counter,
    )
