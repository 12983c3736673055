"""Nothing of yesterday waits today."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from layan.kit import models as kit
from layan.people.api import Role
from layan.queueing import api as queueing
from layan.queueing.console_reads import waiting_number
from layan.queueing.models import Session, Ticket
from tests.builders import a_branch, a_person, a_ticket, keep_hours, open_counter
from tests.refusals import refused

pytestmark = pytest.mark.django_db
#: Nine in the morning and midnight of Monday 2 March 2026 in Kuala Lumpur.
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
MONDAY = date(2026, 3, 2)


@pytest.fixture
def clock():
    with time_machine.travel(NINE, tick=False) as clock:
        yield clock


@pytest.fixture
def here(db):
    """An office with hours: it is closed at midnight."""
    built = a_branch(always_open=False)
    keep_hours(built, ("08:00", "17:00"))
    return built


def close(here) -> list[date]:
    return queueing.close_past_days(branch_id=here.id)


def day_in_every_state(here, officer) -> int:
    """Leave one ticket in each state; returns the counter, which is still open."""
    counter = open_counter(here, "1", officer)
    for command in ("finish", "hold", "no_show", "start", None):
        a_ticket(here)
        called = queueing.call_next(branch_id=here.id, counter_id=counter, by=officer)
        if command in {"hold", "no_show", "finish"}:
            getattr(queueing, command)(branch_id=here.id, ticket_id=called.pk, by=officer)
        elif command == "start":
            queueing.start(branch_id=here.id, ticket_id=called.pk, by=officer)
    a_ticket(here)
    return counter


def test_the_day_is_not_closed_before_the_branch_s_midnight(here, aminah, clock):
    day_in_every_state(here, aminah)
    clock.move_to(MIDNIGHT - timedelta(microseconds=1))
    assert close(here) == []
    assert Ticket.objects.filter(state="waiting").exists()


def test_after_midnight_what_waits_is_cancelled_and_open_counters_are_closed(here, aminah, clock):
    day_in_every_state(here, aminah)
    clock.move_to(MIDNIGHT)
    assert close(here) == [MONDAY]
    states = list(Ticket.objects.order_by("pk").values_list("state", "outcome"))
    assert states == [
        ("done", "done"),
        ("cancelled", "day-closed"),
        ("no_show", ""),
        ("done", "done"),
        ("cancelled", "day-closed"),
        ("cancelled", "day-closed"),
    ]
    assert not Session.objects.filter(closed_at=None).exists()
    assert queueing.head(here.id)[1] == {}
    event = kit.Event.objects.get(type="day.closed").payload
    assert event == '{"cancelled":3,"closed_counters":1,"day":"2026-03-02"}'


def test_closing_again_does_nothing(here, aminah, clock):
    day_in_every_state(here, aminah)
    clock.move_to(MIDNIGHT)
    close(here)
    events = kit.Event.objects.count()
    assert close(here) == []
    assert kit.Event.objects.count() == events


def test_a_worker_that_was_away_closes_each_of_the_days(here, aminah, clock):
    for _ in range(3):
        a_ticket(here)
        clock.shift(timedelta(days=1))
    a_ticket(here)
    assert close(here) == [MONDAY + timedelta(days=offset) for offset in range(3)]
    assert Ticket.objects.filter(state="waiting").count() == 1


def test_a_counter_left_open_is_closed_even_when_nobody_came(here, aminah, clock):
    open_counter(here, "1", aminah)
    clock.move_to(MIDNIGHT)
    assert close(here) == [MONDAY]


@pytest.fixture
def clinic(db):
    """An office that works through the night, until two."""
    built = a_branch("CLINIC", always_open=False, one_ticket_each=True)
    keep_hours(built, ("00:00", "02:00"), ("08:00", "23:59"))
    return built


def test_who_waits_in_a_night_s_session_is_not_sent_home_at_midnight(clinic, clock):
    officer = a_person(Role.OFFICER, clinic, actor="user:0")
    counter = open_counter(clinic, "1", officer)
    ticket = a_ticket(clinic, reference="0123456789")
    clock.move_to(MIDNIGHT)
    assert close(clinic) == []
    with refused("already-has-number"):
        a_ticket(clinic, reference="0123456789")
    assert waiting_number(clinic.place, "a001", MIDNIGHT) == ticket
    assert a_ticket(clinic, reference="0123456780").number == "A001"
    assert waiting_number(clinic.place, "a001", MIDNIGHT) != ticket
    assert queueing.call_next(branch_id=clinic.id, counter_id=counter, by=officer) == ticket
    clock.move_to(MIDNIGHT + timedelta(hours=2) - timedelta(microseconds=1))
    assert close(clinic) == []
    clock.move_to(MIDNIGHT + timedelta(hours=2))
    assert close(clinic) == [MONDAY]
    assert not Session.objects.filter(closed_at=None).exists()


def test_where_it_never_closes_a_number_ends_a_day_after_its_own(clock):
    demonstration = a_branch("DEMO")
    a_ticket(demonstration)
    clock.move_to(MIDNIGHT + timedelta(days=1) - timedelta(microseconds=1))
    assert close(demonstration) == []
    clock.move_to(MIDNIGHT + timedelta(days=1))
    assert close(demonstration) == [MONDAY]


@pytest.mark.parametrize(
    "midnight", [datetime(2026, 3, 28, 22, 0, tzinfo=UTC), datetime(2026, 10, 24, 22, 0, tzinfo=UTC)]
)
def test_the_day_ends_once_where_the_clock_changes_at_midnight(clock, midnight):
    beirut = a_branch("BEIRUT", time_zone="Asia/Beirut", always_open=False)
    keep_hours(beirut, ("08:00", "17:00"))
    clock.move_to(midnight - timedelta(hours=12))
    a_ticket(beirut)
    clock.move_to(midnight - timedelta(microseconds=1))
    assert close(beirut) == []
    clock.move_to(midnight)
    assert close(beirut) == [(midnight - timedelta(hours=12)).date()]


def test_only_this_branch_s_day_is_closed(here, aminah, clock):
    west = a_branch("WEST", time_zone="Asia/Kolkata", always_open=False)
    keep_hours(west, ("06:00", "17:00"))
    a_ticket(here)
    a_ticket(west)
    clock.move_to(MIDNIGHT)
    assert close(west) == []
    assert close(here) == [MONDAY]
    assert Ticket.objects.get(branch_id=west.id).state == "waiting"


def test_b14_at_the_close_nobody_is_remembered(clock):
    strict = a_branch("ONE", one_ticket_each=True, always_open=False)
    keep_hours(strict, ("08:00", "17:00"))
    officer = a_person(Role.OFFICER, strict, actor="user:0")
    counter = open_counter(strict, "1", officer)
    for number in range(3):
        a_ticket(strict, reference=f"012345678{number}")
    missed = queueing.call_next(branch_id=strict.id, counter_id=counter, by=officer)
    queueing.no_show(branch_id=strict.id, ticket_id=missed.pk, by=officer)
    queueing.call_next(branch_id=strict.id, counter_id=counter, by=officer)
    digests = set(Ticket.objects.values_list("holder", flat=True))
    clock.move_to(MIDNIGHT)
    close(strict)
    assert set(Ticket.objects.values_list("holder", flat=True)) == {""}
    kept = kit.Head.objects.get(branch_id=strict.id).tally + "".join(
        Ticket.objects.values_list("before", flat=True)
    )
    assert not any(digest in kept for digest in digests)
