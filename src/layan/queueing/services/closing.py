"""Closing the books of a service day: nothing of yesterday waits today."""

from datetime import date

from layan.kit import clock
from layan.kit.events import SYSTEM
from layan.people.api import Person
from layan.places.api import business_ends_at, layout, service_day
from layan.queueing.desk import at_desk
from layan.queueing.events import DayClosed, TicketCancelled
from layan.queueing.models import Session, Ticket
from layan.queueing.rules.states import LIVE, State
from layan.queueing.services.sessions import close_session

_SYSTEM = Person(actor=SYSTEM)


def close_past_days(*, branch_id: int) -> list[date]:
    """Close every service day whose business is over and that has live tickets or open counters; returns those days.

    Runs in the worker after midnight of the branch, or after its night's session, and after any time the worker was
    away.
    """
    place = layout(branch_id)
    today = service_day(place, clock.now())
    days = set(
        Ticket.objects.filter(branch_id=branch_id, state__in=LIVE, service_day__lt=today).values_list(
            "service_day", flat=True
        )
    )
    days |= {
        service_day(place, opened)
        for opened in Session.objects.filter(branch_id=branch_id, closed_at=None).values_list(
            "opened_at", flat=True
        )
        if service_day(place, opened) < today
    }
    over = [day for day in sorted(days) if business_ends_at(place, day) <= clock.now()]
    for day in over:
        _close_day(branch_id, day)
    _forget_holders(branch_id, today)
    return over


def _forget_holders(branch_id: int, today: date) -> None:
    """Erase who held the numbers of those who missed their call and never came back (B14)."""
    missed = Ticket.objects.filter(branch_id=branch_id, service_day__lt=today, state=State.NO_SHOW).exclude(
        holder=""
    )
    if missed.exists():
        with at_desk(branch_id):
            missed.update(holder="")


def _close_day(branch_id: int, day: date) -> None:
    with at_desk(branch_id) as desk:
        tickets = list(Ticket.objects.filter(branch_id=branch_id, state__in=LIVE, service_day=day))
        for ticket in tickets:
            desk.change(
                ticket, undoable=False, state=State.CANCELLED, ended_at=desk.now, outcome="day-closed"
            )
            desk.append(TicketCancelled(str(ticket.pk), ticket.number, "day-closed"), _SYSTEM)
        sessions = [
            session
            for session in Session.objects.filter(branch_id=branch_id, closed_at=None)
            if service_day(desk.place, session.opened_at) <= day
        ]
        for session in sessions:
            close_session(desk, session, _SYSTEM)
        desk.append(DayClosed(day.isoformat(), len(tickets), len(sessions)), _SYSTEM)
