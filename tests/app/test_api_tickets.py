"""Numbers through the API: each operation on its good day."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from layan.kit import clock
from layan.people.api import Role
from tests.app.api_client import a_caller, a_number, an_officer
from tests.builders import a_branch, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return a_branch()


@pytest.fixture
def kiosk(here):
    return a_caller(Role.KIOSK, here)


@pytest.fixture
def officer(here):
    """An officer whose counter 1 is open."""
    caller = an_officer(here)
    assert caller.post(f"/counters/{here.counter('1')}/open").status_code == 200
    return caller


def called(officer, here):
    return officer.post(f"/counters/{here.counter('1')}/next").json()


def test_a_number_is_given_with_its_place_and_its_public_page(here, kiosk):
    response = kiosk.post(
        "/tickets",
        {"branch": here.code, "services": ["PASSPORT", "TAX"], "category": "senior", "language": "ta"},
    )
    ticket = response.json()
    assert response.status_code == 201
    assert response.headers["Location"] == f"/api/v1/tickets/{ticket['id']}"
    assert ticket["track_url"].startswith("http://testserver/t/")
    assert datetime.fromisoformat(ticket["issued_at"]).tzinfo == UTC
    assert {
        name: ticket[name] for name in ("number", "state", "ahead", "branch", "category", "language")
    } == {
        "number": "AK001",
        "state": "waiting",
        "ahead": 0,
        "branch": here.code,
        "category": "senior",
        "language": "ta",
    }
    assert ticket["services"] == [
        {"code": "PASSPORT", "state": "waiting"},
        {"code": "TAX", "state": "later"},
    ]
    assert ticket["counter"] is None
    assert (ticket["called_at"], ticket["started_at"], ticket["ended_at"]) == (None, None, None)
    assert (ticket["customer_type"], ticket["advice"]) == ("citizen", "")
    assert kiosk.get(f"/tickets/{ticket['id']}").json() == ticket


def test_b7_the_second_number_has_one_person_ahead(here, kiosk):
    a_number(kiosk, here)
    assert a_number(kiosk, here)["ahead"] == 1


def test_the_public_page_is_at_the_address_that_customers_reach(here, kiosk, settings):
    settings.PUBLIC_URL = "https://giliran.example.my"
    assert a_number(kiosk, here)["track_url"].startswith("https://giliran.example.my/t/")


def test_b3_a_visit_goes_on_under_one_number_until_all_is_done(here, kiosk, officer):
    ticket = a_number(kiosk, here, "PASSPORT", "TAX")
    at = f"/tickets/{ticket['id']}"
    assert called(officer, here)["counter"] == {"id": here.counter("1"), "code": "1", "zone": "HALL"}
    assert officer.post(f"{at}/recall").json()["state"] == "called"
    assert officer.post(f"{at}/start").json()["state"] == "serving"
    assert officer.post(f"{at}/hold").json()["state"] == "on_hold"
    assert officer.post(f"{at}/resume", {}).json()["state"] == "serving"
    assert officer.post(f"{at}/add-service", {"service": "LICENCE"}).json()["services"][-1] == {
        "code": "LICENCE",
        "state": "later",
    }
    assert officer.post(f"{at}/finish", {"outcome": "done"}).json()["services"] == [
        {"code": "PASSPORT", "state": "done"},
        {"code": "TAX", "state": "serving"},
        {"code": "LICENCE", "state": "later"},
    ]
    officer.post(f"{at}/finish")
    done = officer.post(f"{at}/finish", {}).json()
    assert (done["state"], done["number"]) == ("done", "A001")
    assert done["ended_at"] is not None
    assert {service["state"] for service in done["services"]} == {"done"}


def test_a_customer_is_sent_to_another_service_counter_or_officer(here, kiosk, officer):
    colleague = a_user("chong", Role.OFFICER, here)
    a_caller(Role.OFFICER, here, colleague).post(f"/counters/{here.counter('2')}/open")
    for destination in (
        {"service": "TAX"},
        {"counter": here.counter("2")},
        {"officer": colleague.pk},
    ):
        ticket = a_number(kiosk, here)
        assert called(officer, here)["id"] == ticket["id"]
        sent = officer.post(f"/tickets/{ticket['id']}/transfer", destination).json()
        assert (sent["state"], sent["number"]) == ("waiting", ticket["number"])
        officer.post(f"/tickets/{ticket['id']}/cancel")


def test_who_did_not_come_may_return(here, kiosk, officer):
    ticket = a_number(kiosk, here)
    called(officer, here)
    assert officer.post(f"/tickets/{ticket['id']}/no-show").json()["state"] == "no_show"
    assert officer.post(f"/tickets/{ticket['id']}/return").json()["state"] == "waiting"


def test_who_will_be_late_keeps_the_place(here, kiosk):
    ticket = a_number(kiosk, here)
    at = f"/tickets/{ticket['id']}"
    assert kiosk.post(f"{at}/postpone").status_code == 200
    with time_machine.travel(clock.now(), tick=False) as now:
        until = datetime.fromisoformat(
            kiosk.post(f"{at}/postpone", {"minutes": 15}).json()["passed_over_until"]
        )
        assert until == clock.now() + timedelta(minutes=15)
        why = kiosk.get(f"{at}/explanation").json()
        assert (why["position"], datetime.fromisoformat(why["passed_over_until"])) == (1, until)
        now.shift(timedelta(minutes=15))
        assert kiosk.get(at).json()["passed_over_until"] is None
        assert kiosk.get(f"{at}/explanation").json()["passed_over_until"] is None


def test_the_kiosk_that_gave_a_number_takes_it_back(here, kiosk):
    ticket = a_number(kiosk, here, "PASSPORT", "TAX")
    cancelled = kiosk.post(f"/tickets/{ticket['id']}/cancel").json()
    assert cancelled["state"] == "cancelled"
    assert [service["state"] for service in cancelled["services"]] == ["cancelled", "cancelled"]


def test_b14_a_waiting_number_is_explained(here, kiosk, officer):
    a_number(kiosk, here, category="emergency")
    ticket = a_number(kiosk, here)
    for query in ("", f"?counter={here.counter('1')}"):
        why = officer.get(f"/tickets/{ticket['id']}/explanation{query}").json()
        assert (why["number"], why["position"]) == ("A001", 2)
        assert why["reason"]["code"] == "longest-wait"
        assert [(before["number"], before["reason"]["code"]) for before in why["ahead"]] == [
            ("AE001", "emergency")
        ]


def test_a_service_taken_out_of_use_still_shows_on_its_tickets(here, kiosk):
    ticket = a_number(kiosk, here)
    here.services["A"].active = False
    here.services["A"].save()
    from layan.places.api import layout_changed

    layout_changed(branch_id=here.id, what="service stopped")
    assert kiosk.get(f"/tickets/{ticket['id']}").json()["services"][0]["code"] == "PASSPORT"
