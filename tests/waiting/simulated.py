"""Lines whose waits are known exactly: people and services at random, read every few minutes or as they happen."""

import heapq
import math
import random
from bisect import bisect_right
from dataclasses import dataclass

from layan.waiting.engine.line import Reading


def readings(
    seed: int, *, days: int, arrivals: float = 0.5, pace: float = 0.45, lines: int = 2, every: int = 5
) -> list[tuple[float, list[Reading]]]:
    """Return readings of lines whose calls, while anybody waits, are a Poisson stream of `pace` a minute."""
    chance = random.Random(seed)
    found = []
    for day in range(days):
        issued, called = [6] * lines, [0] * lines
        for minute in range(480, 840):
            for line in range(lines):
                issued[line] += chance.random() < arrivals
                called[line] += called[line] < issued[line] and chance.random() < pace
            if minute % every == 0:
                now = [Reading(str(n), called[n], issued[n] - called[n], 2) for n in range(lines)]
                found.append((day * 1440.0 + minute, now))
    return found


def erlang(calls: int, rate: float, minutes: float) -> float:
    """Return the chance that a Poisson stream of `rate` a minute makes so many calls within these minutes."""
    mean = rate * minutes
    return 1 - sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(calls))


@dataclass(frozen=True)
class Arrived:
    """Someone who came: at which minute, behind how many, and how long it took to be called."""

    at: float
    ahead: int
    idle: int
    waited: float


@dataclass
class Office:
    """A day at one line, first come first served: readings twice a minute, and what became of everyone."""

    readings: list[tuple[float, Reading]]
    arrived: list[Arrived]
    #: The minute each service ended, and how long it took.
    served: list[tuple[float, float]]


def office(
    seed: int,
    *,
    counters: int = 3,
    mean: float = 10.0,
    load: float = 0.95,
    variation: float = 1.0,
    day: int = 0,
    hours: float = 7.0,
) -> Office:
    """Return a day of M/G/c that begins with twice as many as it has counters at the door.

    Services are gamma with this mean and squared coefficient of variation; `load` is of the counters' capacity.
    """
    chance = random.Random(f"{seed} {day}")
    opens = day * 1440.0 + 540.0
    joined = [opens] * (2 * counters)
    while joined[-1] < opens + hours * 60:
        joined.append(joined[-1] + chance.expovariate(load * counters / mean))
    free, called, served = [opens] * counters, [], []
    for at in joined:
        begins = max(at, heapq.heappop(free))
        took = chance.gammavariate(1 / variation, mean * variation)
        heapq.heappush(free, begins + took)
        called.append(begins)
        served.append((begins + took, took))
    ends = [end for end, _ in served]
    arrived = []
    for index, (at, begins) in enumerate(zip(joined, called, strict=True)):
        before = bisect_right(called, at, hi=index)
        busy = before - sum(end <= at for end in ends[:before])
        arrived.append(Arrived(at, index - before, counters - busy, begins - at))
    found = []
    for step in range(int(hours * 120)):
        at = opens + step / 2
        issued, gone = bisect_right(joined, at), bisect_right(called, at)
        found.append((at, Reading("A", gone, issued - gone, counters)))
    return Office(found, arrived, sorted(served))
