"""What the console shows of those who wait, and who may look at it at all."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from layan.kit import clock
from layan.people.api import Role
from layan.queueing import api as queueing
from layan.queueing.models import Session
from tests.builders import a_branch, a_ticket, a_user
from tests.queueing.test_console import Console, console, here, state_of

__all__ = ["console", "here"]
pytestmark = pytest.mark.django_db


def test_b14_the_next_five_say_why_each_stands_there(console, here):
    with time_machine.travel(clock.now(), tick=False) as at:
        general = a_ticket(here)
        at.shift(timedelta(minutes=6))
        senior = a_ticket(here, category="senior")
        at.shift(timedelta(minutes=12))
        text = console.client.get(f"{console.address}/queue").content.decode()
    assert "Senior citizen: waiting counts double, 12 min" in text
    assert "General: waiting 18 min" in text
    assert text.index(senior.number) < text.index(general.number)


def test_the_queue_shows_five_of_many(console, here):
    tickets = [a_ticket(here, "ABC"[number % 3]) for number in range(9)]
    text = console.client.get(f"{console.address}/queue").content.decode()
    assert [ticket.number in text for ticket in tickets] == [True] * 5 + [False] * 4


def test_the_queue_is_not_sent_again_while_nothing_changed(console, here):
    a_ticket(here)
    with time_machine.travel(clock.now(), tick=False):
        first = console.client.get(f"{console.address}/queue")
        again = console.client.get(f"{console.address}/queue", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    a_ticket(here)
    after = console.client.get(f"{console.address}/queue", headers={"If-None-Match": first["ETag"]})
    assert after.status_code == 200


def test_a_number_that_said_it_will_be_late_is_passed_over_in_the_list(console, here):
    ticket = a_ticket(here)
    queueing.postpone(branch_id=here.id, ticket_id=ticket.pk, minutes=10, by=queueing.holder(ticket.pk))
    text = console.client.get(f"{console.address}/queue").content.decode()
    assert ticket.number not in text


def test_b14_explain_says_who_is_ahead_and_why(console, here):
    with time_machine.travel(clock.now(), tick=False) as at:
        first = a_ticket(here)
        emergency = a_ticket(here, category="emergency")
        last = a_ticket(here)
        at.shift(timedelta(minutes=5))
        text = console.client.get(f"{console.address}/explain/{last.pk}").content.decode()
    assert emergency.number in text
    assert "Emergency: goes before everyone" in text
    assert first.number in text
    assert "2 ahead" in text


def test_explaining_a_number_that_is_not_waiting_says_its_state(console, here):
    ticket = a_ticket(here)
    console.press("next")
    text = console.client.get(f"{console.address}/explain/{ticket.pk}").content.decode()
    assert "not waiting" in text


def test_b2_an_emergency_shows_unmistakably_at_emergency_counters(here):
    emergency_desk = Console(here, "4")
    emergency_desk.press("open")
    ordinary = Console(here, "1", name="siti")
    ordinary.press("open")
    ticket = a_ticket(here, category="emergency")
    assert f"Emergency {ticket.number} is waiting" in emergency_desk.page()
    assert f"Emergency {ticket.number} is waiting" not in ordinary.page()


def test_a3_an_officer_is_shown_only_numbers_for_services_one_may_serve(here):
    console = Console(here)
    console.user.delete()
    console.user = a_user("limited", Role.OFFICER, here, skills="B")
    console.client.force_login(console.user)
    console.press("open")
    passport, licence = a_ticket(here, "A"), a_ticket(here, "B")
    text = console.page()
    assert licence.number in text
    assert passport.number not in text


# --- Strangers -----------------------------------------------------------------------------------

PARTS = ["", "/face", "/queue"]


@pytest.mark.parametrize("part", PARTS)
def test_nobody_is_sent_to_sign_in(here, part):
    answer = Client().get(f"/counter/{here.counter('1')}{part}")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login")


def test_nobody_presses_a_key(here):
    answer = Client().post(f"/counter/{here.counter('1')}/do", {"command": "open", "seen": "closed"})
    assert answer.status_code == 302
    assert not Session.objects.exists()


@pytest.mark.parametrize("part", PARTS)
def test_an_officer_of_another_branch_learns_nothing(here, part):
    stranger = Console(a_branch("UTC-B"))
    assert stranger.client.get(f"/counter/{here.counter('1')}{part}").status_code == 404
    assert stranger.client.get("/counter/999999").status_code == 404


def test_an_officer_of_another_branch_presses_no_key_and_reads_no_explanation(here):
    stranger = Console(a_branch("UTC-B"))
    ticket = a_ticket(here)
    answer = stranger.client.post(f"/counter/{here.counter('1')}/do", {"command": "open", "seen": "closed"})
    assert answer.status_code == 404
    assert stranger.client.get(f"{stranger.address}/explain/{ticket.pk}").status_code == 404
    assert stranger.client.get(f"/counter/{here.counter('1')}/explain/{ticket.pk}").status_code == 404
    assert not Session.objects.exists()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.QUALITY, Role.TELEPHONE, Role.ADMINISTRATOR])
def test_roles_that_do_not_serve_have_no_console(here, role):
    other = Console(here, role=role)
    for part in PARTS:
        assert other.client.get(f"{other.address}{part}").status_code == 403
    assert other.client.get("/counter").status_code == 403
    answer = other.client.post(f"{other.address}/do", {"command": "open", "seen": "closed"})
    assert answer.status_code == 403
    assert not Session.objects.exists()


def test_an_officer_without_the_counter_looks_and_presses_nothing(console, here):
    ticket = a_ticket(here)
    other = Console(here, "1", name="siti")
    text = other.page()
    assert "Aminah has opened this counter." in text
    for command in ("next", "close", "break:rest", "undo", "open"):
        answer = other.press(command)
        assert answer.status_code == 409, command
        assert "Another officer has opened this counter" in answer.content.decode()
    assert state_of(ticket) == "waiting"


def test_a_supervisor_may_press_the_keys_of_any_counter(console, here):
    ticket = a_ticket(here)
    supervisor = Console(here, "1", Role.SUPERVISOR, "puan-lim")
    assert supervisor.press("next").status_code == 200
    assert state_of(ticket) == "called"


def test_a_get_changes_nothing(console):
    assert console.client.get(f"{console.address}/do").status_code == 405


def test_a_key_without_the_csrf_token_is_refused(here):
    console = Console(here)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(console.user)
    assert strict.post(f"{console.address}/do", {"command": "open", "seen": "closed"}).status_code == 403
    assert not Session.objects.exists()
