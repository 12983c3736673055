"""An officer at the door works by keyboard alone: numbers in three keys, and where to go (B4, B7)."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from layan.people.api import Person, Role
from layan.places.api import layout_changed
from layan.queueing import api as queueing
from layan.queueing.models import Ticket
from tests.builders import BuiltBranch, a_branch, a_person, a_ticket, a_user, open_counter
from tests.journeys.conftest import Browse, Server
from tests.journeys.staff import sign_in

Snap = Callable[[Page, str], None]


@pytest.fixture
def here(server: Server) -> BuiltBranch:
    built = a_branch()
    service = built.services["A"]
    service.bring = {"ms": "Kad pengenalan\nPasport lama", "en": "Identity card\nOld passport"}
    service.save()
    layout_changed(branch_id=built.id, what="bring")
    return built


@pytest.fixture
def supervisor(here: BuiltBranch) -> Person:
    person = a_person(Role.SUPERVISOR, here, actor="user:1")
    open_counter(here, "1", person)
    return person


def assert_good(page: Page, snap: Snap, name: str) -> None:
    """Keep a picture; nothing runs off the side, axe finds nothing."""
    snap(page, name)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("size", [(360, 740), (1280, 900), (1080, 1920)], ids=["phone", "desktop", "upright"])
def test_b7_numbers_by_keyboard_alone(browse: Browse, server: Server, here, supervisor, snap: Snap, size):
    page = sign_in(browse, server, a_user("omar", Role.OFFICER, here), size)
    page.goto("/counter")
    page.get_by_role("link", name="Reception").first.click()
    expect(page.locator("#q")).to_be_focused()
    assert_good(page, snap, f"reception-{size[0]}")
    # Two keys: the letter, Enter.
    page.keyboard.press("b")
    expect(page.locator(".reception__line[data-chosen]")).to_contain_text("Licence")
    page.keyboard.press("Enter")
    expect(page.locator(".reception__answer .number")).to_have_text("B001")
    # A group, a word, two services under one number; the search has the focus again.
    page.keyboard.press("F3")
    page.keyboard.type("pass")
    expect(page.locator(".reception__line[data-chosen]")).to_contain_text("Old passport")
    assert_good(page, snap, f"reception-chosen-{size[0]}")
    page.keyboard.press("+")
    expect(page.locator("#also")).to_contain_text("Passport")
    page.keyboard.type("tax")
    page.keyboard.press("Enter")
    expect(page.locator(".reception__answer .number")).to_have_text("AK001")
    ticket = Ticket.objects.get(number="AK001")
    assert (ticket.category, list(ticket.remaining)) == ("senior", ["TAX"])
    assert_good(page, snap, f"reception-given-{size[0]}")
    assert Ticket.objects.count() == 2


def test_b4_where_do_i_go(browse: Browse, server: Server, here, supervisor, snap: Snap):
    ticket = a_ticket(here)
    queueing.call_next(branch_id=here.id, counter_id=here.counter("1"), by=supervisor)
    page = sign_in(browse, server, a_user("omar", Role.OFFICER, here), (1280, 900))
    page.goto(f"/reception/{here.code}")
    page.keyboard.type(ticket.number.lower())
    page.keyboard.press("Enter")
    expect(page.get_by_text("Please go to counter 1")).to_be_visible()
    assert_good(page, snap, "reception-where")
    page.keyboard.type("zzz")
    expect(page.get_by_text("No service is called so.")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator(".reception__line:visible")).to_have_count(3)
    assert Ticket.objects.count() == 1
