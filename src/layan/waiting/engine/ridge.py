"""A linear correction that a branch learns from its own outcomes (B7)."""

from collections.abc import Sequence
from math import sqrt
from typing import Any

#: Errors beyond this, in logarithms of the wait, pull no harder: one lost ticket must not bend a day.
_HUBER = 0.35


def solve(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """Solve a symmetric positive definite system, given by its lower triangle, by Cholesky's method."""
    rows: list[list[float]] = []
    for given in matrix:
        row: list[float] = []
        for column, other in enumerate(rows):
            row.append((given[column] - sum(map(float.__mul__, row, other))) / other[column])
        row.append(sqrt(given[len(rows)] - sum(value * value for value in row)))
        rows.append(row)
    half: list[float] = []
    for row, value in zip(rows, right, strict=True):
        half.append((value - sum(map(float.__mul__, row, half))) / row[len(half)])
    found = [0.0] * len(rows)
    for index in range(len(rows) - 1, -1, -1):
        found[index] = half[index] / rows[index][index]
        for before in range(index):
            half[before] -= rows[index][before] * found[index]
    return found


class Ridge:
    """Bayesian regression with a normal prior around no correction; refitted when a day is closed."""

    def __init__(self, size: int, *, doubt: float) -> None:
        """`doubt`: how many outcomes' worth of evidence the prior (every coefficient is 0) counts."""
        self.weights = [0.0] * size
        self._moments = [[0.0] * (row + 1) for row in range(size)]
        self._target = [0.0] * size
        self._doubt = doubt
        self.outcomes = 0.0

    def at(self, values: Sequence[float]) -> float:
        """Return the correction in log wait."""
        return sum(map(float.__mul__, self.weights, values)) if self.outcomes else 0.0

    def learn(self, values: Sequence[float], error: float) -> None:
        """Add one outcome: `error` is the log of the actual wait over what was said without this correction."""
        off = abs(error - self.at(values))
        weight = 1.0 if off <= _HUBER else _HUBER / off
        for row, value in enumerate(values):
            if value:
                scaled = weight * value
                moments = self._moments[row]
                moments[:] = [old + scaled * other for old, other in zip(moments, values, strict=False)]
                self._target[row] += scaled * error
        self.outcomes += 1

    def refit(self, *, keep: float = 1.0) -> None:
        """Solve for the weights, then let what was learned so far fade to the share `keep`."""
        if not self.outcomes:
            return
        matrix = [list(row) for row in self._moments]
        for index, row in enumerate(matrix):
            row[index] += self._doubt
        self.weights = solve(matrix, self._target)
        self._moments = [[value * keep for value in row] for row in self._moments]
        self._target = [value * keep for value in self._target]

    def to_json(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {
            "weights": self.weights,
            "moments": self._moments,
            "target": self._target,
            "outcomes": self.outcomes,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take back what `to_json` wrote."""
        self.weights, self._moments = state["weights"], state["moments"]
        self._target, self.outcomes = state["target"], state["outcomes"]
