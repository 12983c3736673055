"""A recorded day goes through the public commands, by the branch's own rules."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from layan.app.replay.plan import read_day
from layan.app.replay.run import Replay, run_day
from layan.kit import clock
from layan.kit.models import Event
from layan.people.api import Role
from layan.queueing import api as queueing
from layan.queueing.models import Session, Ticket
from tests.builders import a_branch, a_person, a_user, open_counter

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DAY = """arrived_at,service,category,served_at,finished_at,counter
2025-06-02T08:00:00,PASSPORT,general,2025-06-02T08:10:00,2025-06-02T08:20:00,1
2025-06-02T08:02:00,PASSPORT,senior,2025-06-02T08:20:00,2025-06-02T08:30:00,1
2025-06-02T08:04:00,TAX,emergency,2025-06-02T08:05:00,2025-06-02T08:15:00,2
2025-06-02T08:06:00,LICENCE,general,,,
"""


@pytest.fixture
def here():
    return a_branch()


@pytest.fixture
def rows(tmp_path):
    file = tmp_path / "day.csv"
    file.write_text(DAY)
    return read_day(file)


@pytest.fixture
def time():
    with time_machine.travel(NINE, tick=False) as time:
        yield time


def run(replay: Replay, rows, time, *, speed: float = 1.0, start: datetime | None = None) -> list[float]:
    """Run the day with waits that move the clock; returns the waits in seconds."""
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        time.shift(timedelta(seconds=seconds))

    run_day(replay, rows, speed=speed, start=start, wait=wait)
    return waits


def test_everybody_is_given_a_number_called_by_turn_and_served(here, rows, time):
    officers = {"1": a_user("aminah", Role.OFFICER, here).pk, "2": a_user("bala", Role.OFFICER, here).pk}
    replay = Replay(here.place, officers)
    run(replay, rows, time)
    assert replay.refused == 0
    tickets = list(Ticket.objects.order_by("issued_at"))
    assert [(ticket.number, ticket.state) for ticket in tickets] == [
        ("A001", "done"),
        ("AK001", "done"),
        ("CE001", "done"),
        ("B001", "waiting"),
    ]
    # Who is next is for the branch's rule to say, not for the recording: the senior gathered more by then.
    calls = Event.objects.filter(type="ticket.called").order_by("seq")
    assert ['"number":"CE001"' in calls[0].payload, '"number":"AK001"' in calls[1].payload] == [True, True]
    assert {ticket.officer_id for ticket in tickets[:3]} == set(officers.values())
    assert clock.now() == NINE + timedelta(minutes=30)
    replay.close_counters()
    assert not Session.objects.filter(closed_at=None).exists()


def test_at_ten_times_real_time_the_day_takes_a_tenth(here, rows, time):
    assert sum(run(Replay(here.place, {}), rows, time, speed=10.0)) == pytest.approx(180)


def test_what_should_have_happened_before_it_starts_is_done_at_once(here, rows, time):
    waits = run(Replay(here.place, {}), rows, time, start=NINE - timedelta(minutes=15))
    assert sum(waits) == pytest.approx(15 * 60)
    assert Ticket.objects.count() == 4


def test_a_counter_left_to_people_is_theirs_and_an_idle_one_does_its_work(here, rows, time):
    replay = Replay(here.place, {}, frozenset({"1"}))
    run(replay, rows, time)
    mine = open_counter(here, "1", a_person(Role.OFFICER, here))
    assert set(Event.objects.filter(type="counter.opened").values_list("actor", flat=True)) == {
        "replay",
        "test",
    }
    assert not Ticket.objects.filter(counter=mine).exists()
    assert Ticket.objects.filter(state="done", counter=here.counter("2")).count() >= 2


@pytest.mark.django_db(transaction=True)
def test_a_person_who_joins_in_and_is_faster_stops_nothing(here, rows, time):
    supervisor = a_person(Role.SUPERVISOR, here)

    class Faster(Replay):
        def carry_out(self, due) -> None:
            super().carry_out(due)
            for ticket in Ticket.objects.filter(state="serving"):
                queueing.finish(branch_id=here.id, ticket_id=ticket.pk, by=supervisor)

    replay = Faster(here.place, {})
    run(replay, rows, time)
    assert replay.refused == 3
    assert Ticket.objects.filter(state="done").count() == 3


def test_a_day_entered_in_its_middle_has_a_morning(here, rows, time):
    began = clock.now()
    run(Replay(here.place, {}), rows, time, start=began - timedelta(minutes=15))
    issued = Event.objects.filter(type="ticket.issued").order_by("seq").values_list("at", flat=True)
    assert [(began - at).total_seconds() / 60 for at in issued] == [15, 13, 11, 9]
    opened = Event.objects.filter(type="counter.opened").first()
    assert opened is not None
    assert opened.at == began - timedelta(minutes=15)
    assert Event.objects.filter(type="service.finished").order_by("seq").first().at == began


def test_a_morning_begins_neither_before_midnight_nor_before_what_happened_there(here, rows):
    with time_machine.travel("2026-03-02T00:05:00+08:00", tick=False) as night:
        run(Replay(here.place, {}), rows, night, start=clock.now() - timedelta(minutes=15))
        assert Event.objects.filter(type="counter.opened").first().at == datetime(
            2026, 3, 1, 16, 0, tzinfo=UTC
        )
    with time_machine.travel("2026-03-02T09:00:00+08:00", tick=False) as morning:
        last = Event.objects.order_by("-seq").first()
        run(Replay(here.place, {}), rows, morning, start=last.at - timedelta(minutes=15))
        again = Event.objects.filter(seq__gt=last.seq)
        assert min(event.at for event in again) >= last.at
