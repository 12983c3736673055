"""A POST that is repeated with its key is carried out once. Two at the same moment: test_api_processes."""

from datetime import timedelta

import pytest

from layan.kit import clock
from layan.kit.models import IdempotencyRecord
from layan.kit.retention import forget_old_answers
from layan.people.api import Role
from layan.queueing.api import Ticket
from tests.app.api_client import a_caller, a_number, an_officer, problem_of
from tests.builders import a_branch

pytestmark = pytest.mark.django_db(transaction=True)

ASKED = {"branch": "UTC-A", "services": ["PASSPORT"]}


@pytest.fixture
def here():
    return a_branch()


@pytest.fixture
def kiosk(here):
    return a_caller(Role.KIOSK, here)


def test_a_repeat_gets_the_first_answer_and_no_second_number(here, kiosk):
    first = kiosk.post("/tickets", ASKED, idempotency_key="door-1")
    again = kiosk.post("/tickets", ASKED, idempotency_key="door-1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first.headers
    assert Ticket.objects.count() == 1


def test_a_repeat_of_next_calls_nobody_else_also_when_nobody_waited(here, kiosk):
    officer, at = an_officer(here), f"/counters/{here.counter('1')}"
    officer.post(f"{at}/open")
    assert officer.post(f"{at}/next", idempotency_key="a").status_code == 204
    first = a_number(kiosk, here)
    a_number(kiosk, here)
    nobody = officer.post(f"{at}/next", idempotency_key="a")
    assert (nobody.status_code, nobody.content, "Content-Type" in nobody.headers) == (204, b"", False)
    for _ in range(2):
        assert officer.post(f"{at}/next", idempotency_key="b").json()["id"] == first["id"]


def test_every_command_takes_a_key(here, kiosk):
    officer, at = an_officer(here), f"/counters/{here.counter('1')}"
    ticket = a_number(kiosk, here)
    for path in (
        f"{at}/open",
        f"{at}/next",
        f"/tickets/{ticket['id']}/start",
        f"/tickets/{ticket['id']}/hold",
        f"/tickets/{ticket['id']}/resume",
        f"/tickets/{ticket['id']}/finish",
        f"{at}/close",
    ):
        first = officer.post(path, idempotency_key="same-key-other-address")
        again = officer.post(path, idempotency_key="same-key-other-address")
        assert (first.status_code, again.content) == (200, first.content), path


def test_a_key_used_for_another_body_is_refused(here, kiosk):
    kiosk.post("/tickets", ASKED, idempotency_key="door-1")
    other = kiosk.post("/tickets", {**ASKED, "services": ["TAX"]}, idempotency_key="door-1")
    assert (other.status_code, problem_of(other)["code"]) == (422, "idempotency-key-reused")
    assert Ticket.objects.count() == 1


def test_the_same_key_of_another_token_is_another_key(here, kiosk):
    kiosk.post("/tickets", ASKED, idempotency_key="1")
    assert a_caller(Role.KIOSK, here).post("/tickets", ASKED, idempotency_key="1").json()["number"] == "A002"


def test_a_refusal_is_not_kept_so_it_may_be_tried_again(here, kiosk):
    officer, at = an_officer(here), f"/counters/{here.counter('1')}"
    a_number(kiosk, here)
    assert officer.post(f"{at}/next", idempotency_key="a").status_code == 409
    assert not IdempotencyRecord.objects.exists()
    officer.post(f"{at}/open")
    assert officer.post(f"{at}/next", idempotency_key="a").status_code == 200


@pytest.mark.parametrize("key", ["", " ", "two words", "x" * 256, "kunci-ä"])
def test_a_key_that_is_no_key_is_refused(here, kiosk, key):
    assert problem_of(kiosk.post("/tickets", ASKED, idempotency_key=key))["code"] == "bad-idempotency-key"


def test_answers_are_forgotten_after_a_day(here, kiosk):
    kiosk.post("/tickets", ASKED, idempotency_key="door-1")
    assert forget_old_answers(before=clock.now() + timedelta(hours=23)) == 0
    assert forget_old_answers(before=clock.now() + timedelta(hours=25)) == 1


def test_neither_the_key_nor_the_token_is_kept_in_clear(here, kiosk):
    kiosk.post("/tickets", {**ASKED, "reference": "012-3456789"}, idempotency_key="door-1")
    record = IdempotencyRecord.objects.get()
    kept = f"{record.key} {record.request} {record.body}"
    assert not any(secret in kept for secret in ("door-1", kiosk.key, "3456789"))
