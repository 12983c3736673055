"""Who is next, as a rule: plain data in, a decision and its reason out (B2, B14)."""

import heapq
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layan.customers.rules import SPECIAL_GROUPS, Category
from layan.queueing.policy import policy
from layan.queueing.rules.priority import (
    Policy,
    Post,
    Waiting,
    ahead_of,
    explain,
    in_order,
    order_key,
    who_is_next,
)

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
GENERAL = Post("general", {1: 1, 2: 1, 3: 1})
SPECIAL = Post("special", {1: 1, 2: 1}, SPECIAL_GROUPS)
KINDS = ("accumulating", "strict", "longest")


def waiting(name: str, minutes: float, category: str = "general", service: int = 1, *, direct: bool = False):
    return Waiting(name, name, service, category, NOW - timedelta(minutes=minutes), direct)


def order(people, post=GENERAL, kind="accumulating") -> str:
    return " ".join(choice.waiting.ticket_id for choice in in_order(people, post, policy(kind), NOW))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        # points: a 25x1=25, b 12x2=24, c 13x2=26, d 9x3=27
        ("accumulating", "d c a b"),
        ("strict", "d c b a"),
        ("longest", "a c b d"),
    ],
)
def test_each_policy_orders_the_same_four_people_its_own_way(kind, expected):
    people = [
        waiting("a", 25),
        waiting("b", 12, "senior"),
        waiting("c", 13, "oku"),
        waiting("d", 9, "appointment"),
    ]
    assert order(people, kind=kind) == expected


@pytest.mark.parametrize(
    ("general_minutes", "senior_minutes", "first"),
    [(21, 10, "g"), (20, 10, "g"), (19, 10, "s"), (1, 1, "s"), (0, 0, "a")],
)
def test_a_senior_gathers_twice_as_fast_and_at_equal_points_the_longer_wait_goes_first(
    general_minutes, senior_minutes, first
):
    # At no wait at all the points are equal too: then the ticket issued first.
    general = waiting("a" if not general_minutes else "g", general_minutes)
    assert order([waiting("s", senior_minutes, "senior"), general]).split()[0] == first


def test_points_that_are_equal_in_whole_microseconds_are_equal():
    """7.1 minutes at rate 3 are 21.3 at rate 1; worked in fractions of a minute they would differ by rounding."""
    assert order([waiting("a", 7.1, "appointment"), waiting("b", 21.3)]) == "b a"


@pytest.mark.parametrize("kind", KINDS)
def test_b2_an_emergency_is_first_everywhere(kind):
    people = [waiting("s", 90, "senior"), waiting("g", 120), waiting("e", 0.1, "emergency")]
    for post in (GENERAL, SPECIAL, Post("emergency", {1: 9})):
        assert order(people, post, kind).split()[0] == "e"


def test_b2_among_emergencies_the_longer_wait_is_first():
    assert order([waiting("x", 1, "emergency"), waiting("y", 2, "emergency")]) == "y x"


def test_b2_an_emergency_is_not_called_where_its_service_is_not_given():
    assert who_is_next([waiting("e", 1, "emergency", 9)], GENERAL, policy("accumulating"), NOW) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("group", sorted(SPECIAL_GROUPS))
def test_b2_a_special_counter_takes_its_groups_first_and_others_when_none_waits(kind, group):
    others = [waiting("g", 300), waiting("p", 300, "appointment")]
    assert order([*others, waiting("k", 1, group)], SPECIAL, kind).split()[0] == "k"
    assert order(others, SPECIAL, kind) != ""


def test_a_counter_prefers_its_first_service_whatever_the_wait():
    post = Post("general", {1: 2, 2: 1})
    assert order([waiting("a", 50, service=1), waiting("b", 1, service=2)], post) == "b a"
    assert order([waiting("a", 50, service=1)], post) == "a"


