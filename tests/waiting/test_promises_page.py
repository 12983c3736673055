"""How good the promises were, as supervisors, quality officers and auditors read it (B7)."""

import csv
import io
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from layan.people.api import Role
from layan.waiting.models import Day
from layan.waiting.tally import Tally
from tests.builders import BuiltBranch, a_branch, a_user

pytestmark = pytest.mark.django_db
TODAY = date(2027, 3, 1)


@pytest.fixture
def here():
    with time_machine.travel("2027-03-01T12:00:00+08:00"):
        yield a_branch()


def a_reader(here: BuiltBranch, role: Role = Role.SUPERVISOR) -> Client:
    reader = Client()
    reader.force_login(a_user(role.value, role, here))
    reader.cookies["layan_language"] = "en"
    return reader


def measured(
    here: BuiltBranch, days_ago: int, *waits: float, service: str = "PASSPORT", hour: int = 9
) -> None:
    """Keep a day on which 10 to 20 minutes were promised to each."""
    tally = Tally(left=1, unpromised=2)
    for waited in waits:
        tally.called(service, hour, (10, 15, 20), waited)
    Day.objects.create(branch_id=here.id, day=TODAY - timedelta(days=days_ago), tally=tally.to_json())


def page(reader: Client, here: BuiltBranch, query: str = "") -> str:
    answer = reader.get(f"/floor/{here.code}/promises{query}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.QUALITY, Role.AUDITOR])
def test_b7_the_promises_are_shown_by_service_and_hour(here, role):
    measured(here, 1, 5, 12, 16, 30)
    text = page(a_reader(here, role), here)
    assert '<span class="figure__value">4</span>' in text
    assert '<span class="figure__value">75 %</span>' in text
    assert '<span class="figure__value">50 %</span>' in text
    assert '<span class="figure__value">7.2</span>' in text
    assert '<th scope="row">A · Passport</th>' in text
    assert '<th scope="row">09:00</th>' in text
    assert "2 numbers given while nothing could be promised" in text
    assert "1 number given up before it was called" in text


def test_b7_only_the_days_asked_for_count_whichever_comes_first(here):
    measured(here, 1, 12), measured(here, 10, 12, 12)
    reader = a_reader(here)
    assert reader.get(f"/floor/{here.code}/promises").context["overall"].count == 1
    for query in (
        "?first=2027-02-01&last=2027-03-01",
        "?first=2027-03-01&last=2027-02-01",
        "?first=2020-01-01",
    ):
        assert reader.get(f"/floor/{here.code}/promises{query}").context["overall"].count == 3
    assert reader.get(f"/floor/{here.code}/promises?first=2027-02-19&last=x").context["overall"].count == 3
    assert "No promise was measured" in page(reader, here, "?first=2029-01-01&last=2027-02-31")


def test_b7_a_service_that_keeps_less_than_promised_is_marked_when_there_are_enough(here):
    measured(here, 1, *[25.0] * 19)
    measured(here, 2, *[25.0] * 30, service="TAX", hour=10)
    rows = a_reader(here).get(f"/floor/{here.code}/promises").context["services"]
    assert [(row.name, row.is_poor) for row in rows] == [("A · Passport", False), ("C · Tax", True)]


def test_b7_a_drifting_model_is_told_in_a_sentence(here):
    measured(here, 1, *[25.0] * 60)
    assert "people are called later than told" in page(a_reader(here), here)


def test_b7_without_measured_promises_the_page_says_what_comes(here):
    text = page(a_reader(here), here)
    assert "No promise was measured on these days" in text
    assert "Export" not in text


def test_b7_the_figures_are_exported(here):
    measured(here, 1, 5, 12, 16, 30)
    answer = a_reader(here).get(f"/floor/{here.code}/promises?format=csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert rows[1:] == [
        ["service", "A · Passport", "4", "7.2", "75", "50"],
        ["hour", "09:00", "4", "7.2", "75", "50"],
    ]


def test_b7_strangers_learn_nothing_of_promises(here):
    address = f"/floor/{here.code}/promises"
    assert Client().get(address).status_code == 302
    assert a_reader(here, Role.OFFICER).get(address).status_code == 403
    elsewhere = Client()
    elsewhere.force_login(a_user("other", Role.SUPERVISOR, a_branch("UTC-B")))
    assert elsewhere.get(address).status_code == 403
