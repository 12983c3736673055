"""Waits as pages and the API show them; nothing here writes (B7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from layan.customers.api import Category
from layan.places.api import Layout, ServiceInfo, disruption_message
from layan.queueing.models import Ticket
from layan.queueing.policy import policy
from layan.queueing.promises import Wait, waits
from layan.queueing.reads import head, tally_ahead
from layan.queueing.rules.states import State

#: Said at once when a disruption is announced, however old the forecast is (B15).
DISRUPTION = "disruption"


def waits_now(place: Layout, now: datetime) -> dict[int, Wait]:
    """Return, by service id, the wait of someone of the general category who came now."""
    _seq, lanes = head(place.branch_id)
    rule, disrupted = policy(place.policy), disruption_message(place.branch_id) is not None
    found = {}
    for service_id in place.services:
        ahead = tally_ahead(lanes, service_id, Category.GENERAL, rule, now)
        found[service_id] = (
            Wait(ahead, DISRUPTION)
            if disrupted
            else waits().new(place, service_id=service_id, category=Category.GENERAL, ahead=ahead, now=now)
        )
    return found


def wait_of(ticket: Ticket, place: Layout, ahead: int, now: datetime) -> Wait | None:
    """Return how long a ticket behind `ahead` others will still wait; None when it does not wait."""
    if ticket.state != State.WAITING:
        return None
    if disruption_message(place.branch_id) is not None:
        return Wait(ahead, DISRUPTION)
    return waits().standing(place, ticket=ticket, ahead=ahead, now=now)


@dataclass(frozen=True)
class Overdue:
    """A number still waiting past the end of the range it was promised, and by how many whole minutes (B12)."""

    ticket: Ticket
    service: ServiceInfo | None
    minutes: int


def overdue(place: Layout, now: datetime) -> list[Overdue]:
    """Return who waits for the service first asked for longer than promised, the latest first."""
    waiting = Ticket.objects.filter(branch_id=place.branch_id, state=State.WAITING, called_at=None)
    late = []
    for ticket in waiting:
        until = promised_until(ticket)
        asked_later = ticket.not_before is not None and ticket.not_before > now
        if until is not None and until < now and not asked_later:
            minutes = int((now - until) / timedelta(minutes=1))
            late.append(Overdue(ticket, place.services.get(ticket.service_id), minutes))
    return sorted(late, key=lambda each: -each.minutes)


def promised_until(ticket: Ticket) -> datetime | None:
    """Return by when the ticket was to be called as promised; None without a promise."""
    high = ticket.promised.get("high")
    return None if high is None else ticket.issued_at + timedelta(minutes=high)
