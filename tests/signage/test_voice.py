"""What a screen with sound asks for: only its own key is heard, and only what its zone is to hear (B9)."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from layan.kit.models import Event
from layan.people.api import Role
from layan.queueing import api as queueing
from layan.signage.announcing.services import announce
from layan.signage.models import Announcement
from layan.signage.screens.services import revoke_screen
from layan.signage.speech.sound import from_wav
from tests.builders import a_ticket, a_user, open_counter
from tests.signage.conftest import a_speaker

pytestmark = pytest.mark.django_db


def call(here, by, **values: str) -> queueing.Ticket:
    a_ticket(here, **values)
    called = queueing.call_next(branch_id=here.id, counter_id=open_counter(here, "1", by), by=by)
    assert called is not None
    return called


def test_b9_a_screen_is_handed_the_sound_and_the_words_of_a_call_and_confirms_it(here, supervisor, tones):
    display, screen = a_speaker(here, supervisor, volume=40)
    call(here, supervisor)
    said = display.post("/screen/voice").json()["say"]
    assert (said["number"], said["volume"]) == ("A001", 40)
    assert said["text"] == [
        {"language": "ms", "words": "Nombor A kosong kosong satu, sila ke kaunter 1."},
    ]
    sound = display.get(said["url"])
    assert sound["Content-Type"] == "audio/wav"
    assert "immutable" in sound["Cache-Control"]
    assert from_wav(b"".join(sound.streaming_content)).seconds == pytest.approx(said["seconds"], abs=0.01)
    assert display.post(f"/screen/voice/{said['id']}/played").status_code == 204
    assert Announcement.objects.get().screen == screen
    assert display.post("/screen/voice").json()["say"] is None


@pytest.mark.parametrize(("language", "spoken"), [("ms", ["ms"]), ("en", ["ms", "en"]), ("ta", ["ms", "ta"])])
def test_b9_malay_first_then_the_customer_s_own_language(here, supervisor, tones, language, spoken):
    display, _screen = a_speaker(here, supervisor)
    call(here, supervisor, language=language)
    said = display.post("/screen/voice").json()["say"]
    assert [each["language"] for each in said["text"]] == spoken


def test_b9_the_same_sentence_is_made_once(here, supervisor, tones):
    display, _screen = a_speaker(here, supervisor)
    _other, above = a_speaker(here, supervisor, "HALL", hangs_in_id=here.branch.zones.get(code="UPPER").pk)
    call(here, supervisor)
    urls = {each.post("/screen/voice").json()["say"]["url"] for each in (display, _other)}
    assert (len(urls), len(tones.said)) == (1, 1)


def test_b9_quiet_hours_of_a_screen_are_kept_by_the_branch_s_clock(here, supervisor, tones):
    with time_machine.travel("2026-03-03T04:30:00Z", tick=False) as time:  # 12:30 in the branch
        display, _screen = a_speaker(here, supervisor, quiet_from="12:00", quiet_until="13:00")
        call(here, supervisor)
        assert display.post("/screen/voice").json() == {"say": None, "again": 30}
        hall = [here.branch.zones.get(code="HALL").pk]
        announce(branch_id=here.id, text={"ms": "Sila keluar"}, zone_ids=hall, urgent=True, by=supervisor)
        assert display.post("/screen/voice").json()["say"]["text"][0]["words"] == "Sila keluar"
        time.shift(timedelta(minutes=31))
        call(here, supervisor)
        assert display.post("/screen/voice").json()["say"]["number"] == "A002"


def test_b9_a_screen_without_sound_a_revoked_one_and_a_stranger_are_handed_nothing(here, supervisor, tones):
    silent, _screen = a_speaker(here, supervisor, sound=False)
    muted, _screen = a_speaker(here, supervisor, volume=0)
    revoked, screen = a_speaker(here, supervisor)
    revoke_screen(branch_id=here.id, screen_id=screen.pk, by=supervisor)
    staff = Client()
    staff.force_login(a_user("siti", Role.SUPERVISOR, here))
    call(here, supervisor)
    for stranger in (silent, muted, revoked, staff, Client()):
        assert stranger.post("/screen/voice").status_code == 401
    assert not Announcement.objects.exists()


def test_b9_nobody_confirms_what_another_screen_says(here, supervisor, tones):
    display, _screen = a_speaker(here, supervisor)
    _other, _above = a_speaker(here, supervisor, "UPPER")
    call(here, supervisor)
    said = display.post("/screen/voice").json()["say"]["id"]
    assert _other.post(f"/screen/voice/{said}/played").status_code == 204
    assert Announcement.objects.get().state == "playing"
    assert Client().post(f"/screen/voice/{said}/played").status_code == 401


def test_b9_what_no_voice_can_say_is_left_out_and_staff_read_why(here, supervisor, tones):
    tones.languages = ("ms",)
    display, _screen = a_speaker(here, supervisor)
    call(here, supervisor, language="ta")
    assert display.post("/screen/voice").json()["say"] is None
    assert Announcement.objects.get().reason == "no-voice"


@pytest.mark.parametrize("sha", ["0" * 64, "0" * 63, "..%2F..%2Flayan", "a" * 63 + "."])
def test_a_sound_that_was_never_made_is_not_found(db, sha):
    assert Client().get(f"/sounds/{sha}.wav").status_code == 404


def test_the_log_names_nobody_and_nothing_that_was_said(here, supervisor, tones):
    hall = [here.branch.zones.get(code="HALL").pk]
    announce(branch_id=here.id, text={"ms": "Encik Ali sila ke pintu"}, zone_ids=hall, by=supervisor)
    assert not Event.objects.filter(payload__contains="Ali").exists()