def test_whoever_was_sent_here_stands_with_the_first_preference_whatever_the_service():
    post = Post("general", {1: 1, 2: 2})
    people = [waiting("x", 9, service=7, direct=True), waiting("a", 10), waiting("b", 99, service=2)]
    assert order(people, post) == "a x b"


def test_a_counter_calls_only_for_services_it_gives():
    assert order([waiting("a", 5, service=9)]) == ""
    assert who_is_next([], GENERAL, policy("accumulating"), NOW) is None


@pytest.mark.parametrize(
    ("person", "post", "kind", "code", "points"),
    [
        (waiting("a", 4, "emergency"), GENERAL, "accumulating", "emergency", 4),
        (waiting("a", 4, "oku"), SPECIAL, "accumulating", "special-counter", 8),
        (waiting("a", 4, direct=True), GENERAL, "accumulating", "sent-here", 4),
        (waiting("a", 4, "senior"), GENERAL, "accumulating", "gathers-faster", 8),
        (waiting("a", 4), GENERAL, "accumulating", "longest-wait", 4),
        (waiting("a", 4, "senior"), GENERAL, "strict", "rank", 4),
        (waiting("a", 4, "senior"), GENERAL, "longest", "longest-wait", 4),
        (waiting("a", -4, "senior"), GENERAL, "longest", "longest-wait", 0),
    ],
)
def test_every_choice_says_why(person, post, kind, code, points):
    choice = who_is_next([person], post, policy(kind), NOW)
    assert choice is not None
    assert (choice.reason.code, choice.reason.points) == (code, points)
    assert choice.reason.waited_minutes >= 0


PREFERRING = Post("general", {1: 2, 2: 1, 3: 2})


@pytest.mark.parametrize(
    ("first", "second", "post", "kind", "code"),
    [
        (waiting("a", 1, "emergency"), waiting("b", 60), SPECIAL, "longest", "emergency"),
        (waiting("a", 1, "oku"), waiting("b", 60), SPECIAL, "strict", "special-counter"),
        # Two of the group: it is not the group that puts one before the other.
        (waiting("a", 60, "oku"), waiting("b", 1, "oku"), SPECIAL, "accumulating", "longest-wait"),
        (waiting("a", 1, service=2), waiting("b", 60), PREFERRING, "longest", "preferred-service"),
        (waiting("a", 1, direct=True), waiting("b", 60), PREFERRING, "longest", "sent-here"),
        (waiting("a", 60), waiting("b", 1, service=3), PREFERRING, "longest", "longest-wait"),
        (waiting("a", 40, "senior"), waiting("b", 60), GENERAL, "accumulating", "gathers-faster"),
        (waiting("a", 60, "senior"), waiting("b", 40), GENERAL, "accumulating", "longest-wait"),
        (waiting("a", 60), waiting("b", 29, "senior"), GENERAL, "accumulating", "longest-wait"),
        (waiting("a", 1, "senior"), waiting("b", 60), GENERAL, "strict", "rank"),
        (waiting("a", 60, "senior"), waiting("b", 1, "oku"), GENERAL, "strict", "longest-wait"),
        (waiting("a", 9), waiting("b", 9), GENERAL, "longest", "longest-wait"),
        (waiting("b", 9, "senior"), waiting("a", 9), GENERAL, "accumulating", "gathers-faster"),
        (waiting("a", 9), waiting("b", 9), GENERAL, "accumulating", "longest-wait"),
    ],
)
def test_the_reason_is_what_puts_one_before_the_other(first, second, post, kind, code):
    choices = in_order([second, first], post, policy(kind), NOW)
    assert [choice.waiting for choice in choices] == [first, second]
    assert choices[0].reason.code == code
    found = who_is_next([second, first], post, policy(kind), NOW)
    assert found is not None
    assert found.reason.code == code
    assert explain(second, [first], post, policy(kind), NOW).ahead[0].reason.code == code


