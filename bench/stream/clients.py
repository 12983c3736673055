"""A process of many stream clients, as light as they can be: raw sockets, no parsing but for the number.

Orders come as JSON lines on stdin, answers go as JSON lines to stdout. Times are of the machine's monotonic clock.
"""

import asyncio
import json
import resource
import sys
from time import monotonic
from typing import Any

import uvloop

AT_ONCE = 200
MARK = b"event: bench"


class Client(asyncio.Protocol):
    """One connection: notes when it first heard anything, and each event."""

    def __init__(self, load: "Load") -> None:
        self.load = load
        self.heard: asyncio.Future[None] = load.loop.create_future()
        self.transport: asyncio.Transport

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self.load.request)

    def data_received(self, data: bytes) -> None:
        if not self.heard.done():
            self.heard.set_result(None)
        if MARK in data:
            self.load.arrivals.append(monotonic())
            if len(self.load.arrivals) == len(self.load.clients):
                self.load.complete.set()


class Load:
    """The clients of this process."""

    def __init__(self, host: str, port: int, path: str) -> None:
        self.loop = asyncio.get_running_loop()
        self.address = (host, port)
        self.request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\n\r\n".encode()
        self.clients: list[Client] = []
        self.arrivals: list[float] = []
        self.complete = asyncio.Event()

    async def connect(self, count: int) -> float:
        """Open `count` connections, AT_ONCE at a time; return the seconds until the last has heard something."""
        began = monotonic()
        turns = asyncio.Semaphore(AT_ONCE)

        async def one() -> None:
            async with turns:
                _, client = await self.loop.create_connection(lambda: Client(self), *self.address)
                await client.heard
                self.clients.append(client)

        await asyncio.gather(*(one() for _ in range(count)))
        return monotonic() - began

    def drop(self) -> None:
        """Close every connection at once."""
        for client in self.clients:
            client.transport.abort()
        self.clients.clear()

    async def event(self, patience: float) -> list[float]:
        """Wait until every client has the next event; return when each had it."""
        try:
            async with asyncio.timeout(patience):
                await self.complete.wait()
        except TimeoutError:
            pass
        arrivals, self.arrivals = self.arrivals, []
        self.complete.clear()
        return arrivals


async def main() -> None:
    """Obey until told to stop."""
    load = Load(sys.argv[1], int(sys.argv[2]), sys.argv[3])
    orders = asyncio.StreamReader()
    await load.loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    while line := await orders.readline():
        name, value = json.loads(line)
        answer: Any = None
        if name == "connect":
            answer = await load.connect(int(value))
        elif name == "event":
            answer = await load.event(value)
        elif name == "storm":
            count = len(load.clients)
            load.drop()
            answer = await load.connect(count)
        print(json.dumps(answer), flush=True)
    load.drop()


if __name__ == "__main__":
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    uvloop.run(main())
