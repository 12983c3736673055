"""`layan serve`, and its parts one by one for larger sites: `layan web`, `layan stream`, `layan worker`."""

import os
import socket
import sys
from collections.abc import Callable
from typing import Any

import click

from layan.app.cli import data_option
from layan.app.installation import Installation
from layan.app.listener import listen
from layan.app.supervisor import Child, Supervisor, die_with

host_option = click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; 0.0.0.0 lets other machines in (name them in LAYAN_HOSTS).",
)


def port_option(default: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return the option for the port, with its own default for each command."""
    return click.option(
        "--port",
        type=click.IntRange(0, 65535),
        default=default,
        show_default=True,
        help="0 takes a free one.",
    )


@click.command()
@host_option
@port_option(8000)
@data_option
def serve(host: str, port: int) -> None:
    """Start everything that an office needs: pages, live stream and worker, on one port."""
    sys.exit(run(host, port))


def run(
    host: str,
    port: int,
    *,
    more: tuple[Child, ...] = (),
    ready: Callable[[str], None] | None = None,
) -> int:
    """Supervise the front, the worker and `more` until stopped; return the exit status.

    `ready` is called once with the address when the port answers; by default it prints it.
    Raises click.ClickException when the port cannot be had, BadSetting where there is no installation.
    """
    Installation.from_environment().must_exist()
    listener = _listen(host, port)
    found = listener.getsockname()
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{found[1]}"
    announce = ready or (lambda at: click.echo(f"Layan is ready at {at} (Ctrl-C stops it)."))
    python = sys.executable
    front = [python, "-m", "layan.app.server", "--fd", str(listener.fileno())]
    children = (
        Child("front", front, sockets=(listener.fileno(),)),
        Child("worker", [python, "-m", "layan.app.cli", "worker"], after_ready=True),
        *more,
    )
    return Supervisor(children, front=(found[0], found[1]), ready=lambda: announce(address)).run()


@click.command()
@host_option
@port_option(8001)
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True)
@data_option
def web(host: str, port: int, processes: int) -> None:
    """Start pages and API alone; put a proxy before this and `layan stream`."""
    from layan.app.server import exit_on_faults

    exit_on_faults()
    _listen(host, port).close()
    from django.conf import settings
    from django.db import connections
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from layan.app.web import WebServer

    # The processes are forked: none may inherit a connection.
    connections.close_all()
    WebServer(
        "layan.app.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=settings.WEB_THREADS,
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
    ).serve(target_loader=_application(os.getpid()), wrap_loader=False)


def _application(parent: int) -> Callable[[], Callable[..., Any]]:
    """Return what each web process loads; one whose parent was killed must not keep the port."""
    tie = die_with(parent)

    def load() -> Callable[..., Any]:
        tie()
        from layan.app.wsgi import application

        return application

    return load


@click.command()
@host_option
@port_option(8002)
@data_option
def stream(host: str, port: int) -> None:
    """Start the live stream alone."""
    from layan.app import server
    from layan.app.asgi import stream_only

    server.exit_on_faults(program=False)
    listener = _listen(host, port)
    click.echo(f"The stream listens on {host}:{listener.getsockname()[1]}.")
    server.serve(stream_only(), listener)


@click.command()
@data_option
def worker() -> None:
    """Start the worker alone: closing days, sealing the log, watching limits."""
    from layan.app.server import exit_on_faults

    exit_on_faults(program=False)
    from layan.app.worker import Worker

    Worker().run()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as wrong:
        raise click.ClickException(
            f"Cannot listen on {host}:{port} ({wrong.strerror or wrong}): stop what is there, or choose another --port."
        ) from wrong
