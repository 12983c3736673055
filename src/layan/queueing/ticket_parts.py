"""What other rooms add to the ticket page: a template of theirs and what it shows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from layan.queueing.models import Ticket


@dataclass(frozen=True)
class TicketPart:
    """A part of the page; the template finds `facts` under the name `part`."""

    template: str
    facts: dict[str, Any]


Look = Callable[[Ticket, str], TicketPart | None]
_looks: dict[str, Look] = {}


def add_ticket_part(kind: str, look: Look) -> None:
    """Show on each ticket page what `look` returns for the ticket and its signed address; it must be cheap."""
    _looks[kind] = look


def ticket_parts(ticket: Ticket, token: str) -> list[TicketPart]:
    """Return what other rooms show on this ticket's page."""
    return [part for look in _looks.values() if (part := look(ticket, token)) is not None]
