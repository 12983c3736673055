"""Who listens, and telling them. Lives on the event loop; nothing here waits for a client.

A client that does not read is dropped as soon as its connection's buffer is full, which bounds the memory it takes;
it comes back with `Last-Event-ID` and is told what it missed.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from typing import Any

from layan.kit.asgi import Message, Send
from layan.kit.stream import frames
from layan.kit.stream.feed import WINDOW, Opening
from layan.kit.stream.frames import Frame

log = logging.getLogger("layan.stream")

HEARTBEAT_SECONDS = 15
#: Clients told between two turns of the loop: large enough to be quick, small enough that others get their turn.
SLICE = 256
#: How long a branch that nobody listens to any more is still followed, in case they come back.
LINGER_SECONDS = 60


class Client:
    """One open stream."""

    __slots__ = ("abort", "beat", "branch", "send", "zone_id")

    def __init__(self, send: Send, abort: Callable[[], object]) -> None:
        self.send = send
        self.abort = abort
        self.branch: BranchChannel | None = None
        self.zone_id: int | None = None
        self.beat = 0


class BranchChannel:
    """The listeners of one branch and the last events, for those who come back."""

    def __init__(self, opening: Opening) -> None:
        self.id = opening.branch_id
        self.code = opening.code
        self.clients: dict[int | None, dict[Client, None]] = {}
        self.zones: dict[str, int] = {}
        self.empty_beats = 0
        self.restart(opening)

    def restart(self, opening: Opening) -> None:
        """Begin again from what the log says."""
        self.seq = opening.seq
        self.recent: deque[Frame] = deque(opening.tail, maxlen=WINDOW)

    def missed(self, last_seen: int, zone_id: int | None) -> bytes | None:
        """Return the frames after number `last_seen`, or None when they cannot be told one by one."""
        if last_seen == self.seq:
            return b""
        oldest = self.recent[0].seq if self.recent else self.seq + 1
        if not oldest - 1 <= last_seen < self.seq:
            return None
        return joined(self.recent, zone_id, after=last_seen)


def joined(events: Iterable[Frame], zone_id: int | None, *, after: int = 0) -> bytes:
    """Return the bytes of those events that concern a zone."""
    return b"".join(event.bytes for event in events if event.seq > after and event.concerns(zone_id))


class Hub:
    """Holds the branches' channels and tells their clients. `current` says whether the feed reads the log."""

    def __init__(self, *, current: Callable[[], bool], leave: Callable[[int], None]) -> None:
        self.channels: dict[str, BranchChannel] = {}
        self.count = 0
        self.closed = False
        self._by_id: dict[int, BranchChannel] = {}
        self._current = current
        self._leave = leave
        self._work: asyncio.Queue[Callable[[], Coroutine[Any, Any, None]]] = asyncio.Queue()
        self._next_beat = 0
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to tell; call on the running loop."""
        self._tasks = [asyncio.create_task(self._pump()), asyncio.create_task(self._tick())]

    def close(self) -> None:
        """End every stream properly; clients come back by themselves."""
        self.closed = True
        for task in self._tasks:
            task.cancel()
        for channel in list(self.channels.values()):
            self._end(channel)

    def opened(self, opening: Opening) -> BranchChannel:
        """Take a branch that the feed follows now."""
        renamed = self._by_id.get(opening.branch_id)
        if renamed is not None:
            self._end(renamed)
        channel = self.channels[opening.code] = self._by_id[opening.branch_id] = BranchChannel(opening)
        return channel

    def grown(self, branch_id: int, events: list[Frame]) -> None:
        """Tell the clients of a branch what happened."""
        if branch_id in self._by_id:
            self._work.put_nowait(partial(self._tell, branch_id, events))

    def broken(self, opening: Opening) -> None:
        """Tell the clients of a branch to load afresh."""
        if opening.branch_id in self._by_id:
            self._work.put_nowait(partial(self._restart, opening))

    def add(self, client: Client, channel: BranchChannel, zone_id: int | None, last_seen: int | None) -> None:
        """Let a client in and tell it first what it missed since `last_seen` (None: it is new; -1: unknown).

        Nothing can happen between the two, so no event is lost or told twice.
        """
        parts = [frames.RETRY]
        if last_seen is not None:
            missed = channel.missed(last_seen, zone_id)
            parts.append(frames.resync(channel.code, channel.seq) if missed is None else missed)
        parts.append(self._heartbeat(channel))
        client.branch, client.zone_id = channel, zone_id
        client.beat = self._next_beat
        self._next_beat = (self._next_beat + 1) % HEARTBEAT_SECONDS
        channel.clients.setdefault(zone_id, {})[client] = None
        channel.empty_beats = 0
        self.count += 1
        self._put(client, _body(b"".join(parts)))

    def remove(self, client: Client) -> None:
        """Forget a client. Harmless when it is forgotten already."""
        channel = client.branch
        if channel is None:
            return
        client.branch = None
        self.count -= 1
        group = channel.clients[client.zone_id]
        del group[client]
        if not group:
            del channel.clients[client.zone_id]

    async def _pump(self) -> None:
        """Do one piece of telling after the other, so that every client sees the order of the log."""
        while True:
            work = await self._work.get()
            try:
                await work()
            except Exception:
                log.exception("a piece of telling failed; the next goes on")

    async def _tell(self, branch_id: int, events: list[Frame]) -> None:
        channel = self._by_id.get(branch_id)
        if channel is None:
            return
        new = [event for event in events if event.seq > channel.seq]
        if not new:
            return
        channel.seq = new[-1].seq
        channel.recent.extend(new)
        groups = [(joined(new, zone_id), list(group)) for zone_id, group in channel.clients.items()]
        for body, clients in groups:
            if body:
                await self._broadcast(clients, body)

    async def _restart(self, opening: Opening) -> None:
        channel = self._by_id.get(opening.branch_id)
        if channel is not None:
            channel.restart(opening)
            await self._broadcast(self._clients(channel), frames.resync(channel.code, channel.seq))

    async def _broadcast(self, clients: list[Client], body: bytes) -> None:
        message = _body(body)
        for start in range(0, len(clients), SLICE):
            for client in clients[start : start + SLICE]:
                if client.branch is not None:
                    self._put(client, message)
            await asyncio.sleep(0)

    def _put(self, client: Client, message: Message) -> None:
        """Hand a message to a client's connection without waiting for it; drop a client that would make us wait."""
        step = client.send(message).__await__()
        try:
            next(step)
        except StopIteration:
            return
        except Exception:
            log.exception("a client could not be told; it was dropped")
        else:
            # The server waits for room in a full buffer before it writes: nothing of this message went out.
            step.close()
        self.remove(client)
        client.abort()

    async def _tick(self) -> None:
        """Beat every second, for one in HEARTBEAT_SECONDS of the clients, so that beats never come in a burst."""
        beat = 0
        while True:
            await asyncio.sleep(1)
            beat = (beat + 1) % HEARTBEAT_SECONDS
            self._work.put_nowait(partial(self._beat, beat))

    async def _beat(self, beat: int) -> None:
        for channel in list(self.channels.values()):
            body = self._heartbeat(channel)
            await self._broadcast([c for c in self._clients(channel) if c.beat == beat], body)
            self._linger(channel)

    def _linger(self, channel: BranchChannel) -> None:
        channel.empty_beats = 0 if channel.clients else channel.empty_beats + 1
        if channel.empty_beats > LINGER_SECONDS:
            self._end(channel)
            self._leave(channel.id)

    def _end(self, channel: BranchChannel) -> None:
        """End the streams of a channel and forget it."""
        end: Message = {"type": "http.response.body", "body": b"", "more_body": False}
        for client in self._clients(channel):
            self.remove(client)
            self._put(client, end)
        del self.channels[channel.code], self._by_id[channel.id]

    def _heartbeat(self, channel: BranchChannel) -> bytes:
        return frames.heartbeat(channel.code, channel.seq) if self._current() else frames.SILENCE

    @staticmethod
    def _clients(channel: BranchChannel) -> list[Client]:
        return [client for group in channel.clients.values() for client in group]


def _body(body: bytes) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": True}
