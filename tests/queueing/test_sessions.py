"""Counters open, on a break, closed: who and when (B5, B11)."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest
import time_machine

from layan.kit import models as kit
from layan.people.api import Role
from layan.places import models as places
from layan.places.api import layout_changed
from layan.queueing import api as queueing
from layan.queueing.models import Session
from tests.builders import a_branch, a_person, a_ticket, keep_hours, keep_lunch, open_counter
from tests.queueing.conftest import staff
from tests.refusals import refused

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def close(here, counter: int, by) -> Session:
    return queueing.close_counter(branch_id=here.id, counter_id=counter, by=by)


def pause(here, counter: int, by, reason: str = "lunch") -> Session:
    return queueing.pause_counter(branch_id=here.id, counter_id=counter, reason=reason, by=by)


def types(here) -> list[str]:
    events = kit.Event.objects.filter(branch_id=here.id, type__startswith="counter.").order_by("seq")
    return [event.type for event in events]


def test_a_counter_opens_pauses_opens_again_and_closes_each_on_record(here, aminah):
    with time_machine.travel(NINE, tick=False) as clock:
        counter = open_counter(here, "1", aminah)
        clock.shift(timedelta(hours=4))
        paused = pause(here, counter, aminah)
        assert (paused.state, paused.reason, paused.since) == ("break", "lunch", NINE + timedelta(hours=4))
        clock.shift(timedelta(hours=1))
        open_counter(here, "1", aminah)
        session = Session.objects.get()
        assert (session.state, session.reason) == ("open", "")
        assert session.since == NINE + timedelta(hours=5)
        clock.shift(timedelta(hours=3))
        session = close(here, counter, aminah)
    assert (session.opened_at, session.closed_at) == (NINE, NINE + timedelta(hours=8))
    assert types(here) == ["counter.opened", "counter.paused", "counter.opened", "counter.closed"]


def test_opening_twice_is_opening_once(here, aminah):
    open_counter(here, "1", aminah)
    open_counter(here, "1", aminah)
    assert types(here) == ["counter.opened"]


def test_an_officer_has_one_counter_at_a_time_and_is_told_which(here, aminah):
    open_counter(here, "1", aminah)
    with refused("has-other-counter") as found:
        open_counter(here, "2", aminah)
    assert found.value.facts == {"counter": "1"}
    close(here, here.counter("1"), aminah)
    open_counter(here, "2", aminah)


def test_an_officer_is_not_stuck_with_a_counter_taken_out_of_use(here, aminah):
    open_counter(here, "1", aminah)
    places.Counter.objects.filter(pk=here.counter("1")).update(active=False)
    layout_changed(branch_id=here.id, what="counters")
    open_counter(here, "2", aminah)


def test_a_supervisor_may_open_several_and_act_at_an_officer_s(here, aminah, chong):
    open_counter(here, "1", chong)
    open_counter(here, "2", chong)
    theirs = open_counter(here, "3", aminah)
    pause(here, theirs, chong, "technical")
    open_counter(here, "3", chong)
    assert Session.objects.get(counter=theirs).officer_id == aminah.user_id
    close(here, theirs, chong)


def test_a_counter_belongs_to_whoever_opened_it(here, aminah, bala):
    counter = open_counter(here, "1", aminah)
    for command in (lambda: open_counter(here, "1", bala), lambda: close(here, counter, bala)):
        with refused("counter-taken"):
            command()
    with refused("counter-taken"):
        pause(here, counter, bala)


def test_no_break_and_no_closing_while_a_customer_is_there(here, aminah):
    counter = open_counter(here, "1", aminah)
    ticket = a_ticket(here)
    queueing.call_next(branch_id=here.id, counter_id=counter, by=aminah)
    for command in (pause, close):
        with refused("counter-busy"):
            command(here, counter, aminah)
    queueing.hold(branch_id=here.id, ticket_id=ticket.pk, by=aminah)
    pause(here, counter, aminah)


def test_a_break_needs_a_listed_reason_and_an_open_counter(here, aminah):
    with refused("counter-closed"):
        pause(here, here.counter("1"), aminah)
    with refused("counter-closed"):
        close(here, here.counter("1"), aminah)
    counter = open_counter(here, "1", aminah)
    with refused("bad-value"):
        pause(here, counter, aminah, "tea")


@pytest.fixture
def office(db):
    """An office open from eight to five, with two counters open through lunch."""
    built = a_branch(always_open=False)
    keep_hours(built, ("08:00", "17:00"))
    keep_lunch(built, "13:00", "14:00", 2)
    return built


def facts(event: str) -> list[dict[str, object]]:
    found = kit.Event.objects.filter(type=event).order_by("seq")
    return [orjson.loads(each.payload) for each in found]


def test_b5_b11_what_was_open_promised_and_stated_is_recorded_as_it_stood(office):
    person = staff(office, "chong", Role.SUPERVISOR)
    with time_machine.travel(NINE, tick=False) as clock:
        one, two, _three = (open_counter(office, code, person) for code in "123")
        clock.shift(timedelta(hours=4))
        pause(office, one, person)
        close(office, two, person)
        keep_lunch(office, "13:00", "14:00", 1)
        places.OpeningBlock.objects.update(closes="16:00")
        layout_changed(branch_id=office.id, what="hours")
        open_counter(office, "1", person)
        clock.shift(timedelta(hours=2, minutes=30))
        pause(office, one, person, "rest")
        clock.shift(timedelta(hours=1))
        close(office, one, person)
    assert [event["open_counters"] for event in facts("counter.opened")] == [1, 2, 3, 2]
    assert [(each["open_counters"], each["promised_counters"]) for each in facts("counter.paused")] == [
        (2, 2),
        (1, 0),
    ]
    closed = [
        (each["open_counters"], each["promised_counters"], each["stated_closing"])
        for each in facts("counter.closed")
    ]
    assert closed == [(1, 2, "2026-03-02T09:00:00+00:00"), (1, 0, "")]


def test_only_staff_who_serve_here_open_counters(here, kiosk):
    there = a_branch("UTC-B")
    strangers = [
        kiosk,
        staff(there, "stranger", Role.SUPERVISOR),
        a_person(Role.AUDITOR, here, actor="user:7", user_id=7),
        queueing.holder(a_ticket(here).pk),
    ]
    for stranger in strangers:
        with refused("not-allowed"):
            open_counter(here, "1", stranger)
    with refused("unknown-counter"):
        queueing.open_counter(
            branch_id=here.id, counter_id=there.counter("1"), by=staff(here, "devi", Role.OFFICER)
        )
