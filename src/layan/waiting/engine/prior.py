"""What other branches teach: a data file that a new branch starts from (B7)."""

import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path

from layan.waiting.engine.features import UNSERVED, dot
from layan.waiting.engine.forest import Forest

SHIPPED = Path(__file__).parent / "prior.json.gz"
#: Version of the features that a prior must have been fitted on.
FEATURES = 2
#: Bounds of a range's reach in log wait: a lost tree must not make a promise of no minutes, or of all.
NARROWEST, WIDEST = 0.05, 3.0


class PriorMismatch(ValueError):
    """The file was fitted on other features than this engine computes."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What was fitted on other branches' days.

    Half forest, half linear (other weights while nobody serves): the log of the wait over the base. Two more forests: how
    far below and above it waits go.
    """

    version: str = "none"
    forest: Forest = field(default_factory=Forest)
    linear: tuple[float, ...] = ()
    unserved: tuple[float, ...] = ()
    low: Forest = field(default_factory=Forest)
    high: Forest = field(default_factory=Forest)
    quantiles: list[list[float]] | None = None
    #: Outcomes' worth of evidence that the prior counts against a branch's own.
    doubt: float = 30.0

    def correction(self, values: list[float]) -> float:
        """Return the log of the wait over the base."""
        if not self.linear:
            return 0.0
        weights = self.unserved if values[UNSERVED] else self.linear
        return (self.forest.at(values) + dot(values, weights)) / 2

    def reach(self, values: list[float]) -> tuple[float, float]:
        """Return how far errors below and above the middle reach, as the unit of their quantiles; 1 and 1 without a prior."""
        if not self.linear:
            return (1.0, 1.0)
        return (_within(-self.low.at(values)), _within(self.high.at(values)))


def _within(reach: float) -> float:
    return min(WIDEST, max(NARROWEST, reach))


def read_prior(path: Path = SHIPPED) -> Prior:
    """Read a prior (.json or .json.gz); raises `PriorMismatch` when it belongs to another version of the features."""
    content = path.read_bytes()
    data = json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)
    if data["features"] != FEATURES:
        raise PriorMismatch(f"{path} was fitted on features {data['features']}, not {FEATURES}.")
    return Prior(
        version=data["version"],
        forest=Forest.from_json(data["forest"]),
        linear=tuple(data["linear"]),
        unserved=tuple(data["unserved"]),
        low=Forest.from_json(data["low"]),
        high=Forest.from_json(data["high"]),
        quantiles=data["quantiles"],
        doubt=data["doubt"],
    )
