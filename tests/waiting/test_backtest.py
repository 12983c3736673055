"""`layan waits backtest`: recorded histories through the engine, in the order of time (B7)."""

import csv
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from bench.waits.disruption import closed
from click.testing import CliRunner

from layan.app.cli.waits import waits
from layan.waiting.backtest.calls import Centre, Walk, read_events
from layan.waiting.backtest.snapshots import read_offices
from layan.waiting.engine.prior import Prior
from tests.waiting.simulated import readings

SNAPSHOTS = ["office", "queue_id", "ts", "status", "open_counters", "waiting", "called_no"]
CALLS = [
    "query_id",
    "type",
    "priority",
    "queue_start",
    "queue_exit",
    "outcome",
    "service_start",
    "service_end",
    "server",
]


def moment(at: float) -> str:
    return (datetime(2020, 1, 6) + timedelta(minutes=at)).isoformat()


def write(path: Path, columns: list[str], rows: list[list[object]]) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    return path


def office(path: Path, *, until: float = 1e9) -> tuple[Path, list[list[object]]]:
    """Write a history up to a minute; return it and the queries of the whole of it."""
    rows, queries = [], []
    for at, now in readings(1, days=2):
        for line in now:
            if at <= until:
                rows.append(["O", line.line, moment(at), 1, line.counters, line.waiting, line.called or ""])
            if line.waiting:
                ticket = line.called + line.waiting
                queries.append(
                    [f"{at:.0f}-{line.line}", "O", line.line, moment(at), ticket, line.waiting - 1]
                )
    return write(path, SNAPSHOTS, rows), queries


def calls(path: Path, *, until: str = "9") -> tuple[Path, list[list[object]]]:
    """Write calls every 30 s to two agents; return the history up to a moment and the queries of the whole of it."""
    rows, queries, free = [], [], [480.0, 480.0]
    for number in range(300):
        at, agent = 480 + number * 0.5, free.index(min(free))
        start = max(at, free[agent])
        free[agent] = start + 0.8 + 0.4 * (number % 3)
        times = [moment(at), moment(start)] if start > at else ["", ""]
        row = [
            f"C{number}",
            "PS",
            number % 3,
            *times,
            "served",
            moment(start),
            moment(free[agent]),
            f"S{agent}",
        ]
        # A row that is not over at the cut is known only in part.
        rows.append(
            [value if not str(value).startswith("2020") or str(value) <= until else "" for value in row]
        )
        if start > at:
            queries.append([f"C{number}", moment(at), "PS", number % 3])
    return write(path, CALLS, [row for row in rows if any(row[3:5] + row[6:8])]), queries


def answers(tmp_path: Path, kind: str, history: Path, queries: list[list[object]]) -> dict[str, list[str]]:
    columns = {
        "snapshots": ["query_id", "office", "queue_id", "ts", "ticket_no", "ahead"],
        "calls": ["query_id", "ts", "type", "priority"],
    }
    asked, out = write(tmp_path / "queries.csv", columns[kind], queries), tmp_path / "out.csv.gz"
    arguments = [
        "backtest",
        "--format",
        kind,
        "--history",
        str(history),
        "--queries",
        str(asked),
        "--out",
        str(out),
    ]
    result = CliRunner().invoke(waits, arguments)
    assert result.exit_code == 0, result.output
    import gzip

    with gzip.open(out, "rt") as file:
        return {row[0]: row[1:] for row in list(csv.reader(file))[1:]}


@pytest.mark.parametrize("cut", [600.0, 1440 + 500.0])
def test_b7_snapshots_cut_at_any_time_give_the_same_answers_before_it(tmp_path: Path, cut: float) -> None:
    whole, queries = office(tmp_path / "whole.csv")
    short, _ = office(tmp_path / "short.csv", until=cut)
    before = [query for query in queries if str(query[3]) <= moment(cut)]
    expected = answers(tmp_path, "snapshots", whole, queries)
    assert answers(tmp_path, "snapshots", short, before) == {
        str(query[0]): expected[str(query[0])] for query in before
    }
    assert all(float(values[1]) <= float(values[4]) for values in expected.values())


def test_b7_calls_cut_at_any_time_give_the_same_answers_before_it(tmp_path: Path) -> None:
    cut = moment(540)
    whole, queries = calls(tmp_path / "whole.csv")
    short, _ = calls(tmp_path / "short.csv", until=cut)
    before = [query for query in queries if str(query[1]) <= cut]
    assert 10 < len(before) < len(queries)
    expected = answers(tmp_path, "calls", whole, queries)
    assert answers(tmp_path, "calls", short, before) == {
        str(query[0]): expected[str(query[0])] for query in before
    }


def test_a_missing_column_is_one_clear_line(tmp_path: Path) -> None:
    history = write(tmp_path / "history.csv", ["office", "ts"], [])
    queries = write(tmp_path / "queries.csv", ["query_id", "office", "queue_id", "ts", "ahead"], [])
    arguments = ["backtest", "--format", "snapshots", "--history", str(history), "--queries", str(queries)]
    result = CliRunner().invoke(waits, [*arguments, "--out", str(tmp_path / "out.csv")])
    assert result.exit_code == 1
    assert "has no column queue_id" in result.output


def test_b7_a_caller_of_higher_priority_stands_before_those_of_the_last_90_seconds(tmp_path: Path) -> None:
    history = write(
        tmp_path / "calls.csv",
        CALLS,
        [
            ["a", "PS", 0, moment(500), moment(510), "served", moment(510), moment(511), "S1"],
            ["b", "PS", 0, moment(502), moment(511), "served", moment(511), moment(512), "S1"],
        ],
    )
    walk = Walk(Prior())
    for event in read_events([history]):
        if event.at <= moment_minutes(503):
            walk.take(event)
    ahead = [walk.centre.ahead(moment_minutes(503) - 1.5 * priority) for priority in (0, 1, 2, 3)]
    assert ahead == [2, 1, 1, 0]
    assert Centre().ahead(0) == 0


def test_b7_a_caller_who_is_answered_at_once_leaves_nobody_behind_in_the_queue(tmp_path: Path) -> None:
    at_once = ["a", "PS", 0, moment(500), moment(500), "served", moment(500), moment(501), "S1"]
    walk = Walk(Prior())
    for event in read_events([write(tmp_path / "calls.csv", CALLS, [at_once])]):
        walk.take(event)
    assert walk.centre.ahead(moment_minutes(502)) == 0
    assert list(walk.centre.waits) == [0.0]


def moment_minutes(at: float) -> float:
    from layan.waiting.backtest.files import minutes

    return minutes(moment(at))


def test_b15_a_closure_is_simulated_as_it_would_have_been_read(tmp_path: Path) -> None:
    history = read_offices([office(tmp_path / "office.csv")[0]])["O"]
    start = history[0][0] + 60
    after = closed(history, start=start, minutes=60)
    during = [now[0] for at, now in after if start <= at < start + 60]
    assert {line.counters for line in during} == {0}
    assert len({line.called for line in during}) == 1
    original = {at: now[0] for at, now in history}
    assert all(
        now[0].called == original[at - 60].called for at, now in after if start + 60 <= at < start + 200
    )
    assert all(
        now[0].called + now[0].waiting == original[at].called + original[at].waiting for at, now in after
    )
