"""The first day of a new office: set up from empty in the browser, then a number taken, called and served."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from playwright.sync_api import Page, expect

from layan.people.api import Role, create_user
from layan.people.models import User
from tests.journeys.conftest import Browse, Server
from tests.journeys.staff import CONSOLE, PHONE, WALL, Snap, look

SERVICES = """code,name_ms,name_en,letter,zone,norm_minutes
LESEN,Lesen memandu,Driving licence,A,A,10
cukai,Cukai jalan,Road tax,B,A,8
"""
#: Four rows, three faults: a service that is not there, a kind misspelt, no zone.
COUNTERS = """code;zone;kind;services;groups
1;A;general;LESEN CUKAI;
2;A;special;CUKAI|NOPE;senior oku
3;A;generall;CUKAI;
4;;general;CUKAI;
"""


def english(browse: Browse, size: tuple[int, int]) -> Page:
    return browse(
        *size, locale="en-GB", extra_http_headers={"Accept-Language": "en"}, reduced_motion="reduce"
    )


def sign_in(page: Page, username: str, password: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"^(?!.*login)"))


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#messages")).to_contain_text(re.compile("Saved|Now give it what it needs"))


def fill(page: Page, **values: str) -> None:
    """Fill fields by the name they are sent with."""
    for name, value in values.items():
        page.locator(f"[name={name}]").fill(value)


def choose_days(page: Page, *days: str) -> None:
    for box in page.locator("[name=weekdays]").all():
        box.uncheck()
    for day in days:
        page.get_by_label(day).check()


def add_hours(page: Page, opens: str, closes: str, *days: str, kind: str = "regular") -> None:
    page.goto("/setup/branches/KJG/hours/new")
    choose_days(page, *days)
    fill(page, opens=opens, closes=closes)
    page.locator("[name=kind]").select_option(kind)
    save(page)


def add_member(page: Page, username: str, name: str, role: str) -> str:
    """Add a member of staff and return the password shown."""
    page.goto("/setup/branches/KJG/staff/new")
    fill(page, username=username, display_name=name)
    page.get_by_label(role, exact=True).first.check()
    page.get_by_role("button", name="Add and show the password").click()
    return page.locator("#secret").inner_text()


@pytest.fixture
def administrator(server: Server) -> str:
    """Make the first account, as `layan user add ADMIN` does, and return its password."""
    password = create_user(username="ADMIN", role=Role.ADMINISTRATOR)
    # The suite itself takes a quicker hash than the office does.
    User.objects.update(password=Argon2PasswordHasher().encode(password, "salt" * 4))
    return password


def test_an_office_is_set_up_from_empty_and_serves_its_first_customer(
    server: Server, browse: Browse, snap: Snap, administrator: str, tmp_path: Path
):
    admin = english(browse, CONSOLE)
    admin.goto("/")
    look(admin, snap, "empty-1-home")
    admin.get_by_role("link", name="Set up").click()
    sign_in(admin, "ADMIN", administrator)
    admin.goto("/setup/")
    look(admin, snap, "empty-2-setup")
    admin.get_by_role("link", name="Set up the agency").click()
    fill(admin, code="mpk", name_ms="Majlis Perbandaran Kajang", primary_colour="#8a1538")
    save(admin)
    fill(admin, code="kjg", name_ms="Kaunter Kajang", name_en="Kajang counters")
    admin.get_by_label("Numbers may be taken without a registered kiosk").check()
    look(admin, snap, "empty-3-branch")
    save(admin)
    expect(admin.get_by_text("Next: Zones")).to_be_visible()

    admin.get_by_role("link", name="Continue").click()
    admin.get_by_role("link", name="Add a zone").click()
    fill(admin, code="a", name_ms="Dewan A", name_en="Hall A")
    save(admin)
    admin.get_by_role("link", name="Next: Services").click()
    admin.get_by_role("link", name="From a file").click()
    fill(admin, text=SERVICES)
    admin.get_by_role("button", name="Check").click()
    expect(admin.get_by_text("2 rows are good")).to_be_visible()
    admin.get_by_role("button", name="Write all rows").click()

    admin.get_by_role("link", name="Next: Counters").click()
    admin.get_by_role("link", name="From a file").click()
    file = tmp_path / "counters.csv"
    file.write_text(COUNTERS)
    admin.set_input_files("[name=file]", file)
    admin.get_by_role("button", name="Check").click()
    expect(admin.get_by_text("3 things have to be mended")).to_be_visible()
    look(admin, snap, "empty-4-faults")
    rows = admin.locator("[name=text]")
    mended = rows.input_value().replace("CUKAI|NOPE", "CUKAI|LESEN").replace("generall", "emergency")
    rows.fill(mended.replace("4;;", "4;A;"))
    admin.get_by_role("button", name="Check").click()
    admin.get_by_role("button", name="Write all rows").click()
    expect(admin.get_by_text("4 rows were written.")).to_be_visible()

    admin.get_by_role("link", name="Next: Weekly hours").click()
    week = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    add_hours(admin, "00:00", "17:00", *week)
    add_hours(admin, "17:00", "23:59", *week, kind="extended")
    add_hours(admin, "00:00", "23:59", "Saturday", "Sunday", kind="extended")
    for days, starts, ends in ((week[:4], "13:00", "14:00"), (week[4:], "12:15", "14:45")):
        admin.goto("/setup/branches/KJG/lunch/new")
        choose_days(admin, *days)
        fill(admin, starts=starts, ends=ends, counters="2")
        save(admin)
    admin.goto("/setup/branches/KJG")
    admin.get_by_role("link", name="Continue").click()
    officer = add_member(admin, "siti", "Siti Aminah", "counter officer")
    supervisor = add_member(admin, "lim", "Lim Mei Hua", "supervisor")
    admin.goto("/setup/branches/KJG")
    expect(admin.get_by_text("The branch is ready to give its first number")).to_be_visible()
    look(admin, snap, "empty-5-ready")

    customer = english(browse, PHONE)
    customer.goto("/")
    customer.get_by_role("link", name="Kajang counters").click()
    expect(customer.get_by_text("Friday: Open through lunch (12:15 – 14:45)")).to_be_visible()
    customer.get_by_role("link", name="Take a number").click()
    customer.get_by_role("button", name="English").click()
    customer.get_by_role("link", name="Driving licence").click()
    customer.get_by_role("button", name="Take a number").click()
    expect(customer.get_by_role("heading", name="A001")).to_be_visible()
    look(customer, snap, "empty-6-number")

    board = english(browse, WALL)
    board.goto("/board/KJG/A")
    counter = english(browse, CONSOLE)
    sign_in(counter, "siti", officer)
    counter.get_by_role("button", name="Open counter 1").focus()
    counter.keyboard.press("Enter")
    expect(counter.get_by_text("Nobody at the counter")).to_be_visible()
    counter.keyboard.press("F2")
    expect(counter.get_by_text("Number A001 is called.")).to_be_attached()
    expect(board.locator("main")).to_contain_text("A001")
    expect(customer.get_by_text(re.compile("counter 1", re.IGNORECASE)).first).to_be_visible()
    look(board, snap, "empty-7-board")
    counter.keyboard.press("F4")
    expect(counter.get_by_text("Being served")).to_be_visible()
    counter.keyboard.press("F9")
    expect(counter.get_by_role("dialog")).to_be_visible()
    counter.keyboard.press("Enter")
    expect(counter.get_by_text("Nobody at the counter")).to_be_visible()

    floor = english(browse, CONSOLE)
    sign_in(floor, "lim", supervisor)
    floor.locator(".floor__seat", has_text="2").first.locator("summary").click()
    floor.get_by_role("link", name="Open for an officer").first.click()
    look(floor, snap, "empty-8-seat")
    floor.get_by_role("row", name="Siti Aminah").get_by_role("button").click()
    expect(floor.locator(".counter[data-state=open]")).to_have_count(1)
    expect(floor.locator(".counter[data-state=open]")).to_contain_text("Siti Aminah")
    counter.goto("/counter")
    expect(counter.get_by_text("You have counter 2 open")).to_be_visible()
