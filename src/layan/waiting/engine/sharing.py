"""Which lines share counters, learned from how their open counters move together, and what that means for a line."""

from dataclasses import dataclass
from typing import Any

from layan.waiting.engine.line import Today

#: Lines are compared this often; counters change more slowly. Minutes.
_EVERY_MIN = 10.0
#: Below this two lines are taken to be served apart.
_LEAST = 0.15


@dataclass(frozen=True, slots=True)
class Around:
    """What a line's estimate needs to know about the rest of its branch.

    `shared_*`: people waiting, pace (calls a minute) and longest wait (minutes) of lines served by the same counters.
    """

    waiting: int
    calls_60: float
    expected_60: float
    error: float
    size: float
    shared_waiting: float
    shared_pace: float
    shared_longest: float


class Sharing:
    """Counts, for every pair of lines, how often they had the same number of counters while one had any."""

    def __init__(self) -> None:
        self._same: dict[tuple[str, str], list[int]] = {}
        self._at = float("-inf")
        #: For each line, those that seem to be served by the same counters, and how sure that is, from 0 to 1.
        self.near: dict[str, dict[str, float]] = {}

    def compare(self, at: float, lines: dict[str, Today]) -> None:
        """Compare all lines of the branch, if it is time to."""
        if at - self._at < _EVERY_MIN:
            return
        self._at = at
        names = sorted(lines)
        for index, name in enumerate(names):
            counters = lines[name].counters
            for other in names[index + 1 :]:
                if counters or lines[other].counters:
                    counts = self._same.setdefault((name, other), [0, 0])
                    counts[0] += counters == lines[other].counters
                    counts[1] += 1
        self._judge()

    def _judge(self) -> None:
        self.near = {}
        for (name, other), (same, seen) in self._same.items():
            likely = ((same + 0.5) / (seen + 3)) ** 3
            if likely >= _LEAST:
                self.near.setdefault(name, {})[other] = likely
                self.near.setdefault(other, {})[name] = likely

    def to_json(self) -> list[list[Any]]:
        """Return the counts as JSON values."""
        return [[name, other, same, seen] for (name, other), (same, seen) in self._same.items()]

    def restore(self, state: list[list[Any]]) -> None:
        """Take back what `to_json` wrote."""
        self._same = {(name, other): [same, seen] for name, other, same, seen in state}
        self._judge()


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over all lines of a branch at minute `at`."""

    at: float
    waiting: int
    calls_60: float
    expected_60: float

    @classmethod
    def of(cls, at: float, lines: dict[str, Today]) -> "Totals":
        """Add up the lines."""
        hours = [today.memories[2] for today in lines.values()]
        return cls(
            at,
            sum(today.waiting for today in lines.values()),
            sum(hour.calls for hour in hours),
            sum(hour.expected for hour in hours),
        )
