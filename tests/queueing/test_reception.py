"""Reception: a number in a few keys, and an answer to "where do I go?" (B4, B7)."""

import re

import pytest
from django.test import Client

from layan.kit.models import Event
from layan.people.api import Role
from layan.queueing import api as queueing
from layan.queueing.models import Ticket
from tests.builders import a_person, a_ticket, a_user, open_counter

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(here) -> Client:
    client = Client()
    client.force_login(a_user("omar", Role.OFFICER, here))
    client.cookies["layan_language"] = "en"
    return client


def page_of(here) -> str:
    return f"/reception/{here.code}"


def form(desk: Client, here, **others: str) -> dict[str, str]:
    key = re.search(r'name="key" value="([^"]+)"', desk.get(page_of(here)).content.decode())
    assert key is not None
    return {"key": key[1], "category": "general", "language": "ms", "service": "PASSPORT", **others}


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_b7_a_number_is_given_in_the_customer_s_language_and_shown_with_where_to_wait(here, desk):
    answer = desk.post(page_of(here), form(desk, here, language="ta", category="senior"), follow=True)
    ticket = Ticket.objects.get()
    assert (ticket.language, ticket.category, ticket.issued_by) == ("ta", "senior", ticket.issued_by)
    assert ticket.issued_by.startswith("user:")
    shown = text_of(answer)
    assert ticket.number in shown
    assert "Hall" in shown
    assert "Next in line" in shown
    assert 'value="ta" checked' in answer.content.decode()


def test_b3_several_services_are_under_one_number(here, desk):
    desk.post(page_of(here), form(desk, here, also="PASSPORT,LICENCE", service="TAX"))
    ticket = Ticket.objects.get()
    assert (ticket.service.code, list(ticket.remaining)) == ("PASSPORT", ["LICENCE", "TAX"])


def test_b7_the_same_form_twice_is_one_number(here, desk):
    sent = form(desk, here)
    assert desk.post(page_of(here), sent).url == desk.post(page_of(here), sent).url
    assert Ticket.objects.count() == 1


def test_where_do_i_go_is_answered_for_a_number_that_waits_and_one_that_is_called(here, desk):
    first, second = a_ticket(here), a_ticket(here)
    assert "1 person ahead" in text_of(desk.get(page_of(here), {"number": second.number.lower()}))
    supervisor = a_person(Role.SUPERVISOR, here, actor="user:9")
    queueing.call_next(branch_id=here.id, counter_id=open_counter(here, "1", supervisor), by=supervisor)
    assert "Please go to counter 1" in text_of(desk.get(page_of(here), {"number": first.number}))


def test_a_number_that_was_not_given_today_is_said_to_be_unknown(here, desk):
    answer = desk.get(page_of(here), {"number": "A999"})
    assert answer.status_code == 404
    assert "A999" in text_of(answer)


def test_where_do_i_go_is_answered_for_every_service(here, desk):
    supervisor = a_person(Role.SUPERVISOR, here, actor="user:9")
    open_counter(here, "1", supervisor)
    rows = {row["offer"].service.code: row for row in desk.get(page_of(here)).context["rows"]}
    assert rows["PASSPORT"]["counters"] == ["1"]
    assert rows["PASSPORT"]["zone"].code == "HALL"


def test_services_are_found_by_every_language_code_and_without_accents(here, desk):
    service = here.services["A"]
    service.name = {"ms": "Pasport", "en": "Passport", "zh": "护照", "ta": "கடவுச்சீட்டு", "fr": "Été"}
    service.save()
    from layan.places.api import layout_changed

    layout_changed(branch_id=here.id, what="names")
    row = desk.get(page_of(here)).context["rows"][0]
    for word in ("pasport", "passport", "护照", "கடவுச்சீட்டு"):
        assert word in row["search"]
    assert "ete" in row["search"]


@pytest.mark.parametrize(
    ("facts", "status"),
    [({"category": "vip"}, 422), ({"service": "NOTHING"}, 422), ({"key": "x"}, 422)],
)
def test_bad_input_is_said_and_gives_no_number(here, desk, facts, status):
    answer = desk.post(page_of(here), form(desk, here) | facts)
    assert answer.status_code == status
    assert "notice" in answer.content.decode()
    assert not Event.objects.filter(type="ticket.issued").exists()


def test_a_language_that_is_not_spoken_becomes_malay(here, desk):
    desk.post(page_of(here), form(desk, here, language="fr"))
    assert Ticket.objects.get().language == "ms"
