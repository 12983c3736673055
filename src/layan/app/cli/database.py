"""`layan migrate`, `layan backup` and `layan restore`."""

from pathlib import Path

import click

from layan.app.cli import data_option, open_installation, set_up


@click.command()
@data_option
def migrate() -> None:
    """Create the database or bring it up to date."""
    set_up()
    from layan.app.database import bring_up_to_date

    for step in bring_up_to_date():
        click.echo(step)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@data_option
def backup(file: Path) -> None:
    """Write the database, keys and seals to FILE (tar.gz), while the office works on."""
    open_installation()
    from layan.app.backup import BackupError, back_up

    try:
        with click.progressbar(length=100, label="backup") as bar:
            back_up(file, progress=lambda percent: bar.update(percent - bar.pos))
    except BackupError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    click.echo(f"Wrote {file}. It holds keys: keep it where only you can read it.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Replace what is there without asking.")
@click.option(
    "--even-if-changed",
    is_flag=True,
    help="Also when the log in the backup was changed after it was written.",
)
@data_option
def restore(file: Path, yes: bool, even_if_changed: bool) -> None:
    """Put back what `layan backup` wrote, if its log is as it was written. Stop Layan first."""
    from layan.app.backup import BackupError, restore_from
    from layan.app.installation import Installation

    installation = Installation.from_environment()
    if not yes and installation.exists:
        click.confirm(f"Replace everything in {installation.folder}?", abort=True)
    try:
        restore_from(file, installation, even_if_changed=even_if_changed)
    except BackupError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    click.echo("Restored. Run layan check, then start Layan.")
