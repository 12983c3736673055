"""Answers a thousand screens that all ask at once: the fragment of a board, without a thread for each of them.

After a call every board of a branch fetches at the same moment. Through Django's middleware and threads the last of
1,000 had its answer after more than a second, and half of them were refused as an overload (`bench/boards`).
"""

import asyncio
import re
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any, TypeVar
from urllib.parse import parse_qs

from django.db import close_old_connections

from layan.kit.asgi import Application, Receive, Scope, Send, header
from layan.kit.refusal import Refusal
from layan.signage.labels import chosen_languages
from layan.signage.rendering import Fragment, fragment_of
from layan.signage.screens.beats import Beats, beats
from layan.signage.screens.known import Display, digest_of, displays, known_branch, learn_branches
from layan.signage.view import SCREEN_COOKIE, View, chosen_layout

Look = Callable[[View], Fragment]
T = TypeVar("T")

_ADDRESS = re.compile(r"/board/([^/]+)/([^/]+)/now")
_SCREEN = "/screen/now"
_THREADS = 2


@dataclass
class _Line:
    """Those who ask for one thing: a look that is under way holds the lock, `coming` is the one after it."""

    under_way: asyncio.Lock = field(default_factory=asyncio.Lock)
    coming: asyncio.Task[Any] | None = None


class Boards:
    """An ASGI application in front of `pages`: answers the fragments of boards and screens, passes all else on.

    Whoever asks gets a look at the database that began after they asked, so that nobody is shown what was before the
    event they heard of; all who wait for the same look share it. It answers as `views.boards.now` and
    `views.display.now` do.
    """

    def __init__(self, pages: Application, look: Look = fragment_of, heard: Beats = beats) -> None:
        self._pages = pages
        self._look = look
        self._heard = heard
        self._lines: dict[Hashable, _Line] = {}
        self._unknown: set[str] = set()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="boards")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        shown = None
        if scope["method"] == "GET" and scope["path"].startswith(("/board/", _SCREEN)):
            with suppress(Refusal):  # the pages say it in words
                shown = await self._shown(scope)
        if shown is None:
            await self._pages(scope, receive, send)
        else:
            await _answer(scope, send, shown)

    async def _shown(self, scope: Scope) -> Fragment | None:
        if scope["path"] == _SCREEN:
            display = await self._display(scope)
            return await self._latest(display.view, lambda: self._look(display.view)) if display else None
        found = _ADDRESS.fullmatch(scope["path"])
        if found is None:
            return None
        asked = parse_qs(scope["query_string"].decode("latin-1"))
        view = View(
            found[1],
            (found[2],),
            chosen_languages(",".join(asked.get("languages", []))),
            layout=chosen_layout(asked.get("layout", [""])[0]),
        )
        return await self._latest(view, lambda: self._look(view))

    async def _display(self, scope: Scope) -> Display | None:
        """Return the screen that asks, as it was paired at a moment after it asked; None for one that was revoked."""
        key = _cookie(scope)
        if not key:
            return None
        digest = digest_of(key)
        branch_id = known_branch(digest)
        if branch_id is None:
            self._unknown.add(digest)
            await self._latest("branches", self._learn)
            branch_id = known_branch(digest)
            if branch_id is None:
                return None
        known = await self._latest(("screens", branch_id), lambda: displays(branch_id))
        found = known.get(digest)
        if found is not None:
            version = parse_qs(scope["query_string"].decode("latin-1")).get("v", [""])[0]
            if self._heard.note(found.id, version):
                await self._latest("beats", self._heard.write)
        return found

    def _learn(self) -> None:
        asked = []
        while self._unknown:
            asked.append(self._unknown.pop())
        learn_branches(asked)

    async def _latest(self, key: Hashable, look: Callable[[], T]) -> T:
        line = self._lines.setdefault(key, _Line())
        if line.coming is None:
            line.coming = asyncio.create_task(self._go(key, line, look))
        # One who leaves does not take the look away from the others.
        shared: asyncio.Task[T] = line.coming
        return await asyncio.shield(shared)

    async def _go(self, key: Hashable, line: _Line, look: Callable[[], T]) -> T:
        try:
            async with line.under_way:
                line.coming = None
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._threads, _see, look)
        finally:
            if line.coming is None:
                self._lines.pop(key, None)


def _see(look: Callable[[], T]) -> T:
    close_old_connections()
    try:
        return look()
    finally:
        close_old_connections()


def _cookie(scope: Scope) -> str:
    try:
        found = SimpleCookie(header(scope, b"cookie")).get(SCREEN_COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


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
