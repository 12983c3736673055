"""Doors to tickets: an object of a branch is fetched only with the person who asks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.core.signing import BadSignature, Signer

from layan.kit.refusal import Refusal
from layan.people.api import Permission, Person, not_allowed
from layan.places.api import Layout, branch_id_of, counter_branch, last_layout, layout
from layan.queueing import refusals
from layan.queueing.models import Ticket
from layan.queueing.services.moving import holder_actor

_SIGNER = Signer(salt="layan.ticket", sep=".")


def branch_for(person: Person, code: str, permission: Permission) -> Layout:
    """Return the branch with this code to a person allowed `permission` there. Raises unknown-branch, not-allowed."""
    place = public_branch(code)
    if not person.may(permission, place.branch_id, place.agency_id):
        raise not_allowed()
    return place


def public_branch(code: str) -> Layout:
    """Return the branch with this code, to anyone. Raises unknown-branch."""
    branch_id = branch_id_of(code)
    if branch_id is None:
        raise refusals.unknown_branch()
    return layout(branch_id)


def branch_of_counter(person: Person, counter_id: int, permission: Permission) -> Layout:
    """Return the branch of a counter. Raises unknown-counter to a person who is not allowed there at all."""
    branch_id = counter_branch(counter_id)
    if branch_id is None:
        raise refusals.unknown_counter()
    place = layout(branch_id)
    if not person.may(permission, place.branch_id, place.agency_id):
        # A stranger is not told which counters exist elsewhere.
        raise refusals.unknown_counter() if not _belongs(person, place) else not_allowed()
    return place


@contextmanager
def hidden_from_strangers(person: Person, branch_id: int, unknown: Callable[[], Refusal]) -> Iterator[None]:
    """Tell a person without any role at the branch, whom the block's command refused, that nothing is there."""
    try:
        yield
    except Refusal as refusal:
        if refusal.code == "not-allowed" and not _belongs(person, last_layout(branch_id)):
            raise unknown() from refusal
        raise


def ticket_for(person: Person, ticket_id: UUID) -> tuple[Ticket, Layout]:
    """Return a ticket and its branch to a person who may read it: staff of the branch, or who issued or holds it.

    Raises unknown-ticket to everybody else, so that nobody learns which tickets exist.
    """
    ticket = Ticket.objects.filter(pk=ticket_id).first()
    if ticket is None:
        raise refusals.unknown_ticket()
    place = layout(ticket.branch_id)
    own = person.actor in {holder_actor(ticket.pk), ticket.issued_by}
    if not own and not person.may(Permission.READ_TICKETS, place.branch_id, place.agency_id):
        raise refusals.unknown_ticket()
    return ticket, place


def ticket_at(person: Person, place: Layout, ticket_id: UUID) -> Ticket:
    """Return a ticket of the branch to a person who may read it. Raises unknown-ticket, also for another branch's."""
    ticket, its_place = ticket_for(person, ticket_id)
    if its_place.branch_id != place.branch_id:
        raise refusals.unknown_ticket()
    return ticket


def holder(ticket_id: UUID) -> Person:
    """Return whoever holds the ticket's signed address: allowed to read it, be late, come back, cancel."""
    return Person(actor=holder_actor(ticket_id))


def track_token(ticket_id: UUID) -> str:
    """Return the signed, unguessable part of a ticket's public address."""
    return _SIGNER.sign(ticket_id.hex)


def ticket_id_of(token: str) -> UUID:
    """Return the ticket that a public address names. Raises unknown-ticket when the signature is wrong."""
    try:
        return UUID(_SIGNER.unsign(token))
    except (BadSignature, ValueError) as wrong:
        raise refusals.unknown_ticket() from wrong


def _belongs(person: Person, place: Layout) -> bool:
    return bool(person.roles_at(place.branch_id, place.agency_id))
