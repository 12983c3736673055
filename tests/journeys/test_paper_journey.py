"""A number on paper: printed and confirmed at the kiosk; without paper the screen serves; printed again by staff (B7, B8)."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from layan.devices.printers.fake import TcpPrinter
from layan.people.api import Role, create_token
from layan.people.models import Token
from layan.queueing.models import SlipPrinter, Untaken
from layan.queueing.paper.api import PaperState
from layan.queueing.services.paper import note_state
from tests.builders import BuiltBranch, a_branch, a_user
from tests.journeys.conftest import Browse, Server
from tests.journeys.staff import sign_in

Snap = Callable[[Page, str], None]
KIOSK = (1080, 1920)


@pytest.fixture
def here(server: Server) -> BuiltBranch:
    return a_branch()


@pytest.fixture
def roll() -> Iterator[TcpPrinter]:
    with TcpPrinter() as printer:
        yield printer


@pytest.fixture
def kiosk(browse: Browse, server: Server, here: BuiltBranch, roll: TcpPrinter) -> Page:
    """A registered screen at whose foot the printer stands."""
    key = create_token(role=Role.KIOSK, name="Pintu masuk", branch_id=here.id)
    SlipPrinter.objects.create(
        branch=here.branch,
        name="Pintu masuk",
        host="127.0.0.1",
        port=roll.port,
        kiosk=Token.objects.latest("pk"),
    )
    page = browse(*KIOSK)
    page.goto("/device")
    page.locator("details summary").last.click()
    page.locator("[name=token]").fill(key)
    page.locator("form:has([name=token]) button[type=submit]").click()
    page.context.add_cookies([{"name": "layan_language", "value": "en", "url": server.url}])
    return page


def take(kiosk: Page, here: BuiltBranch) -> None:
    kiosk.goto(f"/kiosk/{here.code}/services/PASSPORT")
    kiosk.get_by_role("button", name="Take a number").click()


def assert_good(page: Page, snap: Snap, name: str) -> None:
    """Keep a picture; nothing runs off the side, axe finds nothing."""
    snap(page, name)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_b8_a_slip_comes_out_and_the_number_is_taken(kiosk, here, roll, snap):
    take(kiosk, here)
    expect(kiosk.get_by_text("Please take your slip.")).to_be_visible()
    assert_good(kiosk, snap, "paper-printed")
    assert not Untaken.objects.exists()
    folder = Path(os.environ.get("LAYAN_SCREENSHOTS") or "")
    if os.environ.get("LAYAN_SCREENSHOTS"):
        roll.slips[0].save(folder / "paper-slip.png")
    assert len(roll.slips) == 1


def test_b8_without_paper_the_kiosk_offers_the_screen_and_staff_hear_of_it(
    browse, server, kiosk, here, roll, snap
):
    roll.condition = PaperState.PAPER_OUT
    take(kiosk, here)
    expect(kiosk.get_by_text("The slip could not be printed.")).to_be_visible()
    assert_good(kiosk, snap, "paper-out")
    kiosk.get_by_role("button", name="I have my number").click()
    expect(kiosk).to_have_url(f"{server.url}/kiosk/{here.code}")
    assert not Untaken.objects.exists()
    # From now on nobody waits for it in vain.
    kiosk.context.add_cookies([{"name": "layan_language", "value": "en", "url": server.url}])
    kiosk.goto(f"/kiosk/{here.code}/services/PASSPORT")
    expect(kiosk.get_by_text("Slips are not printed at the moment")).to_be_visible()
    assert_good(kiosk, snap, "paper-none-before")
    kiosk.get_by_role("button", name="Take a number").click()
    expect(kiosk.get_by_text("It is yours.")).to_be_visible()
    assert_good(kiosk, snap, "paper-none")
    floor = sign_in(browse, server, a_user("siti", Role.SUPERVISOR, here), (1280, 900))
    floor.goto(f"/floor/{here.code}")
    expect(floor.get_by_text("Printer Pintu masuk is out of paper.")).to_be_visible()
    floor.get_by_text("Devices", exact=True).click()
    floor.get_by_role("link", name="Printers").click()
    expect(floor.get_by_text("out of paper", exact=True)).to_be_visible()
    assert_good(floor, snap, "printers-out")


@pytest.mark.parametrize("size", [(360, 740), (1280, 900)], ids=["phone", "desktop"])
def test_b8_staff_try_a_printer_and_print_a_slip_again(browse, server, kiosk, here, roll, snap, size):
    take(kiosk, here)
    expect(kiosk.get_by_text("Please take your slip.")).to_be_visible()
    floor = sign_in(browse, server, a_user("siti", Role.SUPERVISOR, here), size)
    floor.goto(f"/floor/{here.code}/printers")
    floor.get_by_role("button", name="Print a test").click()
    expect(floor.get_by_text("The test is printed.")).to_be_visible()
    floor.get_by_label("Number", exact=True).fill("a001")
    floor.get_by_role("button", name="Print it again").click()
    expect(floor.get_by_text("The slip is printed again.")).to_be_visible()
    assert_good(floor, snap, f"printers-{size[0]}")
    assert len(roll.slips) == 3


def test_b8_the_kiosk_s_own_browser_prints(kiosk, here, snap):
    SlipPrinter.objects.update(host="")
    note_state(SlipPrinter.objects.get(), PaperState.READY)
    # A browser without --kiosk-printing would open a dialog: what it does when asked to print is stood in for.
    kiosk.add_init_script(
        "window.print = () => { window.top.printed = document.body.innerText; dispatchEvent(new Event('afterprint')); };"
    )
    take(kiosk, here)
    expect(kiosk.locator("slip-print iframe")).to_have_count(1)
    kiosk.wait_for_function("() => (window.printed || '').includes('A001')")
    for _ in range(20):
        if not Untaken.objects.exists():
            break
        kiosk.wait_for_timeout(200)
    assert not Untaken.objects.exists()
    kiosk.goto(kiosk.url + "/paper")
    assert_good(kiosk, snap, "paper-of-browser")
