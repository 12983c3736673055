"""A board hangs in the hall all day: calls appear by themselves, and when it cannot know it says so."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from layan.people.api import Person, Role
from layan.places.api import announce_disruption, end_disruption, layout_changed
from layan.places.models import Counter, CounterService
from layan.queueing import api as queueing
from layan.signage.services import post_notice
from tests.builders import BuiltBranch, a_branch, a_person, a_ticket, a_user, open_counter
from tests.journeys.conftest import Browse, Server
from tests.journeys.staff import sign_in

Snap = Callable[[Page, str], None]
SIZES = {
    "1920x1080": (1920, 1080),
    "1080x1920": (1080, 1920),
    "3840x2160": (3840, 2160),
    "1280x720": (1280, 720),
    "1024x768": (1024, 768),
    "768x1024": (768, 1024),
    "phone": (360, 740),
}
PROMINENT = ".board__call[data-now] .board__number"


@pytest.fixture
def here(server: Server) -> BuiltBranch:
    """An office with both counters of the hall open."""
    return a_branch("UTC-A")


@pytest.fixture
def supervisor(here: BuiltBranch) -> Person:
    """Somebody who may call at every counter."""
    person = a_person(Role.SUPERVISOR, here, actor="user:1")
    open_counter(here, "1", person), open_counter(here, "2", person)
    return person


def call(here: BuiltBranch, counter: str, by: Person) -> None:
    queueing.call_next(branch_id=here.id, counter_id=here.counter(counter), by=by)


def a_board(browse: Browse, here: BuiltBranch, size: str = "1920x1080", query: str = "") -> Page:
    page = browse(*SIZES[size])
    page.goto(f"/board/{here.code}/HALL{query}")
    # Filled again when the stream opened: from now on it is live.
    expect(page.locator("#board")).to_have_attribute("data-filled", "")
    return page


def test_a_call_shows_on_the_board_by_itself(browse, here, supervisor):
    page = a_board(browse, here)
    a_ticket(here)
    expect(page.locator(".board__waits strong").first).to_have_text("1")
    call(here, "1", supervisor)
    expect(page.locator(PROMINENT)).to_contain_text("A001")
    expect(page.locator("live-status")).to_be_hidden()


def test_two_calls_at_once_are_both_prominent(browse, here, supervisor):
    page = a_board(browse, here)
    a_ticket(here), a_ticket(here)
    call(here, "1", supervisor), call(here, "2", supervisor)
    expect(page.locator(PROMINENT)).to_have_count(2)
    expect(page.locator(PROMINENT).nth(0)).to_contain_text("A002")
    expect(page.locator(PROMINENT).nth(1)).to_contain_text("A001")


def test_an_upright_board_gives_two_calls_at_once_their_moment_one_after_the_other(browse, here, supervisor):
    page = browse(*SIZES["1080x1920"])
    page.clock.install()
    page.goto(f"/board/{here.code}/HALL")
    hold_clock(page)
    for _ in range(2):
        a_ticket(here)
    call(here, "1", supervisor), call(here, "2", supervisor)
    run_until_calls(page, 2)
    if page.locator(PROMINENT).count() == 1:
        expect(page.locator(PROMINENT)).to_contain_text("A001")
        page.clock.run_for(4000)
        expect(page.locator(PROMINENT)).to_contain_text("A001")
        page.clock.run_for(2000)
    expect(page.locator(PROMINENT).first).to_contain_text("A002")


def hold_clock(page: Page) -> None:
    """Let time pass on the page only when the test says so, however busy the machine is."""
    page.clock.pause_at(page.evaluate("Date.now()") + 100)


def run_until_calls(page: Page, count: int) -> None:
    """Let time pass on the page, a little at a time, until it has heard of so many calls."""
    calls = page.locator(".board__call")
    for _ in range(100):
        page.clock.run_for(50)
        if calls.count() == count:
            return
        page.wait_for_timeout(50)
    expect(calls).to_have_count(count)


def test_a_call_stays_prominent_for_five_seconds_though_others_follow(browse, here, supervisor):
    page = browse(*SIZES["1920x1080"])
    page.clock.install()
    page.goto(f"/board/{here.code}/HALL")
    hold_clock(page)
    for _ in range(4):
        a_ticket(here)
    for counter in "1212":
        call(here, counter, supervisor)
    run_until_calls(page, 4)
    expect(page.locator(PROMINENT)).to_contain_text(["A002", "A001"])
    page.clock.run_for(4000)
    expect(page.locator(PROMINENT)).to_contain_text(["A002", "A001"])
    page.clock.run_for(2000)
    expect(page.locator(PROMINENT)).to_contain_text(["A004", "A003"])


def test_a_board_without_its_server_says_so_and_recovers_by_itself(browse, server: Server, here, supervisor):
    page = a_board(browse, here)
    a_ticket(here)
    call(here, "1", supervisor)
    expect(page.locator(PROMINENT)).to_contain_text("A001")
    server.stop()
    status = page.locator("live-status")
    expect(status).to_have_attribute("state", "stale", timeout=60_000)
    expect(status).to_contain_text("last updated")
    expect(status).to_be_visible()
    expect(status).to_have_attribute("state", "lost", timeout=90_000)
    expect(status).to_contain_text("Not current")
    expect(page.locator(PROMINENT)).to_contain_text("A001")
    a_ticket(here)
    call(here, "2", supervisor)
    server.start()
    expect(status).to_be_hidden(timeout=60_000)
    expect(page.locator(".board__call").first).to_contain_text("A002")


def test_b15_a_disruption_and_a_notice_show_at_once_and_go_again(browse, here, supervisor):
    page = a_board(browse, here)
    announce_disruption(branch_id=here.id, message={"ms": "Sistem tergendala"}, actor="user:1")
    expect(page.locator(".board__disruption")).to_contain_text("Sistem tergendala")
    post_notice(branch_id=here.id, text={"ms": "Surau di aras 1"}, by=supervisor)
    expect(page.locator(".board__notice")).to_contain_text("Surau di aras 1")
    end_disruption(branch_id=here.id, actor="user:1")
    expect(page.locator(".board__disruption")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
def test_the_newest_number_is_a_sixth_of_the_screen_and_nothing_is_cut_off(
    browse, here, supervisor, size, snap: Snap
):
    for _ in range(9):
        a_ticket(here)
    for turn in range(6):
        call(here, "12"[turn % 2], supervisor)
    post_notice(
        branch_id=here.id,
        text={"ms": "Surau di aras 1", "en": "The prayer room is on level 1"},
        by=supervisor,
    )
    page = a_board(browse, here, size, "?arrow=left")
    width, height = SIZES[size]
    page.wait_for_function("document.fonts.status === 'loaded'")
    number = page.locator(PROMINENT)
    assert number.evaluate("each => parseFloat(getComputedStyle(each).fontSize)") >= height / 6
    box = number.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for row in page.locator(".board__call").all()[:6]:
        place = row.bounding_box()
        assert place is not None
        assert place["x"] + place["width"] <= width + 1
    snap(page, f"board-{size}")
    assert Axe().run(page).violations_count == 0


@pytest.mark.parametrize("size", [*SIZES, "1280x800"])
def test_a_hall_of_many_counters_and_long_numbers_is_shown_whole(browse, here, supervisor, size, snap: Snap):
    hall, one = here.branch.zones.get(code="HALL"), here.counters["1"]
    for number in range(5, 15):
        here.counters[str(number)] = Counter.objects.create(branch=here.branch, zone=hall, code=str(number))
    services = list(here.services.values())
    for counter in here.counters.values():
        counter.offers.all().delete()
        CounterService.objects.bulk_create(
            CounterService(counter=counter, service=service) for service in services
        )
    layout_changed(branch_id=here.id, what="counter")
    for _ in range(12):
        a_ticket(here, category="senior")
    for serial, ticket in enumerate(queueing.Ticket.objects.order_by("pk"), start=1000):
        queueing.Ticket.objects.filter(pk=ticket.pk).update(serial=serial, number=f"AK{serial}")
    for code in [str(one.code), "2", *map(str, range(5, 15))]:
        if code not in {"1", "2"}:
            open_counter(here, code, supervisor)
        call(here, code, supervisor)
    page = browse(*SIZES.get(size, (1280, 800)))
    page.goto(f"/board/{here.code}/HALL")
    page.evaluate("() => Promise.all(Array.from(document.fonts, (font) => font.load()))")
    width = page.viewport_size["width"]
    seen = page.locator(".board__call:visible")
    expect(seen).to_have_count(6)
    for place in [row.bounding_box() for row in seen.all()]:
        assert place["x"] + place["width"] <= width + 1
    assert (
        page.locator(".board__counters li").evaluate_all(
            "rows => rows.filter((row) => row.scrollWidth > row.clientWidth).map((row) => row.textContent)"
        )
        == []
    )
    number, counter = (page.locator(f"{PROMINENT}, [data-now] .board__counter").nth(n) for n in (0, 1))
    if counter.bounding_box()["y"] < number.bounding_box()["y"] + number.bounding_box()["height"] / 2:
        gap = counter.bounding_box()["x"] - number.bounding_box()["x"] - number.bounding_box()["width"]
        assert gap > width / 40
    snap(page, f"board-many-{size}")


def test_four_languages_take_turns(browse, here, supervisor, snap: Snap):
    page = browse(*SIZES["1920x1080"], reduced_motion="reduce")
    page.clock.install()
    a_ticket(here)
    page.goto(f"/board/{here.code}/HALL?languages=ms,en,zh,ta")
    service = page.locator(".board__service").first
    expect(service.get_by_text("Pasport")).to_be_visible()
    expect(service.get_by_text("护照")).to_be_hidden()
    page.clock.run_for(8000)
    expect(service.get_by_text("护照")).to_be_visible()
    expect(service.get_by_text("Pasport")).to_be_hidden()
    snap(page, "board-four-languages")


def test_a_board_loads_itself_again_after_an_upgrade(browse, here):
    page = a_board(browse, here)
    page.evaluate("document.body.dataset.version = 'older'; window.before = true")
    with page.expect_navigation():
        a_ticket(here)
    assert page.evaluate("window.before") is None


def test_a_supervisor_posts_a_notice_and_ends_it_without_leaving_the_floor(
    browse, server: Server, here, supervisor
):
    board = a_board(browse, here)
    floor = sign_in(browse, server, a_user("chong", Role.SUPERVISOR, here), (1280, 900))
    floor.goto(f"/floor/{here.code}")
    floor.get_by_text("Post a notice").click()
    floor.locator("#notices").get_by_label("Text in Malay").fill("Surau di aras 1")
    floor.get_by_role("button", name="Post the notice").click()
    expect(floor.get_by_text("on the boards")).to_be_visible()
    expect(board.locator(".board__notice")).to_contain_text("Surau di aras 1")
    floor.get_by_role("button", name="End this notice").click()
    expect(floor.get_by_text("ended")).to_be_visible()
    expect(board.locator(".board__notice")).to_have_count(0)
