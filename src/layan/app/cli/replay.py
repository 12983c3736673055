"""`layan replay`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from layan.app.cli import data_option, open_installation

if TYPE_CHECKING:
    from layan.places.api import Layout

DEMONSTRATION_DAY = Path(__file__).parent.parent / "demo" / "day.csv"


@click.command()
@click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=DEMONSTRATION_DAY
)
@click.option("--speed", type=click.FloatRange(min=0, min_open=True), default=1.0, show_default=True)
@click.option("--branch", help="Code of the branch (default: the first that the day fits).")
@click.option(
    "--skip",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Minutes of the day done at once.",
)
@click.option(
    "--walk",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Seconds of the day that a called customer needs to the counter.",
)
@click.option("--leave", default="", help="Counters, by code, that are left to people (comma-separated).")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@data_option
def replay(
    file: Path, speed: float, branch: str | None, skip: int, walk: int, leave: str, quiet: bool
) -> None:
    """Feed a recorded day (CSV) through the same commands as people use. The format: docs/replay-format.md."""
    open_installation()
    from datetime import timedelta

    from layan.app.demo.load import officers_at
    from layan.app.replay.plan import ReplayFileError, in_words, read_day, schedule, unknown_names
    from layan.app.replay.run import Replay, run_day
    from layan.kit import clock
    from layan.places.api import branches

    places = {place.code: place for place in branches()}
    if not places:
        raise click.ClickException("There is no branch yet: set one up first, or try layan demo.")
    if branch is not None and branch not in places:
        raise click.ClickException(f"There is no branch {branch}. Known: {', '.join(places)}.")
    try:
        rows = read_day(file)
    except ReplayFileError as wrong:
        raise click.ClickException(f"{file} cannot be replayed:\n{wrong}") from wrong
    candidates = [places[branch]] if branch else list(places.values())
    misfits = {place.code: unknown_names(rows, offers=_offers(place)) for place in candidates}
    place = next((place for place in candidates if not misfits[place.code]), None)
    if place is None:
        code, problems = min(misfits.items(), key=lambda misfit: len(misfit[1]))
        listed = "\n".join(in_words(problem) for problem in problems[:20])
        more = f"\nand {len(problems) - 20} more" if len(problems) > 20 else ""
        raise click.ClickException(f"{file} fits no branch here. At {code}:\n{listed}{more}")
    day = Replay(
        place, officers_at(place.code), frozenset(filter(None, leave.split(","))), timedelta(seconds=walk)
    )
    start = clock.now() - timedelta(minutes=skip) / speed
    if quiet:
        run_day(day, rows, speed=speed, start=start)
    else:
        steps = sum(1 for _due in schedule(rows, speed, start, day.walk))
        with click.progressbar(length=steps, label=f"{file.name} at {speed:g}x") as bar:
            run_day(day, rows, speed=speed, start=start, progress=lambda _: bar.update(1))
        click.echo(f"{steps - day.refused} of {steps} commands done.")
    day.close_counters()


def _offers(place: "Layout") -> dict[str, list[str]]:
    """Return the service codes given at each counter."""
    return {
        counter.code: [
            place.services[service].code for service in counter.offers if service in place.services
        ]
        for counter in place.counters.values()
    }
