"""Which make stands behind a printer's address; the app joins it."""

from collections.abc import Callable
from typing import Protocol

from layan.queueing.paper.api import Failure, NotPrinted, PaperState, Printed, Printer, Slip


class Address(Protocol):
    """Where a printer is, and how wide its paper."""

    host: str
    port: int
    paper_mm: int


class _NoPrinter:
    """Says that nothing answers."""

    def print(self, slip: Slip) -> Printed | NotPrinted:
        """Print nothing."""
        return NotPrinted(Failure.OFFLINE)

    def state(self) -> PaperState:
        """Say that nobody is there."""
        return PaperState.OFFLINE


Make = Callable[[Address], Printer]
_in_use: Make = lambda _address: _NoPrinter()  # noqa: E731


def use_printers(make: Make) -> None:
    """Reach printers through `make` from now on."""
    global _in_use  # noqa: PLW0603 - the one place where the rooms are joined
    _in_use = make


def made(address: Address) -> Printer:
    """Return the printer at an address."""
    return _in_use(address)
