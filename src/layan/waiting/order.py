"""Who is called when: the floor walked ahead under the branch's own calling rule, as if nobody else came. Pure (B2, B7)."""

from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

from layan.waiting.floor import Standing
from layan.waiting.rules import EMERGENCY, Rule

#: The walk ends after so many calls: further back the place in the present order is as good, and costs less.
_CALLS = 300
#: A counter's service of a line that has shown no pace and has no norm. Minutes.
_UNKNOWN_MIN = 8.0
#: (since, ticket); a newcomer, whose ticket is "", takes nobody's time.
Entry = tuple[float, str]


@dataclass(frozen=True)
class Post:
    """An open counter as the rule sees it: its services with their preference (1 is first), its own groups."""

    preferences: Mapping[str, int]
    groups: frozenset[str] = frozenset()


@dataclass
class Lane:
    """Those who wait for one service in one category, by seniority; `gone` have been called."""

    service: str
    category: str
    entries: list[Entry] = field(default_factory=list)
    gone: int = 0

    @property
    def head(self) -> Entry | None:
        """The next of them."""
        return self.entries[self.gone] if self.gone < len(self.entries) else None


@dataclass(frozen=True)
class Places:
    """The place in its line (1 is called next) of every ticket, and of a newcomer by service and category."""

    tickets: dict[str, int]
    newcomers: dict[tuple[str, str], int]


def places(
    queues: Mapping[str, Sequence[tuple[str, Standing]]],
    posts: Sequence[Post],
    rule: Rule,
    minutes_each: Mapping[str, float],
    now: float,
    newcomers: Iterable[str] = (),
) -> Places:
    """Return at which departure of its line everyone is called; `newcomers` are categories to try at each service.

    Counters become free one after the other, evenly spread; each calls whom the rule gives it then. Who asked to be
    passed over comes in when that is over. Times are epoch minutes.
    """
    walk = _Walk(queues, rule, now, sorted({code for post in posts for code in post.preferences}), newcomers)
    walk.run(posts, minutes_each)
    walk.rest()
    return Places(walk.tickets, walk.newcomers)


class _Walk:
    """One walk: lanes that empty, counts of departures."""

    def __init__(
        self,
        queues: Mapping[str, Sequence[tuple[str, Standing]]],
        rule: Rule,
        now: float,
        served: Sequence[str],
        newcomers: Iterable[str],
    ) -> None:
        self.rule, self.now = rule, now
        self.lanes: dict[tuple[str, str], Lane] = {}
        self.tickets: dict[str, int] = {}
        self.newcomers: dict[tuple[str, str], int] = {}
        self.departed: dict[str, int] = {}
        self.late: list[tuple[float, float, str, Lane]] = []
        for service, queue in queues.items():
            for key, ticket in queue:
                lane = self._lane(service, ticket.category)
                if ticket.later_until > now:
                    self.late.append((ticket.later_until, ticket.since, key, lane))
                else:
                    lane.entries.append((ticket.since, key))
        self.late.sort(key=lambda each: each[:3], reverse=True)
        for lane in self.lanes.values():
            lane.entries.sort()
        for category in newcomers:
            for service in served:
                self._lane(service, category).entries.append((now, ""))

    def _lane(self, service: str, category: str) -> Lane:
        return self.lanes.setdefault((service, category), Lane(service, category))

    def run(self, posts: Sequence[Post], minutes_each: Mapping[str, float]) -> None:
        """Call until nobody is left whom an open counter serves, or `_CALLS` were called."""
        lanes_of = [
            [
                (lane, self._first(lane, post))
                for lane in self.lanes.values()
                if lane.service in post.preferences
            ]
            for post in posts
        ]
        free = []
        for index, post in enumerate(posts):
            means = [minutes_each.get(code, _UNKNOWN_MIN) for code in post.preferences] or [_UNKNOWN_MIN]
            # Nobody knows how far each service is: the counters are taken to be evenly spread over one.
            free.append((self.now + (index + 0.5) / len(posts) * min(means), index))
        heapify(free)
        calls = 0
        while free and calls < _CALLS:
            at, index = heappop(free)
            self._admit(at)
            lane = self._best(lanes_of[index], at)
            if lane is None:
                if self.late:
                    heappush(free, (self.late[-1][0], index))
                continue
            key = self._take(lane)
            calls += bool(key)
            heappush(free, (at + (minutes_each.get(lane.service, _UNKNOWN_MIN) if key else 0.0), index))

    @staticmethod
    def _first(lane: Lane, post: Post) -> tuple[int, int, int]:
        """Return the parts of the order that do not depend on time: emergency, own group, preference."""
        if lane.category == EMERGENCY:
            return (0, 0, 0)
        return (1, 0 if lane.category in post.groups else 1, post.preferences[lane.service])

    def _best(self, lanes: Sequence[tuple[Lane, tuple[int, int, int]]], at: float) -> Lane | None:
        best, first = None, None
        for lane, fixed in lanes:
            head = lane.head
            if head is None or (first is not None and fixed > first[:3]):
                continue
            order = (*fixed, self.rule.key(lane.category, at - head[0]), head[0])
            if first is None or order < first:
                best, first = lane, order
        return best

    def _take(self, lane: Lane) -> str:
        """Let the head of a lane go; return its ticket."""
        key = lane.entries[lane.gone][1]
        lane.gone += 1
        place = self.departed.get(lane.service, 0) + 1
        if not key:
            self.newcomers[lane.service, lane.category] = place
        else:
            self.departed[lane.service] = place
            self.tickets[key] = place
        return key

    def _admit(self, at: float) -> None:
        while self.late and self.late[-1][0] <= at:
            _, since, key, lane = self.late.pop()
            insort(lane.entries, (since, key), lo=lane.gone)

    def rest(self) -> None:
        """Give those that the walk did not reach the places after it, in the order of the policy alone."""
        self._admit(float("inf"))
        left = [
            (
                lane.category != EMERGENCY,
                self.rule.key(lane.category, self.now - entry[0]),
                entry[0],
                order,
                lane,
            )
            for order, lane in enumerate(self.lanes.values())
            for entry in lane.entries[lane.gone :]
        ]
        for *_, lane in sorted(left, key=lambda each: each[:4]):
            self._take(lane)
