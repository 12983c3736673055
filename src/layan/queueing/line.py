"""The line as the priority rule sees it, read from the tickets that wait."""

from collections.abc import Iterable

from layan.places.api import CounterInfo, Layout
from layan.queueing.models import Ticket
from layan.queueing.rules.lanes import is_direct
from layan.queueing.rules.priority import Post, Waiting


def post_of(place: Layout, counter: CounterInfo, skills: frozenset[int]) -> Post:
    """Return a counter as the rule sees it: its services, less those its officer has no skill for (A3)."""
    preferences = {
        service_id: preference
        for service_id, preference in counter.offers.items()
        if service_id in place.services and (not skills or service_id in skills)
    }
    groups = counter.groups if counter.kind == "special" else frozenset[str]()
    return Post(counter.kind, preferences, groups)


def line(tickets: Iterable[Ticket]) -> list[Waiting]:
    """Return tickets as the rule sees them."""
    return [
        Waiting(
            str(ticket.pk),
            ticket.number,
            ticket.service_id,
            ticket.category,
            ticket.waiting_since,
            direct=is_direct(ticket.lane),
        )
        for ticket in tickets
    ]
