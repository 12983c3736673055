"""The door of paper: a slip, a printer, and what it answers. Pure: makes of printers stand behind it (B7, B8)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class PaperState(StrEnum):
    """What a printer says of itself."""

    READY = "ready"
    PAPER_LOW = "paper_low"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    OFFLINE = "offline"

    @property
    def prints(self) -> bool:
        """Return whether a slip can come out now."""
        return self in (PaperState.READY, PaperState.PAPER_LOW)


class Failure(StrEnum):
    """Why a slip cannot be taken for printed."""

    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    OFFLINE = "offline"
    UNCONFIRMED = "unconfirmed"  # Sent whole, and the printer never said that it was done.


@dataclass(frozen=True, slots=True)
class Slip:
    """One ticket on paper. Every text is worded already, in `language` (ms, en, zh or ta)."""

    language: str
    branch: str
    number: str
    services: tuple[str, ...]
    ahead: str
    wait: str
    bring: tuple[str, ...]
    time: str
    address: str  # Of the ticket's page, for the QR code.
    mark: str = ""  # Special or emergency counter; empty for everyone else.


@dataclass(frozen=True, slots=True)
class Printed:
    """The printer said that the whole slip came out."""


@dataclass(frozen=True, slots=True)
class NotPrinted:
    """The slip cannot be taken for printed: the person needs the number another way."""

    reason: Failure


class Printer(Protocol):
    """A printer of slips. Neither function raises for what a printer does; both end within the make's time limit."""

    def print(self, slip: Slip) -> Printed | NotPrinted:
        """Print `slip`; `Printed` only when the printer itself confirmed it."""
        ...

    def state(self) -> PaperState:
        """Return what the printer says of itself now; `OFFLINE` when it does not answer."""
        ...
