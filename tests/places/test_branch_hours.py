"""Opening hours of a branch (B10, B11): public holidays, special days, time zones, and promises that come true."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from layan.places import api
from layan.places.layout import holidays_of
from layan.places.rules import Block, Calendar, SpecialHours, hours_on, opening_at
from tests.builders import a_branch

OFFICE = Block(time(8), time(17))
EVENING = Block(time(17), time(19), "extended")
SATURDAY = Block(time(9), time(13), "extended")
WEEK = {**dict.fromkeys(range(1, 6), (OFFICE,)), 3: (OFFICE, EVENING), 6: (SATURDAY,)}
MERDEKA = {date(2026, 8, 31): {"ms": "Hari Kebangsaan"}}
CALENDAR = Calendar(
    weekly=WEEK,
    special={
        date(2026, 8, 28): SpecialHours({"ms": "Hari Keluarga"}),
        date(2026, 9, 16): SpecialHours({"ms": "Hari Malaysia, dibuka"}, Block(time(9), time(12))),
    },
    holidays={**MERDEKA, date(2026, 9, 16): {"ms": "Hari Malaysia"}},
)


def test_b11_the_reason_of_a_closed_day_is_named():
    assert opening_at(CALENDAR, datetime(2026, 8, 31, 10)).occasion == {"ms": "Hari Kebangsaan"}
    assert opening_at(CALENDAR, datetime(2026, 8, 28, 10)).occasion == {"ms": "Hari Keluarga"}


def test_a_special_day_wins_over_a_holiday_and_a_holiday_over_the_week():
    assert hours_on(CALENDAR, date(2026, 9, 16)).blocks == (Block(time(9), time(12)),)
    assert hours_on(CALENDAR, date(2026, 8, 31)).blocks == ()
    assert hours_on(CALENDAR, date(2026, 9, 1)).blocks == (OFFICE,)


def test_b10_extended_hours_keep_their_kind():
    assert [block.kind for block in hours_on(CALENDAR, date(2026, 8, 26)).blocks] == ["regular", "extended"]


def test_kelantan_rests_on_friday_and_saturday_and_has_its_own_holidays():
    kelantan = holidays_of("MY", "KTN")
    selangor = holidays_of("MY", "SGR")
    names = {day: name["ms"] for day, name in kelantan.items()}
    assert any("Kelantan" in name for name in names.values())
    assert not any("Kelantan" in name["ms"] for name in selangor.values())
    sunday = Calendar(weekly=dict.fromkeys((7, 1, 2, 3, 4), (OFFICE,)))
    assert opening_at(sunday, datetime(2026, 8, 30, 9)).is_open
    assert not opening_at(sunday, datetime(2026, 8, 28, 9)).is_open


def test_holidays_are_named_in_malay_and_english():
    named = [name for day, name in holidays_of("MY", "SGR").items() if (day.month, day.day) == (8, 31)]
    assert named
    assert all(set(name) == {"ms", "en"} for name in named)


@pytest.mark.django_db
def test_a_process_that_runs_for_years_knows_the_holidays_of_each():
    with time_machine.travel("2026-12-31T10:00:00+00:00", tick=False) as now:
        built = a_branch(country="MY", state="KUL")
        assert max(built.place.calendar.holidays).year == 2027
        now.move_to("2028-01-02T10:00:00+00:00")
        assert max(built.place.calendar.holidays).year == 2029


def test_a_country_without_known_holidays_has_none():
    assert holidays_of("XX", "") == {}


@pytest.mark.parametrize(
    ("zone", "moment", "is_open", "closes_utc"),
    [
        # Kuala Lumpur has no summer time.
        ("Asia/Kuala_Lumpur", "2026-08-24T00:30:00+00:00", True, "2026-08-24T09:00:00+00:00"),
        ("Asia/Kuala_Lumpur", "2026-08-23T23:59:00+00:00", False, None),
        # Berlin's clocks go back on Sunday 2026-10-25 at 03:00, so 08:00 is 07:00 UTC from then on.
        ("Europe/Berlin", "2026-10-24T06:30:00+00:00", True, "2026-10-24T15:00:00+00:00"),
        ("Europe/Berlin", "2026-10-25T06:30:00+00:00", False, None),
        ("Europe/Berlin", "2026-10-25T07:30:00+00:00", True, "2026-10-25T16:00:00+00:00"),
    ],
)
@pytest.mark.django_db
def test_hours_follow_the_branchs_own_clock_with_and_without_summer_time(zone, moment, is_open, closes_utc):
    built = a_branch(always_open=False, time_zone=zone, country="XX")
    for weekday in range(1, 8):
        built.branch.opening_blocks.create(weekday=weekday, opens=time(8), closes=time(17))
    api.layout_changed(branch_id=built.id, what="hours")
    answer = api.opening(built.place, datetime.fromisoformat(moment))
    assert answer.is_open == is_open
    if closes_utc:
        assert answer.closes_at == datetime.fromisoformat(closes_utc)
        assert answer.closes_at.tzinfo == ZoneInfo(zone)


blocks = (
    st.tuples(st.times(), st.times())
    .filter(lambda pair: pair[0] < pair[1])
    .map(
        lambda pair: Block(pair[0].replace(second=0, microsecond=0), pair[1].replace(second=0, microsecond=0))
    )
    .filter(lambda block: block.opens < block.closes)
)
calendars = st.builds(
    Calendar,
    weekly=st.dictionaries(st.integers(1, 7), st.lists(blocks, max_size=3).map(tuple)),
    special=st.dictionaries(
        st.dates(date(2027, 1, 1), date(2027, 3, 1)),
        st.builds(SpecialHours, name=st.just({"ms": "Hari"}), block=st.none() | blocks),
        max_size=3,
    ),
)
moments = st.datetimes(datetime(2027, 1, 1), datetime(2027, 3, 31))


@given(calendars, moments)
def test_what_is_promised_comes_true(calendar, moment):
    answer = opening_at(calendar, moment)
    if answer.is_open:
        assert answer.closes_at is not None
        assert answer.closes_at > moment
        assert opening_at(calendar, answer.closes_at - timedelta(microseconds=1)).is_open
        assert not opening_at(calendar, answer.closes_at).is_open
    elif answer.next_opening is not None:
        assert answer.next_opening > moment
        assert opening_at(calendar, answer.next_opening).is_open
        assert not opening_at(calendar, answer.next_opening - timedelta(microseconds=1)).is_open
