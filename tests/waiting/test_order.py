"""Who is called when, under the branch's real calling rule (B2, B7)."""

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from layan.queueing.policy import policy
from layan.queueing.rules import priority
from layan.waiting.floor import Standing
from layan.waiting.order import Post, places
from layan.waiting.rules import Rule

NOW = 30_000_000.0
KINDS = ("accumulating", "strict", "longest")
CATEGORIES = ("general", "senior", "oku", "appointment", "emergency")


def rule(kind="accumulating"):
    """Return queueing's own policy."""
    known = policy(kind)
    return Rule(kind, known.rates, {name: float(rank) for name, rank in known.ranks.items()})


def waiting(service, category, minutes):
    """Return who waits since so many minutes."""
    return Standing(category, NOW - minutes, service)


def places_of(people, posts, kind="accumulating", each=5.0, newcomers=()):
    """Return the places of people given as name -> (service, category, minutes waited)."""
    queues = {}
    for name, (service, category, minutes) in people.items():
        queues.setdefault(service, []).append((name, waiting(service, category, minutes)))
    services = {code for post in posts for code in post.preferences}
    return places(queues, posts, rule(kind), dict.fromkeys(services, each), NOW, newcomers)


A = Post({"A": 1})


def test_b7_first_come_is_first_called_among_equals():
    found = places_of({"x": ("A", "general", 5), "y": ("A", "general", 9), "z": ("A", "general", 1)}, [A, A])
    assert found.tickets == {"y": 1, "x": 2, "z": 3}


def test_b2_one_who_gathers_faster_overtakes_while_they_wait():
    people = {f"g{number}": ("A", "general", 20 - number) for number in range(10)}
    found = places_of(people | {"s": ("A", "senior", 0)}, [A])
    assert 3 < found.tickets["s"] < 11
    assert places_of(people | {"s": ("A", "senior", 0)}, [A], "strict").tickets["s"] == 1
    assert places_of(people | {"s": ("A", "senior", 0)}, [A], "longest").tickets["s"] == 11


def test_b2_a_special_counter_calls_its_groups_first_and_everyone_else_then():
    people = {f"g{number}": ("A", "general", 20 - number) for number in range(6)}
    special = Post({"A": 1}, frozenset({"senior"}))
    with_special = places_of(people | {"s": ("A", "senior", 0)}, [A, special])
    assert with_special.tickets["s"] <= 2
    assert sorted(with_special.tickets.values()) == list(range(1, 8))


def test_b2_an_emergency_is_next_wherever_it_can_be_served():
    people = {f"g{number}": ("A", "general", 20) for number in range(5)} | {"e": ("A", "emergency", 0)}
    for kind in KINDS:
        assert places_of(people, [A], kind).tickets["e"] == 1


def test_b3_a_counter_that_prefers_another_service_leaves_this_line_to_the_others():
    people = {f"a{number}": ("A", "general", 30) for number in range(3)}
    people |= {f"b{number}": ("B", "general", 5) for number in range(3)}
    both = Post({"A": 2, "B": 1})
    found = places_of(people, [both, Post({"A": 1})])
    assert {name: place for name, place in found.tickets.items() if name[0] == "b"} == {
        "b0": 1,
        "b1": 2,
        "b2": 3,
    }


def test_b7_who_asked_to_be_passed_over_lets_others_go_and_then_comes_in():
    late = waiting("A", "general", 30)
    late.later_until = NOW + 12
    others = [(f"x{number}", waiting("A", "general", 10 - number)) for number in range(6)]
    found = places({"A": [("late", late), *others]}, [A], rule(), {"A": 5.0}, NOW)
    assert found.tickets["late"] == 3


def test_b7_a_line_that_no_open_counter_serves_keeps_its_order():
    found = places_of({"x": ("C", "general", 5), "y": ("C", "general", 9)}, [A])
    assert found.tickets == {"y": 1, "x": 2}


def test_b7_a_newcomer_takes_nobodys_place():
    people = {f"g{number}": ("A", "general", 20 - number) for number in range(8)}
    special = Post({"A": 1}, frozenset({"senior"}))
    found = places_of(people, [A, special], newcomers=["senior"])
    assert found.tickets == places_of(people, [A, special]).tickets
    assert found.newcomers["A", "senior"] <= 3


@st.composite
def offices(draw):
    """Draw people and counters."""
    chance = random.Random(draw(st.integers(0, 10**6)))
    people = {
        str(number): (chance.choice("ABC"), chance.choice(CATEGORIES), chance.randint(0, 90))
        for number in range(draw(st.integers(1, 25)))
    }
    posts = [
        Post(
            {service: chance.randint(1, 2) for service in chance.sample("ABC", chance.randint(1, 3))},
            frozenset(chance.sample(CATEGORIES[1:3], chance.randint(0, 2))),
        )
        for _ in range(draw(st.integers(1, 4)))
    ]
    return people, posts, draw(st.sampled_from(KINDS))


@given(offices())
def test_b7_everyone_has_a_place_of_their_own_in_their_line(office):
    people, posts, kind = office
    found = places_of(people, posts, kind).tickets
    assert found.keys() == people.keys()
    for service in "ABC":
        mine = [place for name, place in found.items() if people[name][0] == service]
        assert sorted(mine) == list(range(1, len(mine) + 1))


@given(offices())
def test_b2_who_is_called_first_is_whom_queueings_own_rule_calls(office):
    people, posts, kind = office
    ids = {"A": 1, "B": 2, "C": 3}
    moment = datetime(2027, 1, 17, tzinfo=UTC)
    candidates = [
        priority.Waiting(name, name, ids[service], category, moment - timedelta(minutes=minutes))
        for name, (service, category, minutes) in people.items()
    ]
    post = posts[0]
    known = priority.Post(
        "special", {ids[code]: rank for code, rank in post.preferences.items()}, post.groups
    )
    # The first counter is free when half a service is over; here services take no time.
    first = priority.who_is_next(candidates, known, policy(kind), moment)
    found = places_of(people, [post], kind, each=0.0).tickets
    if first is not None:
        service, category, minutes = people[first.waiting.ticket_id]
        alike = [name for name, person in people.items() if person == (service, category, minutes)]
        assert min(found[name] for name in alike) == 1
