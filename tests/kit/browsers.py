"""A listener that speaks to the stream's ASGI application directly."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

PATIENCE_SECONDS = 20


class Said(NamedTuple):
    """One message of the stream."""

    id: int | None
    event: str
    data: str

    @property
    def seq(self) -> int:
        return int(re.findall(r'"seq":(\d+)', self.data)[0])


def parse(text: str) -> list[Said]:
    """Return the messages of a stream's text; comments and retry lines are none."""
    messages = []
    for block in text.split("\n\n")[:-1]:
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        if "event" in fields:
            messages.append(
                Said(int(fields["id"]) if "id" in fields else None, fields["event"], fields["data"])
            )
    return messages


class Browser:
    """Collects what it is told. `stuck` makes it a client whose connection takes nothing more."""

    def __init__(self, path: str, **scope: Any) -> None:
        path, _, query = path.partition("?")
        self.scope: dict[str, Any] = {
            "type": "http",
            "method": "GET",
            "path": path,
            "query_string": query.encode(),
            "headers": [],
            "client": ("127.0.0.1", 40000),
        } | scope
        self.status = 0
        self.headers: dict[str, str] = {}
        self.text = ""
        self.ended = False
        self.stuck = asyncio.Event()
        self.aborted = False
        self.scope["extensions"] = {"layan.transport": self}
        self._left = asyncio.Event()
        self.told = asyncio.Event()

    def set_write_buffer_limits(self, *, high: int) -> None:
        self.buffer = high

    def abort(self) -> None:
        self.aborted = True
        self._left.set()

    def leave(self) -> None:
        self._left.set()

    async def receive(self) -> dict[str, Any]:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if self.stuck.is_set():
            await asyncio.Event().wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        self.text += message["body"].decode()
        if not message.get("more_body", False):
            self.ended = True
            self._left.set()
        self.told.set()

    async def until(self, check: Any) -> list[Said]:
        """Wait until `check(messages)` holds and return the messages that are not heartbeats."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not check(self.said):
                self.told.clear()
                await self.told.wait()
        return self.events

    @property
    def said(self) -> list[Said]:
        return parse(self.text)

    @property
    def events(self) -> list[Said]:
        return [message for message in self.said if message.event != "heartbeat"]

    async def heard(self, seq: int) -> list[Said]:
        """Wait until event `seq` has arrived."""
        return await self.until(lambda said: any(message.id == seq for message in said))


@asynccontextmanager
async def listening(app: Any, path: str, **scope: Any) -> AsyncIterator[Browser]:
    """Open a stream, wait for its first words (or its refusal), and leave at the end."""
    browser = Browser(path, **scope)
    task = asyncio.create_task(app(browser.scope, browser.receive, browser.send))
    task.add_done_callback(lambda _: browser.told.set())
    await browser.until(lambda _: browser.text or task.done())
    try:
        yield browser
    finally:
        browser.leave()
        await task
