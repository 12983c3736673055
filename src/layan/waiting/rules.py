"""Pure rules of the waiting room: how the calling rule moves a place in line, and when a shown window changes (B7)."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

EMERGENCY = "emergency"
#: Categories' rates, or ranks, as queueing's policy has them.
Weights = Mapping[str, float]

#: A curve begins at no wait.
_NO_WAIT = (0.0, 0.0, 0.0, 0.0)
#: Fewer places lost a minute change nothing that is shown; nor does a smaller step towards the place that is left.
_NO_SLIP = 0.001
_SETTLED = 0.05
#: A window is tightened when the new one is narrower by this share and this many minutes.
_CHANGE_SHARE = 0.3
_CHANGE_MIN = 5.0


@dataclass(frozen=True)
class Rule:
    """The branch's policy: accumulating, strict or longest, with the rates and ranks of the categories."""

    kind: str
    rates: Weights
    ranks: Weights

    def key(self, category: str, waited: float) -> float:
        """Return the order of one who has waited so many minutes; smaller is sooner."""
        if self.kind == "strict":
            # A rank outweighs any wait: minutes of a hundred years.
            return self.ranks[category] * 5e7 - waited
        if self.kind == "longest":
            return -waited
        return -self.rates[category] * waited

    def passes(self, mine: str, other: str) -> float:
        """Return the share of those of `other` arriving during a wait of `mine` who are called before it.

        Under accumulating priority one who arrives s minutes after me is before me at my call if s < W (1 - mine/other):
        a share 1 - mine/other of W (fluid limit of Stanford, Taylor, Ziedins 2014).
        """
        if mine in {other, EMERGENCY}:
            return 0.0
        if other == EMERGENCY:
            return 1.0
        if self.kind == "strict":
            return 1.0 if self.ranks[other] < self.ranks[mine] else 0.0
        if self.kind == "longest":
            return 0.0
        return max(0.0, 1.0 - self.rates[mine] / self.rates[other])

    def slip(self, mine: str, arrivals: Weights) -> float:
        """Return how many places a minute `mine` loses to later arrivals; `arrivals` a minute by category."""
        return sum(rate * self.passes(mine, other) for other, rate in arrivals.items() if other in self.rates)


Row = tuple[float, float, float, float]


def at_rank(ranks: Sequence[int], rows: Sequence[Sequence[float]], rank: float) -> Row:
    """Return p10, p50, p80, p90 at a rank (1 = next), between the curve's points; beyond its end in proportion."""
    low, high, share = _around(ranks, rows, rank)
    return (
        low[0] + (high[0] - low[0]) * share,
        low[1] + (high[1] - low[1]) * share,
        low[2] + (high[2] - low[2]) * share,
        low[3] + (high[3] - low[3]) * share,
    )


def _around(
    ranks: Sequence[int], rows: Sequence[Sequence[float]], rank: float
) -> tuple[Sequence[float], Sequence[float], float]:
    """Return the curve's points before and after a rank, and how far between them it lies."""
    after = bisect_left(ranks, rank)
    if after == 0:
        return rows[0], rows[0], 0.0
    if after == len(ranks):
        return _NO_WAIT, rows[-1], rank / ranks[-1]
    return rows[after - 1], rows[after], (rank - ranks[after - 1]) / (ranks[after] - ranks[after - 1])


def with_slip(
    ranks: Sequence[int], rows: Sequence[Sequence[float]], place: float, places_a_minute: float
) -> Row:
    """Return the quantiles at this place in line (1 = next) when places are lost while waiting."""
    rank = place
    if places_a_minute >= _NO_SLIP:
        # A fixed point: each round's wait says how many overtake; halved so that it settles.
        for _ in range(8):
            low, high, share = _around(ranks, rows, rank)
            step = (place + places_a_minute * (low[1] + (high[1] - low[1]) * share) - rank) / 2
            rank += step
            if step < _SETTLED:
                break
    return at_rank(ranks, rows, rank)


@dataclass(frozen=True)
class Window:
    """A range in epoch minutes as it is shown, the place in line when it was set, and whether it was moved since.

    `turn` is 1 after it was moved later, -1 after earlier, `BOTH` after one and the other.
    """

    low: float
    high: float
    place: int = 1
    turn: int = 0


BOTH = 2


def kept(shown: Window | None, low: float, high: float, likely: float, place: int) -> Window:
    """Return the window to show: the shown one as long as it holds, else one with the new `low` and `high`.

    It holds while `likely` lies inside. It tightens when half of the people ahead are gone. When `likely` leaves it, it
    is moved; when it leaves the other way next, it grows over both, as nobody knows better, until people have moved
    again. So at one place it moves in one direction or grows: it never comes back to what it was.
    """
    if shown is None:
        return Window(low, high, place)
    fewest = min(place, shown.place)
    if shown.low <= likely <= shown.high:
        narrow = Window(max(shown.low, low), min(shown.high, high), fewest)
        saved = (shown.high - shown.low) - (narrow.high - narrow.low)
        matters = saved >= max(_CHANGE_MIN, _CHANGE_SHARE * (shown.high - shown.low))
        return narrow if 2 * place <= shown.place and matters else shown
    turn = 1 if likely > shown.high else -1
    if shown.turn in {0, turn}:
        return Window(low, high, fewest, turn)
    return Window(min(low, shown.low), max(high, shown.high), fewest, BOTH)


#: Up to so many minutes, steps of so many.
_STEPS = ((60, 5), (120, 10))
_LAST_STEP = 15


def step_at(minutes: float) -> int:
    """Return to how many minutes a wait of this length is rounded."""
    return next((step for limit, step in _STEPS if minutes <= limit), _LAST_STEP)


def rounded(low: float, high: float) -> tuple[int, int]:
    """Return the range in steps a citizen understands: outwards at the top, to the nearest below; 0, 5 is "less than 5".

    The top is never under the true one: a promise is rounded in the customer's favour.
    """
    # Hundredths of a minute are computing, not waiting.
    low, high = max(0.0, round(low, 2)), max(0.0, round(high, 2))
    step = step_at(high)
    top = max(5, -int(-high // step) * step)
    bottom_step = step_at(low)
    bottom = int((low + bottom_step / 2) // bottom_step) * bottom_step
    return (bottom, top) if bottom < top else (max(0, top - step_at(top)), top)
