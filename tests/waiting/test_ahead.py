"""Looking a branch ahead: right where theory knows the answer, and as wide as it must be where nobody does (B2, B7).

Simulations are seeded. Bounds of the simulations are four standard errors, found by running them with ten other seeds.
"""

import math
from collections.abc import Iterator
from itertools import pairwise
from random import Random
from statistics import fmean

import pytest

from layan.waiting.desks import Desks
from layan.waiting.engine.ahead import Counter, Person, Services, future, look_ahead, pools
from layan.waiting.engine.belief import Belief
from layan.waiting.engine.branch import Branch
from layan.waiting.engine.prior import read_prior
from layan.waiting.engine.spread import LEVELS
from layan.waiting.rules import Rule
from tests.waiting.simulated import erlang, office

#: A pace that is known.
KNOWN = Belief(1e7, 1e7)


def rule(kind: str = "longest", **rates: float) -> Rule:
    """Return a policy; `rates` serve as ranks too, the higher the sooner."""
    rates = {"general": 1.0, **rates}
    return Rule(kind, rates, {name: -rate for name, rate in rates.items()})


def coming(chance: Random, rates: dict[str, float], service: str = "A") -> Iterator[Person]:
    """Yield arrivals at random, so many a minute of each category."""
    names, weights = list(rates), list(rates.values())
    at = 0.0
    while True:
        at += chance.expovariate(sum(weights))
        yield Person(service, chance.choices(names, weights)[0], at)


def drawn(chance: Random, variation: float) -> Iterator[float]:
    """Yield service times of mean 1."""
    while True:
        yield chance.gammavariate(1 / variation, variation)


def waits(
    count: int, counters: int, rates: dict[str, float], policy: Rule, *, variation: float = 1.0, seed: int = 1
) -> dict[str, list[float]]:
    """Return the waits by category of so many, at counters of one service of mean 1, after a tenth of them to settle."""
    chance = Random(seed)
    found: dict[str, list[float]] = {category: [] for category in rates}
    steps = future(
        [Counter({"A": 1})] * counters,
        (),
        policy,
        Services({"A": 1.0}, variation),
        units=drawn(Random(seed + 1), variation),
        arrivals=coming(chance, rates),
    )
    for number, (at, person) in enumerate(steps):
        if number >= count:
            break
        if number >= count / 10:
            found[person.category].append(at - person.since)
    return found


def erlang_c(counters: int, load: float) -> float:
    """Return the chance of having to wait in M/M/c; `load` is arrivals times mean service."""
    blocked = 1.0
    for servers in range(1, counters + 1):
        blocked = load * blocked / (servers + load * blocked)
    return blocked / (1 - load / counters * (1 - blocked))


# -- the pace


@pytest.mark.parametrize(("rank", "counters"), [(1, 1), (3, 2), (8, 3), (40, 5), (320, 6)])
def test_b7_a_known_pace_gives_erlangs_quantiles_exactly(rank: int, counters: int) -> None:
    row = Belief(1e9, 1e9).row(rank, 10 / counters)
    if rank < 100:
        assert [erlang(rank, counters / 10, value) for value in row] == pytest.approx(LEVELS, abs=1e-4)
    middle = fmean(row[:1] + row[3:])
    assert middle == pytest.approx(rank * 10 / counters, rel=0.35 if rank < 3 else 0.15)


def test_b7_an_unsure_pace_mixes_erlangs_over_it() -> None:
    belief, chance = Belief(5, 4), Random(3)
    told = belief.row(6, 2.0)
    simulated = [
        chance.gammavariate(6, 2.0) / chance.gammavariate(belief.calls, 1 / belief.norms)
        for _ in range(20_000)
    ]
    # Four standard errors of a share of 20,000 are 0.014.
    shares = [sum(wait <= value for wait in simulated) / len(simulated) for value in told]
    assert shares == pytest.approx(LEVELS, abs=0.014)


