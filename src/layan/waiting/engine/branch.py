"""The engine of one branch: fed readings in time order, it estimates waits and learns from every one that ends (B7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp, log
from typing import Any, Literal

from layan.waiting.engine.features import Known, describe
from layan.waiting.engine.line import Fading, Reading, Today
from layan.waiting.engine.prior import Prior
from layan.waiting.engine.ridge import Ridge
from layan.waiting.engine.shape import LONGEST_MIN, Shape
from layan.waiting.engine.sharing import Around, Sharing, Totals
from layan.waiting.engine.spread import Conformal, scaled

#: Waits are known so finely from the numbers on displays, and where every service is recorded. Minutes.
_SEEN_GRAIN_MIN, _RECORDED_GRAIN_MIN = 1.0, 0.2
#: Corrections beyond a factor of twenty are mistakes, not knowledge.
_FURTHEST = 3.0
#: How long an error of today's answers says something about the next ones. Minutes.
_ERROR_MEMORY_MIN = 45.0
#: Of a branch's outcomes, the share that still counts a day later.
_DAY_KEEP = 0.98

State = Literal["serving", "interrupted", "not_open"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """When the person will be called, in minutes from now: the likeliest, and the range that four in five keep."""

    point: float
    p10: float
    p50: float
    p80: float
    p90: float
    basis: "Basis"


@dataclass(frozen=True, slots=True)
class Basis:
    """Why: people ahead, counters open, minutes a call lately, days of own history, the prior's version."""

    ahead: int
    counters: int
    minutes_per_call: float
    days: int
    prior: str
    state: State


@dataclass(frozen=True, slots=True)
class Question:
    """One answer that waits for its outcome."""

    line: str
    at: float
    number: int
    rank: int
    base: float
    #: Added to waits before their logarithm is taken: how finely they are known, in minutes.
    grain: float
    values: list[float]
    correction: float
    reach: tuple[float, float]


class Line:
    """One line: its usual day, today, and the answers still open."""

    def __init__(self) -> None:
        self.shape = Shape()
        self.today: Today | None = None
        self.open: list[Question] = []
        self.errors = Fading(_ERROR_MEMORY_MIN)
        self.sizes = Fading(_ERROR_MEMORY_MIN)
        self.last_error = 0.0
        self.bias = [0.0, 0.0]

    def close_day(self) -> None:
        """Turn today into history."""
        if self.today is not None:
            self.shape.close_day(self.today.sums)
        self.today, self.open, self.last_error = None, [], 0.0
        self.errors = Fading(_ERROR_MEMORY_MIN)
        self.sizes = Fading(_ERROR_MEMORY_MIN)
        self.bias = [value * 0.97 for value in self.bias]


