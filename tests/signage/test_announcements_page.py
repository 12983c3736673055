"""A supervisor announces something, hears it before, and sees what became of it (B9)."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from layan.kit import clock
from layan.people.api import Role
from layan.queueing import api as queueing
from layan.signage.models import Announcement
from tests.builders import a_ticket, a_user, open_counter
from tests.signage.conftest import a_speaker

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(here) -> str:
    return f"/floor/{here.code}/announcements"


@pytest.fixture
def siti(here) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(a_user("siti", Role.SUPERVISOR, here))
    client.cookies["layan_language"] = "en"
    return client


def fields(here, **others: object) -> dict[str, object]:
    hall = here.branch.zones.get(code="HALL").pk
    given = {"text_ms": "Pejabat tutup pukul 5", "text_en": "We close at 5", "zones": [hall], **others}
    return {f"announcement-{name}": value for name, value in given.items()}


def test_b9_a_message_is_announced_heard_and_listed_with_when_and_where(here, supervisor, siti, page, tones):
    display, _screen = a_speaker(here, supervisor)
    assert siti.post(page, fields(here) | {"do": "say"}).status_code == 302
    assert "waits for its turn" in siti.get(page).content.decode()
    said = display.post("/screen/voice").json()["say"]
    assert [each["words"] for each in said["text"]] == ["Pejabat tutup pukul 5", "We close at 5"]
    display.post(f"/screen/voice/{said['id']}/played")
    shown = re.sub(r"<[^>]+>|\s+", " ", siti.get(f"{page}/now").content.decode())
    assert "said" in shown
    assert "Dewan" in shown
    assert f"{clock.local(Announcement.objects.get().ended_at, 'Asia/Kuala_Lumpur'):%H:%M:%S}" in shown


def test_b9_it_can_be_heard_before_and_is_then_not_in_the_line(here, siti, page, tones):
    answer = siti.post(page, fields(here) | {"do": "hear"})
    found = re.search(r'src="(/sounds/[0-9a-f]{64}\.wav)"', answer.content.decode())
    assert found is not None
    assert siti.get(found[1]).status_code == 200
    assert "Pejabat tutup pukul 5" in answer.content.decode()
    assert not Announcement.objects.exists()


def test_b9_one_in_two_zones_is_one_row_and_is_taken_back_in_both(here, siti, page):
    zones = list(here.branch.zones.values_list("pk", flat=True))
    later = f"{clock.local(clock.now(), 'Asia/Kuala_Lumpur') + timedelta(days=1):%Y-%m-%dT10:00}"
    siti.post(page, fields(here, zones=zones, due_at=later) | {"do": "say"})
    assert Announcement.objects.count() == len(zones) == 2
    shown = siti.get(page).content.decode()
    assert shown.count("Pejabat tutup pukul 5") == 1
    batch = Announcement.objects.first().batch
    assert siti.post(f"{page}/{batch}/cancel").status_code == 302
    assert "taken back" in siti.get(page).content.decode()


@pytest.mark.parametrize(
    ("facts", "beside"),
    [
        ({"text_ms": ""}, "text_ms"),
        ({"zones": []}, "zones"),
        ({"every_minutes": 2}, "every_minutes"),
        ({"every_minutes": 10}, "ends_at"),
    ],
)
def test_b9_what_is_wrong_is_said_beside_it_and_nothing_is_lost(here, siti, page, facts, beside):
    answer = siti.post(page, fields(here, text_ta="மூடப்படும்") | fields(here, **facts) | {"do": "say"})
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {beside}
    assert "மூடப்படும்" in answer.content.decode() or "text_ta" not in answer.context["form"].data
    assert not Announcement.objects.exists()


def test_b9_without_a_voice_the_page_says_what_to_do(here, siti, page, tones):
    tones.languages = ("ms",)
    answer = siti.post(page, fields(here) | {"do": "hear"})
    assert answer.status_code == 422
    assert "espeak-ng" in answer.content.decode()


def test_b9_zones_in_which_nothing_is_heard_are_named(here, supervisor, siti, page):
    assert "Nothing is heard in" in siti.get(page).content.decode()
    a_speaker(here, supervisor)
    a_speaker(here, supervisor, "UPPER")
    assert "Nothing is heard in" not in siti.get(page).content.decode()


def test_b9_calls_are_listed_too_and_who_may_only_look_sees_no_form(here, supervisor, page, tones):
    display, _screen = a_speaker(here, supervisor)
    open_counter(here, "1", supervisor)
    a_ticket(here)
    queueing.call_next(branch_id=here.id, counter_id=here.counter("1"), by=supervisor)
    display.post("/screen/voice")
    officer = Client()
    officer.force_login(a_user("omar", Role.OFFICER, here))
    shown = officer.get(page).content.decode()
    assert "A001 → 1" in shown
    assert "announcement-text_ms" not in shown
