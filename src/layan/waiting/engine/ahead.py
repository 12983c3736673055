"""A branch looked ahead under its own calling rule: many possible futures, drawn the same way every time (B2, B7).

For lines that have shown no pace yet. One line alone at its counters with exponential services is computed exactly
(`belief.py`); lines that share counters are simulated.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import heapify, heappop, heapreplace
from itertools import cycle
from typing import Protocol

from layan.waiting.engine.belief import Belief, Row
from layan.waiting.engine.spread import LEVELS

EMERGENCY = "emergency"
#: Calls simulated in one look, at most by the draws; so many draws at least and at most. About 2 microseconds a call.
_CALLS, _LEAST, _MOST = 8000, 24, 160
#: Services drawn once and used in all looks: the same question has the same answer, and a small change a near one.
_DRAWN, _SEED = 16381, 2014
#: Tries to find a service that is longer than one has taken already.
_TRIES = 40


class Rule(Protocol):
    """The branch's policy."""

    def key(self, category: str, waited: float) -> float:
        """Return the order of one who has waited so many minutes, linear in them; smaller is sooner."""


@dataclass(frozen=True, slots=True)
class Person:
    """Someone in line: minutes from now since when, mostly negative. A `ghost` looks who would be called, and takes no time."""

    service: str
    category: str
    since: float
    ghost: bool = False


@dataclass(frozen=True, slots=True)
class Counter:
    """An open counter: its services with their preference (1 is first), its own groups, and whom it serves now.

    `serving` is the service being given, "" when the counter is free; `age` the minutes since it was called.
    """

    offers: Mapping[str, int]
    groups: frozenset[str] = frozenset()
    serving: str = ""
    age: float = 0.0


@dataclass(frozen=True, slots=True)
class Services:
    """How long services take: a mean in minutes each, and one squared coefficient of variation (gamma; 1 = exponential)."""

    means: Mapping[str, float]
    variation: float = 1.0

    def drawn(self) -> Iterator[float]:
        """Return service times in means, without end, the same every time."""
        return cycle(_drawn(self.variation))

    def rest(self, service: str, age: float, units: Iterator[float]) -> float:
        """Return how much longer a service lasts that has taken `age` minutes already."""
        mean = self.means[service]
        for _ in range(_TRIES):
            left = mean * next(units) - age
            if left > 0:
                return left
        # It takes longer than anyone does: whoever lasted so long lasts about as long again as the spread says.
        return mean * self.variation


@cache
def _drawn(variation: float) -> tuple[float, ...]:
    if variation <= 0:
        return (1.0,)
    chance = random.Random(_SEED)  # noqa: S311 - a simulation, not a secret
    found = [chance.gammavariate(1 / variation, variation) for _ in range(_DRAWN)]
    mean = sum(found) / len(found)
    return tuple(each / mean for each in found)


class _Lane:
    """Those of one service and category, by seniority; `head` is since when the next of them waits."""

    __slots__ = ("base", "gone", "head", "people", "slope")

    def __init__(self, category: str, rule: Rule) -> None:
        self.base = rule.key(category, 0.0)
        self.slope = self.base - rule.key(category, 1.0)
        self.people: list[Person] = []
        self.gone = 0
        self.head: float | None = None

    def join(self, person: Person) -> None:
        self.people.append(person)
        if self.head is None:
            self.head = person.since

    def call(self) -> Person:
        person = self.people[self.gone]
        self.gone += 1
        self.head = self.people[self.gone].since if self.gone < len(self.people) else None
        return person


class _Floor:
    """Lanes, and at each counter the lanes by what comes before the policy: emergency, own group, preference."""

    def __init__(self, counters: Sequence[Counter], rule: Rule) -> None:
        self.counters, self.rule = counters, rule
        self.lanes: dict[tuple[str, str], _Lane] = {}
        self.tiers: list[dict[tuple[int, ...], list[_Lane]]] = [{} for _ in counters]
        self.order: list[list[list[_Lane]]] = [[] for _ in counters]

    def join(self, person: Person) -> None:
        lane = self.lanes.get((person.service, person.category))
        (lane or self._lane(person.service, person.category)).join(person)

    def _lane(self, service: str, category: str) -> _Lane:
        lane = self.lanes[service, category] = _Lane(category, self.rule)
        for index, counter in enumerate(self.counters):
            if service in counter.offers:
                own = category not in counter.groups
                tier = (0,) if category == EMERGENCY else (1, own, counter.offers[service])
                tiers = self.tiers[index]
                tiers.setdefault(tier, []).append(lane)
                self.order[index] = [tiers[each] for each in sorted(tiers)]
        return lane

    def best(self, index: int, at: float) -> _Lane | None:
        """Return the lane whose first the counter calls at minute `at`."""
        for tier in self.order[index]:
            best, first, since = None, 0.0, 0.0
            for lane in tier:
                head = lane.head
                if head is None:
                    continue
                key = lane.base - lane.slope * (at - head)
                if best is None or key < first or (key == first and head < since):
                    best, first, since = lane, key, head
            if best is not None:
                return best
        return None


