"""A display is hung up, shows a code, becomes a board by itself and stays one; every layout is readable everywhere."""

from collections.abc import Callable
from datetime import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from layan.people.api import Person, Role
from layan.queueing import api as queueing
from layan.signage.models import Screen
from layan.signage.screens.services import Settings, pair, revoke_screen
from layan.signage.services import post_notice
from tests.builders import BuiltBranch, a_branch, a_person, a_ticket, a_user, keep_hours, open_counter
from tests.journeys.conftest import Browse, Server
from tests.journeys.staff import sign_in

Snap = Callable[[Page, str], None]
SIZES = {
    "1920x1080": (1920, 1080),
    "1080x1920": (1080, 1920),
    "3840x2160": (3840, 2160),
    "phone": (360, 740),
}
LAYOUTS = ("hall", "corridor", "countertop", "information")


@pytest.fixture
def here(server: Server) -> BuiltBranch:
    built = a_branch("UTC-A")
    built.branch.zones.filter(code="HALL").update(
        directions={"ms": "Aras 1, sebelah kiri lif", "en": "Level 1, left of the lifts"}
    )
    keep_hours(built, ("08:00", "17:00"))
    return built


@pytest.fixture
def supervisor(here: BuiltBranch) -> Person:
    person = a_person(Role.SUPERVISOR, here, actor="user:1")
    open_counter(here, "1", person), open_counter(here, "2", person)
    return person


def code_on(page: Page) -> str:
    return "".join(page.locator(".pairing__code > span").all_text_contents())


def a_screen(page: Page, here: BuiltBranch, by: Person, **others: object) -> Screen:
    page.goto("/screen")
    zones = [zone.pk for zone in here.branch.zones.all()][:1]
    settings = Settings(**{"name": "Dewan", "zone_ids": zones, **others})
    return pair(branch_id=here.id, code=code_on(page), settings=settings, by=by)


def test_b8_a_display_becomes_a_board_by_itself_and_stays_one_after_a_power_cut(
    browse: Browse, server: Server, here, supervisor, snap: Snap
):
    display = browse(1920, 1080)
    display.goto("/screen")
    expect(
        display.get_by_text("Pasangkan").or_(display.get_by_text("Pair this screen")).first
    ).to_be_visible()
    snap(display, "screen-waiting")
    assert Axe().run(display).violations_count == 0
    floor = sign_in(browse, server, a_user("chong", Role.SUPERVISOR, here), (1280, 900))
    floor.goto(f"/floor/{here.code}/screens")
    floor.locator("[name=screen-code]").fill(code_on(display).lower())
    floor.locator("[name=screen-name]").fill("Kantin, dinding kiri")
    floor.locator("[name=screen-zones]").first.check()
    floor.locator("form .button:not(.button--secondary)").last.click()
    expect(floor.locator(".screen-list__name")).to_have_text("Kantin, dinding kiri")
    expect(display.locator("#board")).to_have_attribute("data-filled", "")
    a_ticket(here)
    queueing.call_next(branch_id=here.id, counter_id=here.counter("1"), by=supervisor)
    expect(display.locator(".board__call[data-now]")).to_contain_text("A001")
    floor.reload()
    expect(floor.frame_locator("iframe").locator(".board__call[data-now]")).to_contain_text("A001")
    snap(floor, "screens-list")
    assert Axe().run(floor).violations_count == 0
    # The power comes back: the same cookies, the same address.
    again = display.context.new_page()
    display.close()
    again.goto("/screen")
    expect(again.locator(".board__call[data-now]")).to_contain_text("A001")


def test_a_revoked_screen_stops_within_five_seconds(browse: Browse, here, supervisor):
    display = browse(1920, 1080)
    screen = a_screen(display, here, supervisor)
    expect(display.locator("#board")).to_have_attribute("data-filled", "")
    revoke_screen(branch_id=here.id, screen_id=screen.pk, by=supervisor)
    expect(display.locator(".pairing__code")).to_be_visible(timeout=5_000)


#: Notes, by the page's own clock, how long each call was prominent.
WATCH = """
window.prominent = {};
setInterval(() => {
  for (const row of document.querySelectorAll(".board__call[data-now]")) {
    const [first] = window.prominent[row.dataset.number] || [Date.now()];
    window.prominent[row.dataset.number] = [first, Date.now()];
  }
}, 50);
"""


@pytest.mark.parametrize(("size", "seconds"), [("1920x1080", 35), ("1080x1920", 60)])
def test_each_of_ten_calls_at_once_is_prominent_for_five_seconds(
    browse: Browse, here, supervisor, size, seconds
):
    page = browse(*SIZES[size])
    page.clock.install()
    page.add_init_script(WATCH)
    page.goto(f"/board/{here.code}/HALL")
    for _ in range(10):
        a_ticket(here)
    for counter in "1212121212":
        queueing.call_next(branch_id=here.id, counter_id=here.counter(counter), by=supervisor)
    page.clock.run_for(1000)
    expect(page.locator(".board__call")).to_have_count(10)
    page.clock.run_for(seconds * 1000)
    numbers = [f"A{number:03}" for number in range(1, 11)]
    spans = page.evaluate("window.prominent")
    assert {number: spans[number][1] - spans[number][0] >= 4800 for number in numbers} == dict.fromkeys(
        numbers, True
    )


