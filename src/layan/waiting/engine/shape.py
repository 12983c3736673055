"""The usual day of one line: pace and counters by time of day, learned from its own past days (B7)."""

from bisect import bisect_right
from itertools import accumulate
from typing import Any

BIN_MIN = 10
BINS = 1440 // BIN_MIN
#: Nobody waits longer than this in a day; also what "never, at this pace" becomes. Minutes.
LONGEST_MIN = 600.0
#: Calls a busy minute of a line that nobody has seen yet: one in nine minutes, the mean of seven municipal offices.
UNKNOWN_PACE = 0.11
#: Slower than this no line is ever believed to be, calls a minute: the integral of the pace must stay invertible.
_SLOWEST = 0.003
#: A day counts for 3 % less after each later one.
_DAY_DECAY = 0.97
#: Past days of which the whole curve of calls is kept.
_CURVES = 8


def smoothed(values: list[float], keep: float) -> list[float]:
    """Smooth by two passes of a two-sided exponential filter, with factor `keep` a bin; mass is kept."""
    for _ in range(2):
        forward, level = [], 0.0
        for value in values:
            level = level * keep + value
            forward.append(level)
        backward, level = [0.0] * len(values), 0.0
        for index in range(len(values) - 1, -1, -1):
            backward[index] = level
            level = (level + values[index]) * keep
        scale = (1 - keep) / (1 + keep)
        values = [(before + after) * scale for before, after in zip(forward, backward, strict=True)]
    return values


class Pace:
    """Calls a minute by time of day, and when the n-th call from now is due at that pace."""

    def __init__(self, rates: list[float]) -> None:
        self.rates = rates
        self._calls = [0.0, *accumulate(rate * BIN_MIN for rate in rates)]

    def between(self, start: float, end: float) -> float:
        """Return the calls expected from minute-of-day `start` to `end`."""
        return self._at(end) - self._at(start)

    def _at(self, minute: float) -> float:
        index = min(BINS - 1, int(minute // BIN_MIN))
        return self._calls[index] + self.rates[index] * (min(minute, 1440.0) - index * BIN_MIN)

    def until(self, minute: float, calls: float) -> float:
        """Return the minutes from `minute` until so many further calls are expected, at most `LONGEST_MIN`."""
        target = self._at(minute) + calls
        index = bisect_right(self._calls, target) - 1
        if index >= BINS:
            return LONGEST_MIN
        due = index * BIN_MIN + (target - self._calls[index]) / self.rates[index]
        return min(LONGEST_MIN, due - minute)


class Shape:
    """What the past days of one line add up to, and today's sums until the day is closed."""

    def __init__(self) -> None:
        self.calls = [0.0] * BINS
        self.busy = [0.0] * BINS
        self.counters = [0.0] * BINS
        self.seen = [0.0] * BINS
        self.days = 0
        self.curves: list[list[int]] = []
        self.last_calls: list[float] = []
        self.pace_a_minute = UNKNOWN_PACE
        self._smooth()

    def _smooth(self) -> None:
        calls, busy = sum(self.calls), sum(self.busy)
        mean = (calls + 40 * UNKNOWN_PACE) / (busy + 40)
        self.pace_a_minute = mean
        paces = []
        for keep in (0.61, 0.27):
            near_calls, near_busy = smoothed(self.calls, keep), smoothed(self.busy, keep)
            width = 6 if keep > 0.5 else 3
            paces.append(
                Pace(
                    [
                        max(_SLOWEST, (c * width + 60 * mean) / (b * width + 60))
                        for c, b in zip(near_calls, near_busy, strict=True)
                    ]
                )
            )
        self.wide, self.sharp = paces
        near = zip(smoothed(self.counters, 0.27), smoothed(self.seen, 0.27), strict=True)
        self.open = [counters / (seen + 1) for counters, seen in near]

    def open_between(self, start: float, minutes: float) -> float:
        """Return the usual number of open counters over the `minutes` from minute-of-day `start`."""
        first = min(BINS - 1, int(start // BIN_MIN))
        last = min(BINS - 1, int((start + minutes) // BIN_MIN))
        return sum(self.open[first : last + 1]) / (last + 1 - first)

    def usual_end(self) -> float | None:
        """Return the median minute-of-day of the last call, None without history."""
        return sorted(self.last_calls)[len(self.last_calls) // 2] if self.last_calls else None

    def usual_wait(self, minute: float, calls: int) -> float | None:
        """Return the median minutes that past days took for so many calls from this time, None if most never did."""
        index = min(BINS - 1, int(minute // BIN_MIN))
        part = minute / BIN_MIN - index
        waits = []
        for curve in self.curves:
            here = curve[index] + part * (curve[index + 1] - curve[index])
            due = bisect_right(curve, here + calls)
            waits.append(due * BIN_MIN - minute if due < len(curve) else LONGEST_MIN)
        if not waits:
            return None
        middle = sorted(waits)[len(waits) // 2]
        return middle if middle < LONGEST_MIN else None

    def close_day(self, day: "DaySums") -> None:
        """Add a finished day in which somebody was called."""
        if not any(day.calls):
            return
        for past, today in (
            (self.calls, day.calls),
            (self.busy, day.busy),
            (self.counters, day.counters),
            (self.seen, day.seen),
        ):
            past[:] = [old * _DAY_DECAY + new for old, new in zip(past, today, strict=True)]
        self.days += 1
        self.curves = [*self.curves, [0, *accumulate(round(calls) for calls in day.calls)]][-_CURVES:]
        last = max(index for index, calls in enumerate(day.calls) if calls)
        self.last_calls = [*self.last_calls, float((last + 1) * BIN_MIN)][-_CURVES:]
        self._smooth()

    def to_json(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return {
            "calls": self.calls,
            "busy": self.busy,
            "counters": self.counters,
            "seen": self.seen,
            "days": self.days,
            "curves": self.curves,
            "last_calls": self.last_calls,
        }

    @classmethod
    def from_json(cls, state: dict[str, Any]) -> "Shape":
        """Return the shape that `to_json` wrote."""
        shape = cls()
        for name in ("calls", "busy", "counters", "seen", "days", "curves", "last_calls"):
            setattr(shape, name, state[name])
        shape._smooth()
        return shape


class DaySums:
    """One day of one line by bins of time."""

    def __init__(self) -> None:
        self.calls = [0.0] * BINS
        self.busy = [0.0] * BINS
        self.counters = [0.0] * BINS
        self.seen = [0.0] * BINS

    def add(self, minute: float, *, minutes: float, calls: int, busy: float, counters: int) -> None:
        """Add what happened in the `minutes` around minute-of-day `minute`; `busy` are minutes with people waiting."""
        index = min(BINS - 1, max(0, int(minute // BIN_MIN)))
        self.calls[index] += calls
        self.busy[index] += busy
        self.counters[index] += counters * minutes
        self.seen[index] += minutes
