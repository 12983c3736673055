"""Opening, pausing and closing counters: who, where, when (B5, B11 read these facts)."""

from datetime import UTC

from layan.customers.api import Category
from layan.people.api import Permission, Person, staff_who
from layan.places.api import CounterInfo, counters_promised, opening
from layan.queueing import refusals
from layan.queueing.desk import Desk, at_desk, release
from layan.queueing.events import CounterClosed, CounterOpened, CounterPaused
from layan.queueing.models import Session, Ticket
from layan.queueing.rules.lanes import counter_lane, officer_lane
from layan.queueing.rules.states import AT_COUNTER

#: Why a counter pauses; words are in `reads.BREAK_WORDS`.
BREAK_REASONS = ("lunch", "prayer", "rest", "meeting", "technical")


def open_counter(*, branch_id: int, counter_id: int, by: Person) -> Session:
    """Open a counter, or end its break. An officer has one counter at a time; a supervisor may open several.

    Raises the refusals not-allowed, unknown-counter, counter-taken, has-other-counter.
    """
    with at_desk(branch_id) as desk:
        desk.require(by, Permission.SERVE)
        counter = desk.counter(counter_id)
        session = desk.session(counter_id)
        if session is not None:
            return _reopen(desk, session, counter, by)
        if not desk.may(by, Permission.SUPERVISE):
            _refuse_second_counter(desk, by)
        return _open(desk, counter, by, by.user_id)


def _reopen(desk: Desk, session: Session, counter: CounterInfo, by: Person) -> Session:
    desk.require_serving(by, session)
    if session.state != "open":
        session.state, session.reason, session.since = "open", "", desk.now
        session.save(update_fields=["state", "reason", "since"])
        desk.append(
            CounterOpened(counter.code, session.officer_id, _open_counters(desk)), by, counter=counter
        )
    return session


def seat_officer(*, branch_id: int, counter_id: int, officer_id: int, by: Person) -> Session:
    """Let a supervisor open a counter in an officer's name, or hand an open one over; whoever sat elsewhere moves.

    Raises the refusals not-allowed, unknown-counter, not-an-officer, counter-busy, officer-busy.
    """
    with at_desk(branch_id) as desk:
        desk.require(by, Permission.SUPERVISE)
        counter = desk.counter(counter_id)
        _refuse_stranger(desk, officer_id)
        session = desk.session(counter_id)
        if session is not None and session.officer_id == officer_id:
            return _reopen(desk, session, counter, by)
        if session is not None:
            _refuse_while_busy(counter_id)
            close_session(desk, session, by)
        left = _seats_to_leave(desk, officer_id)
        session = _open(desk, counter, by, officer_id)
        # Only now, so that those who wait for this very officer go on waiting for them.
        for seat in left:
            close_session(desk, seat, by)
    return session


def _refuse_stranger(desk: Desk, officer_id: int) -> None:
    place = desk.place
    serving = staff_who(Permission.SERVE, branch_id=place.branch_id, agency_id=place.agency_id)
    if officer_id not in {colleague.id for colleague in serving}:
        raise refusals.not_an_officer()


def _seats_to_leave(desk: Desk, officer_id: int) -> list[Session]:
    """Return the sessions of the branch that an officer has open. Raises officer-busy while a customer is at one."""
    seats = list(
        Session.objects.filter(branch_id=desk.place.branch_id, officer_id=officer_id, closed_at=None)
    )
    for seat in seats:
        ticket = _customer_at(seat.counter_id)
        counter = desk.place.counters.get(seat.counter_id)
        if ticket is not None:
            raise refusals.officer_busy(counter.code if counter else "", ticket.number)
    return seats


def _open(desk: Desk, counter: CounterInfo, by: Person, officer_id: int | None) -> Session:
    session = Session.objects.create(
        branch_id=desk.place.branch_id,
        counter_id=counter.id,
        officer_id=officer_id,
        opened_by=by.actor,
        opened_at=desk.now,
        since=desk.now,
        state="open",
    )
    desk.append(CounterOpened(counter.code, officer_id, _open_counters(desk)), by, counter=counter)
    return session


def _refuse_second_counter(desk: Desk, by: Person) -> None:
    other = desk.own_session(by)
    if other is not None:
        raise refusals.has_other_counter(desk.place.counters[other.counter_id].code)


def pause_counter(*, branch_id: int, counter_id: int, reason: str, by: Person) -> Session:
    """Take a break, with its reason. Raises bad-value, counter-closed, counter-busy, not-allowed."""
    if reason not in BREAK_REASONS:
        raise refusals.bad_value("reason")
    with at_desk(branch_id) as desk:
        counter = desk.counter(counter_id)
        session = desk.require_serving(by, desk.session(counter_id))
        _refuse_while_busy(counter_id)
        session.state, session.reason, session.since = "break", reason, desk.now
        session.save(update_fields=["state", "reason", "since"])
        desk.forget_command(counter_id)
        paused = CounterPaused(
            counter.code,
            session.officer_id,
            reason,
            _open_counters(desk),
            counters_promised(desk.place, desk.now),
        )
        desk.append(paused, by, counter=counter)
    return session


def close_counter(*, branch_id: int, counter_id: int, by: Person) -> Session:
    """Close the counter. Raises counter-closed, counter-busy while a customer is there, not-allowed."""
    with at_desk(branch_id) as desk:
        session = desk.require_serving(by, desk.session(desk.counter(counter_id).id))
        _refuse_while_busy(counter_id)
        close_session(desk, session, by)
    return session


def close_session(desk: Desk, session: Session, by: Person) -> None:
    """End a session and record what the lunch and early-close findings need; call with the branch's lock held.

    Whoever was sent to this counter or its officer waits for the service again: nobody waits for an empty chair.
    """
    session.state, session.closed_at, session.since = "closed", desk.now, desk.now
    session.save(update_fields=["state", "closed_at", "since"])
    counter = desk.place.counters.get(session.counter_id)
    closing = opening(desk.place, desk.now).closes_at
    closed = CounterClosed(
        counter.code if counter else str(session.counter_id),
        session.officer_id,
        _open_counters(desk),
        counters_promised(desk.place, desk.now),
        closing.astimezone(UTC).isoformat() if closing else "",
    )
    desk.append(closed, by, counter=counter)
    desk.forget_command(session.counter_id)
    lanes = [counter_lane(session.counter_id, category) for category in Category]
    if session.officer_id is not None and not _at_work(desk, session.officer_id):
        lanes += [officer_lane(session.officer_id, category) for category in Category]
    release(desk, lanes, by)


def _open_counters(desk: Desk) -> int:
    return Session.objects.filter(branch_id=desk.place.branch_id, closed_at=None, state="open").count()


def _at_work(desk: Desk, officer_id: int) -> bool:
    return Session.objects.filter(
        branch_id=desk.place.branch_id, officer_id=officer_id, closed_at=None
    ).exists()


def _customer_at(counter_id: int) -> Ticket | None:
    return Ticket.objects.filter(counter_id=counter_id, state__in=AT_COUNTER).first()


def _refuse_while_busy(counter_id: int) -> None:
    ticket = _customer_at(counter_id)
    if ticket is not None:
        raise refusals.counter_busy(ticket.number)
