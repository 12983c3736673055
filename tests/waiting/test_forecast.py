"""From events to the wait that a customer is told (B7, B15)."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from layan.kit import clock
from layan.kit.models import Event
from layan.people.api import Role
from layan.places.api import announce_disruption
from layan.queueing import api as queueing
from layan.waiting.models import Day, Model
from layan.waiting.observing import Observer
from layan.waiting.publishing import Publisher
from layan.waiting.relearning import relearn
from tests.builders import BuiltBranch, a_branch, a_person, a_ticket
from tests.waiting.offices import opened, published, with_norm

MORNING = "2027-03-01T08:00:00+08:00"


@pytest.fixture
def here(db) -> BuiltBranch:
    return a_branch()


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
    assert 25 <= promised["likely"] <= 32
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


def test_b7_a_branch_learned_anew_is_as_it_was_learned_live(here):
    with time_machine.travel(MORNING) as now:
        worker = Publisher(here.id)
        for day in range(3):
            for quarter in range(6):
                a_day(here, now, 0.25, seed=10 * day + quarter)
                published(here, worker, tick=900.0 * quarter)
            now.move_to(datetime.fromisoformat(MORNING) + timedelta(days=day + 1))
        published(here, worker, tick=1e6)
        end = clock.now().timestamp() / 60 + 1
        worker.observer.follow(end)
        live = worker.observer.state()
        days = list(Day.objects.order_by("day").values_list("day", "tally"))
        model = Model.objects.get(branch_id=here.id).state
        learned = relearn(here.id)
        again = Observer(here.id)
        again.follow(end)
    assert (learned.days, learned.events) == (4, worker.observer.seq)
    assert list(Day.objects.order_by("day").values_list("day", "tally")) == days
    assert Model.objects.get(branch_id=here.id).state == model
    assert again.state() == live


def test_b7_a_worker_at_work_takes_up_what_was_learned_anew(here):
    with time_machine.travel(MORNING) as now:
        worker = Publisher(here.id)
        a_day(here, now, 0.5)
        published(here, worker)
        before = worker.observer
        relearn(here.id)
        assert not worker.publish(here.place, tick=100)
        assert worker.observer is not before
        assert worker.publish(here.place, tick=101)
    assert worker.observer.floor.to_json() == before.floor.to_json()
