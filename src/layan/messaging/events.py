"""What a customer agreed to. Never where they are reached: an address could not be erased from the log."""

from dataclasses import dataclass

from layan.kit.events import Event


@dataclass(frozen=True)
class MessagesAsked(Event):
    """The holder of a number asked to be told of it by `channel`, after reading what is kept and until when."""

    type = "messages.asked"
    ticket: str
    channel: str


@dataclass(frozen=True)
class MessagesStopped(Event):
    """The address was erased; `reason` is customer, replaced, visit-over or too-long."""

    type = "messages.stopped"
    ticket: str
    channel: str
    reason: str
