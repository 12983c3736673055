"""How long it takes, from the kiosk to the call: on every screen, calm, and honest when nothing can be said (B7)."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from layan.kit import clock
from layan.people.api import Person, Role
from layan.places.api import announce_disruption, end_disruption, layout_changed, service_day
from layan.places.models import Counter, CounterService, Service
from layan.queueing import api as queueing
from layan.waiting.models import Day, Forecast
from layan.waiting.tally import Tally
from tests.builders import BuiltBranch, a_branch, a_person, a_ticket, a_user, open_counter
from tests.journeys.conftest import Browse, Server
from tests.journeys.staff import sign_in
from tests.waiting.offices import published, with_norm

Snap = Callable[[Page, str], None]
PHONE, KIOSK, HALL, DESK = (390, 844), (1080, 1920), (1920, 1080), (1440, 900)
RANGE = re.compile(r"\d+.min|\d.h")
#: Pages ask again by themselves when a forecast is new, though no event told them.
SOON_MS = 70_000
#: The upper end of the ticket's range in minutes: 90 of "about 15 min to 1 h 30 min".
AT_MOST = r"""() => {
  const upper = document.querySelector(".ticket__range").innerText.split(/ to |\u2013/).pop();
  const [hours, minutes] = [/(\d+)\s*h/, /(\d+)\s*min/].map((unit) => Number((upper.match(unit) || [0, 0])[1]));
  return 60 * hours + minutes;
}"""


@pytest.fixture
def here(server: Server) -> BuiltBranch:
    """An office whose services take ten minutes each."""
    built = a_branch(public_kiosk=True)
    with_norm(built, 10)
    return built


@pytest.fixture
def aminah(here: BuiltBranch) -> Person:
    user = a_user("aminah", Role.OFFICER, here)
    return a_person(Role.OFFICER, here, actor=f"user:{user.pk}", user_id=user.pk)


def in_english(browse: Browse, server: Server, size: tuple[int, int]) -> Page:
    page = browse(*size)
    page.context.add_cookies([{"name": "layan_language", "value": "en", "url": server.url}])
    return page


def assert_good(page: Page, snap: Snap, name: str) -> None:
    """Keep a picture; nothing runs off the side, axe finds nothing."""
    snap(page, name)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    assert found.violations_count == 0, found.generate_report()


def test_b7_a_wait_is_shown_from_kiosk_to_call_and_tightens(browse, server, here, aminah, snap):
    counter = open_counter(here, "1", aminah)
    for _ in range(4):
        a_ticket(here)
    published(here)
    kiosk = in_english(browse, server, KIOSK)
    kiosk.goto(f"/kiosk/{here.code}/services")
    tile = kiosk.locator(".tile", has_text="Passport")
    expect(tile.locator(".tile__range")).to_have_text(RANGE)
    assert_good(kiosk, snap, "waits-kiosk")
    tile.click()
    expect(kiosk.locator(".kiosk__facts .kiosk__wait")).to_have_text(RANGE)
    kiosk.get_by_role("button", name="Take a number").click()
    expect(kiosk.locator(".kiosk__done .kiosk__wait")).to_have_text(RANGE)
    mine = queueing.Ticket.objects.get(number="A005")
    published(here)

    phone = in_english(browse, server, PHONE)
    phone.goto(f"/t/{queueing.track_token(mine.pk)}")
    range_ = phone.locator(".ticket__range")
    expect(range_).to_have_text(RANGE)
    expect(phone.get_by_text("4 ahead, 1 counter")).to_be_visible()
    expect(phone.get_by_text("Promised at")).to_be_visible()
    assert_good(phone, snap, "waits-ticket")
    at_first = phone.evaluate(AT_MOST)
    assert at_first > 0

    board = browse(*HALL)
    board.goto(f"/board/{here.code}/HALL")
    expect(board.locator(".board__wait").first).to_have_text(RANGE)
    assert_good(board, snap, "waits-board")

    for _ in range(3):
        called = queueing.call_next(branch_id=here.id, counter_id=counter, by=aminah)
        assert called is not None
        queueing.start(branch_id=here.id, ticket_id=called.pk, by=aminah)
        queueing.finish(branch_id=here.id, ticket_id=called.pk, by=aminah)
    published(here)
    expect(phone.get_by_text("1 person ahead of you")).to_be_visible()
    phone.wait_for_function(f"first => ({AT_MOST})() < first", arg=at_first, timeout=SOON_MS)
    for _ in range(2):
        queueing.call_next(branch_id=here.id, counter_id=counter, by=aminah)
    expect(phone.locator(".ticket__called")).to_be_visible()
    expect(range_).to_have_count(0)


def test_b15_a_disruption_takes_the_times_away_at_once_and_gives_them_back(
    browse, server, here, aminah, snap
):
    open_counter(here, "1", aminah)
    a_ticket(here)
    mine = a_ticket(here)
    published(here)
    phone = in_english(browse, server, PHONE)
    phone.goto(f"/t/{queueing.track_token(mine.pk)}")
    expect(phone.locator(".ticket__range")).to_have_text(RANGE)
    board = browse(*HALL)
    board.goto(f"/board/{here.code}/HALL?languages=en")
    expect(board.locator(".board__wait").first).to_have_text(RANGE)
    announce_disruption(branch_id=here.id, message={"ms": "Tiada elektrik"}, actor="user:1")
    expect(phone.get_by_text("Service is interrupted.")).to_be_visible()
    expect(phone.locator(".ticket__range")).to_have_count(0)
    expect(board.locator(".board__wait").first).to_have_text("interrupted")
    assert_good(phone, snap, "waits-ticket-disruption")
    end_disruption(branch_id=here.id, actor="user:1")
    published(here)
    expect(phone.locator(".ticket__range")).to_have_text(RANGE, timeout=SOON_MS)


def test_b7_when_no_forecast_is_made_any_more_no_number_stays(browse, server, here, aminah):
    open_counter(here, "1", aminah)
    mine = a_ticket(here)
    published(here)
    phone = in_english(browse, server, PHONE)
    phone.goto(f"/t/{queueing.track_token(mine.pk)}")
    expect(phone.locator(".ticket__range")).to_be_visible()
    Forecast.objects.update(as_of=clock.now() - timedelta(minutes=10))
    expect(phone.get_by_text("The waiting time is not known at the moment.")).to_be_visible(timeout=SOON_MS)
    expect(phone.locator(".ticket__range")).to_have_count(0)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desktop"])
def test_b7_the_branch_s_page_shows_waits_now_and_the_usual_shape_of_a_day(
    browse, server, here, aminah, snap, size
):
    open_counter(here, "1", aminah)
    published(here)
    page = in_english(browse, server, size)
    page.goto(f"/b/{here.code}")
    expect(page.locator(".waiting__wait").first).to_have_text(RANGE)
    expect(page.get_by_text("No history for this day yet")).to_be_visible()
    today = service_day(here.place, clock.now())
    tally = Tally()
    for hour in range(8, 17):
        for minutes in range(12):
            tally.called("PASSPORT", hour, None, minutes * (1 + abs(hour - 12)))
    Day.objects.create(branch_id=here.id, day=today - timedelta(days=6), tally=tally.to_json())
    page.get_by_label("Day").select_option(label=f"{today + timedelta(days=1):%A}")
    expect(page.locator(".usual tbody tr")).to_have_count(9)
    expect(page.get_by_text("Shortest waits: for numbers taken from 12:00.")).to_be_visible()
    assert_good(page, snap, f"waits-branch-{size[0]}")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desktop"])
def test_b7_a_supervisor_reads_how_good_the_promises_were(browse, server, here, snap, size):
    page = sign_in(browse, server, a_user("siti", Role.SUPERVISOR, here), size)
    page.goto(f"/floor/{here.code}")
    page.get_by_role("link", name="Promises").click()
    expect(page.get_by_text("No promise was measured on these days")).to_be_visible()
    assert_good(page, snap, f"waits-promises-empty-{size[0]}")
    tally = Tally(left=2)
    for waited in range(60):
        tally.called("PASSPORT", 9, (10, 20, 30), waited)
    yesterday = service_day(here.place, clock.now()) - timedelta(days=1)
    Day.objects.create(branch_id=here.id, day=yesterday, tally=tally.to_json())
    page.reload()
    expect(page.get_by_role("row", name="A · Passport")).to_contain_text("52 %")
    expect(page.get_by_text("people are called later than told")).to_be_visible()
    assert_good(page, snap, f"waits-promises-{size[0]}")


@pytest.mark.parametrize("size", [HALL, (1280, 720), KIOSK], ids=["hall", "small", "upright"])
def test_b7_a_hall_of_25_services_and_14_counters_shows_its_waits_whole(
    browse, server, here, aminah, snap, size
):
    hall = here.branch.zones.get(code="HALL")
    for letter in "DEFGHJKLMNOPQRSTUVWXYZ":
        here.services[letter] = Service.objects.create(
            branch=here.branch,
            agency=here.branch.agency,
            zone=hall,
            code=f"S-{letter}",
            letter=letter,
            norm_minutes=10,
            name={"ms": f"Perkhidmatan panjang namanya {letter}", "en": f"A service of a long name {letter}"},
        )
    for number_ in range(5, 15):
        here.counters[str(number_)] = Counter.objects.create(branch=here.branch, zone=hall, code=str(number_))
    for code in map(str, range(5, 15)):
        for service in here.services.values():
            CounterService.objects.create(counter=here.counters[code], service=service)
    layout_changed(branch_id=here.id, what="hall")
    by = a_person(Role.SUPERVISOR, here, actor="user:9")
    for code in ("1", "2", *map(str, range(5, 15))):
        open_counter(here, code, by)
    for letter in here.services:
        a_ticket(here, letter), a_ticket(here, letter)
    queueing.call_next(branch_id=here.id, counter_id=here.counter("1"), by=by)
    published(here)
    board = browse(*size)
    board.goto(f"/board/{here.code}/HALL?languages=ms,en,zh,ta")
    expect(board.locator(".board__wait").first).to_have_text(re.compile(r"\d"))
    snap(board, f"waits-board-many-{size[0]}")
    cut = board.locator(".board__waits li").evaluate_all(
        "rows => rows.map((row) => [row, row.querySelector('.board__wait'), row.querySelector('strong')])"
        ".filter(([row, wait, people]) => wait.getBoundingClientRect().right > people.getBoundingClientRect().left"
        " || people.getBoundingClientRect().right > row.getBoundingClientRect().right + 1)"
        ".map(([row]) => row.textContent)"
    )
    assert cut == []
