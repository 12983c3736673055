"""Runs the WSGI application (pages and API) in threads under an ASGI server.

Written for two reasons (docs/decisions): a request goes to its thread once, whole, and comes back once, which is
twice as fast as passing each message between loop and thread; and a client that sends its body slowly holds no thread.
"""

import asyncio
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import unquote_to_bytes

from django.utils.translation import gettext_lazy as _

from layan.kit.asgi import Receive, Scope, Send, header, refuse
from layan.kit.refusal import Refusal

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Header = tuple[bytes, bytes]

BODY_SECONDS = 30.0
#: A larger body is kept in a file while it arrives.
BODY_IN_MEMORY = 256 * 1024
#: A larger response is sent in parts while it is made.
PART_BYTES = 512 * 1024
#: Requests inside at once, in threads or on their way to one. More than this is an overload, and waiting is no help.
MOST_REQUESTS = 512


class Disconnected(Exception):
    """The client went before its request was complete."""


class Bridge:
    """An ASGI application that hands each request to `application` in one of `threads` threads.

    A body of more than `max_body` bytes is refused with 413 as soon as that is known, without a thread.
    """

    def __init__(self, application: WsgiApplication, *, threads: int, max_body: int) -> None:
        self._application = application
        self._max_body = max_body
        self._inside = 0
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="web")

    def close(self) -> None:
        """Start no further request."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        self._inside += 1
        try:
            if self._inside > MOST_REQUESTS:
                raise Refusal("overloaded", _("Too many requests at once. Try again shortly."), 503)
            with SpooledTemporaryFile(max_size=BODY_IN_MEMORY) as body:
                length = await self._read(scope, receive, body)
                call = _Call(environ(scope, body, length), send, asyncio.get_running_loop())
                await asyncio.get_running_loop().run_in_executor(self._threads, call.run, self._application)
                await call.finish()
        except Refusal as refusal:
            await refuse(scope, send, refusal, **({"retry_after": "2"} if refusal.status == 503 else {}))
        except Disconnected:
            pass
        finally:
            self._inside -= 1

    async def _read(self, scope: Scope, receive: Receive, body: IO[bytes]) -> int:
        """Write the request's body to `body` and return its length in bytes."""
        declared = header(scope, b"content-length")
        if declared.isdigit() and int(declared) > self._max_body:
            raise self._too_large()
        length, more = 0, True
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Disconnected
                    length += len(message.get("body", b""))
                    if length > self._max_body:
                        raise self._too_large()
                    body.write(message.get("body", b""))
                    more = message.get("more_body", False)
        except TimeoutError as slow:
            raise Refusal("body-too-slow", _("The request took too long to arrive."), 408) from slow
        body.seek(0)
        return length

    def _too_large(self) -> Refusal:
        facts = {"limit_bytes": self._max_body}
        return Refusal("body-too-large", _("The request is too large."), 413, dict(facts))


class _Call:
    """One request in its thread."""

    def __init__(self, environ: dict[str, Any], send: Send, loop: asyncio.AbstractEventLoop) -> None:
        self._environ = environ
        self._send = send
        self._loop = loop
        self._started = False
        self._status = 0
        self._headers: list[Header] = []
        self._part = bytearray()

    def run(self, application: WsgiApplication) -> None:
        """Call the application; what fits in one part is left for `finish`."""
        chunks = application(self._environ, self._start_response)
        try:
            for chunk in chunks:
                self._write(chunk)
        finally:
            getattr(chunks, "close", lambda: None)()

    async def finish(self) -> None:
        """Send what is left."""
        await self._send_part(more=False)

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], _exc_info: object = None
    ) -> Callable[[bytes], None]:
        self._status = int(status[:3])
        self._headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return self._write

    def _write(self, chunk: bytes) -> None:
        self._part += chunk
        if len(self._part) >= PART_BYTES:
            asyncio.run_coroutine_threadsafe(self._send_part(more=True), self._loop).result()

    async def _send_part(self, *, more: bool) -> None:
        if not self._started:
            self._started = True
            await self._send(
                {"type": "http.response.start", "status": self._status, "headers": self._headers}
            )
        part, self._part = bytes(self._part), bytearray()
        await self._send({"type": "http.response.body", "body": part, "more_body": more})


def environ(scope: Scope, body: IO[bytes], length: int) -> dict[str, Any]:
    """Return the WSGI environment (PEP 3333) of an ASGI request whose whole body is at hand."""
    server, client = scope.get("server") or ("localhost", 80), scope.get("client") or ("", 0)
    found: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "CONTENT_LENGTH": str(length),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 80),
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        # An underscore would pass for a hyphen, and so for a header that only a trusted proxy may set.
        if b"_" in raw_name or raw_name in {b"content-length", b"transfer-encoding"}:
            continue
        name = raw_name.decode("latin-1").upper().replace("-", "_")
        name = name if name == "CONTENT_TYPE" else f"HTTP_{name}"
        value = raw_value.decode("latin-1")
        joint = "; " if name == "HTTP_COOKIE" else ","
        found[name] = f"{found[name]}{joint}{value}" if name in found else value
    return found
