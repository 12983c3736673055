"""Rules of the shown window and of places lost to those who gather priority faster (B7)."""

import random

from hypothesis import given
from hypothesis import strategies as st

from layan.waiting.rules import Window, at_rank, kept, rounded, slip, step_at, with_slip

minutes = st.floats(0, 600, allow_nan=False)
RATES = {"general": 1.0, "senior": 2.0}
RANKS = {"general": 2, "senior": 1}


@given(minutes, minutes)
def test_b7_a_range_is_rounded_in_steps_and_never_empty(a, b):
    low, high = rounded(min(a, b), max(a, b))
    assert 0 <= low < high
    assert high >= max(a, b)
    assert high % 5 == 0
    assert low % 5 == 0
    assert high - max(a, b) <= max(5, step_at(max(a, b)))


@given(st.lists(st.tuples(minutes, minutes), min_size=1, max_size=30))
def test_b7_a_window_always_holds_what_is_likely_now(steps):
    shown = None
    for spread, likely in steps:
        new = Window(likely - spread / 3, likely + spread)
        shown = kept(shown, new, likely)
        assert shown.low <= likely <= shown.high


@given(minutes, st.lists(st.floats(-4.9, 4.9), max_size=30))
def test_b7_a_window_does_not_flicker_while_little_changes(likely, jitters):
    first = shown = Window(likely - 5, likely + 10)
    for jitter in jitters:
        shown = kept(shown, Window(likely + jitter - 5, likely + jitter + 10), likely + jitter)
        assert shown == first


@given(st.lists(st.floats(1, 60), min_size=2, max_size=20))
def test_b7_as_people_move_and_nothing_else_happens_the_window_only_tightens(widths):
    shown = None
    for width in sorted(widths, reverse=True):
        following = kept(shown, Window(100 - width / 2, 100 + width / 2), 100)
        if shown is not None:
            assert shown.low <= following.low
            assert following.high <= shown.high
        shown = following


@given(st.integers(0, 40), st.floats(-0.5, 0.5))
def test_b7_who_loses_places_waits_longer_who_wins_places_shorter(ahead, places):
    ranks, rows = (1, 10, 50), [(1, 3, 5, 6), (10, 30, 40, 50), (80, 150, 170, 200)]
    plain, moved = at_rank(ranks, rows, ahead + 1), with_slip(ranks, rows, ahead, places)
    assert moved[1] >= plain[1] if places >= 0 else moved[1] <= plain[1]


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
    lost = slip("accumulating", "general", {"senior": arrivals}, RATES, RANKS)
    told = with_slip(ranks, rows, ahead, lost)[1]
    without = (ahead + 1) * each
    assert abs(told - simulated) < 0.05 * simulated
    assert simulated - without > 5


def test_b7_strict_and_longest_wait_policies_lose_all_and_no_places():
    arrivals = {"senior": 0.1, "general": 0.3}
    assert slip("strict", "general", arrivals, RATES, RANKS) == 0.1
    assert slip("strict", "senior", arrivals, RATES, RANKS) == 0.0
    assert slip("longest", "general", arrivals, RATES, RANKS) == 0.0
