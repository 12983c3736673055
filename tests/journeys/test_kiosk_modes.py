"""Low reach and large text at the kiosk, alone and together: from the service on, nothing has to be pushed up."""

import pytest
from playwright.sync_api import Page, expect

from layan.places.api import layout_changed
from tests.journeys.conftest import Browse, Server
from tests.journeys.test_customer import an_office

SIZES = {"portrait": (1080, 1920), "landscape": (1920, 1080), "small": (1280, 800)}
MODES = {"large text": "text", "low reach": "reach", "both": "text.reach"}


def chosen(page: Page, server: Server, modes: str) -> None:
    """Open pages of the kiosk with these modes."""
    page.context.add_cookies([{"name": "layan_display", "value": modes, "url": server.url}])


def assert_in_sight(page: Page, selector: str) -> None:
    """Assert that these are whole between the edges of the part that can be pushed up."""
    edge = page.locator("main").bounding_box()
    assert edge is not None
    for part in page.locator(selector).all():
        box = part.bounding_box()
        assert box is not None
        assert box["y"] >= edge["y"] - 1, selector
        assert box["y"] + box["height"] <= edge["y"] + edge["height"] + 1, selector


@pytest.mark.parametrize("modes", MODES.values(), ids=MODES.keys())
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
def test_nothing_on_the_way_to_a_number_is_out_of_sight(browse: Browse, server: Server, size, modes):
    here = an_office()
    page = browse(*size)
    chosen(page, server, modes)
    page.goto(f"/kiosk/{here.code}/services")
    assert_in_sight(page, "li:first-child > a.tile")
    page.locator("a.tile").first.click()
    expect(page.locator("button[value=general]")).to_be_visible()
    assert_in_sight(page, ".kiosk__take button")
    page.locator("button[value=general]").click()
    expect(page.locator("h1.number")).to_be_visible()
    assert_in_sight(page, "h1.number, .qr, .kiosk__what > li")


@pytest.mark.parametrize("modes", ["reach", "text.reach"], ids=["low reach", "both"])
def test_low_reach_keeps_what_is_touched_in_the_lower_part_on_every_page(
    browse: Browse, server: Server, modes
):
    here = an_office()
    width, height = SIZES["portrait"]
    page = browse(width, height)
    chosen(page, server, modes)
    for path in ("services", "services/PASSPORT"):
        page.goto(f"/kiosk/{here.code}/{path}")
        for control in page.locator("a:visible:not(.skip), button:visible, input:visible").all():
            box = control.bounding_box()
            assert box is not None
            assert box["y"] > height * 0.35


def test_a_button_shows_what_is_below_the_edge(browse: Browse):
    here = an_office()
    first = here.services["A"]
    for number in range(20):
        first.pk, first.code, first.letter = None, f"S{number}", f"{chr(65 + number)}A"
        first.save()
    layout_changed(branch_id=here.id, what="service")
    page = browse(*SIZES["small"], has_touch=True, locale="en-GB", reduced_motion="reduce")
    page.goto(f"/kiosk/{here.code}")
    page.get_by_role("button", name="English").tap()
    more = page.get_by_role("button", name="More below")
    last = page.locator("a.tile").last
    expect(last).not_to_be_in_viewport(ratio=1)
    while below(page) > 8:
        before = below(page)
        more.tap()
        assert below(page) < before
    expect(last).to_be_in_viewport(ratio=1)
    expect(more).to_be_hidden()
    page.get_by_role("searchbox").fill("zzz")
    expect(page.get_by_text("Nothing by that name")).to_be_visible()
    expect(more).to_be_hidden()


def below(page: Page) -> float:
    """Return how much of the page is below its edge."""
    said = page.locator("main").evaluate("each => each.scrollHeight - each.clientHeight - each.scrollTop")
    return float(said)
