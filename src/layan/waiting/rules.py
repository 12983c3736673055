"""Pure rules of the waiting room: how the calling rule moves a place in line, and when a shown window changes (B7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

EMERGENCY = "emergency"
#: Categories' rates, or ranks, as queueing's policy has them.
Weights = Mapping[str, float]

#: A window is replaced when the new one is narrower or wider by more than this share and this many minutes.
_CHANGE_SHARE = 0.3
_CHANGE_MIN = 5.0


def gain(kind: str, mine: str, other: str, rates: Weights, ranks: Weights) -> float:
    """Return the share of the arrivals of `other` during a wait of `mine` that are called before it, less those passed.

    Under accumulating priority one who arrives s minutes after me is before me at my call if s < W (1 - mine/other):
    a share 1 - mine/other of W. For slower ones it is negative: so many of those before me I pass (fluid limit of
    Stanford, Taylor, Ziedins 2014).
    """
    if mine == other:
        return 0.0
    if EMERGENCY in (mine, other):
        return 1.0 if other == EMERGENCY else 0.0
    if kind == "strict":
        return 1.0 if ranks[other] < ranks[mine] else 0.0
    if kind == "longest":
        return 0.0
    return 1.0 - rates[mine] / rates[other]


def slip(kind: str, mine: str, arrivals: Weights, rates: Weights, ranks: Weights) -> float:
    """Return how many places a minute `mine` loses (gains, if negative); `arrivals` a minute by category."""
    return sum(arrivals.get(other, 0.0) * gain(kind, mine, other, rates, ranks) for other in rates)


Row = tuple[float, float, float, float]


def at_rank(ranks: Sequence[int], rows: Sequence[Sequence[float]], rank: float) -> Row:
    """Return p10, p50, p80, p90 at a rank (1 = next), between the curve's points; beyond its end in proportion."""
    if rank <= ranks[0]:
        return _row(rows[0])
    for index in range(1, len(ranks)):
        if rank <= ranks[index]:
            share = (rank - ranks[index - 1]) / (ranks[index] - ranks[index - 1])
            return _row([a + (b - a) * share for a, b in zip(rows[index - 1], rows[index], strict=True)])
    return _row([value * rank / ranks[-1] for value in rows[-1]])


def _row(values: Sequence[float]) -> Row:
    p10, p50, p80, p90 = values
    return p10, p50, p80, p90


def with_slip(
    ranks: Sequence[int], rows: Sequence[Sequence[float]], ahead: int, places_a_minute: float
) -> Row:
    """Return the quantiles for `ahead` people now, when places are lost (or won) while waiting."""
    rank = ahead + 1.0
    found = at_rank(ranks, rows, rank)
    if not places_a_minute:
        return found
    # A fixed point: each round's wait says how many overtake; it is monotone, halved so that it settles.
    for _ in range(8):
        wanted = max(1.0, ahead + 1 + places_a_minute * found[1])
        rank += (wanted - rank) / 2
        found = at_rank(ranks, rows, rank)
    return found


@dataclass(frozen=True)
class Window:
    """A range of minutes (of the day or from now, as the caller has it)."""

    low: float
    high: float


def kept(shown: Window | None, new: Window, likely: float) -> Window:
    """Return the window to show: the shown one, as long as it is still honest, else the new one.

    It stays while `likely` lies inside it and the new one is not much narrower or wider. While people move it only
    tightens: a new window replaces a shown one that still holds only by its part inside the shown one.
    """
    if shown is None or not shown.low <= likely <= shown.high:
        return new
    before, after = shown.high - shown.low, new.high - new.low
    step = max(_CHANGE_MIN, _CHANGE_SHARE * before)
    if abs(after - before) <= step:
        return shown
    if after < before:
        low, high = max(shown.low, new.low), min(shown.high, new.high)
        return Window(low, high) if low <= likely <= high else new
    return new


#: Up to so many minutes, steps of so many.
_STEPS = ((60, 5), (120, 10))
_LAST_STEP = 15


def step_at(minutes: float) -> int:
    """Return to how many minutes a wait of this length is rounded."""
    return next((step for limit, step in _STEPS if minutes <= limit), _LAST_STEP)


def rounded(low: float, high: float) -> tuple[int, int]:
    """Return the range in steps a citizen understands: outwards at the top, to the nearest below; 0, 5 is "less than 5".

    The top is never under the true one by more than nothing: a promise is rounded in the customer's favour.
    """
    low, high = max(0.0, low), max(0.0, high)
    step = step_at(high)
    top = max(5, -int(-high // step) * step)
    bottom_step = step_at(low)
    bottom = int((low + bottom_step / 2) // bottom_step) * bottom_step
    return (bottom, top) if bottom < top else (max(0, top - step_at(top)), top)
