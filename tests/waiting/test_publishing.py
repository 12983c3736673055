"""What the worker publishes, and what is shown of it: kills, two workers, old forecasts, closing, changes of the branch (B7)."""

from datetime import timedelta

import pytest
import time_machine

from layan.kit import clock
from layan.places import models as places
from layan.places.api import announce_disruption, end_disruption, layout_changed
from layan.queueing import api as queueing
from layan.waiting.models import Forecast
from layan.waiting.promises import Forecasts, forget_forecasts
from layan.waiting.publishing import Publisher
from tests.builders import a_branch, a_ticket, keep_hours
from tests.waiting.offices import at, called, opened, published, with_norm

MORNING = "2027-03-01T08:00:00+08:00"


@pytest.fixture
def now():
    with time_machine.travel(MORNING, tick=False) as clock_set:
        yield clock_set


@pytest.fixture
def here(db, now):
    """A branch with a norm of ten minutes, counter 1 open."""
    built = a_branch(always_open=False)
    keep_hours(built, ("07:30", "12:00"), ("14:00", "17:00"))
    with_norm(built, 10)
    opened(built, "1")
    now.shift(timedelta(minutes=2))
    return built


def shown(here, ticket):
    """Return what a ticket's page shows now."""
    ticket = queueing.Ticket.objects.get(pk=ticket.pk)
    ahead = queueing.people_ahead(ticket, here.place, clock.now())
    return Forecasts().standing(here.place, ticket=ticket, ahead=ahead, now=clock.now())


def promised(ticket):
    """Return the range of a ticket's promise."""
    return ticket.promised["low"], ticket.promised["high"]


def test_b7_a_new_number_shows_its_promise_before_and_after_the_worker_has_seen_it(here, now):
    worker = Publisher(here.id)
    for _ in range(4):
        a_ticket(here)
    published(here, worker)
    ticket = a_ticket(here)
    wait = shown(here, ticket)
    assert (wait.low, wait.high) == promised(ticket)
    published(here, worker, tick=1)
    wait = shown(here, ticket)
    assert (wait.low, wait.high) == promised(ticket)


def test_b7_what_is_shown_counts_down_and_never_jumps_while_all_goes_as_told(here, now):
    worker = Publisher(here.id)
    for _ in range(5):
        a_ticket(here)
    published(here, worker)
    ticket = a_ticket(here)
    seen = []
    for minute in range(50):
        published(here, worker, tick=minute * 60)
        wait = shown(here, ticket)
        seen.append((wait.low, wait.high))
        if minute % 10 == 0:
            called(here, "1")
        now.shift(timedelta(minutes=1))
    highs = [high for _, high in seen]
    assert highs == sorted(highs, reverse=True)
    assert len(dict.fromkeys(seen)) <= 20


def test_b7_a_worker_that_was_killed_goes_on_with_the_windows_it_showed(here, now):
    for _ in range(5):
        a_ticket(here)
    first = published(here).tickets
    assert published(here, tick=30).tickets == first


def test_b7_two_workers_do_not_undo_each_others_windows(here, now):
    one, other = Publisher(here.id), Publisher(here.id)
    for _ in range(5):
        a_ticket(here)
    assert one.publish(here.place, tick=0)
    now.shift(1)
    assert not other.publish(here.place, tick=0)
    assert other.windows == one.windows
    now.shift(1)
    assert other.publish(here.place, tick=1)
    now.shift(1)
    a_ticket(here)
    assert not one.publish(here.place, tick=2)
    assert one.publish(here.place, tick=3)
    assert Forecast.objects.get(branch_id=here.id).seq == queueing.head(here.id)[0]


def test_b7_an_old_forecast_is_not_shown_as_fresh_to_who_waits(here, now):
    published(here)
    ticket = a_ticket(here)
    assert not shown(here, ticket).reason
    now.shift(timedelta(minutes=3))
    forget_forecasts()
    assert shown(here, ticket).reason == "no_forecast"