def test_explain_names_everyone_before_and_why():
    people = [waiting("a", 25), waiting("b", 13, "oku"), waiting("c", 20)]
    found = explain(people[2], people, GENERAL, policy("accumulating"), NOW)
    assert (found.number, found.position) == ("c", 3)
    assert [(c.waiting.number, c.reason.code) for c in found.ahead] == [
        ("b", "gathers-faster"),
        ("a", "longest-wait"),
    ]


# Properties over any line.

_since = st.integers(min_value=0, max_value=400).map(lambda halves: NOW - timedelta(seconds=30 * halves))
_tickets = st.lists(
    st.tuples(st.sampled_from(list(Category)), _since, st.integers(1, 4), st.booleans()),
    min_size=1,
    max_size=12,
).map(
    lambda rows: [
        Waiting(f"{i:03d}", f"n{i}", service, category.value, since, direct)
        for i, (category, since, service, direct) in enumerate(rows)
    ]
)
_posts = st.builds(
    Post,
    st.sampled_from(["general", "special", "emergency"]),
    st.dictionaries(st.integers(1, 4), st.integers(1, 3)),
    st.sampled_from([frozenset(), SPECIAL_GROUPS]),
)
_kinds = st.sampled_from(KINDS)


@given(_tickets, _posts, _kinds)
def test_the_next_one_is_the_first_in_order_and_explain_agrees(people, post, kind):
    rule = policy(kind)
    everyone = in_order(people, post, rule, NOW)
    choice = who_is_next(people, post, rule, NOW)
    assert (choice and choice.waiting) == (everyone[0].waiting if everyone else None)
    for position, each in enumerate(everyone, start=1):
        found = explain(each.waiting, people, post, rule, NOW)
        assert found.position == position == len(found.ahead) + 1
        assert found.reason == each.reason


@given(_tickets, _posts, _kinds)
def test_no_reason_is_given_that_is_not_so(people, post, kind):
    rule = policy(kind)
    for each in (choice.waiting for choice in in_order(people, post, rule, NOW)):
        for choice in explain(each, people, post, rule, NOW).ahead:
            one = choice.waiting
            earlier = (one.waiting_since, one.ticket_id) < (each.waiting_since, each.ticket_id)
            true = {
                "emergency": one.category == "emergency" != each.category,
                "special-counter": one.category in post.groups and each.category not in post.groups,
                "sent-here": one.direct and not each.direct,
                "preferred-service": one.service_id in post.preferences
                and post.preferences[one.service_id]
                < (1 if each.direct else post.preferences[each.service_id]),
                "rank": kind == "strict" and rule.ranks[one.category] < rule.ranks[each.category],
                "gathers-faster": kind == "accumulating"
                and one.waiting_since >= each.waiting_since
                and rule.rates[one.category] > rule.rates[each.category],
                "longest-wait": earlier,
            }
            assert true[choice.reason.code], (one, each, choice.reason.code)


