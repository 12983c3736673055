"""Waiting times through the API: on numbers, services and the state (B7, B15)."""

from datetime import datetime, timedelta

import pytest
import time_machine

from layan.people.api import Role
from layan.places.api import announce_disruption
from tests.app.api_client import a_caller, a_number
from tests.builders import a_branch
from tests.waiting.offices import called, opened, published, with_norm

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    with time_machine.travel("2027-03-01T08:00:00+08:00", tick=False) as clock_set:
        yield clock_set


@pytest.fixture
def here(now):
    """A branch with counters 1 and 2 open, six people waiting, forecasts published."""
    built = a_branch()
    with_norm(built, 10)
    opened(built, "1", "2")
    caller = a_caller(Role.KIOSK, built)
    for _ in range(6):
        a_number(caller, built)
    now.shift(timedelta(minutes=2))
    published(built)
    return built


def test_b7_a_new_number_says_how_long_and_why(here):
    ticket = a_number(a_caller(Role.KIOSK, here), here)
    wait = ticket["wait"]
    assert wait["low"] <= wait["likely"] <= wait["high"]
    assert wait["basis"] == {"ahead": 6, "counters": 2, "minutes_each": 10.0}
    assert datetime.fromisoformat(wait["as_of"]) == datetime.fromisoformat(ticket["issued_at"])
    assert ticket["wait_reason"] is None


def test_b7_a_number_read_again_says_what_its_page_says(here):
    caller = a_caller(Role.KIOSK, here)
    ticket = a_number(caller, here)
    published(here)
    again = caller.get(f"/tickets/{ticket['id']}").json()
    assert (again["wait"]["low"], again["wait"]["high"]) == (ticket["wait"]["low"], ticket["wait"]["high"])


def test_b7_services_and_the_state_say_how_long_who_came_now_would_wait(here):
    board = a_caller(Role.BOARD, here)
    branch = board.get(f"/branches/{here.code}").json()
    state = board.get(f"/branches/{here.code}/state").json()
    told = {service["code"]: service["wait"] for service in branch["services"]}
    assert told == {line["service"]: line["wait"] for line in state["services"]}
    assert told["PASSPORT"]["likely"] > 20
    assert told["TAX"]["basis"]["ahead"] == 0


def test_b7_without_a_counter_the_reason_is_a_code_and_words(here, in_english):
    empty = a_branch("EMPTY")
    published(empty)
    ticket = a_number(a_caller(Role.KIOSK, empty), empty)
    assert ticket["wait"] is None
    assert ticket["wait_reason"]["code"] == "no_counter"
    assert "counter" in ticket["wait_reason"]["words"]


def test_b7_a_forecast_of_three_minutes_ago_is_not_told(here, now):
    now.shift(timedelta(minutes=3))
    ticket = a_number(a_caller(Role.KIOSK, here), here)
    assert (ticket["wait"], ticket["wait_reason"]["code"]) == (None, "no_forecast")


def test_b15_a_disruption_is_told_at_once(here):
    announce_disruption(branch_id=here.id, message={"en": "Power cut"}, actor="user:9")
    state = a_caller(Role.BOARD, here).get(f"/branches/{here.code}/state").json()
    assert {line["wait_reason"]["code"] for line in state["services"]} == {"disruption"}


def test_b7_who_was_called_does_not_wait(here):
    ticket = called(here, "1")
    answer = a_caller(Role.INTEGRATION, here).get(f"/tickets/{ticket.pk}").json()
    assert (answer["wait"], answer["wait_reason"]) == (None, None)