def test_b7_after_the_worker_was_away_it_catches_up_in_turns_and_publishes_when_it_is_done(
    here, now, monkeypatch
):
    monkeypatch.setattr("layan.waiting.publishing._FOLLOW_SECONDS", 0.0)
    for _ in range(5):
        a_ticket(here)
    worker = Publisher(here.id)
    turns = 0
    while not worker.publish(here.place, tick=turns):
        turns += 1
    assert turns > 3
    forget_forecasts()
    assert shown(here, queueing.Ticket.objects.first()).version


def test_b11_who_will_not_be_reached_before_closing_is_told_so(here, now):
    now.shift(timedelta(hours=8))
    for _ in range(8):
        a_ticket(here)
    published(here)
    assert a_ticket(here).promised["reason"] == "after_closing"
    assert not shown(here, queueing.Ticket.objects.order_by("issued_at").first()).reason


def test_b7_a_break_between_opening_hours_is_waited_through(here, now):
    now.shift(timedelta(hours=3, minutes=28))
    for _ in range(5):
        a_ticket(here)
    published(here)
    likely = a_ticket(here).promised["likely"]
    assert 120 + 30 <= likely <= 120 + 75


def test_b7_outside_the_hours_without_a_counter_the_office_is_closed(here, now):
    queueing.close_counter(branch_id=here.id, counter_id=here.counter("1"), by=at(here, "1"))
    now.shift(timedelta(hours=10))
    published(here)
    service = here.services["A"].pk
    wait = Forecasts().new(here.place, service_id=service, category="general", ahead=0, now=clock.now())
    assert wait.reason == "closed"


def test_b15_a_disruption_ends_and_waits_are_told_again(here, now):
    worker = Publisher(here.id)
    ticket = a_ticket(here)
    announce_disruption(branch_id=here.id, message={"en": "Power cut"}, actor="user:9")
    published(here, worker)
    assert shown(here, ticket).reason == "disruption"
    end_disruption(branch_id=here.id, actor="user:9")
    published(here, worker, tick=1)
    assert not shown(here, ticket).reason


def test_b7_who_was_sent_to_one_counter_is_told_its_own_line(here, now):
    ticket = a_ticket(here)
    called(here, "1")
    published(here)
    counter = here.counter("1")
    queueing.transfer(branch_id=here.id, ticket_id=ticket.pk, counter_id=counter, by=at(here, "1"))
    published(here)
    wait = shown(here, ticket)
    assert (wait.counters, wait.ahead) == (1, 0)
    assert 0 <= wait.low < wait.likely <= 10 < wait.high


def test_b7_a_service_taken_out_of_use_stops_nothing(here, now):
    worker = Publisher(here.id)
    ticket, other = a_ticket(here), a_ticket(here, "B")
    published(here, worker)
    places.Service.objects.filter(pk=here.services["A"].pk).update(active=False)
    layout_changed(branch_id=here.id, what="services")
    published(here, worker, tick=1)
    assert shown(here, ticket).reason == "no_forecast"
    assert not shown(here, other).reason


def test_b7_a_restored_database_is_followed_from_what_it_holds(here, now):
    worker = Publisher(here.id)
    a_ticket(here)
    published(here, worker)
    worker.observer.seq += 1000
    ticket = a_ticket(here)
    published(here, worker, tick=1)
    assert not shown(here, ticket).reason
    assert worker.observer.seq == queueing.head(here.id)[0]


def test_b2_a_senior_is_told_less_than_others_where_a_special_counter_is_open(here, now):
    opened(here, "3")
    for _ in range(12):
        a_ticket(here)
    now.shift(timedelta(minutes=1))
    published(here)
    senior, general = a_ticket(here, category="senior"), a_ticket(here)
    assert senior.promised["likely"] < general.promised["likely"] / 2
    published(here)
    assert shown(here, senior).likely <= shown(here, general).likely / 2


def test_b7_when_nothing_happens_it_is_not_published_again_before_its_time(here, now):
    worker = Publisher(here.id)
    assert worker.publish(here.place, tick=0)
    assert not worker.publish(here.place, tick=19)
    assert worker.publish(here.place, tick=20)
