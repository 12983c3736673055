"""Which message is true, when it is tried again and when a visit is over: tables, and what holds for all values."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layan.messaging.rules import (
    CLAIM,
    KIND_OF,
    LONGEST_KEPT,
    MOST_TRIES,
    OLDEST,
    Channel,
    Kind,
    is_nearly,
    is_over,
    is_true,
    masked,
    next_try,
)
from layan.queueing import events

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
STATES = ("waiting", "called", "serving", "on_hold", "no_show", "done", "cancelled")


@pytest.mark.parametrize(
    ("state", "ahead", "first", "passed_over", "nearly"),
    [
        ("waiting", 3, 9, False, True),
        ("waiting", 0, 9, False, True),
        ("waiting", 4, 9, False, False),
        ("waiting", 3, 4, False, True),
        ("waiting", 2, 3, False, False),
        ("waiting", 0, 0, False, False),
        ("waiting", 1, 9, True, False),
        ("called", 0, 9, False, False),
        ("serving", 0, 9, False, False),
        ("no_show", 0, 9, False, False),
        ("done", 0, 9, False, False),
    ],
)
def test_b8_nearly_is_told_to_who_waits_and_comes_near(state, ahead, first, passed_over, nearly):
    said = is_nearly(state=state, ahead=ahead, ahead_when_asked=first, is_passed_over=passed_over)
    assert said is nearly


TRUE_IN = {
    Kind.NEARLY: {"waiting"},
    Kind.CALLED: {"called"},
    Kind.RECALLED: {"called"},
    Kind.MISSED: {"no_show"},
    Kind.POSTPONED: {"waiting"},
}


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("state", STATES)
def test_b8_a_message_is_true_in_one_state_alone(kind, state):
    assert is_true(kind, state=state, is_same_counter=True) is (state in TRUE_IN[kind])


@pytest.mark.parametrize("kind", [Kind.CALLED, Kind.RECALLED])
def test_b8_a_call_to_another_counter_is_not_true(kind):
    assert not is_true(kind, state="called", is_same_counter=False)


@given(st.integers(1, 10), st.timedeltas(timedelta(0), timedelta(hours=1)), st.sampled_from(sorted(OLDEST)))
def test_no_try_comes_too_late_or_too_often(tries, passed, kind):
    not_after = NOW + OLDEST[kind]
    again = next_try(tries=tries, now=NOW + passed, not_after=not_after)
    if again is not None:
        assert NOW + passed < again <= not_after
        assert tries < MOST_TRIES


def test_a_call_is_tried_four_times_while_it_lasts():
    now, tries = NOW, 1
    while (again := next_try(tries=tries, now=now, not_after=NOW + OLDEST[Kind.CALLED])) is not None:
        now, tries = again, tries + 1
    assert tries == MOST_TRIES == 4


def test_a_claim_ends_while_a_call_may_still_be_sent():
    assert min(OLDEST.values()) > CLAIM


@given(
    st.sampled_from(STATES),
    st.one_of(st.none(), st.datetimes(datetime(2026, 3, 1), datetime(2026, 3, 4), timezones=st.just(UTC))),
    st.timedeltas(timedelta(0), timedelta(days=3)),
)
def test_a3_no_visit_keeps_an_address_a_day_nor_after_its_end(state, until, kept):
    over = is_over(state=state, return_until=until, asked_at=NOW - kept, now=NOW)
    if kept >= LONGEST_KEPT or state in {"done", "cancelled"} or (until is not None and until < NOW):
        assert over
    else:
        assert not over


def test_every_event_that_is_told_exists_and_names_its_ticket():
    known = {
        kind.type: kind
        for kind in vars(events).values()
        if isinstance(kind, type) and issubclass(kind, events.Event)
    }
    assert all("ticket" in known[name].__annotations__ for name in KIND_OF)


@given(st.from_regex(r"\+[0-9]{8,15}", fullmatch=True))
def test_a3_a_masked_number_shows_four_digits(number):
    assert sum(sign.isdigit() for sign in masked(Channel.SMS, number)) == 4


@given(st.emails())
def test_a3_a_masked_e_mail_address_shows_its_first_letter_and_its_country(address):
    name, _at, domain = address.rpartition("@")
    shown = masked(Channel.EMAIL, address)
    assert shown.startswith(address[:1])
    assert len(shown) <= 1 + len("•••@•••.") + len(domain.rpartition(".")[2])
