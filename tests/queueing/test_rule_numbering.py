"""Numbers, states, lanes and late returns as rules."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layan.customers.rules import SPECIAL_GROUPS, Category
from layan.queueing.rules.lanes import (
    beside,
    counter_lane,
    is_direct,
    officer_lane,
    service_lane,
    service_of,
)
from layan.queueing.rules.numbering import number_of, series_of
from layan.queueing.rules.returning import return_late
from layan.queueing.rules.states import ALLOWED_FROM, ENDED, LIVE, Command, State, allowed, commands_for

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("category", "series"),
    [
        ("general", "A"),
        ("appointment", "A"),
        ("senior", "AK"),
        ("oku", "AK"),
        ("pregnant", "AK"),
        ("infant", "AK"),
        ("emergency", "AE"),
    ],
)
def test_b2_special_and_emergency_series_are_marked(category, series):
    assert series_of("A", category, SPECIAL_GROUPS) == series


@pytest.mark.parametrize(
    ("serial", "number"), [(1, "A001"), (42, "A042"), (999, "A999"), (1000, "A1000"), (12345, "A12345")]
)
def test_a_number_has_three_digits_and_more_when_needed(serial, number):
    assert number_of("A", serial) == number


letters = st.from_regex(r"[A-Z]([A-DF-JL-Z])?", fullmatch=True)
categories = st.sampled_from(list(Category))
series = st.builds(lambda letter, category: series_of(letter, category, SPECIAL_GROUPS), letters, categories)


@given(series, st.integers(1, 99_999), series, st.integers(1, 99_999))
def test_two_numbers_are_the_same_only_when_series_and_serial_are(one, first, other, second):
    assert (number_of(one, first) == number_of(other, second)) == ((one, first) == (other, second))


@given(letters, categories, letters, categories)
def test_services_never_share_a_series(one, category, other, second):
    if one != other:
        assert series_of(one, category, SPECIAL_GROUPS) != series_of(other, second, SPECIAL_GROUPS)


def test_lanes_say_what_is_waited_for():
    assert service_of(service_lane(12, "oku")) == 12
    assert service_of(counter_lane(3, "oku")) is None
    assert is_direct(counter_lane(3, "oku"))
    assert is_direct(officer_lane(3, "oku"))
    assert not is_direct(service_lane(12, "oku"))
    assert beside(officer_lane(3, "oku"), "general") == officer_lane(3, "general")


#: Written out once more, by hand, from the states' meaning.
TABLE = {
    "waiting": {"call", "add-service", "rearrange", "postpone", "cancel"},
    "called": {
        "recall",
        "start",
        "hold",
        "transfer",
        "add-service",
        "rearrange",
        "no-show",
        "finish",
        "cancel",
    },
    "serving": {"hold", "transfer", "add-service", "rearrange", "finish", "cancel"},
    "on_hold": {"resume", "transfer", "add-service", "rearrange", "cancel"},
    "no_show": {"return", "cancel"},
    "done": set(),
    "cancelled": set(),
}


@pytest.mark.parametrize("state", list(State))
def test_each_state_takes_just_these_commands(state):
    assert {command.value for command in commands_for(state)} == TABLE[state.value]
    assert {command.value for command in Command if allowed(command, state)} == TABLE[state.value]


def test_an_ended_ticket_takes_no_command_and_every_command_has_its_states():
    assert not any(allowed(command, state) for command in Command for state in ENDED)
    assert set(ALLOWED_FROM) == set(Command)
    assert not LIVE & ENDED


@pytest.mark.parametrize(("away", "back"), [(0, True), (15, True), (15.01, False), (-5, True)])
def test_a_late_customer_may_return_within_the_tolerance(away, back):
    called = MORNING + timedelta(minutes=30)
    verdict = return_late(
        waiting_since=MORNING,
        called_at=called,
        now=called + timedelta(minutes=away),
        tolerance_minutes=15,
    )
    assert verdict.allowed is back
    # A clock set back never makes the wait longer.
    expected = MORNING + timedelta(minutes=max(0, away)) if back else None
    assert verdict.waiting_since == expected


minutes = st.integers(0, 600).map(lambda value: timedelta(minutes=value))


@given(minutes, minutes, minutes, st.integers(0, 600))
def test_nobody_gains_by_being_away(waited, away, later, tolerance):
    """At any later moment one who was away has waited exactly the absence less than one who stayed."""
    called = MORNING + waited
    verdict = return_late(
        waiting_since=MORNING, called_at=called, now=called + away, tolerance_minutes=tolerance
    )
    assert verdict.allowed is (away <= timedelta(minutes=tolerance))
    if verdict.waiting_since is not None:
        moment = called + away + later
        assert moment - verdict.waiting_since == (moment - MORNING) - away
        assert verdict.waiting_since <= called + away
