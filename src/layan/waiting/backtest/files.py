"""Reading recorded histories and writing predictions (csv, or csv.gz by name). Times in files are branch-local ISO."""

import csv
import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from layan.waiting.engine.branch import Estimate


class HistoryError(ValueError):
    """A file lacks a column or holds a value that cannot be read; says which, and where."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """One answered query."""

    query: str
    estimate: Estimate


def rows(path: Path, columns: Iterable[str]) -> Iterator[dict[str, str]]:
    """Yield the named columns of a file, and no others; raises `HistoryError`."""
    wanted = list(columns)
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in wanted if name not in (reader.fieldnames or [])]
        if missing:
            raise HistoryError(f"{path} has no column {', '.join(missing)}.")
        for row in reader:
            yield {name: row[name] or "" for name in wanted}


def minutes(written: str) -> float:
    """Return an ISO local time as minutes since year 1; raises `HistoryError`."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as wrong:
        raise HistoryError(f"{written!r} is not an ISO time.") from wrong
    return moment.toordinal() * 1440 + moment.hour * 60 + moment.minute + moment.second / 60


def write_predictions(path: Path, predictions: Iterable[Prediction]) -> int:
    """Write `query_id, point, p10, p50, p80, p90` in minutes; return how many."""
    opener = gzip.open if path.suffix == ".gz" else open
    written = 0
    with opener(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["query_id", "point", "p10", "p50", "p80", "p90"])
        for prediction in predictions:
            found = prediction.estimate
            values = (found.point, found.p10, found.p50, found.p80, found.p90)
            writer.writerow([prediction.query, *(f"{value:.4f}" for value in values)])
            written += 1
    return written
