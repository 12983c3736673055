"""`GET /stream/branches/<code>[?zone=<code>]`: the address of the live stream (docs/mechanisms/live-stream.md).

A stream says what changed and never what it says, so it needs no sign-in.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qs

import orjson
from django.utils.translation import gettext_lazy as _

from layan.kit.asgi import Receive, Scope, Send, address_of, header, is_loopback, refuse
from layan.kit.refusal import Refusal
from layan.kit.stream.feed import LOOK_SECONDS, Feed, Opening
from layan.kit.stream.frames import Frame
from layan.kit.stream.hub import BranchChannel, Client, Hub
from layan.kit.stream.source import Source, SourceDown

PREFIX = "/stream/"
_BRANCHES = "/stream/branches/"
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
#: Unsent bytes a client's connection may hold before the client is dropped.
BUFFER_BYTES = 16_384
#: The server's transport, where it gives one (layan.app.server): lets a client be dropped without waiting for it.
TRANSPORT = "layan.transport"
ANSWER_SECONDS = 5.0

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Limits:
    """How many streams one process holds, and how many of them for one address."""

    clients: int = 12_000
    per_address: int = 2_000


class StreamApp:
    """The stream as an ASGI application. `start` and `stop` belong to the server's lifespan."""

    def __init__(
        self,
        source: Source,
        *,
        limits: Limits | None = None,
        trusted_proxy: bool = False,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._limits = limits or Limits()
        self._trusted_proxy = trusted_proxy
        self._feed = Feed(source, self, look_seconds=look_seconds)
        self.hub = Hub(current=lambda: self._feed.current, leave=self._feed.leave)
        self._addresses: Counter[str] = Counter()
        self._held = 0
        self._opening: dict[str, asyncio.Future[BranchChannel | None]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Begin; call on the running loop."""
        self._loop = asyncio.get_running_loop()
        self.hub.start()
        self._feed.start()

    def stop(self) -> None:
        """End every stream and the feed."""
        self.hub.close()
        self._feed.stop()

    def grown(self, branch_id: int, events: list[Frame]) -> None:
        """Pass the feed's news to the loop (called on the feed's thread)."""
        self._on_loop(self.hub.grown, branch_id, events)

    def broken(self, opening: Opening) -> None:
        """Pass on that a branch begins again (called on the feed's thread)."""
        self._on_loop(self.hub.broken, opening)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["path"] == "/stream/health":
            await self._health(send)
            return
        address = address_of(scope, trusted_proxy=self._trusted_proxy)
        try:
            self._admit(scope, address)
        except Refusal as refusal:
            more = {"allow": "GET"} if refusal.status == 405 else {"retry_after": "30"}
            await refuse(scope, send, refusal, **more)
            return
        self._held += 1
        self._addresses[address] += 1
        try:
            await self._stream(scope, receive, send)
        except Refusal as refusal:
            await refuse(scope, send, refusal, **({"retry_after": "2"} if refusal.status == 503 else {}))
        finally:
            self._held -= 1
            self._addresses[address] -= 1
            if not self._addresses[address]:
                del self._addresses[address]

    async def _health(self, send: Send) -> None:
        body = orjson.dumps({"clients": self.hub.count, "current": self._feed.current})
        headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _admit(self, scope: Scope, address: str) -> None:
        if scope["method"] != "GET":
            raise Refusal("method-not-allowed", _("A stream can only be read."), 405)
        if self.hub.closed or self._held >= self._limits.clients:
            raise Refusal("stream-full", _("Too many streams are open. Try again shortly."), 503)
        if self._addresses[address] >= self._limits.per_address and not is_loopback(address):
            raise Refusal("stream-too-many", _("Too many streams are open from this address."), 429)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        channel = await self._channel(scope["path"])
        zone_id = await self._zone(channel, query["zone"][-1]) if "zone" in query else None
        last_seen = _number(header(scope, b"last-event-id") or query.get("last-event-id", [""])[-1])
        client = Client(send, _abort(scope))
        # A browser's request is a kilobyte of headers that nobody reads again for as long as the stream is open.
        scope["headers"].clear()
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        if self.hub.channels.get(channel.code) is not channel:
            # It went just now: the client comes back at once.
            await send({"type": "http.response.body", "body": b""})
            return
        self.hub.add(client, channel, zone_id, last_seen)
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            self.hub.remove(client)

    async def _channel(self, path: str) -> BranchChannel:
        code = path.removeprefix(_BRANCHES)
        channel = self.hub.channels.get(code)
        if channel is None and path.startswith(_BRANCHES) and _CODE.fullmatch(code):
            if code not in self._opening:
                self._open(code)
            channel = await _in_time(asyncio.shield(self._opening[code]))
        if channel is None:
            raise Refusal("unknown-branch", _("There is no such branch."), 404)
        return channel

    def _open(self, code: str) -> None:
        """Ask the feed to follow a branch. Its channel is made before any news of the branch can arrive."""
        future = self._opening[code] = asyncio.get_running_loop().create_future()

        def done(answer: Opening | SourceDown | None) -> None:
            del self._opening[code]
            if isinstance(answer, Opening):
                future.set_result(self.hub.opened(answer))
            elif answer is None:
                future.set_result(None)
            else:
                future.set_exception(answer)
                future.exception()  # who asked may have left

        self._feed.open(code, lambda answer: self._on_loop(done, answer))

    async def _zone(self, channel: BranchChannel, code: str) -> int:
        zone_id = channel.zones.get(code)
        if zone_id is None and _CODE.fullmatch(code):
            zone_id = await _in_time(self._ask_zone(channel.id, code))
        if zone_id is None:
            raise Refusal("unknown-zone", _("There is no such zone in this branch."), 404)
        channel.zones[code] = zone_id
        return zone_id

    def _ask_zone(self, branch_id: int, code: str) -> asyncio.Future[int | None]:
        future: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()

        def done(answer: int | SourceDown | None) -> None:
            if future.done():
                return  # who asked has left
            if isinstance(answer, SourceDown):
                future.set_exception(answer)
            else:
                future.set_result(answer)

        self._feed.zone(branch_id, code, lambda answer: self._on_loop(done, answer))
        return future

    def _on_loop(self, call: Callable[..., Any], *values: object) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(call, *values)


async def _in_time(answer: asyncio.Future[Answer]) -> Answer:
    """Await the feed's answer. Raises Refusal when the database does not give one."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await answer
    except (SourceDown, TimeoutError) as down:
        raise Refusal("database-down", _("The database does not answer. Try again shortly."), 503) from down


def _number(text: str) -> int | None:
    """Return the event number a client names, None when it names none, -1 (never an event's) when it is no number."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1


def _abort(scope: Scope) -> Callable[[], object]:
    """Return what ends the connection without waiting for the client, and bound what it may keep unsent."""
    transport = (scope.get("extensions") or {}).get(TRANSPORT)
    if transport is not None:
        transport.set_write_buffer_limits(high=BUFFER_BYTES)
        return transport.abort  # type: ignore[no-any-return]
    task = asyncio.current_task()
    return task.cancel if task is not None else lambda: None
