"""Who may not: nobody, another branch's staff, another role. Every operation, in one table."""

from dataclasses import dataclass

import pytest

from layan.app.api.v1 import api
from layan.people.api import Role
from tests.app.api_client import Caller, a_caller, a_number, an_officer, problem_of
from tests.builders import a_branch, a_user

pytestmark = pytest.mark.django_db(transaction=True)

#: What a token of the branch, of a role that may not do this, is answered.
FORBIDDEN, HIDDEN, ALLOWED = 403, 404, None


@dataclass(frozen=True)
class Operation:
    """An operation, and what a board and a kiosk (of the branch, not the ticket's) are answered."""

    method: str
    path: str
    board: int | None
    kiosk: int | None
    body: object = None


TICKET, COUNTER = "/tickets/{ticket_id}", "/counters/{counter_id}"
OPERATIONS = [
    Operation("POST", "/tickets", FORBIDDEN, ALLOWED, {"branch": "UTC-A", "services": ["PASSPORT"]}),
    Operation("GET", TICKET, HIDDEN, HIDDEN),
    Operation("GET", f"{TICKET}/explanation", HIDDEN, HIDDEN),
    *(
        Operation("POST", f"{TICKET}/{command}", HIDDEN, HIDDEN, body)
        for command, body in (
            ("recall", None),
            ("start", None),
            ("hold", None),
            ("resume", None),
            ("transfer", {"service": "TAX"}),
            ("add-service", {"service": "TAX"}),
            ("rearrange", {"services": ["TAX"]}),
            ("no-show", None),
            ("return", None),
            ("postpone", {"minutes": 5}),
            ("finish", {"outcome": "done"}),
            ("cancel", None),
        )
    ),
    *(
        Operation("POST", f"{COUNTER}/{command}", FORBIDDEN, FORBIDDEN, body)
        for command, body in (
            ("open", None),
            ("break", {"reason": "lunch"}),
            ("close", None),
            ("next", None),
            ("call", {"ticket": "{ticket_id}", "reason": "frail"}),
            ("undo", None),
        )
    ),
    Operation("GET", "/branches", ALLOWED, ALLOWED),
    Operation("GET", "/branches/{code}", ALLOWED, ALLOWED),
    Operation("GET", "/branches/{code}/state", ALLOWED, ALLOWED),
]


@pytest.fixture
def here():
    return a_branch()


@pytest.fixture
def ask(here):
    """Return a function that asks an operation about a ticket just called at counter 1 of the branch."""
    officer = an_officer(here, "aminah")
    officer.post(f"/counters/{here.counter('1')}/open")
    ticket = a_number(a_caller(Role.KIOSK, here), here)
    officer.post(f"/counters/{here.counter('1')}/next")
    names = {"ticket_id": ticket["id"], "counter_id": here.counter("1"), "code": here.code}

    def asked(caller: Caller, operation: Operation):
        path = operation.path.format(**names)
        body = operation.body
        if isinstance(body, dict) and body.get("ticket"):
            body = {**body, "ticket": ticket["id"]}
        return caller.get(path) if operation.method == "GET" else caller.post(path, body)

    return asked


def test_every_operation_is_in_the_table():
    documented = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    }
    assert documented == {(operation.method, operation.path) for operation in OPERATIONS}


def test_nobody_may_do_anything(ask):
    for operation in OPERATIONS:
        assert problem_of(ask(Caller(), operation))["status"] == 401, operation


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.INTEGRATION, Role.KIOSK, Role.BOARD])
def test_to_another_branch_nothing_of_this_one_exists(ask, role):
    elsewhere = a_branch("UTC-B")
    staff = role in {Role.OFFICER, Role.SUPERVISOR}
    stranger = a_caller(role, elsewhere, a_user("stranger", role, elsewhere) if staff else None)
    for operation in OPERATIONS:
        response = ask(stranger, operation)
        if operation.path == "/branches":
            assert [branch["code"] for branch in response.json()["branches"]] == ["UTC-B"]
        else:
            assert problem_of(response)["status"] == 404, operation


@pytest.mark.parametrize("role", [Role.BOARD, Role.KIOSK])
def test_a_device_does_only_what_its_role_is_for(here, ask, role):
    device = a_caller(role, here)
    for operation in OPERATIONS:
        expected = operation.board if role == Role.BOARD else operation.kiosk
        response = ask(device, operation)
        if expected is ALLOWED:
            assert response.status_code in {200, 201}, operation
        else:
            assert problem_of(response)["status"] == expected, operation


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.QUALITY, Role.INTEGRATION, Role.TELEPHONE])
def test_who_reads_all_changes_nothing_at_a_counter(here, ask, role):
    reader = a_caller(role, here)
    for operation in OPERATIONS:
        if operation.method == "POST" and operation.path != "/tickets":
            status = ask(reader, operation).status_code
            assert status == 403, (operation, status)


def test_a_kiosk_reads_and_cancels_only_the_numbers_it_gave(here):
    one, other = a_caller(Role.KIOSK, here), a_caller(Role.KIOSK, here)
    ticket = a_number(one, here)
    assert one.get(f"/tickets/{ticket['id']}").status_code == 200
    assert problem_of(other.get(f"/tickets/{ticket['id']}"))["status"] == 404
    assert problem_of(other.post(f"/tickets/{ticket['id']}/cancel"))["status"] == 404
    assert problem_of(one.post(f"/tickets/{ticket['id']}/start"))["status"] == 403
    assert one.post(f"/tickets/{ticket['id']}/cancel").status_code == 200


def test_an_officer_does_not_act_at_a_colleagues_counter(here, ask):
    colleague = an_officer(here, "chong")
    # Nobody at all may resume a ticket that was not set aside; the others any officer of the branch may do.
    elsewhere = {"resume", "return", "postpone", "tickets"}
    for operation in OPERATIONS:
        if operation.method == "POST" and operation.path.rpartition("/")[2] not in elsewhere:
            assert problem_of(ask(colleague, operation))["code"] == "counter-taken", operation
