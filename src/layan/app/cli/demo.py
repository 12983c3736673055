"""`layan demo`: an office that is alive, on one port."""

import json
import os
import signal
import socket
import sys
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from layan.app.cli import data_option, set_up
from layan.app.cli.serve import host_option, port_option, run
from layan.app.supervisor import Child
from layan.kit.private import write_private

if TYPE_CHECKING:
    from layan.app.demo.load import SignIn

BRANCH = "SENTOSA"
#: The counter that the replay leaves to whoever signs in as its officer.
FREE_COUNTER = "1"
BUSY_SERVICE = "KENDERAAN"
#: So that a call is seen and heard before it is answered: seven seconds at four times the real time.
WALK_SECONDS = 28
#: Minutes of the recorded day that have passed when the demonstration opens, so that people wait already.
PASSED_MINUTES = 75


@click.command()
@host_option
@port_option(8000)
@click.option("--speed", type=click.FloatRange(min=0.1, max=1000), default=4.0, show_default=True)
@click.option("--no-traffic", is_flag=True, help="An empty office: nobody comes unless you do.")
@click.option(
    "--tokens",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a token of every role to this file, as JSON.",
)
@data_option
def demo(host: str, port: int, speed: float, no_traffic: bool, tokens: Path | None) -> None:
    """Start a demonstration office with a real day running through it. Open at any hour; Ctrl-C stops it."""
    os.environ["LAYAN_DEMO"] = "yes"
    _let_in(host)
    set_up()
    from layan.app.database import bring_up_to_date
    from layan.app.demo.load import holds_an_office, load_demonstration, new_passwords, new_tokens
    from layan.app.demo.screens import hang_screens
    from layan.app.installation import Installation

    if holds_an_office():
        raise click.ClickException(
            f"{Installation.from_environment().folder} holds an office of its own, which the demonstration leaves alone: "
            "give it another folder with --data (make demo DATA=...)."
        )
    signal.signal(signal.SIGINT, _abort)
    click.echo("Preparing the demonstration ...", err=True)
    for _ in bring_up_to_date():
        pass
    load_demonstration()
    hang_screens(BRANCH)
    sign_ins = new_passwords()
    if tokens is not None:
        tokens.unlink(missing_ok=True)
        write_private(tokens, json.dumps(new_tokens(BRANCH), indent=2).encode())
    traffic = () if no_traffic else (_replay(speed),)

    def ready(address: str) -> None:
        _welcome(address, sign_ins, "" if no_traffic else _a_ticket())

    sys.exit(run(host, port, more=traffic, ready=ready))


def _abort(_number: int, _frame: FrameType | None) -> None:
    """End at once: the KeyboardInterrupt of Python is lost when it is raised while something is being finalized."""
    os.write(2, b"Aborted!\n")
    os._exit(1)


def _let_in(host: str) -> None:
    """Answer to this machine's names when others may come in, unless LAYAN_HOSTS says which."""
    if host in {"127.0.0.1", "localhost", "::1"} or os.environ.get("LAYAN_HOSTS"):
        return
    name = socket.gethostname()
    _, others, addresses = socket.gethostbyname_ex(name)
    os.environ["LAYAN_HOSTS"] = ",".join({"localhost", "127.0.0.1", host, name, *others, *addresses})


def _replay(speed: float) -> Child:
    options = [
        "--branch",
        BRANCH,
        "--speed",
        str(speed),
        "--skip",
        str(PASSED_MINUTES),
        "--walk",
        str(WALK_SECONDS),
        "--leave",
        FREE_COUNTER,
    ]
    return Child("replay", [sys.executable, "-m", "layan.app.cli", "replay", "--quiet", *options], once=True)


def _a_ticket() -> str:
    """Take a number in the longest line, so that there is a ticket page to look at; return its path."""
    from layan.people.api import Grant, Person, Role
    from layan.queueing import api as queueing

    place = queueing.public_branch(BRANCH)
    visitor = Person(actor="replay", grants=(Grant(Role.KIOSK, branch_id=place.branch_id),))
    issued = queueing.issue(branch_id=place.branch_id, services=[BUSY_SERVICE], by=visitor)
    return f"/t/{queueing.track_token(issued.ticket.pk)}"


def _other_name(address: str) -> str:
    """Return another name of this machine: a browser holds one screen's key for each, and so shows two boards at once."""
    names = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}
    host = address.split("//")[1].rsplit(":", 1)[0]
    return address.replace(host, names.get(host, host))


def _welcome(address: str, sign_ins: list["SignIn"], ticket: str) -> None:
    """Print where everything is and who can sign in."""
    faces = [
        ("Kiosk", f"/kiosk/{BRANCH}"),
        ("Counter", f"/counter           (sign in as siti: counter {FREE_COUNTER} is free)"),
        ("Board", "/demo/screens/1    (zone A, with sound)"),
        ("", f"{_other_name(address)}/demo/screens/2    (zone B, with sound)"),
        ("Floor", f"/floor/{BRANCH}     (sign in as aminah)"),
        ("Messages", f"/floor/{BRANCH}/messages   (reach nobody: see messages.jsonl in its folder)"),
        ("Ticket", ticket or "the QR at the kiosk's end leads to it"),
        ("Set up", "/setup             (sign in as farid)"),
        ("API", "/api/v1/docs"),
    ]
    click.echo(f"\nThe demonstration office is open at {address}\n")
    for name, path in faces:
        click.echo(f"  {name:<9}{address if path.startswith('/') else ''}{path}")
    click.echo("\nSign-ins, made for this run:\n")
    for sign_in in sign_ins:
        click.echo(f"  {sign_in.username:<11}{sign_in.password:<15}{sign_in.role:<15}{sign_in.display_name}")
    click.echo("\nCtrl-C stops it.", nl=True)
    sys.stdout.flush()