def future(
    counters: Sequence[Counter],
    people: Iterable[Person],
    rule: Rule,
    services: Services,
    *,
    slowness: float = 1.0,
    units: Iterator[float] | None = None,
    arrivals: Iterator[Person] | None = None,
) -> Iterator[tuple[float, Person]]:
    """Yield one possible future: who is called, after how many minutes. `people` and `arrivals` come by seniority.

    Every service takes `slowness` times its mean; `units` are the service times drawn.
    """
    units = units or services.drawn()
    arrivals = arrivals or iter(())
    floor = _Floor(counters, rule)
    for person in people:
        floor.join(person)
    means = {service: mean * slowness for service, mean in services.means.items()}
    free = [
        (services.rest(each.serving, each.age / slowness, units) * slowness if each.serving else 0.0, index)
        for index, each in enumerate(counters)
    ]
    heapify(free)
    later = next(arrivals, None)
    while free:
        at, index = free[0]
        while later is not None and later.since <= at:
            floor.join(later)
            later = next(arrivals, None)
        best = floor.best(index, at)
        if best is not None:
            person = best.call()
            yield at, person
            if not person.ghost:
                heapreplace(free, (at + means[person.service] * next(units), index))
        elif later is not None:
            heapreplace(free, (later.since, index))
        else:
            heappop(free)


def look_ahead(
    counters: Sequence[Counter],
    people: Sequence[Person],
    rule: Rule,
    services: Services,
    belief: Belief,
    ranks: Mapping[str, Sequence[int]],
) -> dict[str, list[Row]]:
    """Return p10, p50, p80, p90 of the minutes until the n-th departure of each service's line, for its ranks n.

    The rank after those who wait is who would join now; further ranks follow at the pace of the line's counters. Nobody
    else comes: who overtakes later is reckoned by `rules.Rule.slip`. `people` come by seniority.
    """
    if len(services.means) == 1 and services.variation == 1:
        # Whoever is called, the n-th departure is the same: the rule does not matter.
        ((service, mean),) = services.means.items()
        idle = sum(not counter.serving for counter in counters)
        return {service: belief.rows([rank - idle for rank in ranks[service]], mean / len(counters))}
    people = [*people, *(Person(service, "general", 0.0, ghost=True) for service in services.means)]
    count = max(_LEAST, min(_MOST, _CALLS // len(people)))
    units = services.drawn()
    shares = {service: sum(service in each.offers for each in counters) for service in services.means}
    waits: dict[str, list[list[float]]] = {service: [[] for _ in found] for service, found in ranks.items()}
    for slowness in belief.slownesses(count):
        departed: dict[str, list[float]] = {service: [] for service in services.means}
        newcomers: dict[str, float] = {}
        for at, person in future(counters, people, rule, services, slowness=slowness, units=units):
            if person.ghost:
                newcomers[person.service] = at
            else:
                departed[person.service].append(at)
        for service, columns in waits.items():
            gone, pace = departed[service], services.means[service] * slowness / shares[service]
            at, reached = newcomers[service], len(gone) + 1
            for rank, column in zip(ranks[service], columns, strict=True):
                while reached < rank:
                    at, reached = at + pace * next(units), reached + 1
                column.append(gone[rank - 1] if rank <= len(gone) else at)
    return {service: [_row(column) for column in columns] for service, columns in waits.items()}


def _row(waits: list[float]) -> Row:
    """Return the quantiles of equally likely waits, between the nearest two."""
    waits.sort()
    found = []
    for level in LEVELS:
        place = level * len(waits) - 0.5
        below = max(0, min(len(waits) - 2, int(place)))
        found.append(waits[below] + (waits[below + 1] - waits[below]) * (place - below))
    p10, p50, p80, p90 = found
    return p10, p50, p80, p90


def pools(offers: Sequence[Mapping[str, int]]) -> list[tuple[list[int], frozenset[str]]]:
    """Return the counters (by index) that share services, directly or through others, and the services they give together."""
    found: list[tuple[list[int], frozenset[str]]] = []
    for index, given in enumerate(offers):
        members, services = [index], frozenset(given)
        apart = []
        for pool in found:
            if pool[1] & services:
                members, services = [*pool[0], *members], pool[1] | services
            else:
                apart.append(pool)
        found = [*apart, (members, services)]
    return found
