"""What is believed of a pace that has hardly been seen: its norm, surely wrong by an unknown factor, and what today shows (B7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log1p, sqrt
from statistics import NormalDist

from layan.waiting.engine.spread import LEVELS

#: A norm is worth as much as this many services seen: the pace it gives is off by half, one standard deviation.
_NORM_CALLS = 4.0
#: Twenty-four halvings of the bracket find a quantile to a ten-millionth of it.
_HALVINGS = 24

Row = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Belief:
    """How fast services go against their norm (1 = as the norm says, 2 = in half the time): a gamma distribution.

    `calls` is its shape: services seen, the norm's own worth among them. `norms` is its rate: the counter time of those
    services, in norms. The norm alone is as likely too short as too long (a gamma's median is near shape - 1/3).
    """

    calls: float = _NORM_CALLS
    norms: float = _NORM_CALLS - 1 / 3

    def after(self, calls: float, norms: float) -> "Belief":
        """Return what is believed after so many services that took counters the time of so many norms (conjugate)."""
        return Belief(self.calls + calls, self.norms + norms)

    @property
    def slowness(self) -> float:
        """The likeliest factor by which a service takes longer than its norm: the median."""
        return self.norms / (self.calls - 1 / 3)

    def slownesses(self, count: int) -> list[float]:
        """Return so many equally likely factors of a service's time, evenly over the distribution, slow ones last.

        Wilson and Hilferty's cube root: within 1 % between p2 and p98 for four calls, nearer for more.
        """
        spread = 1 / (9 * self.calls)
        normal = NormalDist()
        return [
            self.norms
            / self.calls
            / max(0.05, 1 - spread - normal.inv_cdf((index + 0.5) / count) * sqrt(spread)) ** 3
            for index in range(count)
        ]

    def within(self, rank: int, norms: float) -> float:
        """Return the chance that the `rank`-th departure comes within counter time of so many norms, exactly.

        Departures of exponential services at busy counters are a Poisson stream (Erlang); with a pace that is gamma
        itself their number is negative binomial.
        """
        start = self.calls * log1p(norms / self.norms)
        if start > 700:
            return 1.0
        share = norms / (self.norms + norms)
        term = fewer = exp(-start)
        for number in range(1, rank):
            term *= (self.calls + number - 1) / number * share
            fewer += term
        return max(0.0, 1.0 - fewer)

    def row(self, rank: int, each: float) -> Row:
        """Return p10, p50, p80, p90 of the minutes to the `rank`-th departure, one every `each` minutes by the norm."""
        p10, p50, p80, p90 = (each * self._quantile(rank, level) for level in LEVELS)
        return p10, p50, p80, p90

    def rows(self, ranks: Iterable[int], each: float) -> list[Row]:
        """Return the same for each rank; 0 or less is called at once."""
        return [self.row(rank, each) if rank > 0 else (0.0, 0.0, 0.0, 0.0) for rank in ranks]

    def _quantile(self, rank: int, level: float) -> float:
        low, high = 0.0, rank * self.norms / self.calls
        while self.within(rank, high) < level:
            low, high = high, 2 * high
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if self.within(rank, middle) < level:
                low = middle
            else:
                high = middle
        return (low + high) / 2
