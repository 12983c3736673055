"""What bears on a wait, as numbers: a first answer (the base) and how everything else known differs from it (B7).

Every feature is a logarithm of a ratio, of a count, or a share of the day, so that they mean the same in every office.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log, log1p

from layan.waiting.engine.line import Desk, Today
from layan.waiting.engine.shape import LONGEST_MIN, Shape
from layan.waiting.engine.sharing import Around

#: Hours whose neighbourhood is a feature of the moment asked about.
_HOURS = range(8, 19)
#: Time constants, in minutes, of how long what is seen now matters for a wait of that length.
_HORIZONS = (15.0, 60.0)
#: From these waits on, in minutes, a longer base may be worth less than it says.
_LONG = (20.0, 45.0, 90.0)
#: Where among the values stands whether nobody serves: 1, else 0.
UNSERVED = 40


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known about a line at one instant, before a rank is asked for."""

    today: Today
    shape: Shape
    around: Around
    error: float
    last_error: float
    bias: float
    size: float


def _ratio(known: Known, memory: int, weight: float) -> float:
    found = known.today.memories[memory]
    return (found.calls + weight) / (found.expected + weight)


def describe(known: Known) -> Callable[[int], tuple[float, list[float]]]:
    """Return the function that gives, for n calls from now, the base in minutes and the features."""
    today, shape, around = known.today, known.shape, known.around
    minute, now = today.at % 1440, today.at
    pace = shape.wide
    fast, quick, mean, slow = (_ratio(known, i, w) for i, w in enumerate((1.2, 1.5, 2.5, 4.0)))
    _, twenty, hour, long = today.memories
    usual = max(0.01, pace.between(minute, min(1440, minute + 30)) / 30)
    usual_open = shape.open_between(minute, 0)
    counters = (today.counters + 0.3) / (usual_open + 0.3)
    seen = [(m.calls + 15 * usual) / (m.busy + 15) for m in (twenty, hour, long)]
    ended = shape.usual_end()
    left = (ended - minute) if ended is not None else 240.0
    head = now - today.joined_at(today.called + 1) if today.waiting else 0.0
    before = today.last_wait
    branch = (around.calls_60 + 5) / (around.expected_60 + 5)
    static = [
        log(fast),
        log(quick),
        log(mean),
        log(slow),
        log(branch),
        *(log(value / usual) for value in seen),
        log(shape.sharp.between(minute, min(1440, minute + 10)) / 10 / usual + 0.05),
        log(usual),
        log(counters),
        log1p(today.counters),
        log((shape.open_between(minute, 30) + 0.3) / (usual_open + 0.3)),
        log((shape.open_between(minute, 90) + 0.3) / (usual_open + 0.3)),
        log1p(today.idle_expected),
        log1p(min(90.0, now - (today.last_call if today.last_call is not None else today.opened)) * usual),
        log1p(now - today.first_call) / 3 if today.first_call is not None else 0.0,
        log((hour.arrivals + 2) / (hour.calls + 2)),
        log1p(hour.busy) / 3,
        log1p(today.busy_min) / 3,
        log1p(today.called) / 3,
        log1p(today.expected) / 3,
        log1p(hour.calls) / 3,
        log1p(hour.arrivals) / 3,
        log1p(around.waiting) / 3,
        log1p(around.calls_60) / 3,
        log1p(around.shared_waiting) / 3,
        log1p(around.shared_longest) / 3,
        (today.waiting + 1) / (around.waiting + 1),
        log1p(shape.days) / 2,
        float(shape.days == 0),
        log1p(sum(shape.busy)) / 5,
        known.error,
        known.last_error,
        around.error,
        known.bias,
        known.size,
        around.size,
        log1p(today.closed_min) / 3,
        float(today.counters == 0),
        float(not today.issuing),
        min(1.0, today.unserved_min / 30),
        *(max(0.0, 1 - abs(minute / 60 - hour_of_day)) for hour_of_day in _HOURS),
    ]

    def at_rank(calls: int) -> tuple[float, list[float]]:
        base = pace.until(minute, calls / slow) if today.desk is None else _work(today.desk, calls)
        join = min(now, today.joined_at(today.called + calls))
        usual_wait = shape.usual_wait(minute, calls)
        total = around.shared_waiting + calls
        others = [
            pace.until(minute, calls / fast),
            pace.until(minute, calls / quick),
            pace.until(minute, calls / mean),
            pace.until(minute, calls),
            shape.sharp.until(minute, calls),
            shape.sharp.until(minute, calls / slow),
            pace.until(minute, calls / min(3.0, max(0.3, counters))),
            calls / shape.pace_a_minute,
            calls / seen[0],
            calls / seen[1],
            calls / seen[2],
            head,
            base if before is None else before,
            now - join,
            total / (usual * slow + around.shared_pace),
            max(0.0, left),
            base if usual_wait is None else usual_wait,
            around.shared_longest,
        ]
        ratios = [log((min(LONGEST_MIN, other) + 2) / (base + 2)) for other in others]
        past_end = min(2.0, max(-1.0, (base - left) / 60))
        end = (minute + base) / 60
        ranked = [
            *ratios,
            log(base + 1) / 2,
            log1p(calls) / 2,
            *(max(0.0, log((base + 1) / long)) for long in _LONG),
            max(0.0, 1 - calls / 3),
            max(0.0, log(calls / 8)),
            past_end,
            max(0.0, past_end),
            float(usual_wait is None),
            log(calls / (today.waiting + 1.0)) if today.waiting else 0.0,
            *(max(0.0, 1 - abs(end - hour_of_day)) for hour_of_day in _HOURS),
        ]
        crossed = [
            static[0], static[1], static[2], static[3], static[4], static[5], static[6], static[7], static[10],
            known.error, known.last_error, around.error, known.bias, static[14], static[15], static[17],
            static[9], static[19], static[26], static[24],
            ratios[0], ratios[3], ratios[4], ratios[6], ratios[11], ratios[12], ratios[14], ratios[15], ratios[17],
            log1p(calls), 1.0,
        ]  # fmt: skip
        near = [value * exp(-base / horizon) for horizon in _HORIZONS for value in crossed]
        recorded = [] if today.desk is None else _recorded(today.desk, calls, today.counters, base)
        return base, [1.0, *static, *ranked, *near, *recorded]

    return at_rank


def _work(desk: Desk, calls: int) -> float:
    """Return the minutes of work before the n-th call: full services of those ahead who stay, part of one under way."""
    return ((calls - 1) * (1 - 0.35 * desk.lost) + 0.8) * desk.service / max(1, desk.serving)


def _recorded(desk: Desk, calls: int, counters: int, base: float) -> list[float]:
    ages = desk.ages or (0.0,)
    two, five, fifteen = desk.starts
    minutes = (
        base, desk.service, desk.serving, counters, sum(ages) / len(ages), max(ages), min(ages), desk.since_start,
        desk.since_end, desk.longest, desk.last, desk.since_last, desk.lately, calls - 1, calls * 5 / (five + 2),
        two + 0.5, five + 1.0, fifteen + 2.0,
    )  # fmt: skip
    seen = [desk.lost, 1.0, *(log(value + 0.3) for value in minutes)]
    soon, free = exp(-(calls - 1) / 1.5), float(desk.serving < counters)
    return [*seen, *(value * soon for value in seen), *(value * free for value in seen)]


def dot(left: Sequence[float], right: Sequence[float]) -> float:
    """Return the inner product."""
    return sum(map(float.__mul__, left, right))
