"""A call is heard and read on two boards in two zones; a message is announced, heard before, and seen to be said (B9)."""

import wave
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from layan.people.api import Person, Role
from layan.queueing import api as queueing
from layan.signage.models import Announcement
from layan.signage.screens.services import Settings, pair
from layan.signage.view import SCREEN_COOKIE
from tests.builders import BuiltBranch, a_branch, a_person, a_ticket, a_user, open_counter
from tests.journeys.conftest import Browse, Server
from tests.journeys.staff import sign_in
from tests.signage.conftest import a_speaker

Snap = Callable[[Page, str], None]

#: Writes down every sample that leaves the page, as loudspeakers get them.
LISTEN = """
window.heard = [];
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (target, ...others) {
  if (!(target instanceof AudioDestinationNode)) return connect.call(this, target, ...others);
  const { context } = this;
  window.rate = context.sampleRate;
  if (!context.tap) {
    context.tap = context.createScriptProcessor(4096, 1, 1);
    context.tap.onaudioprocess = (event) => {
      window.heard.push(...Array.from(event.inputBuffer.getChannelData(0), (sample) => (sample * 32767) | 0));
    };
    connect.call(context.tap, target);
  }
  connect.call(this, context.tap);
  return connect.call(this, target, ...others);
};
"""


@pytest.fixture
def here(server: Server) -> BuiltBranch:
    return a_branch("UTC-A", public_kiosk=True)


@pytest.fixture
def supervisor(here: BuiltBranch) -> Person:
    person = a_person(Role.SUPERVISOR, here, actor="user:1")
    open_counter(here, "1", person)
    return person


def zone(here: BuiltBranch, code: str) -> int:
    return here.branch.zones.get(code=code).pk


def a_board(
    browse: Browse, here: BuiltBranch, by: Person, name: str, hangs_in: str, **others: object
) -> Page:
    """Pair a screen that shows the hall's calls, and listen to it."""
    page = browse(1920, 1080)
    page.add_init_script(LISTEN)
    page.goto("/screen")
    code = "".join(page.locator(".pairing__code > span").all_text_contents())
    settings = Settings(
        **{
            "name": name,
            "zone_ids": [zone(here, "HALL")],
            "hangs_in_id": zone(here, hangs_in),
            "sound": True,
            "volume": 100,
            **others,
        }
    )
    pair(branch_id=here.id, code=code, settings=settings, by=by)
    expect(page.locator("#board")).to_have_attribute("data-filled", "")
    return page


def recorded(page: Page, file: Path) -> tuple[float, int]:
    """Write down what the page was heard saying; return from the first to the last sound in seconds, and the peak."""
    samples = array("h", page.evaluate("window.heard"))
    rate = int(page.evaluate("window.rate || 1"))
    with wave.open(str(file), "wb") as wav:
        wav.setnchannels(1), wav.setsampwidth(2), wav.setframerate(rate)
        wav.writeframes(samples.tobytes())
    loud = [at for at, sample in enumerate(samples) if abs(sample) > 300]
    return ((loud[-1] - loud[0]) / rate if loud else 0.0, max(map(abs, samples), default=0))


def assert_good(page: Page, snap: Snap, name: str) -> None:
    """Keep a picture; nothing runs off the side, axe finds nothing."""
    snap(page, name)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def said_everything(count: int) -> bool:
    return Announcement.objects.filter(state="played").count() == count


def wait_until_said(page: Page, count: int) -> None:
    """Look every half second whether so many announcements were confirmed."""
    for _ in range(60):
        if said_everything(count):
            return
        page.wait_for_timeout(500)
    assert said_everything(count), list(Announcement.objects.values("zone", "state", "reason"))


def test_b9_a_call_is_heard_and_read_on_two_boards_in_two_zones(
    browse, server, here, supervisor, tmp_path, snap
):
    hall = a_board(browse, here, supervisor, "Dewan", "HALL")
    above = a_board(browse, here, supervisor, "Kantin", "UPPER")
    a_ticket(here, language="en")
    queueing.call_next(branch_id=here.id, counter_id=here.counter("1"), by=supervisor)
    for board in (hall, above):
        expect(board.locator(".board__call[data-now]")).to_contain_text("A001")
    wait_until_said(hall, 2)
    for name, board in (("hall", hall), ("above", above)):
        seconds, peak = recorded(board, tmp_path / f"{name}.wav")
        assert 5 < seconds < 12, (name, seconds)  # a chime and two sentences
        assert 6_000 < peak <= 32_767
    assert set(Announcement.objects.values_list("number", "state")) == {("A001", "played")}
    snap(hall, "voice-board")


