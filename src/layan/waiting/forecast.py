"""What the worker publishes of one line, and what a page makes of it; pure (B7)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from layan.waiting.rules import Row, with_slip

#: The curve's points; between them it is interpolated.
RANKS = (1, 2, 3, 5, 8, 12, 20, 32, 50, 80, 130, 200, 320, 500)

#: Reasons why nothing honest can be said.
NO_COUNTER, NO_HISTORY, DISRUPTION, CLOSED, AFTER_CLOSING = (
    "no_counter",
    "no_history",
    "disruption",
    "closed",
    "after_closing",
)


def ranks_for(waiting: int) -> tuple[int, ...]:
    """Return the points of the curve of a line in which so many wait: beyond them some more may come."""
    last = next((rank for rank in RANKS if rank >= waiting + 10), RANKS[-1])
    return tuple(rank for rank in RANKS if rank <= last)


@dataclass(frozen=True)
class LineForecast:
    """One service's line: a reason, or a curve of p10, p50, p80, p90 in minutes.

    `slip`: places a minute that a category loses to later arrivals who gather priority faster. `shift`: how many places
    further on (or, negative, nearer) than the people ahead say a newcomer of a category is called. `closes_at` is an epoch
    minute, 0 without a closing.
    """

    reason: str = ""
    ranks: tuple[int, ...] = ()
    rows: tuple[tuple[float, ...], ...] = ()
    slip: Mapping[str, float] = field(default_factory=dict)
    shift: Mapping[str, int] = field(default_factory=dict)
    counters: int = 0
    minutes_each: float = 0.0
    closes_at: float = 0.0

    def at_place(self, place: int, category: str) -> Row:
        """Return p10, p50, p80, p90 for someone of `category` who is the `place`-th to be called as things stand."""
        return with_slip(self.ranks, self.rows, place, self.slip.get(category, 0.0))

    def newcomer(self, ahead: int, category: str) -> Row:
        """Return the same for someone who joins now behind `ahead` others."""
        return self.at_place(max(1, ahead + 1 + self.shift.get(category, 0)), category)

    def to_json(self) -> dict[str, Any]:
        """Return JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "LineForecast":
        """Return the forecast that `to_json` wrote."""
        return cls(**{**values, "ranks": tuple(values["ranks"]), "rows": tuple(map(tuple, values["rows"]))})
