"""What cannot be done is answered clearly, as problem+json, and changes nothing."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client

from layan.kit import clock
from layan.people import api as people
from layan.people.api import Role
from layan.queueing import api as queueing
from layan.queueing.api import Ticket
from tests.app.api_client import Caller, a_caller, a_number, an_officer, problem_of
from tests.builders import a_branch, a_user

pytestmark = pytest.mark.django_db(transaction=True)

ASKED = {"branch": "UTC-A", "services": ["PASSPORT"]}


@pytest.fixture
def here():
    return a_branch()


@pytest.fixture
def kiosk(here):
    return a_caller(Role.KIOSK, here)


@pytest.fixture
def officer(here):
    caller = an_officer(here)
    caller.post(f"/counters/{here.counter('1')}/open")
    return caller


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"branch": "NOWHERE"}, 404, "unknown-branch"),
        ({"branch": "\x00"}, 404, "unknown-branch"),
        ({"services": ["NOTHING"]}, 422, "unknown-service"),
        ({"services": ["\x00"]}, 422, "unknown-service"),
        ({"services": []}, 422, "invalid-request"),
        ({"services": "PASSPORT"}, 422, "invalid-request"),
        ({"services": ["PASSPORT"] * 21}, 422, "invalid-request"),
        ({"category": "king"}, 422, "invalid-request"),
        ({"language": "fr"}, 422, "invalid-request"),
        ({"customer_type": "robot"}, 422, "invalid-request"),
        ({"reference": "1" * 65}, 422, "invalid-request"),
        ({"branch": None}, 422, "invalid-request"),
    ],
)
def test_a_number_that_cannot_be_given_is_refused_with_its_reason(here, kiosk, change, status, code):
    problem = problem_of(kiosk.post("/tickets", {**ASKED, **change}))
    assert (problem["status"], problem["code"]) == (status, code)
    assert not Ticket.objects.exists()


def test_each_field_that_cannot_be_used_is_named(here, kiosk):
    problem = problem_of(kiosk.post("/tickets", {"services": [1], "category": "king", "language": "ms"}))
    details = {error["field"]: error["detail"] for error in problem["errors"]}
    assert details.keys() == {"branch", "services.0", "category"}
    assert details["branch"] == "This is required."
    assert "'oku'" in details["category"]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "invalid-request"),
        (b"{", 400, "bad-json"),
        (b"not json", 400, "bad-json"),
        (b'{"branch": "\xff\xfe"}', 400, "bad-json"),
        (b'{"branch": "\\ud800"}', 400, "bad-json"),
        (b"[]", 422, "invalid-request"),
        (b"null", 422, "invalid-request"),
        (b"[" * 5000, 400, "bad-json"),
        (json.dumps({**ASKED, "reference": "x" * 10_000_000}).encode(), 413, "body-too-large"),
    ],
    ids=["empty", "cut", "text", "not UTF-8", "half a character", "list", "null", "deep", "10 MB"],
)
def test_a_body_that_cannot_be_read_is_refused(here, kiosk, content, status, code):
    problem = problem_of(kiosk.send("/tickets", content))
    assert (problem["status"], problem["code"]) == (status, code)


def test_a_body_too_large_is_refused_also_where_none_is_needed(here, officer):
    sent = officer.send(f"/counters/{here.counter('1')}/next", b"x" * 1_000_001)
    assert problem_of(sent)["limit_bytes"] == 1_000_000


def test_a_body_of_another_type_is_refused(here, kiosk):
    sent = kiosk.send("/tickets", b"branch=UTC-A", "application/x-www-form-urlencoded")
    assert problem_of(sent)["status"] == 415


def test_nothing_is_at_an_address_that_does_not_exist(here, officer):
    for path in (
        "/nothing",
        "/tickets/1",
        "/tickets/not-an-id",
        "/branches/UTC-A/nothing",
        "/counters/one/next",
        "/counters/1.0/next",
        f"/counters/{2**63}/next",
        "/",
    ):
        assert problem_of(officer.get(path))["status"] in {404, 405}
    for counter in ("one", "0", "-1", str(2**63)):
        assert problem_of(officer.post(f"/counters/{counter}/next"))["code"] == "not-found"
    assert problem_of(officer.post("/counters/987654321/next"))["code"] == "unknown-counter"
    unknown = "/tickets/0190a5c7-5b1e-7d2a-8f00-0123456789ab"
    assert problem_of(officer.get(unknown))["code"] == "unknown-ticket"
    assert problem_of(officer.post(f"{unknown}/hold"))["code"] == "unknown-ticket"


def test_a_method_that_an_address_does_not_take_is_told_with_those_it_takes(here, kiosk):
    response = kiosk.get("/tickets")
    assert problem_of(response)["code"] == "method-not-allowed"
    assert response.headers["Allow"] == "POST"


def test_a_resource_can_be_asked_for_without_its_body(here, kiosk):
    head = Client().head("/api/v1/branches", headers=kiosk.headers())
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(kiosk.get("/branches").content))
    assert Client().head("/api/v1/tickets", headers=kiosk.headers()).status_code == 405
    assert Client().put("/api/v1/branches", headers=kiosk.headers()).headers["Allow"] == "GET, HEAD"


def test_a_value_in_the_address_that_cannot_be_used_is_named(here, kiosk):
    ticket = a_number(kiosk, here)
    problem = problem_of(kiosk.get(f"/tickets/{ticket['id']}/explanation?counter=one"))
    assert [error["field"] for error in problem["errors"]] == ["counter"]


def test_a_host_name_that_is_not_ours_is_refused(here, kiosk):
    assert problem_of(kiosk.get("/branches", Host="evil.example"))["code"] == "bad-host"


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer layan_nothing", "Basic YTpi", "Bearer \xff"])
def test_a_token_that_is_not_known_is_refused(here, authorization):
    response = Caller().get("/branches", Authorization=authorization)
    assert problem_of(response)["code"] == "no-token"
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_expired_and_a_revoked_token_are_refused(here):
    expired = a_caller(Role.KIOSK, here, expires_at=clock.now() - timedelta(seconds=1))
    assert expired.post("/tickets", ASKED).status_code == 401
    revoked = a_caller(Role.KIOSK, here)
    assert revoked.get("/branches").status_code == 200
    people.revoke_token(token_id=people.person_of_token(revoked.key).token_id)
    people._known.clear()
    assert revoked.get("/branches").status_code == 401


def test_a_sign_in_on_the_pages_opens_no_operation(here, client):
    client.force_login(a_user("siti", Role.SUPERVISOR, here))
    assert client.get("/api/v1/branches").status_code == 401


def test_a_counter_that_is_closed_calls_nobody(here, kiosk):
    officer = an_officer(here)
    for command in ("next", "break", "close"):
        problem = problem_of(officer.post(f"/counters/{here.counter('1')}/{command}"))
        assert (problem["status"], problem["code"]) == (409, "counter-closed")


def test_a_counter_on_a_break_calls_nobody(here, officer):
    officer.post(f"/counters/{here.counter('1')}/break")
    assert problem_of(officer.post(f"/counters/{here.counter('1')}/next"))["code"] == "counter-closed"


def test_one_officer_has_one_counter_and_one_counter_one_officer(here, officer):
    assert problem_of(officer.post(f"/counters/{here.counter('2')}/open"))["code"] == "has-other-counter"
    other = an_officer(here, "chong")
    assert problem_of(other.post(f"/counters/{here.counter('1')}/next"))["code"] == "counter-taken"


def test_a_command_in_the_wrong_state_says_which_state_it_is(here, kiosk, officer):
    ticket = a_number(kiosk, here)
    for command in ("recall", "start", "hold", "resume", "no-show", "return", "finish"):
        problem = problem_of(officer.post(f"/tickets/{ticket['id']}/{command}"))
        assert problem["status"] == 409
        if problem["code"] == "wrong-state":
            assert problem["state"] == "waiting"
    kiosk.post(f"/tickets/{ticket['id']}/cancel")
    again = problem_of(kiosk.post(f"/tickets/{ticket['id']}/cancel"))
    assert (again["code"], again["state"], again["command"]) == ("wrong-state", "cancelled", "cancel")


def test_a_second_click_does_nothing_a_second_time(here, kiosk, officer):
    ticket = a_number(kiosk, here)
    officer.post(f"/counters/{here.counter('1')}/next")
    for command in ("start", "finish"):
        assert officer.post(f"/tickets/{ticket['id']}/{command}").status_code == 200
        assert problem_of(officer.post(f"/tickets/{ticket['id']}/{command}"))["code"] == "wrong-state"


@pytest.mark.parametrize(
    ("command", "body", "code"),
    [
        ("transfer", {}, "one-destination"),
        ("transfer", None, "invalid-request"),
        ("transfer", {"service": "TAX", "counter": 1}, "one-destination"),
        ("transfer", {"service": "NOTHING"}, "unknown-service"),
        ("transfer", {"counter": 987654321}, "unknown-counter"),
        ("transfer", {"officer": 987654321}, "unknown-officer"),
        ("transfer", {"counter": 2**63}, "invalid-request"),
        ("add-service", {"service": "NOTHING"}, "unknown-service"),
        ("add-service", {}, "invalid-request"),
        ("rearrange", {"services": ["TAX"]}, "bad-value"),
        ("rearrange", {"services": []}, "invalid-request"),
        ("finish", {"outcome": "perfect"}, "invalid-request"),
        ("postpone", {"minutes": 60}, "invalid-request"),
    ],
)
def test_a_command_with_values_that_cannot_be_is_refused(here, kiosk, officer, command, body, code):
    ticket = a_number(kiosk, here)
    officer.post(f"/counters/{here.counter('1')}/next")
    assert problem_of(officer.post(f"/tickets/{ticket['id']}/{command}", body))["code"] == code
    assert officer.get(f"/tickets/{ticket['id']}").json()["state"] == "called"


def test_a_break_needs_a_reason_that_is_offered_and_a_call_a_ticket(here, officer):
    at = f"/counters/{here.counter('1')}"
    assert problem_of(officer.post(f"{at}/break", {"reason": "football"}))["status"] == 422
    assert problem_of(officer.post(f"{at}/call", {"reason": "frail"}))["status"] == 422
    assert problem_of(officer.post(f"{at}/undo"))["code"] == "nothing-to-undo"


def test_what_does_not_wait_is_not_explained(here, kiosk, officer):
    ticket = a_number(kiosk, here)
    officer.post(f"/counters/{here.counter('1')}/next")
    why = f"/tickets/{ticket['id']}/explanation"
    assert problem_of(officer.get(why))["code"] == "not-in-line"
    assert problem_of(officer.get(f"{why}?counter=987654321"))["code"] == "unknown-counter"
    assert problem_of(officer.get(f"{why}?counter=one"))["status"] == 422


def test_b13_outside_the_hours_the_answer_says_when_to_come():
    a_branch("UTC-A", always_open=False)
    here = a_branch("UTC-C", always_open=False)
    kiosk = a_caller(Role.KIOSK, here)
    problem = problem_of(kiosk.post("/tickets", {**ASKED, "branch": "UTC-C"}))
    assert (problem["status"], problem["code"]) == (409, "closed-now")


def test_the_detail_is_in_the_language_asked_for(here, kiosk):
    english = problem_of(kiosk.post("/tickets", {**ASKED, "branch": "NOWHERE"}))
    assert english["detail"] == "There is no such branch."
    kiosk.language = "en-GB, ms;q=0.1"
    assert problem_of(kiosk.post("/tickets", {**ASKED, "branch": "NOWHERE"})) == english


def test_a_fault_of_ours_is_told_without_its_details(here, kiosk, monkeypatch, caplog):
    def fault(**_values):
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr(queueing, "issue", fault)
    response = kiosk.post("/tickets", ASKED)
    assert problem_of(response)["code"] == "fault"
    assert b"hunter2" not in response.content
    assert "hunter2" in caplog.text


def test_a_database_that_is_away_is_a_reason_to_try_again(here, kiosk, monkeypatch):
    def away(**_values):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(queueing, "issue", away)
    response = kiosk.post("/tickets", ASKED)
    assert problem_of(response)["status"] == 503
    assert response.headers["Retry-After"] == "2"


@time_machine.travel("2028-02-29T15:59:59+00:00", tick=False)
def test_on_a_leap_day_the_service_day_ends_at_midnight_of_the_branch(here, kiosk):
    before = a_number(kiosk, here)
    with time_machine.travel("2028-02-29T16:00:00+00:00", tick=False):
        after = a_number(kiosk, here)
    assert (before["service_day"], after["service_day"]) == ("2028-02-29", "2028-03-01")
    assert (before["number"], after["number"]) == ("A001", "A001")
