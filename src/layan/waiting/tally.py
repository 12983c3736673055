"""What a day's waits add up to, small enough to keep for ever: how long people waited, and how good the promises were (B7).

Each number is counted at its first call, for the service it was asked for first: what happens after that (transfers, further
services, a customer who does not come) is not what was promised. Pure; minutes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

#: Waits are counted in steps of so many minutes, the last for all that are longer.
STEP_MIN = 5
_STEPS = 96


@dataclass(frozen=True)
class Quality:
    """Of `count` promises: mean absolute error in minutes, share called by `high`, share called within the range."""

    count: int
    error: float
    kept: float
    covered: float


@dataclass
class Hour:
    """Those who came in one hour for one service: promises and what came of them, and waits by steps of five minutes."""

    promises: int = 0
    error: float = 0.0
    kept: int = 0
    covered: int = 0
    steps: dict[int, int] = field(default_factory=dict)

    def add(self, promise: tuple[int, int, int] | None, waited: float) -> None:
        """Count a first call after `waited` minutes; `promise` is low, likely, high."""
        step = min(_STEPS, int(max(0.0, waited) // STEP_MIN))
        self.steps[step] = self.steps.get(step, 0) + 1
        if promise is not None:
            low, likely, high = promise
            self.promises += 1
            self.error += abs(waited - likely)
            self.kept += waited <= high
            self.covered += low <= waited <= high

    def merge(self, other: "Hour") -> None:
        """Add another's counts."""
        self.promises += other.promises
        self.error += other.error
        self.kept += other.kept
        self.covered += other.covered
        for step, count in other.steps.items():
            self.steps[step] = self.steps.get(step, 0) + count

    @property
    def visits(self) -> int:
        """How many were called."""
        return sum(self.steps.values())

    def quality(self) -> Quality | None:
        """Return how good the promises were; None when there were none."""
        n = self.promises
        return Quality(n, self.error / n, self.kept / n, self.covered / n) if n else None

    def waited(self, share: float) -> float:
        """Return the minutes within which this share of them was called, evenly spread within a step."""
        below, wanted = 0, share * self.visits
        for step in sorted(self.steps):
            count = self.steps[step]
            if below + count >= wanted:
                return (step + (wanted - below) / count) * STEP_MIN
            below += count
        return 0.0


@dataclass
class Tally:
    """One service day: hours by service code; numbers given up before their call, changed by their customers, unpromised."""

    hours: dict[str, dict[int, Hour]] = field(default_factory=dict)
    left: int = 0
    changed: int = 0
    unpromised: int = 0

    def called(self, service: str, hour: int, promise: tuple[int, int, int] | None, waited: float) -> None:
        """Count a first call."""
        self.hours.setdefault(service, {}).setdefault(hour, Hour()).add(promise, waited)
        self.unpromised += promise is None

    def to_json(self) -> dict[str, Any]:
        """Return the day as JSON values."""
        return {
            "hours": {
                service: {
                    str(hour): [
                        each.promises,
                        round(each.error, 2),
                        each.kept,
                        each.covered,
                        {str(step): each.steps[step] for step in sorted(each.steps)},
                    ]
                    for hour, each in sorted(hours.items())
                }
                for service, hours in sorted(self.hours.items())
            },
            "left": self.left,
            "changed": self.changed,
            "unpromised": self.unpromised,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Tally":
        """Return the day that `to_json` wrote."""
        hours = {
            service: {
                int(hour): Hour(n, error, kept_, covered, {int(step): count for step, count in steps.items()})
                for hour, (n, error, kept_, covered, steps) in each.items()
            }
            for service, each in kept["hours"].items()
        }
        return cls(hours, kept["left"], kept["changed"], kept["unpromised"])


def summed(hours: Iterable[Hour]) -> Hour:
    """Return the sum of these hours."""
    total = Hour()
    for each in hours:
        total.merge(each)
    return total
