"""How far waits fall from what was said, and quantiles that keep their promise when an office changes (B7)."""

from typing import Any

#: The quantiles of every range.
LEVELS = (0.1, 0.5, 0.8, 0.9)
#: First rank of each group of ranks: next, 1 ahead, 2-3, 4-7, 8 and more.
_GROUPS = (1, 2, 3, 5, 9)
#: Without a prior: in logarithms of the wait, wide enough for a first morning.
_UNKNOWN = (-1.0, 0.0, 0.8, 1.2)


def group(rank: int) -> int:
    """Return the group of the person who is the `rank`-th to be called."""
    return sum(rank >= first for first in _GROUPS) - 1


def scaled(error: float, reach: tuple[float, float]) -> float:
    """Return a log error in units of how far below or above the middle it was expected to reach."""
    return error / reach[error > 0]


class Conformal:
    """Quantiles of scaled errors, moved by every outcome so that the share below each is its level; the middle stays.

    Adaptive conformal inference (Gibbs and Candes 2021) on the quantile itself: after each outcome a quantile steps up by
    `step * level` when the outcome was above it and down by `step * (1 - level)` when it was not.
    """

    def __init__(
        self, start: list[list[float]] | None = None, *, steps: tuple[float, float] = (0.05, 0.03)
    ) -> None:
        """`start`: quantiles by group; `steps`: of a group's first outcomes, and of its later ones."""
        self.quantiles = [list(row) for row in start] if start else [list(_UNKNOWN) for _ in _GROUPS]
        self._first, self._later = steps
        self.seen = [0] * len(_GROUPS)

    def learn(self, rank: int, scaled: float) -> None:
        """Take one outcome: the error as `scaled` returns it."""
        row = self.quantiles[group(rank)]
        seen = self.seen[group(rank)]
        step = max(self._later, self._first / (1 + seen / 50))
        for index, level in enumerate(LEVELS):
            if level == 0.5:
                # The middle is the model's own: outcomes of one line come in runs, and following them made it worse.
                continue
            row[index] += step * (level if scaled > row[index] else level - 1)
        row[0], row[2] = min(row[0], row[1]), max(row[1], row[2])
        row[3] = max(row[2], row[3])
        self.seen[group(rank)] = seen + 1

    def at(self, rank: int) -> list[float]:
        """Return the quantiles of the scaled error for this rank."""
        return self.quantiles[group(rank)]

    def to_json(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {"quantiles": self.quantiles, "seen": self.seen}

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `to_json` wrote."""
        self.quantiles, self.seen = state["quantiles"], state["seen"]
