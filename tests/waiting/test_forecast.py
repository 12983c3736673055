"""From events to the wait that a customer is told (B7, B15)."""

import random
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from layan.kit import clock
from layan.kit.models import Event
from layan.people.api import Role
from layan.places import models as places
from layan.places.api import announce_disruption, layout_changed
from layan.queueing import api as queueing
from layan.waiting.models import Forecast
from layan.waiting.observing import Observer
from layan.waiting.promises import forget_forecasts
from layan.waiting.publishing import Publisher
from tests.builders import BuiltBranch, a_branch, a_person, a_ticket

MORNING = "2027-03-01T08:00:00+08:00"


@pytest.fixture
def here(db) -> BuiltBranch:
    return a_branch()


def published(here: BuiltBranch) -> Forecast:
    """Publish and read."""
    Publisher(here.id).publish(here.place, tick=0)
    forget_forecasts()
    return Forecast.objects.get(branch_id=here.id)


def with_norm(here: BuiltBranch, minutes: int) -> None:
    """Give every service a norm."""
    places.Service.objects.filter(branch_id=here.id).update(norm_minutes=minutes)
    layout_changed(branch_id=here.id, what="norms")


def opened(here: BuiltBranch, *codes: str) -> None:
    """Open counters."""
    for code in codes:
        by = a_person(Role.SUPERVISOR, here, actor=f"user:{code}")
        queueing.open_counter(branch_id=here.id, counter_id=here.counter(code), by=by)


def test_b7_before_anything_is_published_a_number_says_that_no_wait_is_known(here):
    assert a_ticket(here).promised == {"ahead": 0, "reason": "no_forecast"}


def test_b7_without_an_open_counter_the_reason_is_told_instead_of_a_number(here):
    published(here)
    assert a_ticket(here).promised == {"ahead": 0, "reason": "no_counter"}


def test_b15_a_disruption_is_told_instead_of_a_number(here):
    opened(here, "1")
    announce_disruption(branch_id=here.id, message={"en": "Power cut"}, actor="user:9")
    published(here)
    assert a_ticket(here).promised["reason"] == "disruption"


def test_b7_on_the_first_morning_a_service_without_a_norm_has_no_number(here):
    with time_machine.travel(MORNING) as now:
        with_norm(here, 0)
        opened(here, "1")
        now.shift(timedelta(minutes=2))
        published(here)
        assert a_ticket(here).promised["reason"] == "no_history"


def test_b7_on_the_first_morning_the_norm_gives_a_wide_range(here):
    with time_machine.travel(MORNING) as now:
        with_norm(here, 10)
        opened(here, "1", "2")
        for _ in range(5):
            a_ticket(here)
        now.shift(timedelta(minutes=2))
        published(here)
        promised = a_ticket(here).promised
    assert promised["likely"] == 30
    assert promised["low"] < 20 < 45 < promised["high"]
    assert (promised["counters"], promised["minutes_each"], promised["ahead"]) == (2, 10.0, 5)


def test_b7_the_promise_stands_in_the_log_as_it_was_kept(here):
    ticket = a_ticket(here)
    (event,) = Event.objects.filter(branch_id=here.id, type="ticket.issued")
    assert '"promised":[],"promised_by":"no_forecast"' in event.payload
    assert queueing.Ticket.objects.get(pk=ticket.pk).promised == ticket.promised


def test_b7_an_old_forecast_is_not_told(here):
    with time_machine.travel(MORNING) as now:
        published(here)
        now.shift(timedelta(minutes=5))
        assert a_ticket(here).promised["reason"] == "no_forecast"


def a_day(here: BuiltBranch, now: Any, hours: float, seed: int = 1) -> None:
    """Serve a busy day at counters 1 and 2: about one arrival every four minutes, eight minutes each."""
    chance = random.Random(seed)
    people = {code: a_person(Role.SUPERVISOR, here, actor=f"user:{code}") for code in "12"}
    opened(here, "1", "2")
    for _minute in range(int(hours * 60)):
        if chance.random() < 0.27:
            a_ticket(here, category=chance.choice(["general", "general", "senior"]))
        for code, person in people.items():
            if chance.random() < 1 / 8:
                queueing.call_next(branch_id=here.id, counter_id=here.counter(code), by=person)
        now.shift(timedelta(minutes=1))


def test_b7_the_same_log_gives_the_same_model_in_whatever_pieces_it_is_read(here):
    with time_machine.travel(MORNING) as now:
        pieces = Observer(here.id)
        a_day(here, now, 1.5)
        pieces.follow(clock.now().timestamp() / 60)
        a_day(here, now, 1.0, seed=2)
        end = clock.now().timestamp() / 60
        pieces.follow(end)
        whole = Observer(here.id)
        whole.follow(end)
    estimates = [each.engine.estimates("PASSPORT", [0, 3, 8]) for each in (pieces, whole)]
    assert estimates[0] == estimates[1]
    assert pieces.floor.to_json() == whole.floor.to_json()


def test_b7_the_floor_counts_as_the_branch_itself_does(here):
    with time_machine.travel(MORNING) as now:
        a_day(here, now, 2)
        observer = Observer(here.id)
        observer.follow(clock.now().timestamp() / 60)
        state = queueing.branch_state(here.place, clock.now())
        waiting = {code: len(queue) for code, queue in observer.floor.queues().items()}
    assert waiting == {line.service.code: line.waiting for line in state.lines if line.waiting}
    assert observer.floor.open.keys() == {"1", "2"}


def test_b7_an_undone_call_waits_again_and_is_not_counted_twice(here):
    officer = a_person(Role.SUPERVISOR, here, actor="user:1")
    opened(here, "1")
    a_ticket(here)
    for _ in range(2):
        queueing.call_next(branch_id=here.id, counter_id=here.counter("1"), by=officer)
        observer = Observer(here.id)
        observer.follow(clock.now().timestamp() / 60)
        assert (observer.floor.left, observer.floor.queues()) == ({"PASSPORT": 1}, {})
        queueing.undo(branch_id=here.id, counter_id=here.counter("1"), by=officer)
        observer.follow(clock.now().timestamp() / 60)
        assert len(observer.floor.queues()["PASSPORT"]) == 1


def test_b7_what_past_days_taught_is_kept_and_taken_up_again(here):
    with time_machine.travel(MORNING) as now:
        a_day(here, now, 1.5)
        now.shift(timedelta(days=1))
        opened(here, "3")
        first = Observer(here.id)
        first.follow(clock.now().timestamp() / 60 + 1)
        again = Observer(here.id)
        assert again.seq > 0
        again.follow(clock.now().timestamp() / 60 + 1)
    assert again.engine.to_json() == first.engine.to_json()
    assert again.floor.to_json() == first.floor.to_json()
