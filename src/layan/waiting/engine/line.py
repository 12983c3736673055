"""One line today: what its readings say about pace, counters and the people in it (B7)."""

from bisect import bisect_left
from dataclasses import dataclass
from math import exp

from layan.waiting.engine.shape import DaySums, Shape

#: Memories of today's pace, in minutes.
MEMORIES = (10.0, 25.0, 60.0, 200.0)
#: Two readings further apart than this say nothing about pace between them. Minutes.
_GAP_MIN = 15.0


@dataclass(frozen=True, slots=True)
class Desk:
    """What is known where every service is recorded, not only the numbers on a display. Times in minutes.

    `serving`: people being served; `service`: mean service time; `ages`: how long those being served have been;
    `since_start`, `since_end`: since the last service began, ended; `longest`: longest wait of those waiting; `last`: wait of
    the last one called from the line, `since_last` ago; `lately`: mean wait of the last five; `starts`: services begun in the
    last 2, 5 and 15 minutes; `lost`: share of those waiting who give up.
    """

    serving: int
    service: float
    ages: tuple[float, ...]
    since_start: float
    since_end: float
    longest: float
    last: float
    since_last: float
    lately: float
    starts: tuple[int, int, int]
    lost: float


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known about one line at one instant.

    `called`: the last ticket number called today; `waiting`: people waiting; `counters`: counters open for the line.
    """

    line: str
    called: int
    waiting: int
    counters: int
    issuing: bool = True
    desk: Desk | None = None


class Memory:
    """Sums that fade: calls, calls expected, busy minutes, arrivals."""

    __slots__ = ("arrivals", "busy", "calls", "expected", "minutes")

    def __init__(self, minutes: float) -> None:
        self.minutes = minutes
        self.calls = self.expected = self.busy = self.arrivals = 0.0

    def add(self, passed: float, *, calls: float, expected: float, busy: float, arrivals: float) -> None:
        """Fade by the minutes `passed`, then add what happened in them (half faded: it is spread over them)."""
        keep = exp(-passed / self.minutes)
        half = keep**0.5
        self.calls = self.calls * keep + calls * half
        self.expected = self.expected * keep + expected * half
        self.busy = self.busy * keep + busy * half
        self.arrivals = self.arrivals * keep + arrivals * half


class Fading:
    """A mean of values that fades with time, pulled to 0 by a weight."""

    __slots__ = ("at", "memory", "total", "weight")

    def __init__(self, memory: float) -> None:
        self.memory, self.at, self.total, self.weight = memory, 0.0, 0.0, 0.0

    def add(self, at: float, value: float) -> None:
        """Add a value known at minute `at`."""
        keep = exp(-max(0.0, at - self.at) / self.memory)
        self.total, self.weight, self.at = self.total * keep + value, self.weight * keep + 1.0, at

    def sums(self, at: float) -> tuple[float, float]:
        """Return the faded total and weight at minute `at`."""
        keep = exp(-max(0.0, at - self.at) / self.memory)
        return self.total * keep, self.weight * keep


class Today:
    """The running day of one line. Times are branch-local minutes (`at % 1440` is the time of day)."""

    def __init__(self, shape: Shape, at: float, reading: Reading) -> None:
        self.shape = shape
        self.opened = self.at = at
        self.called, self.waiting, self.counters = reading.called, reading.waiting, reading.counters
        self.issued = reading.called + reading.waiting
        self.issuing, self.desk = reading.issuing, reading.desk
        self.sums = DaySums()
        self.memories = [Memory(minutes) for minutes in MEMORIES]
        self.busy_min = self.expected = 0.0
        self.idle_expected = 0.0
        self.first_call: float | None = None
        self.last_call: float | None = None
        self.last_wait: float | None = None
        self.unserved_min = self.closed_min = 0.0
        self.numbers: list[int] = [self.issued]
        self.joined: list[float] = [at]

    def read(self, at: float, reading: Reading) -> tuple[float, int, float, int] | None:
        """Take the next reading; return the step in the calls (from, number, to, number) if there was one."""
        passed, calls = at - self.at, reading.called - self.called
        issued = max(self.issued, reading.called + reading.waiting)
        arrivals = issued - self.issued
        step = (self.at, self.called, at, reading.called) if calls > 0 else None
        if passed <= _GAP_MIN:
            self._add(passed, calls, arrivals, reading)
        if arrivals > 0:
            self.numbers.append(issued)
            self.joined.append(at)
        if calls > 0:
            self.first_call = self.first_call if self.first_call is not None else at
            self.last_call, self.idle_expected = at, 0.0
            self.last_wait = at - self.joined_at(reading.called)
        self.unserved_min = self.unserved_min + passed if reading.counters == 0 else 0.0
        if reading.counters == 0 and self.waiting and self.called:
            self.closed_min += passed
        self.at, self.called, self.waiting = at, reading.called, reading.waiting
        self.counters, self.issued, self.issuing = reading.counters, issued, reading.issuing
        self.desk = reading.desk
        return step

    def _add(self, passed: float, calls: int, arrivals: int, reading: Reading) -> None:
        share = 0.0
        if self.waiting > 0 or calls > 0:
            share = 1.0 if reading.waiting > 0 else 0.6
        start, busy = self.at % 1440, passed * share
        expected = self.shape.wide.between(start, start + passed) * share
        self.sums.add(start + passed / 2, minutes=passed, calls=calls, busy=busy, counters=self.counters)
        for memory in self.memories:
            memory.add(passed, calls=calls, expected=expected, busy=busy, arrivals=arrivals)
        self.busy_min += busy
        self.expected += expected
        self.idle_expected += expected

    def joined_at(self, number: int) -> float:
        """Return when this ticket number was first known to be issued."""
        return self.joined[min(len(self.joined) - 1, bisect_left(self.numbers, number))]
