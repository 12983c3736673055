"""Adapter: a telephone queue with exact seconds, priorities and people who hang up, as readings of the engine."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from layan.waiting.backtest.files import Prediction, minutes, rows
from layan.waiting.engine.branch import Branch, Question
from layan.waiting.engine.line import Desk, Reading
from layan.waiting.engine.prior import Prior

HISTORY = (
    "query_id", "type", "priority", "queue_start", "queue_exit", "outcome", "service_start", "service_end", "server",
)  # fmt: skip
QUERIES = ("query_id", "ts", "type", "priority")

#: A caller is served as if he had joined so many minutes earlier for each level of priority (1.5 = 90 s).
HEAD_START_MIN = 1.5
#: An agent counts as there for so long after he was last seen. Minutes.
_AGENT_SEEN_MIN = 15.0
_LINE = "calls"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody in the queue; `order` is when he would have joined without priority."""

    joined: float
    order: float


class Centre:
    """The state of the call centre as its events pass."""

    def __init__(self) -> None:
        self.waiting: dict[str, Caller] = {}
        self.serving: dict[str, float] = {}
        self.agents: dict[str, float] = {}
        self.left = 0
        self.service = 3.0
        self.starts: deque[float] = deque(maxlen=200)
        self.ended = float("-inf")
        self.waits: deque[float] = deque(maxlen=5)
        self.called = float("-inf")
        self.fates: deque[bool] = deque(maxlen=60)

    def reading(self, at: float) -> Reading:
        """Return the engine's reading at minute `at`."""
        self.agents = {name: seen for name, seen in self.agents.items() if seen > at - _AGENT_SEEN_MIN}
        joined = [caller.joined for caller in self.waiting.values()]
        desk = Desk(
            serving=len(self.serving),
            service=self.service,
            ages=tuple(at - began for began in self.serving.values()),
            since_start=min(60.0, at - self.starts[-1]) if self.starts else 60.0,
            since_end=min(60.0, at - self.ended),
            longest=at - min(joined) if joined else 0.0,
            last=self.waits[-1] if self.waits else 0.0,
            since_last=min(60.0, at - self.called),
            lately=sum(self.waits) / len(self.waits) if self.waits else 0.0,
            starts=(self._starts(at - 2), self._starts(at - 5), self._starts(at - 15)),
            lost=sum(self.fates) / len(self.fates) if self.fates else 0.2,
        )
        return Reading(
            _LINE, self.left, len(self.waiting), max(len(self.serving), len(self.agents)), desk=desk
        )

    def _starts(self, after: float) -> int:
        return sum(began > after for began in self.starts)

    def ahead(self, order: float, *, but: str = "") -> int:
        """Return how many are to be served before somebody of this order."""
        return sum(caller.order <= order for name, caller in self.waiting.items() if name != but)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one call; `kind`: end, start, exit, join, exit at once (in this order within a second)."""

    at: float
    kind: int
    call: str
    row: dict[str, str]


_END, _START, _EXIT, _JOIN, _EXIT_AT_ONCE = range(5)


def read_events(histories: Sequence[Path]) -> list[Event]:
    """Return what happened, in time order; each call contributes its timestamps separately."""
    events = []
    for path in histories:
        for row in rows(path, HISTORY):
            joined, left = row["queue_start"], row["queue_exit"] if row["queue_start"] else ""
            # Who left in the second in which he joined must not leave before: he would wait for ever.
            leaving = _EXIT_AT_ONCE if left and left <= joined else _EXIT
            times = {
                _START: row["service_start"],
                _END: row["service_end"],
                _JOIN: joined,
                leaving: max(left, joined) if left else "",
            }
            events += [Event(minutes(at), kind, row["query_id"], row) for kind, at in times.items() if at]
    return sorted(events, key=lambda event: (event.at, event.kind, event.call))


class Walk:
    """Feeds events to the engine and lets it learn from every caller who is served."""

    def __init__(self, prior: Prior) -> None:
        self.branch = Branch(prior)
        self.centre = Centre()
        self.asked: dict[str, tuple[Question, float]] = {}
        self._day: int | None = None

    def observe(self, at: float) -> None:
        """Tell the engine how things stand."""
        if self._day != int(at // 1440):
            self._day = int(at // 1440)
            fresh = Centre()
            fresh.service = self.centre.service
            fresh.fates = self.centre.fates
            self.centre, self.asked = fresh, {}
        self.branch.observe(at, [self.centre.reading(at)], ask=False)

    def take(self, event: Event) -> None:
        """Take one event."""
        self.observe(event.at)
        centre, at, call = self.centre, event.at, event.call
        if event.kind == _JOIN:
            order = at - HEAD_START_MIN * int(event.row["priority"])
            question = self.branch.ask(_LINE, centre.ahead(order) + 1)
            centre.waiting[call] = Caller(at, order)
            self.asked[call] = (question, at)
        elif event.kind in {_EXIT, _EXIT_AT_ONCE}:
            self._leave(event)
        elif event.kind == _START:
            centre.serving[call] = at
            centre.starts.append(at)
            if event.row["server"]:
                centre.agents[event.row["server"]] = at
        elif call in centre.serving:
            lasted = at - centre.serving.pop(call)
            centre.ended = at
            # An average over about a hundred services: today's mix, not the year's.
            centre.service += 0.01 * (min(30.0, lasted) - centre.service)
            if event.row["server"]:
                centre.agents[event.row["server"]] = at

    def _leave(self, event: Event) -> None:
        centre = self.centre
        caller = centre.waiting.pop(event.call, None)
        if caller is None:
            return
        served = event.row["outcome"] == "served"
        centre.left += 1
        centre.fates.append(not served)
        if served:
            centre.waits.append(event.at - caller.joined)
            centre.called = event.at
            question, joined = self.asked.pop(event.call)
            self.branch.learn(question, event.at - joined, at=event.at)


@dataclass(frozen=True, slots=True)
class Asked:
    """One query, and the call centre as it was known at that second."""

    query: str
    ahead: int
    line: str
    branch: Branch
    centre: Centre


def walk(histories: Sequence[Path], queries: Path, prior: Prior) -> Iterator[Asked]:
    """Yield every query with events up to its own second, its own call left out of the queue."""
    events = iter(read_events(histories))
    following = next(events, None)
    told = Walk(prior)
    asked = sorted(
        (minutes(row["ts"]), row["query_id"], int(float(row["priority"]))) for row in rows(queries, QUERIES)
    )
    for at, query, priority in asked:
        while following is not None and following.at <= at:
            told.take(following)
            following = next(events, None)
        told.observe(at)
        ahead = told.centre.ahead(at - HEAD_START_MIN * priority, but=query)
        yield Asked(query, ahead, _LINE, told.branch, told.centre)


def backtest(
    histories: Sequence[Path],
    queries: Path,
    prior: Prior,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[Prediction]:
    """Yield an answer to every query; `progress` is told of each. Raises `HistoryError`."""
    for asked in walk(histories, queries, prior):
        yield Prediction(asked.query, asked.branch.estimate(asked.line, asked.ahead))
        progress(1)