def test_b9_a_supervisor_hears_a_message_first_announces_it_and_sees_when_and_where_it_was_said(
    browse, server, here, supervisor, snap
):
    board = a_board(browse, here, supervisor, "Dewan", "HALL")
    floor = sign_in(browse, server, a_user("siti", Role.SUPERVISOR, here), (1280, 900))
    floor.goto(f"/floor/{here.code}")
    floor.get_by_text("Devices", exact=True).click()
    floor.get_by_role("link", name="Announcements").click()
    expect(floor.get_by_text("Nothing was announced yet")).to_be_visible()
    assert_good(floor, snap, "announcements-empty")
    floor.get_by_text("Announce something").click()
    floor.get_by_label("Text in Malay").fill("Kereta ABC 1234 menghalang pintu. Pejabat tutup 17:00.")
    floor.get_by_label("Text in English").fill("Car ABC 1234 blocks the gate. We close at 17:00.")
    floor.get_by_role("button", name="Hear it first").click()
    expect(floor.get_by_text("This is how it is heard")).to_be_visible()
    floor.wait_for_function(
        "() => { const a = document.querySelector('audio'); return a.duration > 5 && !a.error; }"
    )
    assert_good(floor, snap, "announcements-hear")
    floor.get_by_label("Level 1").uncheck()
    floor.get_by_role("button", name="Announce it").click()
    expect(board.locator("board-voice")).to_contain_text("Pejabat tutup")
    snap(board, "voice-board-message")
    assert Axe().run(board).violations_count == 0
    wait_until_said(board, 1)
    expect(board.locator("board-voice")).to_be_hidden()
    expect(floor.locator("#announced tbody tr")).to_contain_text("Dewan")
    expect(floor.locator("#announced tbody tr")).to_contain_text("said")
    assert_good(floor, snap, "announcements")


@pytest.mark.parametrize("size", [(360, 740), (1280, 900)], ids=["phone", "desktop"])
def test_b9_an_administrator_gives_a_recording_and_listens_to_it(browse, server, here, snap, size, tmp_path):
    file = tmp_path / "satu.wav"
    with wave.open(str(file), "wb") as wav:
        wav.setnchannels(1), wav.setsampwidth(2), wav.setframerate(22_050)
        wav.writeframes(array("h", [(at * 300) % 20_000 - 10_000 for at in range(22_050)]).tobytes())
    page = sign_in(browse, server, a_user("admin", Role.ADMINISTRATOR, here), size)
    page.goto(f"/floor/{here.code}/voices")
    row = page.locator("[id='digit.1']")
    row.locator("input[type=file]").set_input_files(file)
    row.get_by_role("button", name="Keep").click()
    expect(row.locator("audio")).to_be_visible()
    expect(page.get_by_text("is recorded, 1.0 seconds")).to_be_visible()
    assert_good(page, snap, f"voices-{size[0]}")
    row.get_by_role("button", name="Remove").click()
    expect(row.get_by_text("missing")).to_be_visible()


def test_b9_a_browser_that_wants_a_touch_first_says_so_and_no_call_is_lost_meanwhile(
    browse, server, here, supervisor, snap
):
    display, _screen = a_speaker(here, supervisor)
    page = browse(1920, 1080)
    page.context.add_cookies(
        [{"name": SCREEN_COOKIE, "value": display.cookies[SCREEN_COOKIE].value, "url": server.url}]
    )
    page.goto("/screen")
    a_ticket(here)
    queueing.call_next(branch_id=here.id, counter_id=here.counter("1"), by=supervisor)
    # Looking into the page from here would count as a touch: only its picture is taken.
    page.wait_for_timeout(2_000)
    snap(page, "voice-touch")
    assert not Announcement.objects.exists()
    page.mouse.click(400, 400)
    wait_until_said(page, 1)
    expect(page.locator("board-voice")).to_be_hidden()
