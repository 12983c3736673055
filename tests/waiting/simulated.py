"""Lines whose waits are known exactly: people and services at random, read every few minutes or as they happen."""

import math
import random

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
