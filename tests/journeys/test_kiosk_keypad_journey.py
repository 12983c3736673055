"""A kiosk by keypad and by ear, from the first page to the number; a member of staff is called and comes (B9, H2)."""

import io
import wave
from array import array
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from layan.people.api import Role, create_token
from layan.queueing.models import Ticket
from tests.builders import BuiltBranch, a_branch, a_user
from tests.journeys.conftest import Browse, Server
from tests.journeys.staff import sign_in

Snap = Callable[[Page, str], None]


@pytest.fixture
def here(server: Server) -> BuiltBranch:
    return a_branch()


def a_kiosk(browse: Browse, here: BuiltBranch, size: tuple[int, int]) -> Page:
    """Open a registered screen on its first page."""
    key = create_token(role=Role.KIOSK, name="Pintu masuk", branch_id=here.id)
    page = browse(*size)
    page.goto("/device")
    page.locator("details summary").last.click()
    page.locator("[name=token]").fill(key)
    page.locator("form:has([name=token]) button[type=submit]").click()
    page.goto(f"/kiosk/{here.code}")
    return page


def assert_good(page: Page, snap: Snap, name: str) -> None:
    """Keep a picture; nothing runs off the side, axe finds nothing."""
    snap(page, name)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080), (360, 740)], ids=["upright", "across", "phone"])
def test_b9_from_the_first_page_to_the_number_by_keypad_alone(browse, server, here, snap, size):
    page = a_kiosk(browse, here, size)
    page.keyboard.press("2")
    expect(page.get_by_role("heading", level=1)).to_have_text("What do you come for?")
    expect(page.locator("main .tile[data-digit='1']")).to_contain_text("Passport")
    assert_good(page, snap, f"keypad-services-{size[0]}")
    page.keyboard.press("2")
    expect(page.get_by_role("heading", level=1)).to_have_text("Licence")
    page.keyboard.press("Backspace")
    expect(page.locator("main .tile").first).to_be_visible()
    page.keyboard.press("1")
    expect(page.get_by_role("heading", level=1)).to_have_text("Passport")
    assert_good(page, snap, f"keypad-service-{size[0]}")
    page.keyboard.press("2")
    expect(page.locator("h1.number")).to_have_text("AK001")
    assert Ticket.objects.get().category == "senior"
    assert_good(page, snap, f"keypad-number-{size[0]}")


def test_b9_arrows_move_what_enter_presses(browse, server, here):
    page = a_kiosk(browse, here, (1080, 1920))
    page.keyboard.press("2")
    expect(page.locator("main .tile").first).to_be_visible()
    for _ in range(6):
        page.keyboard.press("ArrowDown")
        if page.evaluate("document.activeElement.matches('main a.tile')"):
            break
    assert page.evaluate("document.activeElement.matches('main a.tile')")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Passport")


def test_b9_the_page_is_read_aloud_and_so_is_each_further_one(browse, server, here):
    page = a_kiosk(browse, here, (1080, 1920))
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="Read aloud")).to_be_visible()
    with page.expect_response(lambda response: "/aloud?" in response.url) as first:
        page.keyboard.press("0")
    samples = heard(page, first.value.url)
    assert len(samples) > 22_050
    assert max(map(abs, samples)) > 6_000
    with page.expect_response(lambda response: "/aloud?" in response.url):
        page.keyboard.press("1")


def heard(page: Page, url: str) -> array:
    with wave.open(io.BytesIO(page.request.get(url).body())) as wav:
        return array("h", wav.readframes(wav.getnframes()))


def test_h2_staff_are_called_by_one_key_and_the_kiosk_says_that_they_come(browse, server, here, snap):
    kiosk = a_kiosk(browse, here, (1080, 1920))
    kiosk.keyboard.press("2")
    expect(kiosk.get_by_role("button", name="Call a member of staff")).to_be_visible()
    kiosk.keyboard.press("*")
    expect(kiosk.get_by_text("Staff are called. Please stay here.")).to_be_visible()
    assert_good(kiosk, snap, "staff-called")
    floor = sign_in(browse, server, a_user("siti", Role.SUPERVISOR, here), (1280, 900))
    floor.goto(f"/floor/{here.code}")
    alarm = floor.locator(".alert", has_text="Somebody at kiosk Pintu masuk asks for a member of staff.")
    expect(alarm).to_be_visible()
    snap(floor, "staff-called-floor")
    alarm.get_by_role("button").first.click()
    expect(kiosk.get_by_text("Somebody is on the way to you.")).to_be_visible()
