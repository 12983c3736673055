"""How good the promises were, and what past days say of a usual one (B7)."""

from datetime import timedelta

import pytest
import time_machine

from layan.kit import clock
from layan.places.api import service_day
from layan.queueing import api as queueing
from layan.waiting.drifting import drift, drift_words
from layan.waiting.models import Day
from layan.waiting.promises import Forecasts, forget_forecasts
from layan.waiting.publishing import Publisher
from layan.waiting.reads import promise_quality
from layan.waiting.tally import Tally
from tests.builders import a_branch, a_ticket
from tests.waiting.offices import at, called, opened, published, with_norm

MORNING = "2027-03-01T08:00:00+08:00"


@pytest.fixture
def now():
    with time_machine.travel(MORNING) as clock_set:
        yield clock_set


@pytest.fixture
def here(db, now):
    """A branch with counter 1 open and forecasts published."""
    built = a_branch()
    with_norm(built, 10)
    opened(built, "1")
    now.shift(timedelta(minutes=2))
    published(built)
    return built


def report(here, now):
    """Return the promises of today when nothing can be undone any more."""
    now.shift(timedelta(minutes=2))
    published(here)
    today = service_day(here.place, clock.now())
    return promise_quality(here.place, today, today)


def test_b7_a_promise_is_measured_against_the_call(here, now):
    promised = a_ticket(here).promised
    now.shift(timedelta(minutes=4))
    called(here, "1")
    found = report(here, now)
    assert (found.overall.count, found.overall.kept, found.overall.covered) == (1, 1.0, 1.0)
    assert found.overall.error == pytest.approx(abs(4 - promised["likely"]), abs=0.1)
    assert list(found.by_hour) == [8]
    assert list(found.by_service) == [here.services["A"].pk]


def test_b7_a_call_after_the_promised_end_is_not_kept(here, now):
    promised = a_ticket(here).promised
    now.shift(timedelta(minutes=promised["high"] + 1))
    called(here, "1")
    assert report(here, now).overall.kept == 0.0


def test_b7_who_leaves_before_the_call_is_not_measured_and_counted_apart(here, now):
    ticket = a_ticket(here)
    queueing.cancel(branch_id=here.id, ticket_id=ticket.pk, by=at(here, "1"))
    found = report(here, now)
    assert (found.overall, found.left) == (None, 1)


def test_b7_who_asks_to_be_called_later_is_not_measured_and_counted_apart(here, now):
    ticket = a_ticket(here)
    queueing.postpone(branch_id=here.id, ticket_id=ticket.pk, minutes=10, by=at(here, "1"))
    now.shift(timedelta(minutes=30))
    called(here, "1")
    found = report(here, now)
    assert (found.overall, found.changed) == (None, 1)


def test_b7_further_services_and_transfers_do_not_change_what_was_measured(here, now):
    ticket = a_ticket(here, "A", "B")
    now.shift(timedelta(minutes=5))
    called(here, "1")
    now.shift(timedelta(minutes=2))
    queueing.transfer(branch_id=here.id, ticket_id=ticket.pk, service="TAX", by=at(here, "1"))
    now.shift(timedelta(minutes=90))
    called(here, "1")
    found = report(here, now)
    assert (found.overall.count, list(found.by_service)) == (1, [here.services["A"].pk])
    assert found.overall.error <= 5


def test_b7_who_did_not_come_was_called_all_the_same_and_is_measured_once(here, now):
    ticket = a_ticket(here)
    now.shift(timedelta(minutes=5))
    called(here, "1")
    queueing.no_show(branch_id=here.id, ticket_id=ticket.pk, by=at(here, "1"))
    now.shift(timedelta(minutes=3))
    queueing.return_to_line(branch_id=here.id, ticket_id=ticket.pk, by=at(here, "1"))
    now.shift(timedelta(minutes=50))
    called(here, "1")
    found = report(here, now)
    assert found.overall.count == 1
    assert found.overall.error <= 5


def test_b7_a_call_that_was_undone_is_measured_when_it_is_made_again(here, now):
    promised = a_ticket(here).promised
    now.shift(timedelta(minutes=5))
    called(here, "1")
    queueing.undo(branch_id=here.id, counter_id=here.counter("1"), by=at(here, "1"))
    now.shift(timedelta(minutes=15))
    called(here, "1")
    found = report(here, now)
    assert found.overall.count == 1
    assert found.overall.error == pytest.approx(20 - promised["likely"], abs=0.2)


def test_b7_a_number_without_a_promise_is_counted_apart(here, now):
    now.shift(timedelta(minutes=5))
    assert "reason" in a_ticket(here).promised
    now.shift(timedelta(minutes=5))
    called(here, "1")
    found = report(here, now)
    assert (found.overall, found.not_promised) == (None, 1)


def days_of(here, waits, *, days=1, promise=(10, 20, 30)):
    """Keep days, the last of them yesterday, on which people of 9 o'clock waited so many minutes."""
    today = service_day(here.place, clock.now())
    for ago in range(1, days + 1):
        tally = Tally()
        for waited in waits:
            tally.called("PASSPORT", 9, promise, waited)
        Day.objects.create(branch_id=here.id, day=today - timedelta(days=ago), tally=tally.to_json())
    forget_forecasts()


@pytest.mark.parametrize(
    ("waits", "kind"),
    [([50] * 40 + [20] * 60, "late"), ([2] * 40 + [20] * 60, "early"), ([20] * 100, "wide")],
)
def test_b7_a_model_that_drifts_says_so_and_how(here, waits, kind):
    days_of(here, waits, days=2)
    found = drift(here.place)
    assert found.kind == kind
    assert str(found.quality.count) in drift_words(found)


def test_b7_a_model_that_keeps_its_promises_or_has_made_few_says_nothing(here):
    assert drift(here.place) is None
    days_of(here, [20] * 80 + [50] * 10 + [2] * 10, days=2)
    assert drift(here.place) is None


def test_b7_the_usual_shape_of_a_day_comes_from_the_same_weekdays(here, now):
    days_of(here, [5, 12, 17, 22, 60], days=20)
    today = clock.local_date(clock.now(), here.place.time_zone)
    usual = Forecasts().usual(here.place, weekday=today.weekday(), service_id=None)
    assert [(each.hour, each.visits) for each in usual] == [(9, 10)]
    assert 5 <= usual[0].low < 20 <= usual[0].high < 60
    service = here.services["A"].pk
    assert Forecasts().usual(here.place, weekday=today.weekday(), service_id=service) == usual
    assert Forecasts().usual(here.place, weekday=today.weekday(), service_id=here.services["B"].pk) == ()


def test_b7_a_branch_without_past_days_has_no_usual_shape(here):
    assert Forecasts().usual(here.place, weekday=0, service_id=None) == ()


def test_b7_at_the_end_of_a_day_what_it_adds_up_to_is_kept(here, now):
    a_ticket(here)
    now.shift(timedelta(minutes=12))
    called(here, "1")
    now.shift(timedelta(days=1))
    Publisher(here.id).observer.follow(clock.now().timestamp() / 60)
    day = Day.objects.get(branch_id=here.id)
    assert (day.day.isoformat(), Tally.from_json(day.tally).hours["PASSPORT"][8].visits) == ("2027-03-01", 1)
