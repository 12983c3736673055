"""When a notice is shown: weekdays and hours, across midnight, on holidays, until its end."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layan.signage.rules import EVERY_DAY, Schedule, is_shown, next_change, tidy_code

LONG_AGO = datetime(2026, 1, 1)
#: A Friday.
FRIDAY = date(2026, 3, 6)
HOLIDAY = date(2026, 3, 7)


def at(text: str, day: date = FRIDAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(text))


def opens(day: date) -> bool:
    return day != HOLIDAY


def prayer(**others) -> Schedule:
    values = {"weekdays": frozenset({5}), "from_time": time(12, 30), "until_time": time(14, 45)}
    return Schedule(LONG_AGO, **{**values, **others})


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (at("12:29:59"), False),
        (at("12:30"), True),
        (at("14:44:59"), True),
        (at("14:45"), False),
        (at("13:00", FRIDAY - timedelta(days=1)), False),
        (at("13:00", FRIDAY + timedelta(days=7)), True),
    ],
)
def test_a_repeating_notice_is_shown_at_its_hours_of_its_weekdays(moment, shown):
    assert is_shown(prayer(), moment, opens) is shown


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (at("21:59"), False),
        (at("22:00"), True),
        (at("00:00", FRIDAY + timedelta(days=1)), True),
        (at("01:59", FRIDAY + timedelta(days=1)), True),
        (at("02:00", FRIDAY + timedelta(days=1)), False),
        (at("01:00"), False),
        (at("22:00", FRIDAY + timedelta(days=1)), False),
    ],
)
def test_hours_across_midnight_belong_to_the_day_on_which_they_began(moment, shown):
    assert is_shown(prayer(from_time=time(22), until_time=time(2)), moment, opens) is shown


def test_equal_hours_are_the_whole_day():
    schedule = prayer(from_time=time(0), until_time=time(0))
    assert is_shown(schedule, at("00:00"), opens)
    assert is_shown(schedule, at("23:59"), opens)
    assert not is_shown(schedule, at("00:00", FRIDAY + timedelta(days=1)), opens)


def test_a_notice_of_open_days_rests_on_a_holiday_and_its_eve_s_night_goes_on():
    everyday = prayer(weekdays=EVERY_DAY, from_time=time(22), until_time=time(2))
    open_days = prayer(weekdays=EVERY_DAY, from_time=time(22), until_time=time(2), open_days_only=True)
    assert is_shown(everyday, at("22:30", HOLIDAY), opens)
    assert not is_shown(open_days, at("22:30", HOLIDAY), opens)
    assert is_shown(open_days, at("01:00", HOLIDAY), opens)
    assert not is_shown(open_days, at("01:00", HOLIDAY + timedelta(days=1)), opens)


def test_a_repeating_notice_keeps_its_first_and_last_moment():
    schedule = prayer(ends_at=at("13:00"))
    assert is_shown(schedule, at("12:59"), opens)
    assert not is_shown(schedule, at("13:00"), opens)
    assert next_change(schedule, at("13:00")) is None
    later = Schedule(at("13:00"), None, frozenset({5}), time(12, 30), time(14, 45))
    assert not is_shown(later, at("12:45"), opens)
    assert next_change(later, at("12:50")) == at("13:00")


moments = st.datetimes(datetime(2026, 2, 20), datetime(2026, 3, 20))


@given(
    starts=moments,
    lasts=st.one_of(st.none(), st.timedeltas(timedelta(minutes=1), timedelta(days=9))),
    weekdays=st.frozensets(st.integers(1, 7), min_size=1),
    hours=st.one_of(st.just((None, None)), st.tuples(st.times(), st.times())),
    open_days_only=st.booleans(),
    moment=moments,
    part=st.floats(0, 1, exclude_max=True),
)
def test_nothing_changes_before_the_next_change(starts, lasts, weekdays, hours, open_days_only, moment, part):
    ends = starts + lasts if lasts else None
    schedule = Schedule(starts, ends, weekdays, *hours, open_days_only=open_days_only)
    change = next_change(schedule, moment) or moment + timedelta(days=40)
    assert change > moment
    # A part close to 1 rounds up to the change itself.
    between = min(moment + (change - moment) * part, change - timedelta(microseconds=1))
    assert is_shown(schedule, between, opens) == is_shown(schedule, moment, opens)


def test_a_code_is_read_however_it_is_typed():
    assert tidy_code(" abc-d ef ") == "ABCDEF"