class Branch:
    """All lines of one branch. Times are branch-local minutes from any midnight."""

    def __init__(self, prior: Prior | None = None) -> None:
        self.prior = prior or Prior()
        self.lines: dict[str, Line] = {}
        self.ridge: Ridge | None = None
        self.spread = Conformal(self.prior.quantiles)
        self.sharing = Sharing()
        self.errors = Fading(_ERROR_MEMORY_MIN)
        self.sizes = Fading(_ERROR_MEMORY_MIN)
        self.totals = Totals(0.0, 0, 0.0, 0.0)
        self.day: int | None = None

    # -- what happened

    def observe(self, at: float, readings: Sequence[Reading], *, ask: bool = True) -> None:
        """Take what is known of these lines at one instant, not earlier than the last.

        With `ask`, the newest ticket of every line becomes a question whose outcome is learned when it is called.
        """
        self._begin(at)
        for reading in readings:
            self._read(at, reading)
        running = {name: line.today for name, line in self.lines.items() if line.today}
        self.sharing.compare(at, running)
        self.totals = Totals.of(at, running)
        if ask:
            for reading in readings:
                line = self.lines[reading.line]
                if line.today is not None and line.today.waiting:
                    line.open.append(self.ask(reading.line, line.today.waiting))

    def _begin(self, at: float) -> None:
        day = int(at // 1440)
        if day != self.day:
            self.close_day()
            self.day = day

    def close_day(self) -> None:
        """Turn the running day into history, if there is one; the first reading of the next day does it too."""
        if self.day is None:
            return
        for line in self.lines.values():
            line.close_day()
        if self.ridge is not None:
            self.ridge.refit(keep=_DAY_KEEP)
        self.errors = Fading(_ERROR_MEMORY_MIN)
        self.sizes = Fading(_ERROR_MEMORY_MIN)
        self.day = None

    def _read(self, at: float, reading: Reading) -> None:
        line = self.lines.setdefault(reading.line, Line())
        if line.today is None or reading.called < line.today.called:
            line.today, line.open = Today(line.shape, at, reading), []
            return
        step = line.today.read(at, reading)
        if step is None:
            return
        before, first, after, last = step
        still = []
        for question in line.open:
            if question.number > last:
                still.append(question)
                continue
            # The calls between two readings are taken to be evenly spread.
            called_at = before + (after - before) * (question.number - first) / (last - first + 1)
            self.learn(question, called_at - question.at, at=at)
        line.open = still

    def learn(self, question: Question, wait: float, *, at: float) -> None:
        """Learn from a wait in minutes that ended and became known at minute `at`."""
        self.remember(question, wait, at=at)
        target = log((wait + question.grain) / (question.base + question.grain))
        target = min(_FURTHEST, max(-_FURTHEST, target))
        if self.ridge is None:
            self.ridge = Ridge(len(question.values), doubt=self.prior.doubt)
        self.ridge.learn(question.values, target - self.prior.correction(question.values))
        self.spread.learn(question.rank, scaled(target - question.correction, question.reach))

    def remember(self, question: Question, wait: float, *, at: float) -> None:
        """Note how far the base was off; later answers see it as features."""
        line = self.lines[question.line]
        relative = log((wait + 2) / (question.base + 2))
        line.errors.add(at, relative)
        self.errors.add(at, relative)
        line.sizes.add(at, abs(relative))
        self.sizes.add(at, abs(relative))
        line.last_error = relative
        line.bias[0] += relative
        line.bias[1] += 1

    # -- what is asked

    def describe(self, name: str) -> Known:
        """Return everything known about a line that has a reading today."""
        line = self.lines[name]
        assert line.today is not None, "estimates need a reading of today"  # noqa: S101 - a programming error
        total, weight = line.errors.sums(line.today.at)
        bias, outcomes = line.bias
        return Known(
            line.today,
            line.shape,
            self._around(name),
            total / (weight + 0.7),
            line.last_error,
            bias / (outcomes + 20),
            _size(line, line.today),
        )

    def _around(self, name: str) -> Around:
        """Return what surrounds a line right now."""
        totals, at = self.totals, self.totals.at
        total, weight = self.errors.sums(at)
        own_total, own_weight = self.lines[name].errors.sums(at)
        shared = pace = longest = 0.0
        for other, share in self.sharing.near.get(name, {}).items():
            line = self.lines.get(other)
            today = line.today if line is not None else None
            if line is None or today is None or not today.waiting:
                continue
            shared += share * today.waiting
            minute = at % 1440
            pace += share * line.shape.wide.between(minute, minute + 30) / 30
            if share > 0.5:
                longest = max(longest, at - today.joined_at(today.called + 1))
        error = (total - own_total) / (max(0.0, weight - own_weight) + 2)
        total, weight = self.sizes.sums(at)
        size = (total + 2.0) / (weight + 5)
        return Around(totals.waiting, totals.calls_60, totals.expected_60, error, size, shared, pace, longest)

    def ask(self, name: str, rank: int) -> Question:
        """Return an answer for the `rank`-th to be called (1 = next), to be given back to `learn`."""
        return self._questions(name, [rank])[0]

    def _questions(self, name: str, ranks: Sequence[int]) -> list[Question]:
        at_rank = describe(self.describe(name))
        today = self.lines[name].today
        assert today is not None  # noqa: S101 - describe has checked it
        asked = []
        for rank in ranks:
            base, raw = at_rank(rank)
            values = [min(4.0, max(-4.0, value)) for value in raw]
            correction = self.prior.correction(values)
            if self.ridge is not None:
                correction += self.ridge.at(values)
            correction = min(_FURTHEST, max(-_FURTHEST, correction))
            asked.append(
                Question(
                    name,
                    today.at,
                    today.called + rank,
                    rank,
                    base,
                    _SEEN_GRAIN_MIN if today.desk is None else _RECORDED_GRAIN_MIN,
                    values,
                    correction,
                    self.prior.reach(values),
                )
            )
        return asked

    def estimate(self, name: str, ahead: int) -> Estimate:
        """Return the estimate for the person with so many `ahead` in the line."""
        return self.estimates(name, [ahead])[0]

    def estimates(self, name: str, aheads: Sequence[int]) -> list[Estimate]:
        """Return estimates for several people of one line; more people ahead never means a shorter wait."""
        today = self.lines[name].today
        assert today is not None, "estimates need a reading of today"  # noqa: S101 - a programming error
        grid = _grid(max(today.waiting, max(aheads, default=0) + 1), today.waiting)
        rows = _increasing([self.quantiles(question) for question in self._questions(name, grid)])
        return [self._estimate(name, ahead, _between(grid, rows, ahead + 1)) for ahead in aheads]

    def quantiles(self, question: Question) -> list[float]:
        """Return p10, p50, p80 and p90 in minutes for one question."""
        found = []
        for off in self.spread.at(question.rank):
            log_wait = question.correction + off * question.reach[off > 0]
            found.append(
                min(LONGEST_MIN, max(0.0, exp(log_wait) * (question.base + question.grain) - question.grain))
            )
        return found

    def _estimate(self, name: str, ahead: int, quantiles: list[float]) -> Estimate:
        line = self.lines[name]
        assert line.today is not None  # noqa: S101 - estimates has checked it
        p10, p50, p80, p90 = quantiles
        lately = line.today.memories[2]
        pace = (lately.calls + 15 * line.shape.pace_a_minute) / (lately.busy + 15)
        basis = Basis(
            ahead,
            line.today.counters,
            1 / max(pace, 0.001),
            line.shape.days,
            self.prior.version,
            self.state(name),
        )
        return Estimate(p50, p10, p50, p80, p90, basis)

    def state(self, name: str) -> State:
        """Say whether the line is served; "interrupted" when people wait and no counter is open though one was or usually is."""
        line = self.lines[name]
        today = line.today
        if today is None or today.counters > 0:
            return "serving" if today is not None else "not_open"
        usually = line.shape.open_between(today.at % 1440, 0) >= 0.5
        began = today.first_call is not None or today.called > 0
        return "interrupted" if began or usually else "not_open"

    # -- what is kept

    def to_json(self) -> dict[str, Any]:
        """Return what days before this one taught, as JSON values; a running day is not kept but replayed."""
        return {
            "day": self.day,
            "lines": {
                name: {"shape": line.shape.to_json(), "bias": line.bias} for name, line in self.lines.items()
            },
            "ridge": self.ridge.to_json() if self.ridge else None,
            "spread": self.spread.to_json(),
            "sharing": self.sharing.to_json(),
        }

    @classmethod
    def from_json(cls, state: dict[str, Any], prior: Prior | None = None) -> "Branch":
        """Return the branch that `to_json` wrote."""
        branch = cls(prior)
        branch.day = state["day"]
        for name, kept in state["lines"].items():
            line = branch.lines[name] = Line()
            line.shape, line.bias = Shape.from_json(kept["shape"]), kept["bias"]
        if state["ridge"]:
            branch.ridge = Ridge(len(state["ridge"]["weights"]), doubt=branch.prior.doubt)
            branch.ridge.restore(state["ridge"])
        branch.spread.restore(state["spread"])
        branch.sharing.restore(state["sharing"])
        return branch


def _size(line: Line, today: Today) -> float:
    total, weight = line.sizes.sums(today.at)
    return (total + 1.2) / (weight + 3)


def _grid(last: int, waiting: int) -> list[int]:
    """Return ranks that grow fourfold, and with them the newest person's and the last asked for."""
    ranks, rank = {last, max(1, waiting)}, 1
    while rank < last:
        ranks.add(rank)
        rank *= 4
    return sorted(ranks)


def _increasing(rows: list[list[float]]) -> list[list[float]]:
    """Return rows that never fall from one rank to the next: midway between the tightest such rows above and below."""
    above = list(accumulate(rows, lambda row, following: list(map(max, row, following))))
    below = list(accumulate(reversed(rows), lambda row, before: list(map(min, row, before))))[::-1]
    return [
        [(high + low) / 2 for high, low in zip(*pair, strict=True)] for pair in zip(above, below, strict=True)
    ]


def _between(grid: list[int], rows: list[list[float]], rank: int) -> list[float]:
    """Return the row of a rank, interpolated between its neighbours on the grid."""
    after = next(index for index, known in enumerate(grid) if known >= rank)
    if grid[after] == rank:
        return rows[after]
    share = (rank - grid[after - 1]) / (grid[after] - grid[after - 1])
    return [low + (high - low) * share for low, high in zip(rows[after - 1], rows[after], strict=True)]


__all__ = ["Basis", "Branch", "Estimate", "Question", "Reading"]