def test_b7_a_norm_is_as_likely_too_short_as_too_long_and_may_be_off_by_half() -> None:
    p10, p50, _, p90 = Belief().row(200, 1 / 200)
    assert p50 == pytest.approx(1, abs=0.02)
    assert p10 < 0.67
    assert p90 > 1.5


def test_b7_what_is_seen_makes_the_pace_as_sure_as_the_root_of_the_calls() -> None:
    def width(calls: int) -> float:
        rows = Belief().after(calls, 1.5 * calls).row(1000, 1 / 1000)
        return math.log(rows[3] / rows[0])

    assert Belief().after(400, 600).slowness == pytest.approx(1.5, abs=0.01)
    for calls in (16, 64):
        assert width(4 * calls) < width(calls)
    assert width(36) / width(156) == pytest.approx(2.0, abs=0.15)


def test_equally_likely_paces_are_those_of_the_gamma_distribution() -> None:
    belief, chance = Belief(6, 5), Random(4)
    simulated = sorted(belief.norms / chance.gammavariate(belief.calls, 1) for _ in range(20_000))
    for index, slowness in enumerate(belief.slownesses(10)):
        share = sum(value <= slowness for value in simulated) / len(simulated)
        assert share == pytest.approx((index + 0.5) / 10, abs=0.015)


# -- futures against theory


def test_b7_the_wait_behind_n_others_is_erlangs_when_all_counters_are_busy() -> None:
    counters = [Counter({"A": 1}, serving="A", age=age) for age in (0.0, 3.0, 30.0)]
    line, units = [Person("A", "general", float(since)) for since in range(-7, 0)], drawn(Random(5), 1.0)
    services = Services({"A": 10.0})
    found = [[at for at, _ in future(counters, line, rule(), services, units=units)] for _ in range(4000)]
    for rank in (1, 4, 7):
        column = [calls[rank - 1] for calls in found]
        shares = [sum(at <= value for at in column) / 4000 for value in KNOWN.row(rank, 10 / 3)]
        # Four standard errors of a share of 4000.
        assert shares == pytest.approx(LEVELS, abs=0.032)


@pytest.mark.parametrize(("counters", "load"), [(1, 0.7), (3, 2.4)])
def test_b7_waits_in_a_steady_office_are_erlang_cs(counters: int, load: float) -> None:
    found = waits(60_000, counters, {"general": load}, rule(), seed=6)["general"]
    pressed, spare = erlang_c(counters, load), counters - load
    for minutes in (0.0, 0.5, 2.0, 5.0):
        share = sum(wait > minutes for wait in found) / len(found)
        assert share == pytest.approx(pressed * math.exp(-spare * minutes), abs=0.042)


def test_b2_strict_ranks_have_cobhams_mean_waits_with_any_spread_of_services() -> None:
    """M/G/1: W_k = R / ((1 - s_(k-1)) (1 - s_k)), R the rest of a service, s_k the load of ranks up to k (Cobham 1954)."""
    for variation in (0.5, 2.0):
        found = waits(
            60_000, 1, {"senior": 0.3, "general": 0.4}, rule("strict", senior=2), variation=variation, seed=7
        )
        rest = 0.7 * (1 + variation) / 2
        assert fmean(found["senior"]) == pytest.approx(rest / 0.7, rel=0.06)
        assert fmean(found["general"]) == pytest.approx(rest / 0.7 / 0.3, rel=0.13)


def test_b2_strict_ranks_at_several_counters_have_kella_and_yechialis_mean_waits() -> None:
    """M/M/c: W_k = (C / c mu) / ((1 - s_(k-1)) (1 - s_k)), C Erlang's chance to wait (Kella and Yechiali 1985)."""
    found = waits(60_000, 3, {"senior": 0.9, "general": 1.5}, rule("strict", senior=2), seed=8)
    first = erlang_c(3, 2.4) / 3
    assert fmean(found["senior"]) == pytest.approx(first / 0.7, rel=0.09)
    assert fmean(found["general"]) == pytest.approx(first / 0.7 / 0.2, rel=0.2)


