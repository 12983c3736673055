"""What one process of a small installation serves on its one port: the stream, pages and the API."""

from typing import TYPE_CHECKING, Protocol

from layan.kit.asgi import Application, Receive, Scope, Send

if TYPE_CHECKING:
    from layan.kit.stream.asgi import StreamApp


class Served(Protocol):
    """An ASGI application that the server can tell to end its open answers."""

    def stop(self) -> None: ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...


class Front:
    """Passes `/stream/` to the stream and everything else to the pages, when there are any here."""

    def __init__(self, stream: "StreamApp", pages: Application | None = None) -> None:
        self._stream = stream
        self._pages = pages or stream

    def stop(self) -> None:
        """End the open streams, so that the server need not wait for them."""
        self._stream.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live through the server's life."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["path"].startswith("/stream/"):
            await self._stream(scope, receive, send)
        else:
            await self._pages(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self._stream.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


def _stream() -> "StreamApp":
    from django.conf import settings

    from layan.kit.stream.asgi import Limits, StreamApp
    from layan.kit.stream.source import source_of

    return StreamApp(
        source_of(settings.DATABASES["default"]),
        limits=Limits(clients=settings.STREAM_MAX_CLIENTS, per_address=settings.STREAM_PER_ADDRESS),
        trusted_proxy=settings.TRUSTED_PROXY,
    )


def front() -> Front:
    """Return the application of `layan serve`. Django is set up and its addresses are read, so the first page is quick."""
    from django.conf import settings
    from django.urls import get_resolver

    from layan.app.bridge import Bridge
    from layan.app.wsgi import application
    from layan.signage.asgi import Boards

    _ = get_resolver().url_patterns
    pages = Bridge(application, threads=settings.WEB_THREADS, max_body=settings.MAX_BODY)
    return Front(_stream(), Boards(pages))


def stream_only() -> Front:
    """Return the application of `layan stream`."""
    return Front(_stream())
