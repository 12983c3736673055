"""The public pages (B4, B11, B15): what anyone may read without signing in."""

import re
from datetime import time

import pytest
import time_machine
from django.test import Client

from layan.places import api
from tests.builders import a_branch, keep_hours, keep_lunch

pytestmark = pytest.mark.django_db


def page(client: Client, path: str, language: str = "en") -> str:
    client.cookies["layan_language"] = language
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_the_first_page_of_an_empty_installation_teaches_the_next_step(client):
    text = page(client, "/")
    assert "No branch is set up yet" in text
    assert 'href="/setup/"' in text


def test_the_first_page_lists_every_branch(client):
    a_branch("UTC-A")
    a_branch("UTC-B")
    text = page(client, "/")
    assert 'href="/b/UTC-A"' in text
    assert 'href="/b/UTC-B"' in text


def test_an_unknown_branch_is_not_found_and_says_so(client):
    response = client.get("/b/NOWHERE")
    assert response.status_code == 404
    assert "/" in response.content.decode()


@time_machine.travel("2026-08-26T02:00:00Z", tick=False)
def test_b11_a_branch_page_shows_seven_days_of_hours_with_holidays_and_extended_hours(client):
    built = a_branch(always_open=False, state="SGR")
    keep_lunch(built, "13:00", "14:00", 2)
    for weekday in range(1, 6):
        built.branch.opening_blocks.create(weekday=weekday, opens=time(8), closes=time(17))
    built.branch.opening_blocks.create(weekday=3, opens=time(17), closes=time(19), kind="extended")
    built.branch.special_days.create(date="2026-08-28", name={"ms": "Hari Keluarga"})
    api.layout_changed(branch_id=built.id, what="hours")
    text = page(client, "/b/UTC-A", "en")
    assert text.count('<th scope="row">') == 7
    assert "until 19:00" in text
    assert "extended hours" in text
    assert "Hari Keluarga" in text
    assert "National Day" in text
    assert "Open through lunch (13:00 – 14:00) with at least 2 counters." in text


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            [
                "<strong>Monday – Thursday:</strong> Open through lunch (12:30 – 14:00) with at least 3 counters.",
                "<strong>Friday, Sunday:</strong> Open through lunch (12:15 – 14:45) with at least 1 counter.",
            ],
        ),
        ("ms", ["<strong>Isnin – Khamis:</strong>", "<strong>Jumaat, Ahad:</strong>"]),
    ],
)
def test_b5_each_lunch_of_the_week_is_told_with_its_days(client, language, sentences):
    built = a_branch(always_open=False)
    keep_hours(built, ("08:00", "17:00"))
    keep_lunch(built, "12:30", "14:00", 3, weekdays=(1, 2, 3, 4))
    keep_lunch(built, "12:15", "14:45", 1, weekdays=(5, 7))
    text = page(client, "/b/UTC-A", language)
    for sentence in sentences:
        assert sentence in text


def test_b4_services_of_several_agencies_and_zones_are_shown_with_what_to_bring(client):
    built = a_branch()
    service = built.services["A"]
    service.bring = {"ms": "Kad pengenalan", "en": "Identity card"}
    service.fee = {"ms": "RM 200"}
    service.guide = {"ms": "Untuk petugas sahaja"}
    service.save()
    api.layout_changed(branch_id=built.id, what="service")
    text = page(client, "/b/UTC-A")
    assert "Identity card" in text
    assert "RM 200" in text
    assert "Level 1" in text
    assert "Untuk petugas" not in text


@pytest.mark.parametrize(
    ("language", "name"), [("ms", "Pasport"), ("en", "Passport"), ("zh-hans", "护照"), ("ta", "கடவுச்சீட்டு")]
)
def test_the_services_are_named_in_the_readers_language(client, language, name):
    a_branch()
    assert name in page(client, "/b/UTC-A", language)


def test_b15_a_disruption_is_said_first(client):
    built = a_branch()
    api.announce_disruption(branch_id=built.id, message={"ms": "Sistem tergendala"}, actor="user:1")
    text = page(client, "/b/UTC-A")
    assert "Sistem tergendala" in text
    assert text.index("Sistem tergendala") < text.index("<h1>")


def test_public_pages_are_read_only(client):
    a_branch()
    assert client.post("/").status_code == 405
    assert client.post("/b/UTC-A").status_code == 405


def test_public_pages_allow_no_inline_script(client):
    a_branch()
    policy = client.get("/b/UTC-A").headers["Content-Security-Policy"]
    assert "unsafe" not in policy


def test_customers_choose_among_four_languages_and_staff_among_those_their_pages_speak(client):
    def offered(path: str) -> list[str]:
        found = re.search(r'<form class="languages".*?</form>', page(client, path, language), re.DOTALL)
        assert found is not None
        return re.findall(r'name="language" value="([^"]+)"', found[0])

    language = "en"
    assert offered("/") == ["ms", "en", "zh-hans", "ta"]
    assert offered("/accounts/login/") == ["ms", "en"]
    # Who came with Tamil sees that it is chosen, and can change it.
    language = "ta"
    assert offered("/accounts/login/") == ["ms", "en", "ta"]
