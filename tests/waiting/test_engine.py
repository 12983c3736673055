"""The forecasting engine: causal, ordered, learning, and right where the answer is known (B7)."""

import gzip
import json
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layan.waiting.engine.branch import Branch, Estimate, Reading
from layan.waiting.engine.features import UNSERVED
from layan.waiting.engine.forest import Forest
from layan.waiting.engine.prior import (
    FEATURES,
    NARROWEST,
    SHIPPED,
    WIDEST,
    Prior,
    PriorMismatch,
    read_prior,
)
from layan.waiting.engine.ridge import Ridge, solve
from layan.waiting.engine.shape import BINS, Pace
from layan.waiting.engine.spread import LEVELS, Conformal
from tests.waiting.simulated import erlang, readings

PRIOR = read_prior()


def fed(history: list[tuple[float, list[Reading]]], *, shipped: bool = True) -> Branch:
    branch = Branch(PRIOR if shipped else None)
    for at, now in history:
        branch.observe(at, now)
    return branch


def numbers(estimate: Estimate) -> list[float]:
    return [estimate.p10, estimate.p50, estimate.p80, estimate.p90]


@pytest.mark.parametrize("cut", [3, 40, 75, 100])
def test_b7_what_comes_later_changes_no_answer(cut: int) -> None:
    whole, short = Branch(PRIOR), Branch(PRIOR)
    history, other_future = readings(1, days=2), readings(2, days=3)
    for at, now in history[:cut]:
        short.observe(at, now)
    at_cut = short.estimates("0", range(5))
    for index, (at, now) in enumerate(history):
        whole.observe(at, now)
        if index == cut - 1:
            assert whole.estimates("0", range(5)) == at_cut
    for at, now in other_future:
        if at > history[cut - 1][0]:
            short.observe(at, now)
    assert at_cut == fed(history[:cut]).estimates("0", range(5))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 5), st.floats(0.1, 30)),
        min_size=1,
        max_size=30,
    )
)
def test_b7_quantiles_are_ordered_not_negative_and_grow_with_people_ahead(
    steps: list[tuple[int, int, int, float]],
) -> None:
    branch, at, issued, called = Branch(PRIOR), 500.0, 0, 0
    for joined, left, counters, passed in steps:
        at += passed
        issued += joined
        called = min(issued, called + left)
        branch.observe(
            at, [Reading("A", called, issued - called, counters), Reading("B", 0, joined, counters)]
        )
        before = [0.0] * 4
        for estimate in branch.estimates("A", range(12)):
            found = numbers(estimate)
            assert all(math.isfinite(value) and value >= 0 for value in found)
            assert found == sorted(found)
            assert estimate.point == estimate.p50
            assert all(now >= earlier - 1e-9 for now, earlier in zip(found, before, strict=True))
            before = found


def test_b7_one_estimate_is_the_same_asked_alone_or_with_others() -> None:
    branch = fed(readings(3, days=1))
    waiting = branch.lines["0"].today.waiting
    assert branch.estimates("0", range(waiting))[-1] == branch.estimate("0", waiting - 1)


def test_b7_a_branch_restored_at_night_answers_as_if_it_had_not_stopped() -> None:
    history = readings(4, days=4)
    running = fed([(at, now) for at, now in history if at < 3 * 1440])
    running.close_day()
    kept = Branch.from_json(json.loads(json.dumps(running.to_json())), PRIOR)
    for at, now in history:
        if at >= 3 * 1440:
            running.observe(at, now)
            kept.observe(at, now)
            assert kept.estimate("0", 2) == running.estimate("0", 2)


def test_b7_without_history_the_range_is_wider() -> None:
    history = readings(7, days=6)
    warm = fed(history)
    cold = fed([(at, now) for at, now in history if at >= 5 * 1440])
    ratio = [branch.estimate("0", 4).p90 / (branch.estimate("0", 4).p10 + 1) for branch in (cold, warm)]
    assert ratio[0] > ratio[1]


def test_b7_calls_at_a_known_constant_pace_give_the_quantiles_of_erlang() -> None:
    branch, below = Branch(), []
    for at, now in readings(8, days=12, lines=1, every=3):
        branch.observe(at, now)
        waiting = now[0].waiting
        if at > 6 * 1440 and 2 <= waiting <= 12:
            said = numbers(branch.estimate("0", waiting - 1))
            below.append([erlang(waiting, 0.45, quantile) for quantile in said])
    assert len(below) > 100
    assert [sum(column) / len(below) for column in zip(*below, strict=True)] == pytest.approx(LEVELS, abs=0.1)