def test_a_screen_without_its_server_for_hours_says_so_and_comes_back(
    browse: Browse, server: Server, here, supervisor
):
    display = browse(1920, 1080)
    a_screen(display, here, supervisor)
    expect(display.locator("#board")).to_have_attribute("data-filled", "")
    display.clock.install()
    display.reload()
    expect(display.locator("live-status")).to_be_hidden()
    server.stop()
    display.clock.run_for(40_000)
    expect(display.locator("live-status")).to_have_attribute("state", "stale")
    display.clock.fast_forward("03:00:00")
    display.clock.run_for(5_000)
    expect(display.locator("live-status")).to_have_attribute("state", "lost")
    expect(display.locator("live-status")).to_be_visible()
    a_ticket(here)
    queueing.call_next(branch_id=here.id, counter_id=here.counter("1"), by=supervisor)
    server.start()
    display.clock.run_for(120_000)
    expect(display.locator("live-status")).to_be_hidden()
    expect(display.locator(".board__call[data-now]")).to_contain_text("A001")


@pytest.mark.parametrize("languages", [("ms", "en"), ("en",)], ids="-".join)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_readable_on_every_screen(
    browse: Browse, here, supervisor, layout, languages, snap: Snap
):
    for letter in "AAABBACA":
        a_ticket(here, letter)
    for counter in "1212":
        queueing.call_next(branch_id=here.id, counter_id=here.counter(counter), by=supervisor)
    post_notice(
        branch_id=here.id,
        text={"ms": "Surau di aras 1", "en": "The prayer room is on level 1"},
        by=supervisor,
    )
    page = browse(*SIZES["1920x1080"])
    counter = here.counter("1") if layout == "countertop" else None
    a_screen(page, here, supervisor, layout=layout, counter_id=counter, languages=languages, arrow="left")
    page.goto("/screen")
    expect(page.locator("#board")).to_have_attribute("data-filled", "")
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.reload()
        page.wait_for_load_state()
        page.evaluate("() => document.fonts.ready.then(() => true)")
        snap(page, f"screen-{layout}-{'-'.join(languages)}-{size}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, size
        number = page.locator(".board__call[data-now] .board__number, .board__one-number")
        if layout != "information":
            assert (
                number.first.evaluate("each => parseFloat(getComputedStyle(each).fontSize)") >= height / 6
            ), size
            box = number.first.bounding_box()
            assert box["x"] >= 0, size
            assert box["x"] + box["width"] <= width + 1, size
            assert box["y"] + box["height"] <= height or size == "phone", size
        if size != "phone":
            foot = page.locator(".board__foot")
            assert (
                not foot.count() or foot.bounding_box()["y"] + foot.bounding_box()["height"] <= height + 1
            ), size
        assert Axe().run(page).violations_count == 0, size


@pytest.mark.parametrize("size", ["1920x1080", "1080x1920"])
def test_a_screen_of_two_zones_names_the_zone_of_each_call(
    browse: Browse, here, supervisor, size, snap: Snap
):
    open_counter(here, "3", supervisor)
    for number in range(8):
        a_ticket(here, category="senior" if number % 2 else "general")
    for counter in "131232":
        queueing.call_next(branch_id=here.id, counter_id=here.counter(counter), by=supervisor)
    page = browse(*SIZES[size])
    zones = [zone.pk for zone in here.branch.zones.all()]
    a_screen(page, here, supervisor, zone_ids=zones, arrow="up-right")
    page.goto("/screen")
    expect(page.locator(".board__call:visible")).to_have_count(6)
    expect(page.locator(".board__call:visible .board__where").first).to_be_visible()
    page.evaluate("() => document.fonts.ready.then(() => true)")
    snap(page, f"screen-two-zones-{size}")
    width = SIZES[size][0]
    for row in page.locator(".board__call:visible").all():
        number, counter = (
            row.locator(".board__number").bounding_box(),
            row.locator(".board__counter").bounding_box(),
        )
        assert counter["x"] + counter["width"] <= width
        below = counter["y"] >= number["y"] + number["height"] / 2
        assert below or counter["x"] >= number["x"] + number["width"]
    assert Axe().run(page).violations_count == 0


@pytest.mark.parametrize("size", ["1920x1080", "phone"])
@pytest.mark.parametrize("language", ["ms", "en"])
def test_the_pages_of_screens_and_notices_are_readable(
    browse: Browse, server: Server, here, supervisor, size, language, snap: Snap
):
    display = browse(1920, 1080)
    screen = a_screen(display, here, supervisor, sound=True)
    post_notice(
        branch_id=here.id,
        text={"ms": "Tutup"},
        weekdays="12345",
        from_time=time(16),
        until_time=time(17),
        by=supervisor,
    )
    page = sign_in(browse, server, a_user("chong", Role.SUPERVISOR, here), SIZES[size])
    page.context.add_cookies([{"name": "layan_language", "value": language, "url": server.url}])
    for name, path in (("list", "screens"), ("edit", f"screens/{screen.pk}"), ("notices", "notices")):
        page.goto(f"/floor/{here.code}/{path}")
        for fold in page.locator("details.fold:not([open]) > summary").all():
            fold.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size][0], name
        snap(page, f"page-{name}-{language}-{size}")
        assert Axe().run(page).violations_count == 0, name
