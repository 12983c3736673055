"""The door queueing needs to say how long a wait will be (B7); the room above it that can tell comes in through `use`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from layan.places.api import Layout

#: Nothing was published of late: the forecast's maker is not running, or has not begun.
NO_FORECAST = "no_forecast"


@dataclass(frozen=True)
class Wait:
    """A wait in whole minutes from `as_of`, or the `reason` why nothing honest can be said.

    Four in five are called after `low` and before `high`; `basis` explains it: people ahead, counters that serve, minutes each.
    """

    ahead: int
    reason: str = ""
    low: int = 0
    likely: int = 0
    high: int = 0
    counters: int = 0
    minutes_each: float = 0.0
    as_of: str = ""
    version: str = ""

    def promised(self) -> dict[str, Any]:
        """Return what is kept with the ticket and in its event; only the reason when there is no number."""
        if self.reason:
            return {"ahead": self.ahead, "reason": self.reason}
        return {name: value for name, value in asdict(self).items() if name != "reason"}

    def facts(self) -> tuple[list[int], str]:
        """Return what the event of the number says: low, likely, high and the model's version; or the reason."""
        return ([], self.reason) if self.reason else ([self.low, self.likely, self.high], self.version)


@dataclass(frozen=True)
class UsualHour:
    """How long those who came in one hour of the day waited on past days of the same weekday.

    Whole minutes: half of the `visits` waited between `low` and `high`; `hour` is the branch's, from 0 to 23.
    """

    hour: int
    low: int
    high: int
    visits: int


class Waits(Protocol):
    """Tells how long it will take, from memory: it is asked while a branch is locked."""

    def new(self, place: Layout, *, service_id: int, category: str, ahead: int, now: datetime) -> Wait:
        """Return the wait of someone who joins a service's line now behind `ahead` others."""

    def standing(self, place: Layout, *, ticket: "Standing", ahead: int, now: datetime) -> Wait:
        """Return the wait of a ticket in line, as it is shown: it changes only when it matters."""

    def usual(self, place: Layout, *, weekday: int, service_id: int | None) -> tuple[UsualHour, ...]:
        """Return the usual shape of a weekday (0 is Monday) by hour, of a service or of all; empty without history."""


class Standing(Protocol):
    """What is asked of a ticket in line."""

    pk: UUID
    service_id: int
    category: str
    lane: str
    issued_at: datetime
    waiting_since: datetime
    promised: Mapping[str, Any]


class NoWaits:
    """Says that nothing can be said."""

    def new(self, place: Layout, *, service_id: int, category: str, ahead: int, now: datetime) -> Wait:
        """Return no estimate."""
        return Wait(ahead, NO_FORECAST)

    def standing(self, place: Layout, *, ticket: Standing, ahead: int, now: datetime) -> Wait:
        """Return no estimate."""
        return Wait(ahead, NO_FORECAST)

    def usual(self, place: Layout, *, weekday: int, service_id: int | None) -> tuple[UsualHour, ...]:
        """Return no history."""
        return ()


_in_use: Waits = NoWaits()


def use(waits: Waits) -> None:
    """Ask `waits` from now on."""
    global _in_use  # noqa: PLW0603 - the one place where the rooms are joined
    _in_use = waits


def waits() -> Waits:
    """Return whom to ask how long it will take."""
    return _in_use
