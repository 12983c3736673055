"""Runs an ASGI application under uvicorn, with what a server of many open streams needs besides.

`python -m layan.app.server --fd N` is the process of `layan serve` that answers on the one port.
"""

import argparse
import asyncio
import gc
import logging
import resource
import signal
import socket
import sys
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from layan.app.asgi import Served
from layan.kit.stream.asgi import TRANSPORT

log = logging.getLogger("layan.server")

#: A connection that has not sent a whole request by then is closed.
FIRST_REQUEST_SECONDS = 30
GRACE_SECONDS = 8


class Connection(HttpToolsProtocol):
    """uvicorn's connection, which also bounds the wait for a first request and lets a stream drop its client."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(transport)
        self.loop.call_later(FIRST_REQUEST_SECONDS, self._close_if_silent)

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self.scope["extensions"] = {TRANSPORT: self.transport}  # type: ignore[dict-item]

    def _close_if_silent(self) -> None:
        request: object = self.cycle
        if request is None:
            self.transport.close()


class Server(uvicorn.Server):
    """uvicorn, which ends the open streams first when it is told to stop."""

    def __init__(self, application: Served, **options: Any) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                loop="uvloop",
                http=Connection,
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                backlog=4096,
                timeout_keep_alive=20,
                timeout_graceful_shutdown=GRACE_SECONDS,
                **options,
            )
        )
        self._application = application

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop taking connections, end the streams, let requests under way finish."""
        for server in self.servers:
            server.close()
        self._application.stop()
        await super().shutdown(sockets)


def serve(application: Served, listener: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT, then return."""
    raise_file_limit()
    # uvicorn sends itself the signal again when it has ended: that is no reason to die of it.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    # What is loaded now stays, and so do most streams: looking through them again and again for garbage doubles what a
    # storm of returning clients costs (docs/mechanisms/live-stream.md).
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    Server(application).run(sockets=[listener])


def raise_file_limit() -> None:
    """Let this process open as many connections as it may; the usual first limit is 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def exit_on_faults(*, program: bool = True) -> None:
    """Set Django up and check (see `checkup`); every process of an office begins with it.

    Ends the process with status 2, saying how to mend it, when a setting or the database is wrong; raises BadSetting
    where there is no installation.
    """
    from layan.app.cli import set_up
    from layan.app.installation import Installation

    installation = Installation.from_environment()
    installation.must_exist()
    installation.keep_running()
    set_up()
    from layan.app.checkup import checkup

    faults = checkup(program=program)
    for fault in faults:
        sys.stderr.write(f"layan: {fault}\n")
    if faults:
        sys.exit(2)


def main() -> None:
    """Serve the front on the listening socket that was handed down."""
    from layan.app.asgi import front
    from layan.app.installation import BadSetting

    parser = argparse.ArgumentParser()
    parser.add_argument("--fd", type=int, required=True)
    descriptor = parser.parse_args().fd
    try:
        exit_on_faults()
        application = front()
    except BadSetting as wrong:
        sys.stderr.write(f"layan: {wrong}\n")
        sys.exit(2)
    serve(application, socket.socket(fileno=descriptor))


if __name__ == "__main__":
    main()