@given(_tickets, _posts, _kinds, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_how_the_line_was_read(people, post, kind, shuffle):
    again = list(people)
    shuffle.shuffle(again)
    assert in_order(people, post, policy(kind), NOW) == in_order(again, post, policy(kind), NOW)


@given(_tickets, _posts, _kinds)
def test_within_a_service_and_category_the_order_is_that_of_waiting(people, post, kind):
    """What lets a counter look at the first ticket of each lane only."""
    lanes: dict[object, list[Waiting]] = {}
    for choice in in_order(people, post, policy(kind), NOW):
        one = choice.waiting
        lanes.setdefault((one.direct, one.service_id, one.category), []).append(one)
    for lane in lanes.values():
        assert lane == sorted(lane, key=lambda w: (w.waiting_since, w.ticket_id))


@given(_tickets, _kinds, st.timedeltas(timedelta(0), timedelta(hours=3)))
def test_waiting_longer_never_loses_a_place(people, kind, later):
    """Among those who only wait, a person moves back only past someone who gathers faster."""
    rule, post = policy(kind), Post("general", dict.fromkeys(range(1, 5), 1))
    before = [c.waiting for c in in_order(people, post, rule, NOW)]
    after = [c.waiting for c in in_order(people, post, rule, NOW + later)]
    for place, one in enumerate(before):
        overtaken_by = set(after[: after.index(one)]) - set(before[:place])
        for other in overtaken_by:
            assert kind == "accumulating"
            assert rule.rates[other.category] > rule.rates[one.category]


_rates = st.sampled_from([0.5, 1.0, 1.5, 2.0, 3.0])
_rules = st.one_of(
    _kinds.map(policy),
    st.fixed_dictionaries({c.value: _rates for c in Category}).map(
        lambda rates: Policy("accumulating", rates, {})
    ),
)


@given(_tickets, _rules, st.timedeltas(timedelta(minutes=-5), timedelta(hours=1)))
def test_b7_who_is_ahead_solved_for_the_database_is_the_order_itself(people, rule, later):
    now = NOW + later
    alike = [Waiting(w.ticket_id, w.number, 1, w.category, w.waiting_since) for w in people]
    everyone = [c.waiting for c in in_order(alike, GENERAL, rule, now)]
    for position, one in enumerate(everyone):
        cuts = ahead_of(one.category, one.waiting_since, rule, now)
        ahead = {
            other.ticket_id
            for other in everyone
            if other is not one
            and (
                ((since := cuts[other.category].since) is not None and other.waiting_since <= since)
                or (
                    cuts[other.category].level
                    and other.waiting_since == one.waiting_since
                    and other.ticket_id < one.ticket_id
                )
            )
        }
        assert ahead == {other.ticket_id for other in everyone[:position]}


@given(_tickets, _rules)
def test_nobody_has_the_same_place_as_another(people, rule):
    keys = [order_key(w, GENERAL, rule, NOW) for w in people]
    assert len(set(keys)) == len(keys)


def test_mean_waits_are_those_of_the_published_formula():
    """Kleinrock's mean waits for rates b1 < b2 (1964; restated by Stanford, Taylor and Ziedins 2014), one server:

        A  = W0 / (1 - rho)                      W0 = lambda E[S^2] / 2
        W1 = A / (1 - rho2 (1 - b1/b2))          the slower class
        W2 = A - rho1 W1 (1 - b1/b2)             the faster class

    With lambda1 = lambda2 = 0.4 a minute, exponential services of mean 1 and rates 1 and 2: W1 = 5, W2 = 3 minutes.
    """
    dice = random.Random(20140)
    served = 200_000
    arrivals: list[tuple[float, str]] = []
    for category in ("general", "senior"):
        moment = 0.0
        for _ in range(served // 2):
            moment += dice.expovariate(0.4)
            arrivals.append((moment, category))
    heapq.heapify(arrivals)
    rule, post = policy("accumulating"), Post("general", {1: 1})
    lanes: dict[str, list[Waiting]] = {"general": [], "senior": []}
    starts = {"general": 0, "senior": 0}
    waits: dict[str, list[float]] = {"general": [], "senior": []}
    free, ids = 0.0, 0
    while arrivals or any(len(lanes[c]) > starts[c] for c in lanes):
        idle = not any(len(lanes[c]) > starts[c] for c in lanes)
        if idle:
            free = max(free, arrivals[0][0])
        while arrivals and arrivals[0][0] <= free:
            moment, category = heapq.heappop(arrivals)
            ids += 1
            since = NOW + timedelta(minutes=moment)
            lanes[category].append(Waiting(f"{ids:06d}", "", 1, category, since))
        heads = [lanes[c][starts[c]] for c in lanes if len(lanes[c]) > starts[c]]
        choice = who_is_next(heads, post, rule, NOW + timedelta(minutes=free))
        assert choice is not None
        category = choice.waiting.category
        starts[category] += 1
        waits[category].append(choice.reason.waited_minutes)
        free += dice.expovariate(1.0)
    means = {category: sum(values) / len(values) for category, values in waits.items()}
    assert means["general"] == pytest.approx(5.0, rel=0.06)
    assert means["senior"] == pytest.approx(3.0, rel=0.06)
