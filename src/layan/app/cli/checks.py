"""`layan check` and `layan verify-log`."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from layan.app.cli import data_option, open_installation, set_up
from layan.app.installation import Installation

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar


@click.command()
@data_option
def check() -> None:
    """Check the settings, the data folder and the database; say how to mend what is wrong."""
    Installation.from_environment().must_exist()
    set_up()
    from layan.app.checkup import checkup, misspelt_settings

    faults = [*misspelt_settings(), *checkup()]
    for fault in faults:
        click.echo(f"- {fault}", err=True)
    if faults:
        sys.exit(1)
    click.echo("All is well.")


@click.command("verify-log")
@click.option("--branch", "codes", multiple=True, help="Only this branch (may be repeated).")
@data_option
def verify_log(codes: tuple[str, ...]) -> None:
    """Find any event that was edited, removed or reordered, and any seal that is not ours (A3)."""
    installation = open_installation()
    from layan.kit.events.verify import verify
    from layan.places.models import Branch

    branches = {branch.code: branch for branch in Branch.objects.all()}
    unknown = [code for code in codes if code not in branches]
    if unknown:
        raise click.ClickException(
            f"There is no branch {unknown[0]}. Known: {', '.join(branches) or 'none yet'}."
        )
    if not branches:
        click.echo("There is no branch yet, so nothing to verify.")
    broken = False
    for branch in [branches[code] for code in codes or branches]:
        last = _last_event(branch.pk)
        with click.progressbar(length=last, label=branch.code, file=sys.stderr) as bar:
            verdict = verify(
                branch_id=branch.pk,
                code=branch.code,
                keys=installation.keys,
                seals=installation.seals,
                progress=_one_more(bar),
            )
        broken = broken or bool(verdict.findings)
        click.echo(
            f"{branch.code}: {verdict.events} events, {verdict.seals} seals, "
            + ("all as written" if not verdict.findings else f"{len(verdict.findings)} findings")
        )
        for finding in verdict.findings:
            click.echo(f"  {finding.code}: {finding.text}")
    sys.exit(1 if broken else 0)


def _one_more(bar: "ProgressBar[int]") -> Callable[[int], None]:
    return lambda _: bar.update(1)


def _last_event(branch_id: int) -> int:
    from layan.kit.models import Head

    return Head.objects.filter(pk=branch_id).values_list("seq", flat=True).first() or 0
