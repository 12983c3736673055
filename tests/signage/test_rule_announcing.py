"""Which announcement is next: the table of the rule (B9)."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layan.signage.announcing.rules import OLDEST, Kind, Reason, Waiting, choose, is_quiet

NOW = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)


def waiting(order: int, kind: Kind, seconds_ago: float) -> Waiting:
    return Waiting(order, kind, NOW - timedelta(seconds=seconds_ago), order)


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ([(1, Kind.CALL, 5), (2, Kind.CALL, 3)], 1),
        ([(1, Kind.MESSAGE, 300), (2, Kind.CALL, 3)], 2),
        ([(1, Kind.RECALL, 30), (2, Kind.CALL, 3)], 2),
        ([(1, Kind.CALL, 30), (2, Kind.URGENT, 1)], 2),
        ([(1, Kind.MESSAGE, 300), (2, Kind.RECALL, 3)], 2),
        ([(1, Kind.MESSAGE, -60), (2, Kind.MESSAGE, 3)], 2),
        ([(1, Kind.MESSAGE, -60)], None),
        ([], None),
    ],
)
def test_b9_urgent_then_calls_then_recalls_then_messages_each_as_asked_for(line, first):
    choice = choose([waiting(*each) for each in line], NOW, lambda _one: True)
    assert (choice.next.id if choice.next else None) == first
    assert choice.dropped == ()


def test_b9_a_call_that_is_no_longer_true_or_too_old_is_not_spoken():
    line = [waiting(1, Kind.CALL, 91), waiting(2, Kind.CALL, 20), waiting(3, Kind.CALL, 10)]
    choice = choose(line, NOW, lambda one: one.id != 2)
    assert choice.next is not None
    assert choice.next.id == 3
    assert choice.dropped == ((1, Reason.TOO_OLD), (2, Reason.MOOT))


@given(
    st.lists(st.tuples(st.sampled_from(list(Kind)), st.integers(-1000, 2000), st.booleans()), max_size=12),
)
def test_b9_nothing_is_forgotten_only_what_is_stale_is_dropped_and_the_order_is_kept(facts):
    line = [waiting(order, kind, ago) for order, (kind, ago, _true) in enumerate(facts)]
    choice = choose(line, NOW, lambda one: facts[one.id][2])
    for identity, reason in choice.dropped:
        kind, ago, is_true = facts[identity]
        assert timedelta(seconds=ago) > OLDEST[kind] if reason == Reason.TOO_OLD else not is_true
    sayable = {
        one.id
        for one in line
        if facts[one.id][2]
        and facts[one.id][1] >= 0
        and timedelta(seconds=facts[one.id][1]) <= OLDEST[one.kind]
    }
    assert (choice.next is None) == (not sayable)
    if choice.next is not None:
        rank = list(Kind).index
        mine = (rank(choice.next.kind), choice.next.due_at, choice.next.order)
        assert all(mine <= (rank(line[each].kind), line[each].due_at, each) for each in sayable)


@pytest.mark.parametrize(
    ("moment", "quiet_from", "quiet_until", "quiet"),
    [
        ("12:30", "12:00", "13:00", True),
        ("13:00", "12:00", "13:00", False),
        ("11:59", "12:00", "13:00", False),
        ("23:00", "22:00", "07:00", True),
        ("06:59", "22:00", "07:00", True),
        ("07:00", "22:00", "07:00", False),
        ("12:30", None, None, False),
        ("12:30", "12:30", "12:30", False),
    ],
)
def test_b9_quiet_hours_may_go_past_midnight(moment, quiet_from, quiet_until, quiet):
    hours = [time.fromisoformat(each) if each else None for each in (quiet_from, quiet_until)]
    assert is_quiet(time.fromisoformat(moment), *hours) is quiet