def test_b2_accumulated_priority_has_kleinrocks_mean_waits() -> None:
    """M/M/1, rates b1 < b2: W1 = A / (1 - r2 (1 - b1/b2)), W2 = A - r1 W1 (1 - b1/b2) (Stanford, Taylor, Ziedins 2014)."""
    found = waits(80_000, 1, {"general": 0.35, "senior": 0.35}, rule("accumulating", senior=2), seed=9)
    base = 0.7 / 0.3
    slow = base / (1 - 0.35 / 2)
    assert fmean(found["general"]) == pytest.approx(slow, rel=0.1)
    assert fmean(found["senior"]) == pytest.approx(base - 0.35 * slow / 2, rel=0.1)


# -- a look


def test_b7_a_look_at_counters_that_share_all_services_finds_the_exact_waits() -> None:
    counters = [Counter({"A": 1, "B": 1}, serving="A")] * 2
    line = [Person("A", "general", -10.0 + index / 2) for index in range(12)]
    told = look_ahead(
        counters, line, rule(), Services({"A": 8.0, "B": 8.0}), Belief(), {"A": (1, 6, 12, 13, 20), "B": (1,)}
    )
    for rank, row in zip((1, 6, 12, 13, 20), told["A"], strict=True):
        shares = [Belief().within(rank, value * 2 / 8) for value in row]
        # Of 160 futures with evenly spread paces: less than four standard errors of plain ones, 0.16.
        assert shares == pytest.approx(LEVELS, abs=0.09 if rank > 3 else 0.13)
    # Who joins the empty line waits for all those of the other, as they came before.
    assert told["B"] == [told["A"][3]]


def test_b7_a_free_counter_calls_at_once_and_the_same_question_has_the_same_answer() -> None:
    free, busy = Counter({"A": 1}), Counter({"A": 1}, serving="A")
    ranks = {"A": (1, 2, 3)}
    told = look_ahead([free, busy], (), rule(), Services({"A": 6.0}), KNOWN, ranks)["A"]
    assert told[0] == (0.0, 0.0, 0.0, 0.0)
    assert told[1] == pytest.approx(KNOWN.row(1, 3.0))
    two = Services({"A": 6.0, "B": 4.0})
    counters = [Counter({"A": 1, "B": 2}, serving="B"), Counter({"B": 1}, serving="B")]
    looks = [look_ahead(counters, (), rule(), two, Belief(), {"A": (1, 3), "B": (2,)}) for _ in range(2)]
    assert looks[0] == looks[1]


def test_b2_a_counters_preference_and_own_groups_come_before_the_policy_emergencies_before_all() -> None:
    counter = Counter({"A": 2, "B": 1}, frozenset({"oku"}))
    line = [
        Person("A", "general", -30.0),
        Person("B", "general", -20.0),
        Person("A", "oku", -10.0),
        Person("A", "emergency", -1.0),
    ]
    policy = rule(oku=2, emergency=1)
    called = [person for _, person in future([counter], line, policy, Services({"A": 5.0, "B": 5.0}))]
    assert called == [line[3], line[2], line[1], line[0]]


def test_b7_a_service_that_has_lasted_is_shorter_from_now_when_services_are_alike() -> None:
    line = [Person("A", "general", -5.0)]
    for age, left in ((0.0, 10.0), (7.0, 3.0)):
        counter = Counter({"A": 1}, serving="A", age=age)
        ((at, _),) = future([counter], line, rule(), Services({"A": 10.0}, variation=0.0))
        assert at == pytest.approx(left)


def test_b7_counters_form_a_pool_with_all_they_share_services_with() -> None:
    found = pools([{"A": 1}, {"B": 1}, {"C": 1, "A": 2}, {"D": 1}, {"B": 1, "D": 1}])
    assert sorted((sorted(members), sorted(services)) for members, services in found) == [
        ([0, 2], ["A", "C"]),
        ([1, 3, 4], ["B", "D"]),
    ]


# -- a first morning, and the days after


