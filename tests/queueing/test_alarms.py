"""Limits passed: raised, acknowledged, cleared (B12)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from layan.kit import models as kit
from layan.people.api import Role
from layan.places.api import layout_changed
from layan.queueing import api as queueing
from layan.queueing.models import Alarm
from tests.builders import a_branch, a_person, a_ticket, open_counter
from tests.refusals import refused

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NINE, tick=False) as clock:
        yield clock


def limit(here, **limits: int) -> None:
    service = here.services["A"]
    for name, value in limits.items():
        setattr(service, name, value)
    service.save()
    layout_changed(branch_id=here.id, what="service")


def watch(here) -> list[tuple[str, int, int]]:
    return sorted((alarm.kind, alarm.figure, alarm.limit) for alarm in queueing.watch(branch_id=here.id))


def alarm_events(here) -> list[str]:
    events = kit.Event.objects.filter(branch_id=here.id, type__startswith="alarm.").order_by("seq")
    return [event.type for event in events]


def test_b12_a_wait_beyond_the_limit_raises_one_alarm(here, clock):
    limit(here, wait_limit_minutes=30)
    a_ticket(here)
    clock.shift(timedelta(minutes=30))
    assert watch(here) == []
    clock.shift(timedelta(seconds=1))
    assert watch(here) == [("wait", 30, 30)]
    clock.shift(timedelta(minutes=10))
    assert watch(here) == []
    assert alarm_events(here) == ["alarm.raised"]


@pytest.mark.parametrize(("people", "raised"), [(2, []), (3, [("queue", 3, 2)])])
def test_b12_a_queue_beyond_the_limit_raises_an_alarm(here, clock, people, raised):
    limit(here, queue_limit=2)
    for _ in range(people):
        a_ticket(here)
    assert watch(here) == raised


def test_b12_without_a_queue_limit_there_is_no_queue_alarm(here, clock):
    limit(here, queue_limit=0)
    for _ in range(60):
        a_ticket(here)
    assert watch(here) == []


def test_b12_an_alarm_clears_when_the_line_is_short_again_and_may_be_raised_anew(here, clock, chong):
    limit(here, queue_limit=1)
    a_ticket(here), a_ticket(here)
    watch(here)
    counter = open_counter(here, "1", chong)
    queueing.call_next(branch_id=here.id, counter_id=counter, by=chong)
    clock.shift(timedelta(minutes=1))
    assert watch(here) == []
    assert Alarm.objects.get().cleared_at == NINE + timedelta(minutes=1)
    a_ticket(here)
    assert watch(here) == [("queue", 2, 1)]
    assert alarm_events(here) == ["alarm.raised", "alarm.cleared", "alarm.raised"]


def test_b12_the_time_to_acknowledgement_is_recorded_once(here, clock, chong):
    limit(here, queue_limit=1)
    a_ticket(here), a_ticket(here)
    [alarm] = queueing.watch(branch_id=here.id)
    clock.shift(timedelta(seconds=95))
    for _ in range(2):
        seen = queueing.acknowledge(branch_id=here.id, alarm_id=alarm.pk, by=chong)
        clock.shift(timedelta(minutes=1))
    assert seen.acknowledged_at == NINE + timedelta(seconds=95)
    assert seen.acknowledged_by_id == chong.user_id
    [event] = kit.Event.objects.filter(type="alarm.acknowledged")
    assert '"seconds":95' in event.payload


def test_b12_only_the_supervisor_here_acknowledges(here, clock, aminah, chong):
    limit(here, queue_limit=1)
    a_ticket(here), a_ticket(here)
    [alarm] = queueing.watch(branch_id=here.id)
    there = a_branch("UTC-B")
    stranger = a_person(Role.SUPERVISOR, there, actor="user:99", user_id=99)
    for person in (aminah, stranger):
        with refused("not-allowed"):
            queueing.acknowledge(branch_id=here.id, alarm_id=alarm.pk, by=person)
    with refused("unknown-alarm"):
        queueing.acknowledge(branch_id=there.id, alarm_id=alarm.pk, by=stranger)


def test_b12_a_watch_that_comes_second_raises_nothing(here, clock, monkeypatch):
    """Two workers look at once: the one that gets the lock later sees what the first has raised."""
    from layan.queueing.services import alarms

    limit(here, queue_limit=1)
    a_ticket(here), a_ticket(here)
    seen_before = iter([{}])
    known = alarms._known
    queueing.watch(branch_id=here.id)
    monkeypatch.setattr(alarms, "_known", lambda branch_id: next(seen_before, None) or known(branch_id))
    assert watch(here) == []
    assert Alarm.objects.count() == 1
