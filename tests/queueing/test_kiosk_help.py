"""A kiosk serves who cannot use their own aids: it reads itself aloud and calls a member of staff (B9, H2)."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
import time_machine
from django.test import Client

from layan.kit.models import Event
from layan.people.api import Role
from layan.queueing import aloud
from layan.queueing.models import Alarm
from layan.queueing.services.alarms import acknowledge, watch
from tests.builders import a_branch, a_person
from tests.queueing.test_kiosk import a_public_branch, a_registered_screen, a_visitor, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def read(tmp_path: Path, monkeypatch) -> list[tuple[str, str, str]]:
    """What was read aloud: text, language, agency."""
    heard: list[tuple[str, str, str]] = []

    def reader(text: str, language: str, agency: str) -> Path:
        heard.append((text, language, agency))
        path = tmp_path / "said.wav"
        path.write_bytes(b"RIFF")
        return path

    monkeypatch.setattr(aloud, "_reader", reader)
    return heard


def listen(screen: Client, page) -> int:
    found = re.search(r'data-aloud="([^"]+)"', page.content.decode())
    assert found is not None
    return screen.get(unescape(found[1])).status_code


def test_b9_a_kiosk_reads_its_question_and_choices_with_their_digits(here, read):
    screen = a_registered_screen(here)
    assert listen(screen, screen.get(f"/kiosk/{here.code}/services")) == 200
    [(text, language, _agency)] = read
    assert language == "en"
    assert text.startswith("What do you come for? Press 1: Passport. Press 2: Licence.")


def test_b9_what_to_bring_the_groups_and_the_number_are_read_too(here, read):
    screen = a_registered_screen(here)
    listen(screen, screen.get(f"/kiosk/{here.code}/services/PASSPORT"))
    listen(screen, screen.get(take(screen, here).url))
    assert "Press 1: Take a number. Press 2: Senior citizen." in read[0][0]
    assert "Press 6: Emergency." in read[0][0]
    assert read[1][0].startswith("Your number is A001. People ahead of you: 0.")


@pytest.mark.parametrize("language", ["ms", "en", "zh-hans", "ta"])
def test_b9_it_reads_in_the_language_of_the_page(here, read, language):
    screen = a_registered_screen(here)
    screen.cookies["layan_language"] = language
    listen(screen, screen.get(f"/kiosk/{here.code}/services"))
    assert read[0][1] == language[:2]


@pytest.mark.parametrize("said", ["", "Anything", "eyJhIjoxfQ:1abc:xyz"])
def test_b9_nobody_has_other_words_said(here, read, said):
    assert a_registered_screen(here).get(f"/kiosk/{here.code}/aloud", {"said": said}).status_code == 404
    assert read == []


def test_b9_what_one_branch_signed_another_does_not_say(here, read):
    screen = a_registered_screen(here)
    elsewhere = a_branch("UTC-B", public_kiosk=True)
    address = re.search(r'data-aloud="([^"]+)"', screen.get(f"/kiosk/{here.code}/services").content.decode())
    assert address is not None
    assert screen.get(unescape(address[1]).replace(here.code, elsewhere.code)).status_code == 404


def test_b9_without_a_reader_no_button_is_shown(here, monkeypatch):
    monkeypatch.setattr(aloud, "_reader", None)
    page = a_registered_screen(here).get(f"/kiosk/{here.code}/services").content.decode()
    assert "data-aloud" not in page


def test_b9_what_is_read_is_what_is_shown(here, read):
    screen = a_registered_screen(here)
    listen(screen, screen.get(f"/kiosk/{here.code}/services", {"q": "licence"}))
    assert read[-1][0] == "What do you come for? Press 1: Licence."
    listen(screen, screen.get(f"/kiosk/{here.code}/services", {"also": "PASSPORT"}))
    assert read[-1][0].startswith("What else do you come for? Press 1: Licence.")
    listen(screen, screen.get(f"/kiosk/{here.code}"))
    assert read[-1][:2] == (read[-1][0], "ms")
    assert read[-1][0].count("Tekan") == 4


def test_h2_a_new_call_is_not_answered_by_the_acknowledgement_of_the_last(here):
    with time_machine.travel("2026-03-03T02:00:00Z", tick=False) as time:
        screen = a_registered_screen(here)
        call(screen, here)
        acknowledge(branch_id=here.id, alarm_id=Alarm.objects.get().pk, by=a_person(Role.SUPERVISOR, here))
        time.shift(timedelta(minutes=5, seconds=1))
        call(screen, here)
        assert "Please stay here." in staff_of(screen, here)
        assert Alarm.objects.filter(cleared_at=None, acknowledged_at=None).count() == 1


def call(screen: Client, here, back: str = "") -> None:
    assert screen.post(f"/kiosk/{here.code}/staff", {"back": back}).status_code == 302


def staff_of(screen: Client, here) -> str:
    return screen.get(f"/kiosk/{here.code}/staff").content.decode()


def test_h2_a_call_for_staff_is_an_alarm_at_once_and_the_kiosk_says_when_somebody_comes(here):
    screen = a_registered_screen(here)
    assert "Call a member of staff" in staff_of(screen, here)
    call(screen, here)
    alarm = Alarm.objects.get()
    assert "Please stay here." in staff_of(screen, here)
    acknowledge(branch_id=here.id, alarm_id=alarm.pk, by=a_person(Role.SUPERVISOR, here))
    assert "on the way" in staff_of(screen, here)


def test_h2_calling_again_is_the_same_call_until_it_is_old(here):
    with time_machine.travel("2026-03-03T02:00:00Z", tick=False) as time:
        screen = a_registered_screen(here)
        call(screen, here), call(screen, here)
        assert Event.objects.filter(type="staff.called").count() == 1
        time.shift(timedelta(minutes=5, seconds=1))
        watch(branch_id=here.id)
        assert not Alarm.objects.filter(cleared_at=None).exists()
        call(screen, here)
        assert Event.objects.filter(type="staff.called").count() == 2


def test_h2_after_a_call_the_kiosk_shows_the_page_it_was_made_from_and_no_other_site(here):
    screen = a_registered_screen(here)
    page = f"/kiosk/{here.code}/services/PASSPORT"
    assert screen.post(f"/kiosk/{here.code}/staff", {"back": page}).url == page
    for elsewhere in ("https://example.org/kiosk", "//example.org", "/admin/", f"/kiosk/{here.code}B"):
        assert screen.post(f"/kiosk/{here.code}/staff", {"back": elsewhere}).url == f"/kiosk/{here.code}"


def test_h2_a_telephone_at_home_calls_nobody():
    here = a_public_branch()
    visitor = a_visitor()
    assert "/staff" not in visitor.get(f"/kiosk/{here.code}/services").content.decode()
    assert visitor.post(f"/kiosk/{here.code}/staff").status_code == 404
    assert not Alarm.objects.exists()
