"""The services of one visit, all under its one number: one more of them, or another order (B3)."""

from collections.abc import Sequence
from uuid import UUID

from layan.people.api import Person
from layan.queueing import refusals
from layan.queueing.desk import Desk, at_desk
from layan.queueing.events import ServiceAdded, ServicesRearranged
from layan.queueing.models import Ticket
from layan.queueing.rules.lanes import service_lane
from layan.queueing.rules.states import Command, State


def add_service(*, branch_id: int, ticket_id: UUID, service: str, by: Person) -> Ticket:
    """Add a service to the visit: the same number, no new wait at the kiosk (B3).

    Any officer of the branch may add to a visit that waits; to one at a counter, that counter's officer.
    """
    with at_desk(branch_id) as desk:
        ticket, counter = desk.in_branch(ticket_id, by, Command.ADD_SERVICE)
        wanted = desk.place.service_codes.get(service)
        if wanted is None:
            raise refusals.unknown_service(service)
        if wanted.id != ticket.service_id and service not in ticket.remaining:
            desk.change(ticket, remaining=[*ticket.remaining, service])
            desk.append(ServiceAdded(str(ticket.pk), service), by)
            if counter is not None:
                desk.remember_command(counter.id)
    return ticket


def rearrange(*, branch_id: int, ticket_id: UUID, services: Sequence[str], by: Person) -> Ticket:
    """Put the visit's services that are still to come into another order; number and seniority stay (B3).

    `services` names each of them once; for a visit that waits the one it waits for is among them, so that it may wait
    for another first. Raises bad-value for other services, and unknown-service when the first is not offered now.
    """
    with at_desk(branch_id) as desk:
        ticket, counter = desk.in_branch(ticket_id, by, Command.REARRANGE)
        waits = ticket.state == State.WAITING
        to_come = [desk.service_code(ticket), *ticket.remaining] if waits else list(ticket.remaining)
        if sorted(services) != sorted(to_come):
            raise refusals.bad_value("services")
        if list(services) == to_come:
            return ticket
        if waits:
            _wait_for(desk, ticket, services)
        else:
            desk.change(ticket, remaining=list(services))
        desk.append(ServicesRearranged(str(ticket.pk), list(services)), by)
        if counter is not None:
            desk.remember_command(counter.id)
    return ticket


def _wait_for(desk: Desk, ticket: Ticket, services: Sequence[str]) -> None:
    """Let a visit wait for the first of these services, and for the others after it."""
    first, *others = services
    if first == desk.service_code(ticket):
        desk.change(ticket, remaining=others)
        return
    wanted = desk.place.service_codes.get(first)
    if wanted is None:
        raise refusals.unknown_service(first)
    desk.change(ticket, service_id=wanted.id, remaining=others, lane=service_lane(wanted.id, ticket.category))
