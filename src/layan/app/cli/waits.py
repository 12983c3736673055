"""`layan waits`: learn a branch's waiting times anew; how far from the truth they are, on recorded histories."""

import sys
from pathlib import Path

import click

from layan.app.cli import data_option, open_installation

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def waits() -> None:
    """Waiting times: learn them anew from the event log, test the engine on recorded histories."""


@waits.command()
@click.option(
    "--format",
    "kind",
    type=click.Choice(["snapshots", "calls"]),
    required=True,
    help="snapshots: what displays showed every few minutes; calls: a telephone queue's exact seconds.",
)
@click.option(
    "--history", "histories", type=_file, multiple=True, required=True, help="csv or csv.gz; repeat it."
)
@click.option(
    "--queries", type=_file, required=True, help="csv or csv.gz; answered with nothing later than `ts`."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--prior", type=_file, help="What a new branch starts from (default: the one that is shipped).")
@click.option("--no-prior", is_flag=True, help="Start from nothing but the history.")
def backtest(
    kind: str, histories: tuple[Path, ...], queries: Path, out: Path, prior: Path | None, no_prior: bool
) -> None:
    """Answer recorded questions in the order of time; writes query_id, point, p10, p50, p80, p90 in minutes.

    The formats are described in docs/mechanisms/waiting-time.md. Calls never use the shipped prior: it was fitted on offices.
    """
    from layan.waiting.backtest import calls, snapshots
    from layan.waiting.backtest.files import HistoryError, rows, write_predictions
    from layan.waiting.engine.prior import SHIPPED, Prior, read_prior

    start = Prior() if no_prior or (kind == "calls" and prior is None) else read_prior(prior or SHIPPED)
    run = snapshots.backtest if kind == "snapshots" else calls.backtest
    try:
        questions = sum(1 for _ in rows(queries, ["query_id"]))
        with click.progressbar(length=questions, label=f"{questions} questions") as bar:
            written = write_predictions(out, run(histories, queries, start, progress=bar.update))
    except HistoryError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    click.echo(f"{out}: {written} answers, prior {start.version}.")


@waits.command()
@click.option("--branch", "code", required=True, help="Code of the branch.")
@data_option
def relearn(code: str) -> None:
    """Forget what was learned of a branch and learn it again from its event log; nothing else is needed.

    The same log gives the same model, but for counters' services and officers' skills, which are those of today. The
    worker goes on from it within seconds; until then no waiting time is shown.
    """
    open_installation()
    from layan.places.api import branch_id_of
    from layan.waiting.api import relearn as learn

    branch_id = branch_id_of(code)
    if branch_id is None:
        raise click.ClickException(f"There is no branch {code}.")
    with click.progressbar(length=1000, label=code, file=sys.stderr) as bar:
        learned = learn(branch_id, progress=lambda done: bar.update(round(done * 1000) - bar.pos))
    click.echo(
        f"{code}: {learned.events} events, {learned.days} days, {learned.calls} first calls, model {learned.version}."
    )
