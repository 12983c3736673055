"""The `layan` command. Each subcommand takes `--data DIR`: where the installation lives."""

import os
import sys
from pathlib import Path

import click

from layan.app.installation import BadSetting, Installation

#: Subcommand -> module that holds it; read only when it is called, so that `layan serve` stays small.
COMMANDS = {
    "demo": "layan.app.cli.demo",
    "serve": "layan.app.cli.serve",
    "web": "layan.app.cli.serve",
    "stream": "layan.app.cli.serve",
    "worker": "layan.app.cli.serve",
    "migrate": "layan.app.cli.database",
    "backup": "layan.app.cli.database",
    "restore": "layan.app.cli.database",
    "check": "layan.app.cli.checks",
    "verify-log": "layan.app.cli.checks",
    "user": "layan.app.cli.people",
    "token": "layan.app.cli.people",
    "replay": "layan.app.cli.replay",
    "waits": "layan.app.cli.waits",
}


class Commands(click.Group):
    """Subcommands, imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        found = getattr(import_module(COMMANDS[cmd_name]), cmd_name.replace("-", "_"))
        return found if isinstance(found, click.Command) else None


def with_data(_context: click.Context, _parameter: click.Parameter, value: Path | None) -> Path | None:
    """Make `--data` the installation of this process and of those it starts."""
    if value is not None:
        os.environ["LAYAN_DATA"] = str(value.absolute())
    return value


data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    callback=with_data,
    expose_value=False,
    is_eager=True,
    help="Where the installation lives (default: LAYAN_DATA, or ./data).",
)


@click.group(cls=Commands)
@click.version_option(package_name="layan")
def layan() -> None:
    """Queues, counters and promises of a public office."""


def set_up() -> None:
    """Start Django for a subcommand that needs it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "layan.app.settings")
    import django

    django.setup()


def speak() -> None:
    """Say refusals and faults of files in the language of the terminal: Malay or English."""
    from django.utils.translation import activate

    named = next(filter(None, (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    activate("ms" if named.startswith("ms") else "en")


def open_installation() -> Installation:
    """Start Django for a subcommand that works on what is there already; return the installation.

    Raises BadSetting when there is none, or its database does not answer or is older than this program.
    """
    installation = Installation.from_environment()
    installation.must_exist()
    set_up()
    speak()
    from layan.app.database import fault

    wrong = fault()
    if wrong is not None:
        raise BadSetting(wrong)
    return installation


def main() -> None:
    """Run the command; a bad setting or a known failure is one clear line, not a traceback."""
    # What is written is for the owner alone: the database holds hashes of passwords and references.
    os.umask(0o077)
    try:
        layan()
    except BadSetting as wrong:
        click.echo(f"layan: {wrong}", err=True)
        sys.exit(2)
