"""Answers a thousand screens that all ask at once: the fragment of a board, without a thread for each of them.

After a call every board of a branch fetches at the same moment. Through Django's middleware and threads the last of
1,000 had its answer after more than a second, and half of them were refused as an overload (`bench/boards`).
"""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from django.db import close_old_connections

from layan.kit.asgi import Application, Receive, Scope, Send, header
from layan.kit.refusal import Refusal
from layan.signage.labels import Languages, chosen_languages
from layan.signage.rendering import Fragment, fragment

Look = Callable[[str, str, Languages], Fragment]
Key = tuple[str, str, Languages]

_ADDRESS = re.compile(r"/board/([^/]+)/([^/]+)/now")
_THREADS = 2


@dataclass
class _Line:
    """Those who ask for one board: a look that is under way holds the lock, `coming` is the one after it."""

    under_way: asyncio.Lock = field(default_factory=asyncio.Lock)
    coming: asyncio.Task[Fragment] | None = None


class Boards:
    """An ASGI application in front of `pages`: answers `GET /board/<branch>/<zone>/now`, passes all else on.

    Whoever asks gets a look at the database that began after they asked, so that nobody is shown what was before the
    event they heard of; all who wait for the same look share it. It answers as `views.boards.now` does.
    """

    def __init__(self, pages: Application, look: Look = fragment) -> None:
        self._pages = pages
        self._look = look
        self._lines: dict[Key, _Line] = {}
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="boards")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        found = _ADDRESS.fullmatch(scope["path"]) if scope["method"] == "GET" else None
        shown = None
        if found is not None:
            asked = parse_qs(scope["query_string"].decode("latin-1")).get("languages", [])
            key = (found[1], found[2], chosen_languages(",".join(asked)))
            with suppress(Refusal):  # the pages say it in words
                shown = await self._latest(key)
        if shown is None:
            await self._pages(scope, receive, send)
        else:
            await _answer(scope, send, shown)

    async def _latest(self, key: Key) -> Fragment:
        line = self._lines.setdefault(key, _Line())
        if line.coming is None:
            line.coming = asyncio.create_task(self._go(key, line))
        # One who leaves does not take the look away from the others.
        return await asyncio.shield(line.coming)

    async def _go(self, key: Key, line: _Line) -> Fragment:
        try:
            async with line.under_way:
                line.coming = None
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._threads, self._see, key)
        finally:
            if line.coming is None:
                self._lines.pop(key, None)

    def _see(self, key: Key) -> Fragment:
        close_old_connections()
        try:
            return self._look(*key)
        finally:
            close_old_connections()


async def _answer(scope: Scope, send: Send, shown: Fragment) -> None:
    body = shown.html.encode()
    status = 200
    if shown.etag in header(scope, b"if-none-match"):
        status, body = 304, b""
    headers = [
        (b"etag", shown.etag.encode()),
        (b"cache-control", b"no-cache"),
        (b"content-type", b"text/html; charset=utf-8"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    ]
    if status == 200:
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
