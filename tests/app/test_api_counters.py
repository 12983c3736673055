"""Counters and branches through the API."""

import pytest

from layan.people.api import Role
from layan.people.models import User
from layan.places.api import announce_disruption
from tests.app.api_client import a_caller, a_number, an_officer
from tests.builders import a_branch, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return a_branch()


@pytest.fixture
def kiosk(here):
    return a_caller(Role.KIOSK, here)


def test_a_counter_opens_pauses_reopens_and_closes(here):
    officer, at = an_officer(here), f"/counters/{here.counter('1')}"
    opened = officer.post(f"{at}/open").json()
    assert (opened["id"], opened["code"], opened["zone"]) == (here.counter("1"), "1", "HALL")
    assert opened["session"]["state"] == "open"
    assert opened["session"]["officer"] == User.objects.get(username="aminah").pk
    paused = officer.post(f"{at}/break", {"reason": "prayer"}).json()["session"]
    assert (paused["state"], paused["reason"]) == ("break", "prayer")
    assert officer.post(f"{at}/open").json()["session"]["state"] == "open"
    assert officer.post(f"{at}/break").json()["session"]["reason"] == "rest"
    closed = officer.post(f"{at}/close").json()["session"]
    assert closed["state"] == "closed"
    assert closed["closed_at"] is not None


def test_next_calls_by_turn_and_says_when_nobody_waits(here, kiosk):
    officer, at = an_officer(here), f"/counters/{here.counter('1')}"
    officer.post(f"{at}/open")
    first, second = a_number(kiosk, here), a_number(kiosk, here)
    assert officer.post(f"{at}/next").json()["id"] == first["id"]
    assert officer.post(f"{at}/next", {}).json()["id"] == second["id"]
    assert kiosk.get(f"/tickets/{first['id']}").json()["state"] == "done"
    nobody = officer.post(f"{at}/next")
    assert (nobody.status_code, nobody.content) == (204, b"")
    assert "Content-Type" not in nobody.headers


def test_b14_a_number_is_called_before_its_turn_with_a_reason(here, kiosk):
    officer, at = an_officer(here), f"/counters/{here.counter('1')}"
    officer.post(f"{at}/open")
    a_number(kiosk, here)
    frail = a_number(kiosk, here)
    called = officer.post(f"{at}/call", {"ticket": frail["id"], "reason": "frail"}).json()
    assert (called["id"], called["state"]) == (frail["id"], "called")


def test_the_last_command_is_taken_back(here, kiosk):
    officer, at = an_officer(here), f"/counters/{here.counter('1')}"
    officer.post(f"{at}/open")
    ticket = a_number(kiosk, here)
    officer.post(f"{at}/next")
    undone = officer.post(f"{at}/undo").json()["tickets"]
    assert [(each["id"], each["state"]) for each in undone] == [(ticket["id"], "waiting")]


def test_a_supervisor_acts_at_the_counter_that_an_officer_opened(here, kiosk):
    officer, at = an_officer(here), f"/counters/{here.counter('1')}"
    supervisor = a_caller(Role.SUPERVISOR, here, a_user("siti", Role.SUPERVISOR, here))
    officer.post(f"{at}/open")
    ticket = a_number(kiosk, here)
    assert supervisor.post(f"{at}/next").json()["id"] == ticket["id"]
    assert supervisor.post(f"/tickets/{ticket['id']}/start").status_code == 200
    assert supervisor.post(f"/tickets/{ticket['id']}/finish").json()["state"] == "done"
    assert supervisor.post(f"{at}/close").json()["session"]["state"] == "closed"


def test_a_token_lists_the_branches_it_may_see(here, kiosk):
    a_branch("UTC-B")
    assert kiosk.get("/branches").json() == {
        "branches": [
            {
                "code": "UTC-A",
                "name": {"ms": "Cawangan UTC-A", "en": "Branch UTC-A"},
                "time_zone": "Asia/Kuala_Lumpur",
            }
        ]
    }


def test_a_branch_tells_its_services_counters_zones_and_hours(here, kiosk):
    branch = kiosk.get(f"/branches/{here.code}").json()
    assert [(each["code"], each["letter"], each["zone"]) for each in branch["services"]] == [
        ("PASSPORT", "A", "HALL"),
        ("LICENCE", "B", "HALL"),
        ("TAX", "C", "HALL"),
    ]
    assert branch["services"][0]["name"]["zh"] == "护照"
    assert branch["counters"][2] == {
        "id": here.counter("3"),
        "code": "3",
        "zone": "UPPER",
        "kind": "special",
        "services": ["PASSPORT", "LICENCE", "TAX"],
    }
    assert [zone["code"] for zone in branch["zones"]] == ["HALL", "UPPER"]
    assert branch["hours"]["open_now"] is True
    assert len(branch["hours"]["days"]) == 7


def test_the_state_of_a_branch_is_who_is_served_where_and_how_many_wait(here, kiosk):
    officer, at = an_officer(here), f"/counters/{here.counter('1')}"
    officer.post(f"{at}/open")
    a_number(kiosk, here), a_number(kiosk, here), a_number(kiosk, here, "TAX")
    officer.post(f"{at}/next")
    announce_disruption(branch_id=here.id, message={"ms": "Sistem tergendala"}, actor="test")
    board = a_caller(Role.BOARD, here)
    state = board.get(f"/branches/{here.code}/state").json()
    seen_by_staff = officer.get(f"/branches/{here.code}/state").json()
    assert seen_by_staff["serving"][0].pop("officer") == User.objects.get(username="aminah").pk
    # Whom a device shows its figures to is not known.
    assert state["serving"][0].pop("officer") is None
    assert seen_by_staff == state
    one, two = state["serving"][:2]
    assert (one["state"], one["ticket"]["number"], one["ticket"]["state"]) == ("open", "A001", "called")
    assert (two["state"], two["ticket"]) == ("closed", None)
    assert {line["service"]: line["waiting"] for line in state["services"]} == {
        "PASSPORT": 1,
        "LICENCE": 0,
        "TAX": 1,
    }
    assert state["waiting"] == 2
    assert state["disruption"] == {"ms": "Sistem tergendala"}
    before = state["seq"]
    a_number(kiosk, here)
    assert board.get(f"/branches/{here.code}/state").json()["seq"] > before
