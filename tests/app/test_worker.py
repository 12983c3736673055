"""The worker: what happens without anybody asking, for each branch, again and again."""

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session as BrowserSession

from layan.app import worker
from layan.app.worker import HOUSEKEEPING_SECONDS, JOBS, Aside, Job, Worker, housekeeping
from layan.kit.events.verify import verify
from layan.kit.models import IdempotencyRecord, Seal
from layan.people.api import Role
from layan.queueing.models import Alarm, Ticket
from tests.builders import a_branch, a_person, a_ticket, keep_hours, open_counter

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def one_connection(monkeypatch):
    """A turn would close the connection whose transaction this test is."""
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)


@pytest.fixture
def clock():
    with time_machine.travel(NINE, tick=False) as clock:
        yield clock


@pytest.fixture
def office(db, clock):
    built = a_branch("OFFICE", always_open=False)
    keep_hours(built, ("08:00", "17:00"))
    return built


@pytest.fixture
def seals(tmp_path, monkeypatch):
    """Keep keys and seals of this test to itself."""
    monkeypatch.setattr(settings, "INSTALLATION", type(settings.INSTALLATION)(tmp_path))
    settings.INSTALLATION.create()
    return settings.INSTALLATION


def test_after_midnight_the_day_is_closed_sealed_and_verifies(office, seals, clock):
    open_counter(office, "1", a_person(Role.OFFICER, office))
    a_ticket(office)
    at_work = Worker()
    at_work.turn(0.0)
    assert Ticket.objects.get().state == "waiting"
    assert not Seal.objects.exists()
    clock.shift(timedelta(hours=16))
    at_work.turn(1000.0)
    assert (Ticket.objects.get().state, Ticket.objects.get().outcome) == ("cancelled", "day-closed")
    assert Seal.objects.get().day.isoformat() == "2026-03-02"
    verdict = verify(branch_id=office.id, code=office.code, keys=seals.keys, seals=seals.seals)
    assert (verdict.seals, verdict.findings) == (1, [])


def test_b12_a_limit_that_is_passed_raises_its_alarm(office, seals, clock):
    a_ticket(office)
    at_work = Worker()
    at_work.turn(0.0)
    assert not Alarm.objects.exists()
    clock.shift(timedelta(minutes=31))
    at_work.turn(5.0)
    assert Alarm.objects.get().kind == "wait"


def test_each_job_is_done_when_it_is_due_and_not_before(office, monkeypatch):
    done: list[str] = []
    jobs = tuple(
        Job(name, seconds, lambda place, name=name: done.append(f"{name} {place.code}"))
        for name, seconds in (("often", 5.0), ("seldom", 60.0))
    )
    monkeypatch.setattr(worker, "JOBS", jobs)
    monkeypatch.setattr(worker, "housekeeping", lambda: done.append("housekeeping"))
    at_work = Worker()
    for now in (0.0, 1.0, 4.9, 5.0, 59.9, 60.0, HOUSEKEEPING_SECONDS):
        done.append(f"at {now:g}")
        at_work.turn(now)
    assert done == [
        *("at 0", "often OFFICE", "seldom OFFICE", "housekeeping"),
        *("at 1", "at 4.9", "at 5", "often OFFICE"),
        *("at 59.9", "often OFFICE", "at 60", "seldom OFFICE"),
        *("at 3600", "often OFFICE", "seldom OFFICE", "housekeeping"),
    ]


def test_a_job_that_fails_for_one_branch_is_done_for_the_others(office, seals, monkeypatch, caplog):
    other = a_branch("OTHER")
    seen: list[str] = []

    def fall(place):
        seen.append(place.code)
        if place.code == office.code:
            raise RuntimeError("a fault")

    monkeypatch.setattr(worker, "JOBS", (Job("fall", 1.0, fall), Job("stand", 1.0, fall)))
    with caplog.at_level(logging.ERROR):
        Worker().turn(0.0)
    assert seen == [office.code, office.code, other.code, other.code]
    assert "fall of OFFICE failed; it will be tried again" in caplog.text


def test_what_has_served_its_purpose_is_erased(db, clock):
    for hours in (23, 25):
        IdempotencyRecord.objects.create(key=str(hours), status=201, created_at=NINE - timedelta(hours=hours))
        BrowserSession.objects.create(
            session_key=str(hours), session_data="", expire_date=NINE + timedelta(hours=24 - hours)
        )
    housekeeping()
    assert [record.key for record in IdempotencyRecord.objects.all()] == ["23"]
    assert [session.session_key for session in BrowserSession.objects.all()] == ["23"]


def test_a_worker_that_is_told_to_stop_ends_after_the_turn_at_hand(monkeypatch):
    at_work = Worker()
    turns: list[float] = []

    def turn(now: float) -> None:
        turns.append(now)
        at_work.stop()

    monkeypatch.setattr(at_work, "turn", turn)
    monkeypatch.setattr(worker.signal, "signal", lambda *_: None)
    at_work.run()
    assert len(turns) == 1


def test_every_job_names_itself_once():
    assert len({job.name for job in JOBS}) == len(JOBS)


def test_a_job_beside_the_others_holds_none_of_them_up_and_runs_once_at_a_time(office):
    begun, may_end, ended = threading.Event(), threading.Event(), threading.Semaphore(0)
    runs: list[str] = []

    def slow(place):
        runs.append(place.code)
        begun.set()
        may_end.wait(10)
        ended.release()

    aside = Aside(lambda _place: True, slow)
    aside(office.place)
    assert begun.wait(10)
    aside(office.place)
    assert runs == [office.code], "the first is still at it"
    may_end.set()
    assert ended.acquire(timeout=10)
    aside.finish()
    aside(office.place)
    aside.finish()
    assert runs == [office.code] * 2


def test_a_job_beside_the_others_that_fails_is_logged_and_tried_again(office, caplog):
    def fall(_place):
        raise RuntimeError("a fault")

    aside = Aside(lambda _place: True, fall)
    for _ in range(2):
        with caplog.at_level(logging.ERROR):
            aside(office.place)
            aside.finish()
    assert caplog.text.count("it will be tried again") == 2


def test_a_job_beside_the_others_without_work_starts_nothing(office):
    runs: list[str] = []
    aside = Aside(lambda _place: False, lambda place: runs.append(place.code))
    aside(office.place)
    aside.finish()
    assert runs == []
