"""Which lines share counters, learned from how their open counters move together, and what that means for a line."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layan.waiting.engine.line import Today

if TYPE_CHECKING:
    from layan.waiting.engine.branch import Branch

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


def around_of(branch: "Branch", name: str) -> Around:
    """Return what surrounds a line right now."""
    totals, at = branch.totals, branch.totals.at
    total, weight = branch.errors.sums(at)
    own_total, own_weight = branch.lines[name].errors.sums(at)
    shared = pace = longest = 0.0
    for other, share in branch.sharing.near.get(name, {}).items():
        line = branch.lines.get(other)
        today = line.today if line is not None else None
        if line is None or today is None or not today.waiting:
            continue
        shared += share * today.waiting
        minute = at % 1440
        pace += share * line.shape.wide.between(minute, minute + 30) / 30
        if share > 0.5:
            longest = max(longest, at - today.joined_at(today.called + 1))
    error = (total - own_total) / (max(0.0, weight - own_weight) + 2)
    total, weight = branch.sizes.sums(at)
    size = (total + 2.0) / (weight + 5)
    return Around(totals.waiting, totals.calls_60, totals.expected_60, error, size, shared, pace, longest)
