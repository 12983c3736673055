"""The agency's own recordings: given, heard, replaced, removed; what is missing is listed (B9)."""

import shutil

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from layan.people.api import Role
from layan.signage.speech.api import RATE_HZ, Sound
from layan.signage.speech.sound import chime, to_wav
from tests.builders import a_branch, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_recorded(settings) -> None:
    """Recordings are files, and outlive a test."""
    shutil.rmtree(settings.INSTALLATION.clips, ignore_errors=True)


@pytest.fixture
def page(here) -> str:
    return f"/floor/{here.code}/voices"


def of_role(here, role: Role) -> Client:
    client = Client()
    client.force_login(a_user(role.value, role, here))
    client.cookies["layan_language"] = "en"
    return client


def recording(seconds: float = 1.0) -> SimpleUploadedFile:
    samples = chime().samples * 3
    sound = Sound(samples[: int(seconds * RATE_HZ) * 2])
    return SimpleUploadedFile("satu.wav", to_wav(sound), "audio/wav")


def give(client: Client, page: str, key: str = "digit.1", language: str = "ms", **others: object):
    return client.post(page, {"language": language, "key": key, "do": "keep", "sound": recording()} | others)


def test_b9_a_recording_is_given_heard_and_removed(here, page):
    admin = of_role(here, Role.ADMINISTRATOR)
    before = admin.get(page).context["missing"]
    assert give(admin, page).status_code == 302
    assert admin.get(page).context["missing"] == before - 1
    heard = admin.get(f"{page}/ms/digit.1.wav")
    assert b"".join(heard.streaming_content)[:4] == b"RIFF"
    assert admin.get(f"{page}/en/digit.1.wav").status_code == 404
    admin.post(page, {"language": "ms", "key": "digit.1", "do": "remove"})
    assert admin.get(page).context["missing"] == before


def test_b9_every_language_lists_the_words_digits_letters_and_counters_of_the_agency(here, page):
    admin = of_role(here, Role.ADMINISTRATOR)
    for language in ("ms", "en", "zh", "ta"):
        keys = {row["piece"].key for row in admin.get(f"{page}?language={language}").context["rows"]}
        assert {f"digit.{digit}" for digit in range(10)} <= keys
        assert {"letter.A", "letter.B", "letter.C", "letter.K", "letter.E"} <= keys
        assert {"counter.1", "counter.4"} <= keys
    assert admin.get(f"{page}?language=fr").status_code == 404


@pytest.mark.parametrize(
    "sound", [None, SimpleUploadedFile("kosong.wav", b""), SimpleUploadedFile("gambar.wav", b"\x89PNG" * 99)]
)
def test_b9_a_file_with_nothing_to_hear_is_refused_beside_its_piece(here, page, sound):
    admin = of_role(here, Role.ADMINISTRATOR)
    facts = {"language": "ms", "key": "digit.1", "do": "keep"} | ({"sound": sound} if sound else {})
    answer = admin.post(page, facts)
    assert answer.status_code == 422
    assert "nothing to hear" in answer.content.decode()


def test_b9_a_whole_speech_is_refused(here, page):
    long = SimpleUploadedFile("ucapan.wav", to_wav(Sound(chime().samples * 40)), "audio/wav")
    answer = give(of_role(here, Role.ADMINISTRATOR), page, sound=long)
    assert answer.status_code == 422


def test_b9_recordings_are_the_agency_s_and_nobody_else_hears_or_gives_them(here, page):
    give(of_role(here, Role.ADMINISTRATOR), page)
    elsewhere = of_role(a_branch("UTC-B"), Role.QUALITY)
    assert elsewhere.get(f"{page}/ms/digit.1.wav").status_code in {403, 404}
    supervisor = of_role(here, Role.SUPERVISOR)
    assert supervisor.get(f"{page}/ms/digit.1.wav").status_code == 200
    assert give(supervisor, page).status_code == 403
    officer = of_role(here, Role.OFFICER)
    assert officer.get(page).status_code == 403


@pytest.mark.parametrize("key", ["digit.10", "../../keys/log", "counter.99"])
def test_b9_only_pieces_of_calls_are_taken(here, page, key):
    assert give(of_role(here, Role.ADMINISTRATOR), page, key).status_code == 404
