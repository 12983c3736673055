"""What other branches teach: a data file that a new branch starts from (B7)."""

import gzip
import json
from dataclasses import dataclass, field
from pathlib import Path

from layan.waiting.engine.features import dot
from layan.waiting.engine.forest import Forest

SHIPPED = Path(__file__).parent / "prior.json"
#: Version of the features that a prior must have been fitted on.
FEATURES = 1


class PriorMismatch(ValueError):
    """The file was fitted on other features than this engine computes."""


@dataclass(frozen=True, slots=True)
class Prior:
    """Half forest, half linear: the log of the wait over the base; the log of the scale of its errors; their quantiles."""

    version: str = "none"
    forest: Forest = field(default_factory=Forest)
    linear: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    quantiles: list[list[float]] | None = None
    #: Outcomes' worth of evidence that the prior counts against a branch's own.
    doubt: float = 30.0

    def correction(self, values: list[float]) -> float:
        """Return the log of the wait over the base."""
        return (self.forest.at(values) + dot(values, self.linear)) / 2 if self.linear else 0.0

    def log_scale(self, values: list[float]) -> float:
        """Return the log of the expected size of the error in log wait."""
        return min(1.0, max(-3.0, dot(values, self.scale))) if self.scale else 0.0


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
        scale=tuple(data["scale"]),
        quantiles=data["quantiles"],
        doubt=data["doubt"],
    )
