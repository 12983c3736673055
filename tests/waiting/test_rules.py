"""Rules of the shown window and of places lost to those who gather priority faster (B7)."""

import random

from hypothesis import given
from hypothesis import strategies as st

from layan.waiting.rules import Rule, at_rank, kept, rounded, step_at, with_slip

minutes = st.floats(0, 600, allow_nan=False)
RATES = {"general": 1.0, "senior": 2.0}
RANKS = {"general": 2.0, "senior": 1.0}
ACCUMULATING = Rule("accumulating", RATES, RANKS)
#: What is told at one moment: what is likely, and how far down and up the range reaches from it.
told = st.tuples(st.floats(0, 300), st.floats(0, 60), st.floats(0, 120))


def shown_after(estimates, place=10):
    """Return the windows shown one after the other, while nobody moves; a repeated one once."""
    windows = []
    for likely, down, up in estimates:
        window = kept(windows[-1] if windows else None, likely - down, likely + up, likely, place)
        if not windows or window != windows[-1]:
            windows.append(window)
    return windows


@given(minutes, minutes)
def test_b7_a_range_is_rounded_in_steps_and_never_empty(a, b):
    low, high = rounded(min(a, b), max(a, b))
    assert 0 <= low < high
    assert high >= max(a, b) - 0.01
    assert high % 5 == 0
    assert low % 5 == 0
    assert high - max(a, b) <= max(5, step_at(max(a, b))) + 0.01


@given(st.lists(st.tuples(told, st.integers(1, 50)), min_size=1, max_size=30))
def test_b7_a_window_always_holds_what_is_likely_now(steps):
    shown = None
    for (likely, down, up), place in steps:
        shown = kept(shown, likely - down, likely + up, likely, place)
        assert shown.low <= likely <= shown.high


@given(st.lists(told, min_size=2, max_size=40))
def test_b7_while_nobody_moves_a_window_that_was_left_never_comes_back(estimates):
    windows = shown_after(estimates)
    ranges = [(window.low, window.high) for window in windows]
    assert len(set(ranges)) == len(ranges)


@given(told, told, st.integers(2, 30))
def test_b7_an_estimate_that_swings_between_two_gives_a_window_that_settles(one, other, swings):
    assert len(shown_after([one, other] * swings)) <= 3


@given(st.lists(told, min_size=2, max_size=40))
def test_b7_while_nobody_moves_a_window_turns_at_most_once_then_only_grows(estimates):
    windows = shown_after(estimates)
    turned = [index for index, window in enumerate(windows) if window.turn == 2]
    before = windows[1 : turned[0] if turned else None]
    assert len({window.turn for window in before}) <= 1
    for index in turned:
        assert windows[index].low <= windows[index - 1].low
        assert windows[index].high >= windows[index - 1].high


@given(st.lists(st.floats(1, 60), min_size=2, max_size=20))
def test_b7_as_people_move_and_nothing_else_happens_the_window_only_tightens(widths):
    shown, place = None, 2 ** len(widths)
    for width in sorted(widths, reverse=True):
        following = kept(shown, 100 - width / 2, 100 + width / 2, 100, place)
        if shown is not None:
            assert shown.low <= following.low
            assert following.high <= shown.high
        shown, place = following, place // 2


def test_b7_the_window_tightens_when_half_of_the_people_are_gone_and_not_at_every_step():
    shown = kept(None, 10, 40, 20, 12)
    assert kept(shown, 15, 25, 20, 7) == shown
    tighter = kept(shown, 15, 25, 20, 6)
    assert (tighter.low, tighter.high) == (15, 25)


@given(st.integers(0, 40), st.floats(0, 0.5))
def test_b7_who_loses_places_waits_longer(ahead, places):
    ranks, rows = (1, 10, 50), [(1, 3, 5, 6), (10, 30, 40, 50), (80, 150, 170, 200)]
    plain, moved = at_rank(ranks, rows, ahead + 1), with_slip(ranks, rows, ahead + 1, places)
    assert moved[1] >= plain[1]


def _simulated(mine: str, ahead: int, each: float, arrivals: float, chance: random.Random) -> float:
    """Return the wait of one `mine` behind `ahead` general people at one counter, seniors and others arriving later."""
    queue = [("general", -0.001 * (place + 1)) for place in range(ahead)] + [(mine, 0.0)]
    at, arrived = 0.0, 0.0
    pending = chance.expovariate(arrivals)
    while True:
        at += chance.expovariate(1 / each)
        while arrived + pending < at:
            arrived += pending
            queue.append(("senior", arrived))
            pending = chance.expovariate(arrivals)
        called = max(queue, key=lambda person: RATES[person[0]] * (at - person[1]))
        queue.remove(called)
        if called == (mine, 0.0):
            return at


def test_b7_places_lost_to_later_arrivals_agree_with_a_simulation():
    chance = random.Random(7)
    each, ahead, arrivals = 3.0, 15, 0.12
    waits = [_simulated("general", ahead, each, arrivals, chance) for _ in range(1500)]
    simulated = sum(waits) / len(waits)
    ranks = (1, 10, 20, 40, 80)
    rows = [(rank * each,) * 4 for rank in ranks]
    lost = ACCUMULATING.slip("general", {"senior": arrivals})
    found = with_slip(ranks, rows, ahead + 1, lost)[1]
    without = (ahead + 1) * each
    assert abs(found - simulated) < 0.05 * simulated
    assert simulated - without > 5


def test_b7_strict_and_longest_wait_policies_lose_all_and_no_places():
    arrivals = {"senior": 0.1, "general": 0.3}
    strict, longest = Rule("strict", RATES, RANKS), Rule("longest", RATES, RANKS)
    assert strict.slip("general", arrivals) == 0.1
    assert strict.slip("senior", arrivals) == 0.0
    assert longest.slip("general", arrivals) == 0.0
