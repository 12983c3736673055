"""Screens: paired by a code, least rights, heard of, lost and revoked (B8, H2)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from layan.kit import clock
from layan.kit.models import Event
from layan.kit.refusal import Refusal
from layan.people.api import Role
from layan.queueing import api as queueing
from layan.queueing.models import Alarm
from layan.signage.models import Pairing, Screen
from layan.signage.rules import CODE_ALPHABET
from layan.signage.screens import services
from layan.signage.screens.beats import Beats, beats
from layan.signage.screens.known import digest_of, display_of
from layan.signage.screens.services import Settings, change_screen, new_code, pair, revoke_screen
from layan.signage.view import SCREEN_COOKIE
from tests.builders import BuiltBranch, a_branch, a_person, a_ticket, a_user, keep_hours, open_counter
from tests.refusals import refused

pytestmark = pytest.mark.django_db


def settings_of(here: BuiltBranch, *zones: str, **others: object) -> Settings:
    ids = [here.branch.zones.get(code=code).pk for code in zones or ("HALL",)]
    return Settings(**{"name": "Kantin", "zone_ids": ids, **others})


def shown_code(display: Client) -> str:
    page = display.get("/screen").content.decode()
    return "".join(re.findall(r"<span>([A-Z0-9]{3})</span>", page))


def a_screen(here: BuiltBranch, by, *zones: str, **others: object) -> tuple[Client, Screen]:
    display = Client()
    screen = pair(
        branch_id=here.id, code=shown_code(display), settings=settings_of(here, *zones, **others), by=by
    )
    return display, screen


def state_of(display: Client) -> str:
    return display.get("/screen/code").json()["state"]


def test_b8_a_new_display_shows_a_code_in_four_languages_and_becomes_the_board(here, supervisor):
    display = Client()
    page = display.get("/screen").content.decode()
    code = shown_code(display)
    assert len(code) == 6
    assert set(code) <= set(CODE_ALPHABET)
    assert all(f'lang="{tag}"' in page for tag in ("ms", "en", "zh-Hans", "ta"))
    assert shown_code(display) == code
    assert state_of(display) == "waiting"
    pair(
        branch_id=here.id, code=f" {code[:3].lower()}-{code[3:]} ", settings=settings_of(here), by=supervisor
    )
    assert state_of(display) == "paired"
    assert 'id="board"' in display.get("/screen").content.decode()
    assert Event.objects.filter(type="screen.paired").count() == 1


def test_a_code_is_unambiguous():
    assert not set(CODE_ALPHABET) & set("0O1IL2Z5S")


def test_the_key_stays_on_the_display_for_long_and_only_its_hash_is_kept(here, supervisor):
    display, screen = a_screen(here, supervisor)
    cookie = display.get("/screen").cookies[SCREEN_COOKIE]
    assert cookie["httponly"]
    assert int(cookie["max-age"]) == 400 * 24 * 3600
    assert screen.digest == digest_of(cookie.value)
    assert cookie.value not in str(list(Screen.objects.values_list()))


def test_a_code_is_good_once_and_for_ten_minutes(here, supervisor):
    with time_machine.travel("2026-03-03T02:00:00Z", tick=False) as moment:
        display = Client()
        code = shown_code(display)
        pair(branch_id=here.id, code=code, settings=settings_of(here), by=supervisor)
        with refused("unknown-code"):
            pair(branch_id=here.id, code=code, settings=settings_of(here), by=supervisor)
        late = Client()
        code = shown_code(late)
        moment.shift(timedelta(minutes=10))
        with refused("unknown-code"):
            pair(branch_id=here.id, code=code, settings=settings_of(here), by=supervisor)
        assert state_of(late) == "expired"
        assert shown_code(late) != code
        assert Pairing.objects.count() == 1


def test_codes_of_one_address_are_limited_and_the_page_waits(monkeypatch):
    monkeypatch.setattr(services, "CODES_AN_ADDRESS", 2)
    for number in range(2):
        new_code(digest=str(number), address="127.0.0.1")
    answer = Client().get("/screen")
    assert answer.status_code == 429
    assert "waiting-screen.js" in answer.content.decode()


def test_wrong_codes_of_one_person_are_limited(here, supervisor, monkeypatch):
    monkeypatch.setattr(services, "WRONG_CODES", 2)
    for expected in ("unknown-code", "unknown-code", "too-many-codes"):
        with pytest.raises(Refusal, match=expected):
            pair(branch_id=here.id, code="AAAAAA", settings=settings_of(here), by=supervisor)


@pytest.mark.parametrize(
    ("wrong", "value"),
    [
        ("name", " "),
        ("layout", "round"),
        ("layout", "countertop"),
        ("volume", 101),
        ("arrow", "inside"),
        ("zone_ids", []),
    ],
)
def test_settings_that_nothing_could_show_are_refused_and_the_code_stays_good(here, supervisor, wrong, value):
    display = Client()
    code = shown_code(display)
    with refused("wrong-screen"):
        pair(branch_id=here.id, code=code, settings=settings_of(here, **{wrong: value}), by=supervisor)
    assert state_of(display) == "waiting"


def test_a_zone_of_another_branch_is_refused(here, supervisor):
    other = a_branch("UTC-B")
    with refused("wrong-screen"):
        pair(
            branch_id=here.id,
            code=shown_code(Client()),
            settings=Settings(name="x", zone_ids=[other.branch.zones.get(code="HALL").pk]),
            by=supervisor,
        )


def test_a_screen_shows_its_zones_and_no_other(here, supervisor):
    display, _screen = a_screen(here, supervisor, "UPPER")
    both, _other = a_screen(here, supervisor, "HALL", "UPPER")
    open_counter(here, "1", supervisor)
    a_ticket(here)
    queueing.call_next(branch_id=here.id, counter_id=here.counter("1"), by=supervisor)
    assert "A001" not in display.get("/screen/now").content.decode()
    assert "A001" in both.get("/screen/now").content.decode()


def test_a_screen_s_key_opens_nothing_else(here, supervisor):
    display, _screen = a_screen(here, supervisor)
    key = display.cookies[SCREEN_COOKIE].value
    for path in (
        f"/floor/{here.code}",
        f"/floor/{here.code}/screens",
        f"/kiosk/{here.code}",
        "/counter",
        "/account",
    ):
        assert display.get(path).status_code in {302, 403, 404}, path
    for path in (f"/api/v1/branches/{here.code}", "/api/v1/branches"):
        answer = Client().get(path, headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 401, path


def test_a_stranger_s_display_reads_nothing(here, supervisor):
    a_screen(here, supervisor)
    for cookie in ("", "wrong", "layan_x"):
        stranger = Client()
        stranger.cookies[SCREEN_COOKIE] = cookie
        assert stranger.get("/screen/now").status_code == 401


def test_a_revoked_screen_stops_at_once_and_shows_a_new_code_under_a_new_key(here, supervisor):
    display, screen = a_screen(here, supervisor)
    key = display.cookies[SCREEN_COOKIE].value
    revoke_screen(branch_id=here.id, screen_id=screen.pk, by=supervisor)
    assert display.get("/screen/now").status_code == 401
    assert len(shown_code(display)) == 6
    assert display.cookies[SCREEN_COOKIE].value != key
    revoke_screen(branch_id=here.id, screen_id=screen.pk, by=supervisor)
    assert Event.objects.filter(type="screen.revoked").count() == 1
    with refused("unknown-screen"):
        change_screen(branch_id=here.id, screen_id=screen.pk, settings=settings_of(here), by=supervisor)


def test_a_changed_screen_shows_it_by_itself(here, supervisor):
    display, screen = a_screen(here, supervisor)
    before = display.get("/screen/now")
    settings = settings_of(here, layout="information", languages=["en"], sound=True, volume=40)
    change_screen(branch_id=here.id, screen_id=screen.pk, settings=settings, by=supervisor)
    after = display.get("/screen/now").content.decode()
    assert "board__week" in after
    version = re.search(r'data-version="(\w+)"', after)
    assert version is not None
    assert version[1] not in before.content.decode()
    assert "<board-voice" in display.get("/screen").content.decode()


def test_a_beat_makes_no_event_and_is_written_at_most_twice_a_minute(here, supervisor):
    display, screen = a_screen(here, supervisor)
    events = Event.objects.count()
    beats.forget()
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=False):
        display.get("/screen/now?v=abc")
        for _ in range(5):
            display.get("/screen/now?v=def")
        screen.refresh_from_db()
        assert (screen.last_seen, screen.version) == (clock.now(), "abc")
    assert Event.objects.count() == events


def test_the_beats_of_all_screens_are_written_together(here, supervisor, django_assert_num_queries):
    screens = [a_screen(here, supervisor)[1] for _ in range(3)]
    ticks = [0.0]
    heard = Beats(lambda: ticks[0])
    assert [heard.note(screen.pk, "v") for screen in screens] == [True, False, False]
    with django_assert_num_queries(1):
        heard.write()
    ticks[0] = 29.9
    assert not heard.note(screens[0].pk, "v")
    ticks[0] = 30
    assert heard.note(screens[0].pk, "v")


def test_h2_a_silent_screen_alarms_the_floor_until_it_is_heard_again(here, supervisor):
    with time_machine.travel("2026-03-03T02:00:00Z", tick=False) as moment:
        display, screen = a_screen(here, supervisor)
        moment.shift(timedelta(minutes=2))
        assert queueing.watch(branch_id=here.id) == []
        moment.shift(timedelta(seconds=1))
        (alarm,) = queueing.watch(branch_id=here.id)
        assert alarm.kind == f"screen:{screen.pk}"
        assert queueing.watch(branch_id=here.id) == []
        client = Client()
        client.force_login(a_user("chong", Role.SUPERVISOR, here))
        assert "Kantin" in client.get(f"/floor/{here.code}").content.decode()
        client.post(f"/floor/{here.code}/do", {"command": f"acknowledge:{alarm.pk}"})
        assert Alarm.objects.get().acknowledged_at == clock.now()
        beats.forget()
        display.get("/screen/now")
        queueing.watch(branch_id=here.id)
        assert Alarm.objects.get().cleared_at == clock.now()


def test_h2_screens_that_are_off_while_the_office_is_closed_alarm_nobody(supervisor, db):
    here = a_branch("UTC-C", always_open=False)
    keep_hours(here, ("08:00", "17:00"))
    by = a_person(Role.SUPERVISOR, here)
    with time_machine.travel("2026-03-03T02:00:00Z", tick=False) as moment:
        a_screen(here, by)
        moment.shift(timedelta(hours=12))
        assert queueing.watch(branch_id=here.id) == []
        moment.shift(timedelta(hours=11))
        assert len(queueing.watch(branch_id=here.id)) == 1


def test_a_supervisor_pairs_changes_and_revokes_on_the_floor(here):
    client = Client()
    client.force_login(a_user("chong", Role.SUPERVISOR, here))
    hall = here.branch.zones.get(code="HALL").pk
    form = {
        "screen-code": shown_code(Client()),
        "screen-name": "Dewan",
        "screen-zones": [hall],
        "screen-layout": "countertop",
        "screen-languages": ["ms", "en"],
        "screen-volume": "70",
    }
    path = f"/floor/{here.code}/screens"
    wrong = client.post(path, form)
    assert wrong.status_code == 422
    assert not Screen.objects.exists()
    assert client.post(path, {**form, "screen-counter": here.counter("1")}).status_code == 302
    screen = Screen.objects.get()
    assert "Dewan" in client.get(path).content.decode()
    own = f"{path}/{screen.pk}"
    assert client.get(own).status_code == 200
    assert client.post(own, {**form, "screen-layout": "hall", "screen-name": "Lobi"}).status_code == 302
    assert "Lobi" in client.get(path).content.decode()
    shown = client.get(f"{own}/preview")
    assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in shown.headers["Content-Security-Policy"]
    assert "/stream/" not in shown.content.decode()
    assert client.get(f"{own}/preview/now").status_code == 200
    assert client.post(f"{own}/revoke").status_code == 302
    assert client.get(own).status_code == 404


def test_a_supervisor_of_another_branch_touches_no_screen_of_this_one(here, supervisor):
    _display, screen = a_screen(here, supervisor)
    stranger = a_person(Role.SUPERVISOR, other := a_branch("UTC-B"))
    with refused("not-allowed"):
        revoke_screen(branch_id=here.id, screen_id=screen.pk, by=stranger)
    with refused("unknown-screen"):
        revoke_screen(branch_id=other.id, screen_id=screen.pk, by=stranger)
    with refused("not-allowed"):
        change_screen(branch_id=here.id, screen_id=screen.pk, settings=settings_of(here), by=stranger)
    assert display_of("x") is None


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("closed", "This counter is closed"),
        ("waiting", "Please wait"),
        ("called", "A001"),
        ("break", "Break"),
    ],
)
def test_a_counter_s_screen_shows_its_number_alone(here, supervisor, state, words):
    display, _screen = a_screen(
        here, supervisor, layout="countertop", counter_id=here.counter("1"), languages=["en"]
    )
    if state != "closed":
        open_counter(here, "1", supervisor)
    if state == "called":
        a_ticket(here)
        queueing.call_next(branch_id=here.id, counter_id=here.counter("1"), by=supervisor)
    if state == "break":
        queueing.pause_counter(branch_id=here.id, counter_id=here.counter("1"), reason="rest", by=supervisor)
    page = display.get("/screen/now").content.decode()
    assert words in page
    assert ("data-called" in page) == (state == "called")