def test_b7_on_first_mornings_four_in_five_are_called_within_the_range() -> None:
    """Norms are as wrong as the belief says; every morning's are drawn anew. 200 mornings, four people each."""
    chance, inside, early, told = Random(11), 0, 0, 0
    for morning in range(200):
        pace = chance.gammavariate(Belief().calls, 1 / Belief().norms)
        day = office(morning, counters=3, mean=10 / pace, load=2.5 / pace, hours=1.0)
        for person in [each for each in day.arrived if each.ahead][6:24:5]:
            # Between services nobody is late: what is seen are the counters' busy minutes, all three since the opening.
            done = sum(end <= person.at for end, _ in day.served)
            belief = Belief().after(done, 3 * (person.at - 540) / 10)
            p10, _, p80, p90 = belief.row(person.ahead + 1, 10 / 3)
            inside += p10 <= person.waited <= p90
            early += person.waited <= p80
            told += 1
    assert told > 700
    # People of a morning share its luck: the standard error is near 0.02, not that of so many alone.
    assert inside / told == pytest.approx(0.8, abs=0.09)
    assert early / told == pytest.approx(0.8, abs=0.09)


def test_b7_counter_time_shows_the_pace_breaks_of_work_and_all() -> None:
    desks = Desks()
    called = {"counter": "1", "service": "A", "waited_seconds": 3600}
    desks.apply(0, "ticket.called", {**called, "ticket": "a"})
    desks.apply(8, "service.finished", {"counter": "1", "ticket": "a"})
    # The next waits, and is called two minutes later: the counter takes ten minutes each.
    desks.apply(10, "ticket.called", {**called, "ticket": "b"})
    desks.apply(20, "ticket.called", {**called, "ticket": "c"})
    assert (desks.calls, desks.minutes) == ({"A": 2}, {"A": 20.0})
    desks.apply(20.1, "command.undone", {"counter": "1", "tickets": ["c"]})
    desks.apply(30, "ticket.called", {**called, "ticket": "c", "waited_seconds": 60})
    # Nobody waited for nine minutes: that is no part of the pace.
    desks.apply(35, "ticket.held", {"counter": "1", "ticket": "c"})
    assert (desks.calls, desks.minutes) == ({"A": 3}, {"A": 25.0})
    assert desks.serving == {}


def test_b7_a_learning_engine_comes_near_the_exact_quantiles_within_days() -> None:
    """M/M/3 with 10 minutes each. The exact median of 6 to 12 ahead is 22 to 42 minutes; by the fourth day the engine's own is
    near it: within 30 %, as the engine cannot know that the pace never changes and so follows each day's luck."""
    branch, errors = Branch(read_prior()), []
    inside = told = 0
    for day in range(5):
        found = office(12, counters=3, mean=10, load=1.0, day=day)
        people = iter(found.arrived)
        following = next(people, None)
        for before, (at, reading) in pairwise([(0.0, found.readings[0][1]), *found.readings]):
            while following is not None and following.at < at:
                if day >= 3 and 3 <= following.ahead <= 12 and before[0] > 0 and branch.lines["A"].today:
                    row = branch.estimate("A", following.ahead)
                    exact = KNOWN.row(following.ahead + 1, 10 / 3)
                    errors.append(math.log(row.p50 / exact[1]))
                    inside += exact[0] * 0.5 <= row.p10 <= row.p90 <= exact[3] * 2
                    told += 1
                following = next(people, None)
            if at % 5 == 0 or at % 1440 < 545:
                branch.observe(at, [reading])
    assert told > 50
    assert abs(fmean(errors)) < 0.3
    assert inside / told > 0.9


def test_a_day_loaded_at_once_shows_no_pace():
    desks = Desks()
    for number in range(90):
        at, ticket = number / 600, f"{number}"
        desks.apply(
            at, "ticket.called", {"counter": "1", "service": "A", "ticket": ticket, "waited_seconds": 0}
        )
        desks.apply(at + 1 / 1200, "service.finished", {"counter": "1", "ticket": ticket})
    assert (desks.calls, desks.minutes) == ({}, {})
