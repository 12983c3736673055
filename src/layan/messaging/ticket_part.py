"""What the ticket page says of messages: how its holder is told, or that they may be."""

from layan.messaging.api import masked, on_offer
from layan.messaging.rules import Channel
from layan.messaging.services import told_of
from layan.messaging.words import CHANNEL_WORDS
from layan.queueing.api import State, Ticket, TicketPart

_OVER = frozenset({State.DONE, State.CANCELLED})


def told_part(ticket: Ticket, token: str) -> TicketPart | None:
    """Return the part, None when the visit is over or no channel is offered."""
    if not on_offer() or State(ticket.state) in _OVER:
        return None
    told = [
        {
            "channel": each.channel,
            "words": CHANNEL_WORDS[each.channel],
            "masked": masked(Channel(each.channel), each.address),
        }
        for each in told_of(ticket)
    ]
    return TicketPart("messaging/ticket_part.html", {"token": token, "told": told})
