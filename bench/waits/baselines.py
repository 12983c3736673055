"""What others say of a wait: naive, last to enter service, head of the line, Markovian queue length (Ibrahim and Whitt 2009).

Each is made as good as we can: paces are learned from the line's own past days and pulled to today's, an answer that does not
exist yet (nobody called so far) falls back to naive, and each gets the same adaptive ranges as ours.
"""

from collections.abc import Callable
from math import exp, log

from layan.waiting.backtest.calls import Centre
from layan.waiting.engine.branch import Line
from layan.waiting.engine.spread import Conformal


def _pace(line: Line) -> float:
    lately = line.today.memories[3]
    return (lately.calls + 30 * line.shape.pace_a_minute) / (lately.busy + 30)


def naive(line: Line, ahead: int) -> float:
    """People ahead times measured minutes a call."""
    return ahead / _pace(line)


def last_to_enter(line: Line, ahead: int) -> float:
    """The wait of the last one called."""
    return naive(line, ahead) if line.today.last_wait is None else line.today.last_wait


def head_of_line(line: Line, ahead: int) -> float:
    """How long the one to be called next has waited so far, with the time that one more call takes."""
    if ahead < 1:
        return 1 / _pace(line)
    return line.today.at - line.today.joined_at(line.today.called + 1) + 1 / _pace(line)


def queue_length(line: Line, ahead: int) -> float:
    """(ahead + 1) services shared by the counters open now, at the pace a counter usually has."""
    counted = sum(line.shape.counters) + 40.0
    each = (sum(line.shape.calls) + 40.0 * line.shape.pace_a_minute) / counted
    return (
        (ahead + 1) / (each * max(1, line.today.counters)) if line.shape.days else (ahead + 1) / _pace(line)
    )


OFFICES: dict[str, Callable[[Line, int], float]] = {
    "naive": naive,
    "LES": last_to_enter,
    "HOL": head_of_line,
    "QLM": queue_length,
}


def _longest(centre: Centre, at: float) -> float:
    return max((at - caller.joined for caller in centre.waiting.values()), default=0.0)


CALLS: dict[str, Callable[[Centre, int, float], float]] = {
    "naive": lambda centre, _, __: len(centre.waiting) * centre.service / max(1, len(centre.serving)),
    "LES": lambda centre, _, __: centre.waits[-1] if centre.waits else 0.0,
    "HOL": lambda centre, _, at: _longest(centre, at),
    "QLM": lambda centre, ahead, _: (ahead + 1) * centre.service / max(1, len(centre.serving)),
}


class Ranged:
    """Adaptive ranges around a point; learns each wait when it is told."""

    def __init__(self) -> None:
        self._spread = Conformal()

    def around(self, ahead: int, point: float) -> list[float]:
        """Return p10, p50, p80, p90 in minutes."""
        return [max(0.0, (point + 1) * exp(off) - 1) for off in self._spread.at(ahead + 1)]

    def learn(self, ahead: int, point: float, wait: float) -> None:
        """Take the outcome."""
        self._spread.learn(ahead + 1, log((wait + 1) / (point + 1)))
