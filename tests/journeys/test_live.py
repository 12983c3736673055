"""Live pages: in no hurry where hundreds look, patient with a server that is away, and right about the time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from layan.kit import clock
from layan.queueing.api import track_token
from tests.builders import BuiltBranch, a_branch, a_ticket
from tests.journeys.conftest import Browse, Server

PHONE = (360, 740)


@pytest.fixture
def here(server: Server) -> BuiltBranch:
    """A branch whose kiosk anyone may use."""
    return a_branch("SENTOSA", public_kiosk=True)


def a_page(browse: Browse, here: BuiltBranch, *, ahead: int = 0) -> Page:
    """Open the page of a ticket with people ahead, on a clock that the test moves."""
    for _ in range(ahead):
        a_ticket(here)
    page = browse(*PHONE)
    page.clock.install()
    page.goto(f"/t/{track_token(a_ticket(here).pk)}")
    return page


def count(page: Page, ending: str) -> Callable[[], int]:
    """Return a count of the requests from now on to addresses with this ending."""
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url) if ending in request.url else None)
    return lambda: len(seen)


def happens(page: Page, region: str, type_: str, times: int = 1) -> None:
    """Let a live region hear of events, as from the stream."""
    page.locator(f"#{region}").evaluate(
        "(region, [type, times]) => { for (let n = 0; n < times; n += 1) region.hear(type); }", [type_, times]
    )


def test_a_telephone_far_from_its_turn_asks_once_for_many_events(browse, here):
    page = a_page(browse, here, ahead=12)
    expect(page.locator("#ticket")).to_have_attribute("data-live", "live")
    page.clock.run_for(11_000)
    asked = count(page, "/now")
    happens(page, "ticket", "ticket.called", times=20)
    assert asked() == 0
    with page.expect_request("**/now"):
        page.clock.run_for(10_000)
    assert asked() == 1


def test_b15_a_disruption_is_asked_for_within_a_second(browse, here):
    page = a_page(browse, here, ahead=12)
    page.clock.run_for(11_000)
    happens(page, "ticket", "ticket.called")
    with page.expect_request("**/now"):
        happens(page, "ticket", "disruption.announced")
        page.clock.run_for(1_000)


def test_a_board_asks_at_once(browse, here):
    page = browse(1280, 720)
    page.clock.install()
    page.goto(f"/board/{here.code}/HALL")
    expect(page.locator("#board")).to_have_attribute("data-filled", "")
    with page.expect_request("**/now*"):
        happens(page, "board", "ticket.called")


def test_a_page_asks_ever_more_seldom_while_nothing_answers(browse, here, server):
    page = a_page(browse, here)
    expect(page.locator("#ticket")).to_have_attribute("data-live", "live")
    server.stop()
    asked = count(page, "/now")
    opened = count(page, "/stream/")
    for _ in range(60):
        page.clock.run_for(10_000)
    assert 3 <= asked() <= 30
    assert 3 <= opened() <= 60


@pytest.mark.parametrize("path", ["/kiosk/SENTOSA", "/b/SENTOSA"])
def test_last_updated_is_the_branch_s_time_whatever_the_screen_s_clock_says(browse, here, path):
    page = browse(1280, 800, timezone_id="America/New_York", locale="en-GB")
    page.clock.install(time=datetime(2020, 1, 1, 3, 33, tzinfo=UTC))
    began = clock.now()
    page.goto(path)
    shown = page.locator("live-status .num")
    expect(shown).not_to_have_text("")
    at_branch = ZoneInfo("Asia/Kuala_Lumpur")
    right = {(began + timedelta(minutes=n)).astimezone(at_branch).strftime("%H:%M") for n in (-1, 0, 1)}
    assert shown.inner_text().split()[-1] in right