def test_b15_people_waiting_at_a_line_whose_counters_closed_hear_that_it_is_interrupted() -> None:
    branch = fed(readings(9, days=1))
    at, now = readings(9, days=1)[-1]
    assert branch.estimate("0", 0).basis.state == "serving"
    closed = [Reading(line.line, line.called, line.waiting + 1, 0) for line in now]
    branch.observe(at + 5, closed)
    assert branch.estimate("0", 0).basis.state == "interrupted"


def test_b7_before_anybody_was_called_a_line_without_counters_is_not_open() -> None:
    branch = Branch(PRIOR)
    branch.observe(470, [Reading("A", 0, 3, 0)])
    assert branch.estimate("A", 2).basis.state == "not_open"


def test_b7_numbers_that_start_again_start_the_line_again() -> None:
    branch = fed(readings(10, days=1))
    branch.observe(900, [Reading("0", 0, 2, 1)])
    assert branch.lines["0"].today.called == 0
    assert branch.estimate("0", 1).p90 > 0


def test_the_pace_is_inverted_exactly() -> None:
    pace = Pace([0.1] * (BINS // 2) + [0.4] * (BINS // 2))
    assert pace.until(700, 2) == pytest.approx(20)
    assert pace.until(715, 0.5 + 4) == pytest.approx(5 + 10)
    assert pace.between(715, 730) == pytest.approx(4.5)


def test_conformal_quantiles_come_to_hold_their_level() -> None:
    spread, chance = Conformal(), random.Random(1)
    below = [0] * len(LEVELS)
    for index in range(4000):
        error = chance.gauss(0.5, 2)
        if index >= 1000:
            for level, quantile in enumerate(spread.at(4)):
                below[level] += error <= quantile
        spread.learn(4, error)
    shares = [count / 3000 for count in below]
    assert [shares[index] for index in (0, 2, 3)] == pytest.approx([0.1, 0.8, 0.9], abs=0.02)


def test_the_correction_finds_a_linear_rule_and_forgets_lost_tickets() -> None:
    ridge, chance = Ridge(3, doubt=1.0), random.Random(2)
    for day in range(6):
        for _ in range(100):
            values = [1.0, chance.gauss(0, 1), chance.gauss(0, 1)]
            lost = 5.0 if chance.random() < 0.05 and day else 0.0
            ridge.learn(values, 0.2 + 0.5 * values[1] + lost)
        ridge.refit()
    assert ridge.weights == pytest.approx([0.2, 0.5, 0.0], abs=0.06)


def test_cholesky_solves_a_known_system() -> None:
    assert solve([[4.0], [2.0, 3.0]], [10.0, 8.0]) == pytest.approx([1.75, 1.5])


def test_a_forest_adds_the_leaves_reached() -> None:
    forest = Forest.from_json([[0, 1.5, -1, [1, 0.0, 2, 3]], 0.5])
    assert [forest.at(values) for values in ([1.5, 9], [2, 0], [2, 1])] == [-0.5, 2.5, 3.5]


def test_a_prior_of_other_features_is_refused(tmp_path) -> None:
    other = tmp_path / "prior.json"
    shipped = gzip.decompress(SHIPPED.read_bytes()).decode()
    other.write_text(shipped.replace(f'"features":{FEATURES}', '"features":0'))
    with pytest.raises(PriorMismatch):
        read_prior(other)


def test_b15_the_engine_says_in_its_values_whether_anybody_serves() -> None:
    told = []
    for counters in (2, 0):
        branch = fed([(600.0, [Reading("A", 5, 4, 2)]), (605.0, [Reading("A", 6, 4, counters)])])
        told.append(branch.ask("A", 2).values[UNSERVED])
    assert told == [0.0, 1.0]


def test_b15_other_weights_hold_while_nobody_serves() -> None:
    prior = Prior(linear=(0.2,), unserved=(1.0,))
    served = [1.0, *[0.0] * UNSERVED]
    assert prior.correction(served) == pytest.approx(0.1)
    assert prior.correction([*served[:UNSERVED], 1.0]) == pytest.approx(0.5)


@pytest.mark.parametrize(("said", "reach"), [(0.4, 0.4), (-0.4, NARROWEST), (9.0, WIDEST)])
def test_b7_a_range_is_never_of_no_width_nor_of_all(said: float, reach: float) -> None:
    prior = Prior(linear=(0.0,), low=Forest.from_json([-said]), high=Forest.from_json([said]))
    assert prior.reach([1.0]) == (reach, reach)
