"""When a branch is open, as a rule (B10, B11, B13)."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layan.places.rules import (
    DAYS_AHEAD,
    Block,
    Calendar,
    Lunch,
    Opening,
    SpecialHours,
    business_ends,
    hours_on,
    last_closing,
    lunch_rules,
    opening_at,
    promised_at,
)

MORNING, EVENING = Block(time(8), time(13)), Block(time(14), time(17))
SESSION = Block(time(17), time(21), "extended")
SATURDAY = Block(time(9), time(12))
#: Monday 2 March 2026 is an ordinary day; Tuesday has an evening session; Friday's holiday is a special day.
OFFICE = Calendar(
    weekly={
        1: (EVENING, MORNING),
        2: (MORNING, EVENING, SESSION),
        3: (MORNING, EVENING),
        4: (MORNING, EVENING),
        5: (MORNING, EVENING),
        6: (SATURDAY,),
    },
    special={
        date(2026, 3, 5): SpecialHours({"en": "Staff day"}),
        date(2026, 3, 6): SpecialHours({"en": "Tax day"}, Block(time(10), time(12))),
    },
    holidays={date(2026, 3, 4): {"en": "Holiday"}, date(2026, 3, 6): {"en": "Another"}},
)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute)


@pytest.mark.parametrize(
    ("moment", "closes", "opens", "occasion"),
    [
        (at(2, 7, 59), None, at(2, 8), None),
        (at(2, 8), at(2, 13), None, None),
        (at(2, 12, 59), at(2, 13), None, None),
        (at(2, 13), None, at(2, 14), None),
        (at(2, 17), None, at(3, 8), None),
        # Office hours and the evening session that follows at once are one stretch.
        (at(3, 15), at(3, 21), None, None),
        (at(4, 10), None, at(6, 10), {"en": "Holiday"}),
        (at(5, 10), None, at(6, 10), {"en": "Staff day"}),
        # A special day wins over a public holiday.
        (at(6, 11), at(6, 12), None, None),
        (at(6, 12), None, at(7, 9), {"en": "Tax day"}),
        (at(8, 9), None, at(9, 8), None),
        (at(1, 23, 59), None, at(2, 8), None),
    ],
)
def test_b11_open_until_or_opens_next(moment, closes, opens, occasion):
    expected = Opening(closes is not None, closes, opens, occasion)
    assert opening_at(OFFICE, moment) == expected


def test_hours_of_a_day_come_in_order_with_the_name_of_what_changed_them():
    assert hours_on(OFFICE, date(2026, 3, 2)).blocks == (MORNING, EVENING)
    assert hours_on(OFFICE, date(2026, 3, 4)).occasion == {"en": "Holiday"}
    assert hours_on(OFFICE, date(2026, 3, 5)).blocks == ()


def test_blocks_that_overlap_are_one_stretch():
    calendar = Calendar(weekly={1: (Block(time(8), time(16)), Block(time(9), time(10)))})
    assert opening_at(calendar, at(2, 9, 30)).closes_at == at(2, 16)


def test_a_branch_that_never_opens_says_so_without_a_date():
    assert opening_at(Calendar(), at(2, 10)) == Opening(is_open=False)


def test_the_next_opening_is_looked_for_only_so_far_ahead():
    far = date(2026, 3, 2) + timedelta(days=DAYS_AHEAD)
    calendar = Calendar(special={far: SpecialHours({"en": "Once"}, SATURDAY)})
    assert opening_at(calendar, at(2, 10)).next_opening is None
    assert opening_at(calendar, at(3, 10)).next_opening == datetime.combine(far, time(9))


def test_a_demonstration_is_open_at_any_hour():
    assert opening_at(Calendar(always_open=True), at(8, 3)) == Opening(is_open=True)


def test_a_leap_day_has_the_hours_of_its_weekday():
    assert opening_at(OFFICE, datetime(2028, 2, 29, 9)).closes_at == datetime(2028, 2, 29, 13)


@pytest.mark.parametrize(
    ("moment", "closed"),
    [
        (at(2, 7), None),
        (at(2, 9), None),
        (at(2, 13), at(2, 13)),
        (at(2, 16, 59), at(2, 13)),
        (at(2, 23), at(2, 17)),
        (at(3, 6), None),
    ],
)
def test_b13_when_the_branch_last_closed_that_day(moment, closed):
    assert last_closing(OFFICE, moment) == closed


#: Open on Monday evening until two in the night, and on Saturday and Sunday throughout.
NIGHT = Calendar(
    weekly={
        1: (Block(time(20), time(23, 59)),),
        2: (Block(time(0), time(2)), Block(time(8), time(17))),
        6: (Block(time(0), time(23, 59)),),
        7: (Block(time(0), time(23, 59, 59)),),
    }
)
ROUND_THE_CLOCK = Calendar(weekly={day: (Block(time(0), time(23, 59)),) for day in range(1, 8)})


@pytest.mark.parametrize("moment", [at(2, 20), at(2, 23, 59), at(3, 0), at(3, 1, 59)])
def test_a_session_through_midnight_is_one_stretch(moment):
    assert opening_at(NIGHT, moment) == Opening(is_open=True, closes_at=at(3, 2))


def test_a_block_that_closes_in_the_last_minute_closes_at_midnight():
    assert opening_at(NIGHT, at(8, 23, 59)).closes_at == at(9, 0)
    assert not opening_at(NIGHT, at(9, 0)).is_open


def test_a_branch_that_never_closes_knows_no_closing():
    assert opening_at(ROUND_THE_CLOCK, at(2, 10)) == Opening(is_open=True)


@pytest.mark.parametrize(
    ("calendar", "day", "ends"),
    [
        (OFFICE, 2, at(3, 0)),
        (OFFICE, 4, at(5, 0)),
        (NIGHT, 2, at(3, 2)),
        (NIGHT, 3, at(4, 0)),
        # From Saturday's midnight to Sunday's is a day, and no more.
        (NIGHT, 7, at(9, 0)),
        (NIGHT, 8, at(9, 0)),
        (ROUND_THE_CLOCK, 2, at(4, 0)),
        (Calendar(always_open=True), 2, at(4, 0)),
    ],
)
def test_the_business_of_a_day_ends_at_midnight_or_with_its_night_session(calendar, day, ends):
    assert business_ends(calendar, date(2026, 3, day)) == ends


times = st.times().map(lambda value: value.replace(second=0, microsecond=0))
blocks = (
    st.tuples(times, times).filter(lambda pair: pair[0] < pair[1]).map(lambda pair: Block(pair[0], pair[1]))
)
calendars = st.builds(
    Calendar,
    weekly=st.dictionaries(st.integers(1, 7), st.lists(blocks, max_size=3).map(tuple)),
    special=st.dictionaries(
        st.dates(date(2026, 3, 1), date(2026, 3, 14)),
        st.builds(SpecialHours, st.just({"en": "x"}), st.none() | blocks),
        max_size=3,
    ),
    holidays=st.dictionaries(st.dates(date(2026, 3, 1), date(2026, 3, 14)), st.just({"en": "h"}), max_size=3),
)


@given(calendars, st.datetimes(datetime(2026, 3, 1), datetime(2026, 3, 14)))
def test_it_is_open_just_when_a_block_of_the_day_says_so(calendar, moment):
    answer = opening_at(calendar, moment)
    now = moment.time()
    blocks_now = [
        block
        for block in hours_on(calendar, moment.date()).blocks
        if block.opens <= now and (now < block.closes or block.closes == time(23, 59))
    ]
    assert answer.is_open is bool(blocks_now)
    if answer.closes_at is not None:
        assert moment < answer.closes_at
        assert not opening_at(calendar, answer.closes_at).is_open
    if answer.next_opening is not None:
        assert not answer.is_open
        assert moment < answer.next_opening
        assert opening_at(calendar, answer.next_opening).is_open
        assert not opening_at(calendar, answer.next_opening - timedelta(microseconds=1)).is_open


NOON, FRIDAY_PRAYER = Lunch(time(12, 30), time(14), 3), Lunch(time(12, 15), time(14, 45), 1)
LUNCHING = Calendar(
    weekly={**dict.fromkeys((1, 2, 3, 5), (Block(time(8), time(17)),)), 6: (SATURDAY,)},
    lunches={1: NOON, 2: NOON, 3: NOON, 5: FRIDAY_PRAYER, 6: NOON},
    special={date(2026, 3, 9): SpecialHours({"en": "Short day"}, Block(time(8), time(13)))},
    holidays={date(2026, 3, 4): {"en": "Holiday"}},
)


@pytest.mark.parametrize(
    ("day", "at", "promised"),
    [
        (2, time(12, 29), 0),
        (2, time(12, 30), 3),
        (2, time(13, 59), 3),
        (2, time(14), 0),
        (6, time(12, 20), 1),
        (6, time(14, 44), 1),
        (4, time(13), 0),
        (5, time(13), 0),
        (7, time(13), 0),
        (9, time(12, 45), 3),
        (9, time(13, 15), 0),
    ],
)
def test_b5_counters_are_promised_by_the_lunch_of_the_weekday_while_the_branch_is_open(day, at, promised):
    assert promised_at(LUNCHING, datetime.combine(date(2026, 3, day), at)) == promised


def test_b5_equal_lunches_are_told_once_with_their_days():
    assert lunch_rules(LUNCHING) == [(NOON, (1, 2, 3, 6)), (FRIDAY_PRAYER, (5,))]
