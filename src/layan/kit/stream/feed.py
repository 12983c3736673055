"""Notices that branches' logs grew, by looking at their heads (docs/decisions: the stream polls the heads).

One thread with its own database connection. It holds nothing that matters: after a crash or an outage it goes on
from the numbers it has, because the log is the truth.
"""

import logging
from collections import deque
from collections.abc import Callable
from threading import Event, Thread
from time import monotonic
from typing import NamedTuple, Protocol

from layan.kit.stream import frames
from layan.kit.stream.frames import Frame
from layan.kit.stream.source import Source, SourceDown

log = logging.getLogger("layan.stream")

#: How many events a client may have missed and still be told one by one.
WINDOW = 500
LOOK_SECONDS = 0.02
#: After this long without a look that succeeded, what was published is no longer called current.
STALE_SECONDS = 3.0
_PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0)


class Opening(NamedTuple):
    """A branch as the log has it when somebody starts to listen: its head and the last WINDOW events."""

    branch_id: int
    code: str
    seq: int
    tail: list[Frame]


class Listener(Protocol):
    """Who is told. Called on the feed's thread, in the order of the log."""

    def grown(self, branch_id: int, events: list[Frame]) -> None:
        """The branch's log grew by these events."""
        ...

    def broken(self, opening: Opening) -> None:
        """More than WINDOW events were missed, or the log is not the one known: begin again from here."""
        ...


#: Gets the answer, or SourceDown. Called on the feed's thread, in order with what the Listener is told.
OpeningAnswer = Callable[[Opening | SourceDown | None], None]
ZoneAnswer = Callable[[int | SourceDown | None], None]


class Feed:
    """Follows the branches it was asked to follow until it is stopped. Public methods are safe from any thread."""

    def __init__(self, source: Source, listener: Listener, *, look_seconds: float = LOOK_SECONDS) -> None:
        self._source = source
        self._listener = listener
        self._look_seconds = look_seconds
        self._positions: dict[int, tuple[str, int]] = {}
        self._requests: deque[Callable[[SourceDown | None], None]] = deque()
        self._wake = Event()
        self._stopping = False
        self._failures = 0
        self._looked_at = monotonic()
        self._thread = Thread(target=self._run, name="stream feed", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End; returns when the thread has ended, at most after 5 seconds."""
        self._stopping = True
        self._wake.set()
        self._thread.join(timeout=5)

    @property
    def current(self) -> bool:
        """Whether what was published is what the log says, give or take STALE_SECONDS."""
        return not self._failures and monotonic() - self._looked_at < STALE_SECONDS

    def open(self, code: str, answer: OpeningAnswer) -> None:
        """Begin to follow branch `code`; the answer is None when there is no such branch."""

        def ask(down: SourceDown | None) -> None:
            try:
                answer(down or self._follow(code))
            except SourceDown as now_down:
                answer(now_down)

        self._request(ask)

    def zone(self, branch_id: int, code: str, answer: ZoneAnswer) -> None:
        """Ask for the id of the branch's zone `code`; the answer is None when there is no such zone."""

        def ask(down: SourceDown | None) -> None:
            try:
                answer(down or self._source.zone(branch_id, code))
            except SourceDown as now_down:
                answer(now_down)

        self._request(ask)

    def leave(self, branch_id: int) -> None:
        """Follow the branch no longer."""
        self._request(lambda _down: self._positions.pop(branch_id, None) and None)

    def _request(self, ask: Callable[[SourceDown | None], None]) -> None:
        self._requests.append(ask)
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            # Each request is answered after a look that began after it was put.
            waiting = [self._requests.popleft() for _ in range(len(self._requests))]
            down = self._look()
            for ask in waiting:
                ask(down)
            self._wake.wait(self._pause())
        self._source.close()

    def _pause(self) -> float | None:
        """Return how long to rest, in seconds; None: until somebody asks, since nobody listens."""
        if self._failures:
            return _PAUSES[min(self._failures, len(_PAUSES)) - 1]
        return self._look_seconds if self._positions else None

    def _look(self) -> SourceDown | None:
        """Tell what is new; return why the log could not be read, if so."""
        try:
            if self._source.changed() and self._positions:
                self._compare(self._source.heads())
        except SourceDown as down:
            if not self._failures:
                log.warning("the event log cannot be read (%s); trying again", down)
            self._failures += 1
            return down
        if self._failures:
            log.warning("the event log can be read again")
        self._failures = 0
        self._looked_at = monotonic()
        return None

    def _compare(self, heads: dict[int, int]) -> None:
        for branch_id, (code, seen) in list(self._positions.items()):
            head = heads.get(branch_id, 0)
            if head != seen:
                self._advance(branch_id, code, seen, head)

    def _advance(self, branch_id: int, code: str, seen: int, head: int) -> None:
        events: list[Frame] = []
        if seen < head <= seen + WINDOW:
            rows = self._source.events(branch_id, after=seen, limit=WINDOW)
            events = [frames.event(code, row.seq, row.type, row.zone_id) for row in rows]
        if events:
            self._positions[branch_id] = (code, events[-1].seq)
            self._listener.grown(branch_id, events)
        else:
            self._listener.broken(self._open(branch_id, code, head))

    def _follow(self, code: str) -> Opening | None:
        branch = self._source.branch(code)
        return None if branch is None else self._open(branch.id, code, branch.seq)

    def _open(self, branch_id: int, code: str, head: int) -> Opening:
        rows = self._source.events(branch_id, after=max(0, head - WINDOW), limit=WINDOW * 2)
        tail = [frames.event(code, row.seq, row.type, row.zone_id) for row in rows]
        opening = Opening(branch_id, code, tail[-1].seq if tail else head, tail[-WINDOW:])
        self._positions[branch_id] = (code, opening.seq)
        return opening
