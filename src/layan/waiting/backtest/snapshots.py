"""Adapter: what the displays of offices showed every few minutes, as readings of the engine."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from layan.waiting.backtest.files import HistoryError, Prediction, minutes, rows
from layan.waiting.engine.branch import Branch
from layan.waiting.engine.line import Reading
from layan.waiting.engine.prior import Prior

HISTORY = ("office", "queue_id", "ts", "status", "open_counters", "waiting", "called_no")
QUERIES = ("query_id", "office", "queue_id", "ts", "ahead")

#: Readings of one office: (minute, readings of all its lines), in time order.
Office = list[tuple[float, list[Reading]]]


def read_offices(histories: Sequence[Path]) -> dict[str, Office]:
    """Read and merge histories; a line read twice at one minute counts once. Raises `HistoryError`."""
    found: dict[str, dict[float, dict[str, Reading]]] = defaultdict(lambda: defaultdict(dict))
    for path in histories:
        for row in rows(path, HISTORY):
            line = row["queue_id"]
            try:
                reading = Reading(
                    line,
                    called=int(float(row["called_no"] or 0)),
                    waiting=max(0, int(float(row["waiting"] or 0))),
                    counters=int(float(row["open_counters"] or 0)),
                    issuing=row["status"] != "0",
                )
            except ValueError as wrong:
                raise HistoryError(f"{path}: a number is missing in {row}.") from wrong
            found[row["office"]][minutes(row["ts"])][line] = reading
    return {
        office: [(at, list(lines.values())) for at, lines in sorted(moments.items())]
        for office, moments in found.items()
    }


def read_queries(path: Path) -> dict[str, list[tuple[float, str, str, int]]]:
    """Return, by office, (minute, query, line, people ahead) in time order."""
    found = defaultdict(list)
    for row in rows(path, QUERIES):
        asked = (minutes(row["ts"]), row["query_id"], row["queue_id"], int(float(row["ahead"])))
        found[row["office"]].append(asked)
    return {office: sorted(queries) for office, queries in found.items()}


@dataclass(frozen=True, slots=True)
class Asked:
    """One query, and the branch as it was known at that minute."""

    query: str
    office: str
    line: str
    ahead: int
    branch: Branch


def walk(histories: Sequence[Path], queries: Path, prior: Prior | Mapping[str, Prior]) -> Iterator[Asked]:
    """Yield every query with its branch, fed with readings up to the query's own minute and no further.

    `prior`: for all offices, or by office. Raises `HistoryError` for a query whose line was never read that day.
    """
    offices = read_offices(histories)
    for office, asked in read_queries(queries).items():
        branch = Branch(prior if isinstance(prior, Prior) else prior[office])
        history = iter(offices.get(office, []))
        following = next(history, None)
        for at, query, line, ahead in asked:
            while following is not None and following[0] <= at:
                branch.observe(*following)
                following = next(history, None)
            known = branch.lines.get(line)
            if known is None or known.today is None or branch.day != int(at // 1440):
                raise HistoryError(f"{query}: {office} {line} was not read before it on its day.")
            yield Asked(query, office, line, ahead, branch)


def backtest(
    histories: Sequence[Path],
    queries: Path,
    prior: Prior,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[Prediction]:
    """Yield an answer to every query; `progress` is told of each. Raises `HistoryError`."""
    for asked in walk(histories, queries, prior):
        yield Prediction(asked.query, asked.branch.estimate(asked.line, asked.ahead))
        progress(1)
