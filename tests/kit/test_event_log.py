"""The event log: appended with the change or not at all, gapless, each event tied to the one before (A3)."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from layan.kit import models as kit
from layan.kit.events import Event, event_types, layout_version, read, recording, start_log
from layan.kit.events.chain import Line, canonical, link
from layan.kit.events.export import COLUMNS, csv_lines, json_lines
from tests.builders import a_branch

MOMENT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class BellRung(Event):
    """Something that only these tests know."""

    type = "bell.rung"
    times: int


def ring(branch_id: int, *times: int, at: datetime | None = None) -> list[int]:
    with recording(branch_id, at=at) as record:
        return [record(BellRung(each), actor="test", zone_id=None) for each in times]


def rung(branch_id: int) -> list[Line]:
    return [line for line in read(branch_id) if line.type == "bell.rung"]


@pytest.fixture
def branch(db) -> int:
    return a_branch().id


def test_events_of_a_transaction_get_the_next_numbers_in_order(branch):
    first = ring(branch, 1, 2)
    second = ring(branch, 3)
    assert second == [first[-1] + 1] == [first[0] + 2]
    assert [line.seq for line in read(branch)] == list(range(1, second[0] + 1))


def test_the_head_is_the_last_event(branch):
    ring(branch, 1, 2, 3)
    head = kit.Head.objects.get(branch_id=branch)
    last = list(read(branch))[-1]
    assert (head.seq, head.hash) == (last.seq, last.hash)


def test_an_error_leaves_neither_change_nor_event(branch):
    before = list(read(branch))

    def ring_until_the_power_fails() -> None:
        with transaction.atomic(), recording(branch) as record:
            record(BellRung(1), actor="test")
            record.tally["rung"] = 1
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        ring_until_the_power_fails()
    assert list(read(branch)) == before
    assert "rung" not in kit.Head.objects.get(branch_id=branch).tally


def test_what_appends_nothing_changes_nothing(branch):
    with recording(branch) as record:
        record.tally["rung"] = 1
    assert "rung" not in kit.Head.objects.get(branch_id=branch).tally


def test_more_events_than_a_statement_holds_are_all_written(branch):
    numbers = ring(branch, *range(321))
    assert [line.seq for line in rung(branch)] == numbers


def test_branches_have_their_own_logs(branch):
    there = a_branch("UTC-B").id
    start_log(there)
    assert ring(branch, 1) == ring(there, 1)
    with pytest.raises(LookupError), transaction.atomic():
        ring(10**9, 1)


def test_a_changed_layout_has_a_new_version(branch):
    before = layout_version(branch)
    with recording(branch) as record:
        record.layout_changed()
        record(BellRung(1), actor="test")
    assert layout_version(branch) == before + 1
    assert layout_version(10**9) == 0


def test_reading_goes_on_after_a_number_and_stops_at_a_limit(branch):
    numbers = ring(branch, *range(5))
    assert [line.seq for line in read(branch, after=numbers[1])] == numbers[2:]
    assert [line.seq for line in read(branch, after=numbers[1], limit=2)] == numbers[2:4]


def test_an_event_bears_the_moment_it_is_given(branch):
    ring(branch, 1, at=MOMENT)
    assert rung(branch)[-1].at == MOMENT


def test_two_classes_never_share_a_type():
    with pytest.raises(TypeError, match=r"bell\.rung"):
        type("BellRungAgain", (Event,), {"type": "bell.rung"})
    assert event_types()["bell.rung"] is BellRung


def test_equal_facts_have_equal_text():
    assert canonical({"b": 1, "a": "é"}) == canonical({"a": "é", "b": 1}) == '{"a":"é","b":1}'


lines = st.builds(
    Line,
    branch_id=st.integers(1, 9),
    seq=st.integers(1, 99),
    at=st.datetimes(timezones=st.just(UTC)),
    actor=st.text(max_size=8),
    type=st.text(max_size=8),
    zone_id=st.none() | st.integers(1, 9),
    payload=st.text(max_size=8),
)


@given(st.text(max_size=8), lines, st.text(max_size=8), lines)
def test_only_the_same_event_after_the_same_event_has_the_same_hash(previous, line, other, another):
    same = (previous, line) == (other, another)
    assert (link(previous, line) == link(other, another)) is same


def test_the_hash_of_an_event_never_changes_from_release_to_release():
    """A log written by one release is verified by all later ones."""
    line = Line(1, 7, MOMENT, "user:3", "ticket.issued", None, '{"number":"A001"}')
    text = (
        '["' + "ab" * 32 + '",1,7,"2026-03-02T01:00:00.000000Z","user:3","ticket.issued",null,'
        r'"{\"number\":\"A001\"}"]'
    )
    assert link("ab" * 32, line) == sha256(text.encode()).hexdigest()


def test_the_log_as_json_lines_and_as_csv(branch):
    seqs = ring(branch, 1, 2, at=MOMENT)
    rows = [json.loads(line) for line in json_lines(branch, after=seqs[0] - 1)]
    assert [(row["seq"], row["type"], row["payload"]) for row in rows] == [
        (seqs[0], "bell.rung", {"times": 1}),
        (seqs[1], "bell.rung", {"times": 2}),
    ]
    text = b"".join(csv_lines(branch, after=seqs[0] - 1)).decode()
    table = list(csv.DictReader(io.StringIO(text)))
    assert tuple(table[0]) == COLUMNS
    assert [row["hash"] for row in table] == [row["hash"] for row in rows]
    assert table[0]["at"] == "2026-03-02T01:00:00+00:00"
