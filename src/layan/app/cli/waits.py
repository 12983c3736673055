"""`layan waits`: how far from the truth the engine's waiting times are, on recorded histories."""

from pathlib import Path

import click

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def waits() -> None:
    """Waiting times: test the forecasting engine on recorded histories."""


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
