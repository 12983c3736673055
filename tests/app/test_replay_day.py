"""The day that is shipped, and the script that rebuilds it from snapshots."""

import gzip
from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from scripts import make_replay_day as script

from layan.app.demo.agency import read_agency
from layan.app.replay.plan import ReplayRow, read_day, unknown_names

DEMO = Path(__file__).parents[2] / "src/layan/app/demo"
DAY = date(2020, 1, 13)
COLUMNS = "office,queue_id,ts,queue_name,letter,status,open_counters,service_param_min,waiting,called_no"


def snapshots(tmp_path: Path, *lines: str) -> Path:
    """Write a source file; a line is `time letter open waiting called`."""
    file = tmp_path / "snapshots.csv.gz"
    with gzip.open(file, "wt", encoding="utf-8") as out:
        out.write(COLUMNS + "\n")
        for line in lines:
            clock, letter, opened, waiting, called = line.split()
            called = called.replace("-", "")
            out.write(
                f"UD_Bemowo,1,{DAY}T{clock},{letter}: queue,{letter},1,{opened},10,{waiting},{called}\n"
            )
        out.write(f"Elsewhere,1,{DAY}T08:00,P: queue,P,1,1,10,9,9\n")
        out.write("UD_Bemowo,1,2020-01-14T08:00,P: queue,P,1,1,10,9,9\n")
    return file


def rebuild(tmp_path: Path, *lines: str) -> list[ReplayRow]:
    out = tmp_path / "day.csv"
    arguments = ["--office", "UD_Bemowo", "--date", str(DAY), "--out", str(out)]
    assert script.main(["--snapshots", str(snapshots(tmp_path, *lines)), *arguments]) == 0
    return read_day(out)


def check_invariants(rows: list[ReplayRow]) -> None:
    """Order within a row, and first come first served within a service; overlaps are refused by read_day."""
    branch = read_agency(DEMO / "agency.toml").branches[0]
    assert unknown_names(rows, offers={c.code: c.services for c in branch.counters}) == []
    lanes = defaultdict(list)
    for row in rows:
        if row.served_at is not None:
            assert row.finished_at is not None
            assert row.arrived_at <= row.served_at < row.finished_at
            lanes[row.service].append((row.arrived_at, row.served_at))
    for lane in lanes.values():
        lane.sort()
        calls = [served for _, served in lane]
        assert calls == sorted(calls)


@pytest.fixture(scope="module")
def shipped() -> list[ReplayRow]:
    return read_day(DEMO / "day.csv")


def test_the_shipped_day_keeps_the_invariants_and_names_only_what_the_agency_has(
    shipped: list[ReplayRow],
) -> None:
    check_invariants(shipped)


def test_the_shipped_day_is_a_busy_day_in_which_every_service_counter_and_category_is_seen(
    shipped: list[ReplayRow],
) -> None:
    branch = read_agency(DEMO / "agency.toml").branches[0]
    assert 600 <= len(shipped) <= 1200
    assert {row.service for row in shipped} == {service.code for service in branch.services}
    assert {row.counter for row in shipped if row.counter} == {counter.code for counter in branch.counters}
    assert {row.category for row in shipped} == set(script.SHARES) | {"general"}
    assert (DEMO / "day.csv").stat().st_size < 150_000


def test_b2_emergencies_of_the_shipped_day_were_called_within_minutes(shipped: list[ReplayRow]) -> None:
    waits = [
        row.served_at - row.arrived_at for row in shipped if row.category == "emergency" and row.served_at
    ]
    assert waits
    assert max(waits) <= script.EMERGENCY_WAIT + timedelta(minutes=1)


def test_arrivals_and_calls_are_spread_evenly_between_two_snapshots(tmp_path: Path) -> None:
    rows = rebuild(tmp_path, "08:00 P 1 0 -", "08:05 P 1 4 -", "08:10 P 1 1 3")
    assert [row.arrived_at.time().isoformat() for row in rows] == [
        "08:01:00",
        "08:02:00",
        "08:03:00",
        "08:04:00",
    ]
    assert [row.served_at and row.served_at.time().isoformat() for row in rows] == [
        "08:06:15",
        "08:07:30",
        "08:08:45",
        None,
    ]


def test_people_of_the_first_snapshot_came_in_the_minutes_before_it(tmp_path: Path) -> None:
    rows = rebuild(tmp_path, "08:00 P 1 1 -", "08:05 P 1 0 1")
    assert rows[0].arrived_at == datetime.fromisoformat("2020-01-13T07:57:30")


def test_who_was_never_called_has_no_call_no_end_and_no_counter(tmp_path: Path) -> None:
    rows = rebuild(tmp_path, "08:00 P 1 0 -", "08:05 P 1 2 -")
    assert [(row.served_at, row.finished_at, row.counter) for row in rows] == [(None, None, None)] * 2


def test_nobody_is_served_before_arriving_when_both_happen_between_two_snapshots(tmp_path: Path) -> None:
    rows = rebuild(tmp_path, "08:00 P 4 0 -", "08:05 P 4 0 9", "08:10 P 4 1 12")
    check_invariants(rows)
    assert len(rows) == 13


def test_queues_that_share_counters_never_use_one_for_two_at_once(tmp_path: Path) -> None:
    lines = []
    for step in range(1, 25):
        clock = f"{8 + step // 12:02d}:{step * 5 % 60:02d}"
        lines += [f"{clock} {letter} {1 + step % 4} {step % 3} {step * rate}" for letter, rate in zip("PCDSLTMGBHWF", [9, 7, 5, 2, 6, 6, 4, 8, 4, 1, 1, 3], strict=True)]  # fmt: skip
    check_invariants(rebuild(tmp_path, *lines))


def test_a_count_that_falls_back_brings_nobody_and_loses_nobody(tmp_path: Path) -> None:
    rows = rebuild(tmp_path, "08:00 P 1 0 -", "08:05 P 1 3 -", "08:10 P 1 2 -", "08:15 P 1 1 3")
    assert (len(rows), sum(row.served_at is not None for row in rows)) == (4, 3)


def test_the_same_source_gives_the_same_file(tmp_path: Path) -> None:
    lines = ["08:00 P 2 5 -", "08:05 P 2 9 6", "08:10 P 2 2 20"]
    assert rebuild(tmp_path, *lines) == rebuild(tmp_path, *lines)


def test_a_queue_that_the_demonstration_does_not_use_is_left_out(tmp_path: Path) -> None:
    rows = rebuild(tmp_path, "08:00 P 1 1 -", "08:00 E 1 5 -")
    assert [row.service for row in rows] == ["MYKAD"]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [((), "no snapshots"), (("08:00 P 1 0 -", "08:05 P 1 0 900"), "queue P leaps by 900")],
)
def test_a_day_that_cannot_be_rebuilt_is_refused_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lines: tuple[str, ...], reason: str
) -> None:
    out = tmp_path / "day.csv"
    arguments = ["--office", "UD_Bemowo", "--date", str(DAY), "--out", str(out)]
    assert script.main(["--snapshots", str(snapshots(tmp_path, *lines)), *arguments]) == 1
    assert reason in capsys.readouterr().err
    assert not out.exists()
