"""The recorded day: what is read, what is refused and with which line, and when each command is due."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from layan.app.replay.plan import (
    COLUMNS,
    Command,
    ReplayFileError,
    ReplayRow,
    read_day,
    schedule,
    unknown_names,
)

pytestmark = pytest.mark.usefixtures("in_english")
HEADER = ",".join(COLUMNS)
START = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-20T{clock}")


def row(
    line: int, arrived: str, served: str | None = None, finished: str | None = None, counter: str = "1"
) -> ReplayRow:
    return ReplayRow(
        line,
        at(arrived),
        "MYKAD",
        "general",
        at(served) if served else None,
        at(finished) if finished else None,
        counter if served else None,
    )


@pytest.fixture
def read(tmp_path: Path):
    def _read(*lines: str, header: str = HEADER) -> list[ReplayRow]:
        file = tmp_path / "day.csv"
        file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return read_day(file)

    return _read


def problems_of(read, *lines: str, header: str = HEADER) -> list[tuple[int, str]]:
    with pytest.raises(ReplayFileError) as refused:
        read(*lines, header=header)
    return [tuple(problem) for problem in refused.value.problems]


def line(arrived: str, served: str = "", finished: str = "", counter: str = "") -> str:
    served, finished = (f"2026-11-20T{clock}" if clock else "" for clock in (served, finished))
    return f"2026-11-20T{arrived},MYKAD,general,{served},{finished},{counter}"


def test_a_day_is_read_by_arrival_and_keeps_its_line_numbers(read) -> None:
    rows = read(line("09:00:00", "09:05:00", "09:10:00", "1"), line("08:00:00"))
    assert [(r.line, r.arrived_at, r.counter) for r in rows] == [
        (3, at("08:00"), None),
        (2, at("09:00"), "1"),
    ]


def test_columns_may_stand_in_another_order_and_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "day.csv"
    file.write_text(
        "service,arrived_at,category,counter,served_at,finished_at\r\nMYKAD,2026-11-20T08:00,oku,,,\r\n",
        encoding="utf-8-sig",
    )
    assert read_day(file) == [ReplayRow(2, at("08:00"), "MYKAD", "oku", None, None, None)]


def test_two_customers_of_the_same_second_are_two_customers(read) -> None:
    assert len(read(line("08:00:00"), line("08:00:00"))) == 2


def test_a_row_given_twice_is_refused_because_one_counter_would_serve_two_at_once(read) -> None:
    twice = line("08:00:00", "08:01:00", "08:05:00", "1")
    assert problems_of(read, twice, twice) == [(3, "counter '1' still serves the customer of line 2")]


def test_a_long_service_overlaps_every_one_that_begins_within_it(read) -> None:
    found = problems_of(
        read,
        line("08:00:00", "08:01:00", "09:00:00", "1"),
        line("08:00:00", "08:02:00", "08:03:00", "1"),
        line("08:00:00", "08:30:00", "08:40:00", "1"),
    )
    assert [number for number, _ in found] == [3, 4]


def test_every_fault_is_told_at_once_with_its_line(read) -> None:
    found = problems_of(
        read,
        line("08:00:00", "07:59:00", "08:05:00", "1"),
        line("08:00:00", "08:05:00", "08:04:00", "1"),
        line("08:00:00", "08:05:00"),
        "2026-11-20T08:00:00,,vip,,,",
        ",MYKAD,general,,,",
        "yesterday,MYKAD,general,,,",
        "2026-11-20T08:00:00+08:00,MYKAD,general,,,",
        "2026-11-20T08:00:00,MYKAD,general",
        "",
        "2026-11-20T08:00:00,MYKAD,general,,,",
        "2026-11-21T08:00:00,MYKAD,general,,,",
    )
    assert [number for number, _ in found] == [2, 3, 4, 5, 5, 6, 7, 8, 9, 12]
    assert "before arrived_at" in found[0][1]
    assert "before served_at" in found[1][1]
    assert "together" in found[2][1]
    assert "time zone" in found[7][1]
    assert "3 values" in found[8][1]
    assert "another date than line 11" in found[9][1]


@pytest.mark.parametrize(
    "header", ["arrived_at,service", HEADER + ",name", HEADER.replace("service", "servis"), ""]
)
def test_a_wrong_header_is_refused(read, header: str) -> None:
    assert problems_of(read, line("08:00:00"), header=header)[0][0] == 1


def test_a_day_without_rows_is_refused(read) -> None:
    assert problems_of(read) == [(1, "has no rows below it")]


def test_broken_quotes_are_refused_with_their_line(read) -> None:
    assert problems_of(read, line("08:00:00"), '"2026"x,MYKAD,general,,,')[0][0] == 3


def test_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "day.csv"
    file.write_bytes(f"{HEADER}\n2026-11-20T08:00:00,CAF\xc9,general,,,\n".encode("latin-1"))
    with pytest.raises(ReplayFileError, match="line 2: is not UTF-8"):
        read_day(file)


def test_names_the_branch_does_not_know_are_told_by_line() -> None:
    rows = [row(2, "08:00"), row(3, "08:00", "08:01", "08:02", "9"), row(4, "08:00", "08:01", "08:02", "2")]
    assert not unknown_names(rows[:1], offers={"1": ["MYKAD"]})
    assert [problem.line for problem in unknown_names(rows, offers={"1": ["MYKAD"], "2": ["LESEN"]})] == [
        3,
        4,
    ]
    assert [problem.line for problem in unknown_names(rows, offers={"1": ["LESEN"]})] == [2, 3, 4]


def test_commands_come_in_time_order_at_the_speed_asked_for() -> None:
    rows = [row(2, "08:00", "08:10", "08:20"), row(3, "08:05")]
    plan = [(due.at - START, due.command, due.row.line) for due in schedule(rows, 10, START)]
    assert plan == [
        (timedelta(0), Command.ISSUE, 2),
        (timedelta(seconds=30), Command.ISSUE, 3),
        (timedelta(seconds=60), Command.SERVE, 2),
        (timedelta(seconds=120), Command.FINISH, 2),
    ]


def test_at_one_moment_a_counter_is_freed_before_it_is_taken() -> None:
    rows = [
        row(2, "08:00", "08:05", "08:10"),
        row(3, "08:10", "08:10", "08:10"),
        row(4, "08:10", "08:10", "08:20"),
    ]
    plan = [(due.command, due.row.line) for due in schedule(rows, 1, START)]
    assert plan == [
        (Command.ISSUE, 2),
        (Command.SERVE, 2),
        (Command.FINISH, 2),
        (Command.ISSUE, 3),
        (Command.ISSUE, 4),
        (Command.SERVE, 3),
        (Command.FINISH, 3),
        (Command.SERVE, 4),
        (Command.FINISH, 4),
    ]


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 3)), max_size=12),
    st.floats(0.1, 1000),
)
def test_a_plan_never_serves_two_at_a_counter_nor_anyone_before_their_number(
    waits: list[tuple[int, int, int]], speed: float
) -> None:
    rows, free = [], at("08:00")
    for number, (arrived, idle, length) in enumerate(waits, start=2):
        served = max(free, at("08:00") + timedelta(minutes=arrived)) + timedelta(minutes=idle)
        free = served + timedelta(minutes=length)
        rows.append(
            ReplayRow(number, at("08:00") + timedelta(minutes=arrived), "MYKAD", "general", served, free, "1")
        )
    done: dict[int, list[Command]] = {}
    serving: int | None = None
    moments = []
    for due in schedule(rows, speed, START):
        done.setdefault(due.row.line, []).append(due.command)
        moments.append(due.at)
        if due.command is Command.SERVE:
            assert serving is None
            serving = due.row.line
        elif due.command is Command.FINISH:
            assert serving == due.row.line
            serving = None
    assert moments == sorted(moments)
    assert all(commands == [Command.ISSUE, Command.SERVE, Command.FINISH] for commands in done.values())
    assert len(done) == len(rows)


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_speed_that_is_not_above_zero_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        next(schedule([row(2, "08:00")], speed, START))


def test_the_example_in_the_documentation_is_a_day_that_can_be_read(read) -> None:
    text = (Path(__file__).parents[2] / "docs/replay-format.md").read_text(encoding="utf-8")
    example = [row.strip() for row in text.splitlines() if row.startswith(("    arrived_at", "    2026-"))]
    assert [r.counter for r in read(*example[1:], header=example[0])] == ["3", "5", None]


def test_faults_are_told_in_malay_too(read) -> None:
    with override("ms"), pytest.raises(ReplayFileError) as refused:
        read("2026-11-20T08:00:00,,general,,,")
    assert str(refused.value) == "baris 2: service kosong"


def test_a_called_customer_walks_to_the_counter_but_never_longer_than_half_of_the_service():
    rows = [row(2, "08:00", "08:01", "08:11"), row(3, "08:00", "08:02", "08:02:20")]
    walk = timedelta(seconds=30)
    started = [
        (due.at - START, due.row.line)
        for due in schedule(rows, 1, START, walk)
        if due.command is Command.START
    ]
    assert started == [(timedelta(seconds=90), 2), (timedelta(seconds=130), 3)]
