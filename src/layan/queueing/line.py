"""The line as the priority rule sees it, read from the tickets that wait."""

from collections.abc import Iterable

from layan.people.api import Person, skills_of
from layan.places.api import CounterInfo, Layout
from layan.queueing.models import Ticket
from layan.queueing.rules.lanes import is_direct
from layan.queueing.rules.priority import Post, Waiting


def post_of(place: Layout, counter: CounterInfo, officer_id: int | None, by: Person) -> Post:
    """Return a counter as the rule sees it: its services, less those its officer has no skill for (A3).

    It is the officer who serves there, also while `by`, a supervisor, gives the command.
    """
    # Who has no skill recorded at this branch may give every service here, whatever is recorded elsewhere.
    skills = (by.skills if officer_id == by.user_id else skills_of(officer_id)) & place.every_service
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
