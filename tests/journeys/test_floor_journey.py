"""A supervisor watches the floor and acts by keyboard, in a real browser."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import Page, expect

from layan.kit import clock
from layan.people.api import Role, person_of_user
from layan.queueing import api as queueing
from layan.queueing.models import Alarm, Session
from tests.builders import a_branch, a_ticket, a_user
from tests.journeys.conftest import Browse, Server
from tests.journeys.staff import CONSOLE, PHONE, WALL, busy_office, look, sign_in

Snap = Callable[[Page, str], None]


def test_b12_an_alarm_is_seen_and_a_counter_opened_by_keyboard(server: Server, browse: Browse):
    here = a_branch()
    with time_machine.travel(clock.now() - timedelta(minutes=31), tick=False):
        a_ticket(here)
    queueing.watch(branch_id=here.id)
    page = sign_in(browse, server, a_user("puan-lim", Role.SUPERVISOR, here), CONSOLE)
    page.goto(f"/floor/{here.code}")
    expect(page.locator(".alert__text").first).to_contain_text("Passport: longest wait 31 min, limit 30.")
    page.get_by_role("button", name="Seen").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".alert__since")).to_contain_text("seen at")
    assert Alarm.objects.get().acknowledged_at is not None
    page.get_by_role("button", name="Open counter 1").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Counter 1 is open.")
    expect(page.locator(".counter[data-state=open]")).to_contain_text("Puan-Lim")


def test_a_counter_is_paused_and_closed_from_its_menu_by_keyboard(server: Server, browse: Browse):
    here = a_branch()
    officer = person_of_user(a_user("aminah", Role.OFFICER, here))
    queueing.open_counter(branch_id=here.id, counter_id=here.counter("1"), by=officer)
    page = sign_in(browse, server, a_user("puan-lim", Role.SUPERVISOR, here), CONSOLE)
    page.goto(f"/floor/{here.code}")
    menu = page.locator(f"#menu-{here.counter('1')}")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    menu.get_by_role("button", name="Break: Meeting").focus()
    # The hall changes while the menu is open: it stays open and keeps the focus.
    a_ticket(here)
    page.keyboard.press("Enter")
    expect(page.locator(".counter[data-state=break]")).to_contain_text("Meeting")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    menu.get_by_role("button", name="Close").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".counter[data-state=break]")).to_have_count(0)
    assert not Session.objects.filter(closed_at=None).exists()


def test_the_floor_lives_and_a_number_explains_itself(server: Server, browse: Browse):
    here = a_branch()
    first = a_ticket(here)
    page = sign_in(browse, server, a_user("puan-lim", Role.SUPERVISOR, here), CONSOLE)
    page.goto(f"/floor/{here.code}")
    second = a_ticket(here)
    link = page.get_by_role("link", name=f"{second.number}: why this place?")
    expect(link).to_be_visible()
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text(first.number)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_b15_a_disruption_is_announced_and_ended(server: Server, browse: Browse):
    here = a_branch()
    page = sign_in(browse, server, a_user("puan-lim", Role.SUPERVISOR, here), CONSOLE)
    page.goto(f"/floor/{here.code}")
    page.get_by_role("link", name="Service disruption").click()
    page.get_by_label("Malay").fill("Sistem pasport tergendala sehingga 3 petang.")
    page.get_by_role("button", name="Announce").click()
    expect(page.locator("#floor")).to_contain_text("Sistem pasport tergendala")
    page.get_by_role("button", name="The disruption is over").click()
    expect(page.locator("#floor")).not_to_contain_text("Sistem pasport tergendala")


@pytest.mark.parametrize("size", [CONSOLE, WALL, PHONE], ids=["desk", "wall", "phone"])
def test_the_floor_fits_and_is_accessible(server: Server, browse: Browse, snap: Snap, size: tuple[int, int]):
    office = busy_office()
    queueing.watch(branch_id=office.place.branch_id)
    page = sign_in(browse, server, office.supervisor, size)
    page.goto("/floor/SENTOSA")
    expect(page.locator("#notices")).to_be_visible()
    look(page, snap, f"floor-{size[0]}")
    page.locator(".floor__menu summary").first.click()
    look(page, snap, f"floor-menu-{size[0]}")
    for address, name in (
        ("fairness", "fairness"),
        ("day", "day"),
        ("disruption", "disruption"),
        (f"counters/{office.counter('2')}", "services"),
    ):
        page.goto(f"/floor/SENTOSA/{address}")
        look(page, snap, f"floor-{name}-{size[0]}")
    page.goto("/floor/SENTOSA/day?number=A")
    page.locator(".floor__number").first.click()
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()
    look(page, snap, f"floor-story-{size[0]}")
