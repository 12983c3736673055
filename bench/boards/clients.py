"""A process of many boards, as light as they can be: raw sockets that do what live.js does.

Each board holds a stream. With `fetching` it also holds a kept-alive connection and, for every event, asks for its
fragment with the last ETag: one request under way and at most one more to come. A board has a call when it heard of it
(without `fetching`), or when the fragment with another number on top has arrived whole (with it).

Orders come as JSON lines on stdin, answers go as JSON lines to stdout. Times are of the machine's monotonic clock.
"""

import asyncio
import json
import resource
import sys
from time import monotonic
from typing import Any

import uvloop

AT_ONCE = 50
CALLED = b"event: ticket.called"
EVENT = b"event: "
HEARTBEAT = b"event: heartbeat"


class Stream(asyncio.Protocol):
    """A board's stream."""

    def __init__(self, board: "Board") -> None:
        self.board = board

    def connection_made(self, transport: Any) -> None:
        transport.write(self.board.load.stream_request)

    def data_received(self, data: bytes) -> None:
        self.board.hear(data)


class Fetch(asyncio.Protocol):
    """A board's kept-alive connection for its fragment."""

    def __init__(self, board: "Board") -> None:
        self.board = board
        self.transport: Any = None
        self.read = bytearray()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.read += data
        head, found, body = bytes(self.read).partition(b"\r\n\r\n")
        if not found:
            return
        headers = {
            name.lower(): value
            for name, _, value in (line.partition(b": ") for line in head.split(b"\r\n")[1:])
        }
        if len(body) >= int(headers.get(b"content-length", b"0")):
            self.read.clear()
            self.board.show(int(head.split(b" ", 2)[1]), headers.get(b"etag", b""), body)


class Board:
    """One screen."""

    def __init__(self, load: "Load") -> None:
        self.load = load
        self.heard: asyncio.Future[None] = load.loop.create_future()
        self.shown: asyncio.Future[None] = load.loop.create_future()
        self.fetch = Fetch(self)
        self.etag = b""
        self.top = b""
        self.busy = self.queued = False

    def hear(self, data: bytes) -> None:
        """Hear the stream."""
        if not self.heard.done():
            self.heard.set_result(None)
        if self.load.fetching:
            if data.count(EVENT) > data.count(HEARTBEAT):
                self.refresh()
        elif CALLED in data:
            self.load.arrived()

    def refresh(self) -> None:
        """Ask for the fragment."""
        if self.busy:
            self.queued = True
            return
        self.busy = True
        self.load.requests += 1
        tag = b"If-None-Match: " + self.etag + b"\r\n" if self.etag else b""
        self.fetch.transport.write(self.load.fetch_request + tag + b"\r\n")

    def show(self, status: int, etag: bytes, body: bytes) -> None:
        """Take an answer."""
        self.busy = False
        if status == 200:
            self.etag = etag
            top = body.partition(b'data-item="')[2].partition(b".")[0]
            if top != self.top:
                self.top = top
                self.load.arrived()
        elif status != 304:
            self.load.refused += 1
        if not self.shown.done():
            self.shown.set_result(None)
        if self.queued:
            self.queued = False
            self.refresh()


class Load:
    """The boards of this process."""

    def __init__(self, port: int, stream: str, fragment: str, fetching: bool) -> None:
        self.loop = asyncio.get_running_loop()
        self.port = port
        host = f"Host: 127.0.0.1:{port}\r\n"
        self.stream_request = f"GET {stream} HTTP/1.1\r\n{host}Accept: text/event-stream\r\n\r\n".encode()
        self.fetch_request = f"GET {fragment} HTTP/1.1\r\n{host}Accept: text/html\r\n".encode()
        self.fetching = fetching
        self.boards: list[Board] = []
        self.arrivals: list[float] = []
        self.requests = self.refused = 0
        self.complete = asyncio.Event()

    async def connect(self, count: int) -> None:
        """Open `count` boards, AT_ONCE at a time, and let each show what is so now."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def one() -> None:
            async with turns:
                board = Board(self)
                if self.fetching:
                    await self.loop.create_connection(lambda: board.fetch, "127.0.0.1", self.port)
                    board.refresh()
                    await board.shown
                await self.loop.create_connection(lambda: Stream(board), "127.0.0.1", self.port)
                await board.heard
                self.boards.append(board)

        await asyncio.gather(*(one() for _ in range(count)))

    def arrived(self) -> None:
        """Note that one more board has the call."""
        self.arrivals.append(monotonic())
        if len(self.arrivals) >= len(self.boards):
            self.complete.set()

    async def call(self, patience: float) -> dict[str, Any]:
        """Wait until every board has the next call; return when each had it."""
        try:
            async with asyncio.timeout(patience):
                await self.complete.wait()
        except TimeoutError:
            pass
        return {"at": self.arrivals, "requests": self.requests, "refused": self.refused}

    def begin(self) -> None:
        """Forget what was counted."""
        self.arrivals = []
        self.requests = self.refused = 0
        self.complete.clear()


async def main() -> None:
    """Carry out orders until stdin ends: ["connect", count], ["begin"], ["call", patience in seconds]."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    load = Load(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4] == "fetching")
    while line := await load.loop.run_in_executor(None, sys.stdin.readline):
        name, *values = json.loads(line)
        answer = getattr(load, name)(*values)
        if asyncio.iscoroutine(answer):
            answer = await answer
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
