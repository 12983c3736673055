"""The door of messages: what a carrier is given and answers. Pure: makes of carriers stand behind it (B8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from layan.messaging.rules import Channel, Reason, masked

__all__ = [
    "Carrier",
    "Channel",
    "Failed",
    "Outgoing",
    "Reason",
    "Sent",
    "carrier_of",
    "masked",
    "on_offer",
    "use_carriers",
]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one customer, worded in `language` (ms, en, zh or ta). Of no use after `not_after`.

    `key` is the same however often the message is tried: a carrier that can, delivers it once.
    """

    key: str
    channel: Channel
    # Kept out of whatever prints this.
    address: str = field(repr=False)
    language: str
    subject: str
    text: str
    link: str
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    """The carrier has taken the message and answers for it from now on."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The carrier has not taken it; `retry` says whether it may later."""

    reason: Reason
    retry: bool


class Carrier(Protocol):
    """Takes messages to customers. Never raises for what the other side does; ends within its own time limit."""

    def send(self, message: Outgoing) -> Sent | Failed:
        """Hand over `message`; `Sent` only when the other side said that it has it."""
        ...


_in_use: dict[Channel, Carrier] = {}


def use_carriers(carriers: Mapping[Channel, Carrier]) -> None:
    """Reach customers through these from now on; a channel without a carrier is not offered."""
    _in_use.clear()
    _in_use.update(carriers)


def carrier_of(channel: Channel) -> Carrier | None:
    """Return who takes messages of a channel, None when nobody does."""
    return _in_use.get(channel)


def on_offer() -> tuple[Channel, ...]:
    """Return the channels that customers may choose, always in the same order."""
    return tuple(channel for channel in Channel if channel in _in_use)
