"""A customer comes, takes a number on any screen, follows it on the phone, and is called."""

import re
from collections.abc import Callable
from datetime import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from layan.people.api import Person, Role
from layan.places import models as places
from layan.places.api import announce_disruption, end_disruption, layout_changed
from layan.queueing import api as queueing
from tests.builders import BuiltBranch, a_branch, a_person, a_ticket, a_user, open_counter
from tests.journeys.conftest import Browse, Server

PORTRAIT, LANDSCAPE, PHONE = (1080, 1920), (1920, 1080), (360, 740)
Snap = Callable[[Page, str], None]


def an_office(**fields: object) -> BuiltBranch:
    """Build a public one-stop branch whose texts are as long as real ones."""
    here = a_branch("SENTOSA", public_kiosk=True, **fields)
    here.branch.name = {
        "ms": "Pusat Khidmat Sehenti Sentosa",
        "en": "Sentosa One-Stop Service Centre",
        "zh": "圣淘沙一站式服务中心",
        "ta": "செந்தோசா ஒருங்கிணைந்த சேவை மையம்",
    }
    here.branch.save()
    hall = here.branch.zones.get(code="HALL")
    hall.name = {
        "ms": "Zon A: Pendaftaran dan Pasport",
        "en": "Zone A: Registration and Passports",
        "zh": "A区：登记与护照",
        "ta": "மண்டலம் A: பதிவு மற்றும் கடப்பிதழ்",
    }
    hall.directions = {
        "ms": "Dari pintu utama, belok kiri. Kaunter 1 hingga 5.",
        "en": "From the main entrance, turn left. Counters 1 to 5.",
        "zh": "从正门进入后左转，1至5号柜台。",
        "ta": "பிரதான நுழைவாயிலிலிருந்து இடப்புறம் திரும்பவும். முகப்பு 1 முதல் 5 வரை.",
    }
    hall.save()
    passport = here.services["A"]
    passport.name = {
        "ms": "Pasport antarabangsa: permohonan dan pembaharuan",
        "en": "International passport: application and renewal",
        "zh": "国际护照：申请与更新",
        "ta": "அனைத்துலகக் கடப்பிதழ்: விண்ணப்பம், புதுப்பித்தல்",
    }
    passport.bring = {
        "ms": "MyKad asal. Pasport lama. Di bawah 12 tahun: sijil lahir dan MyKad ibu bapa.",
        "en": "MyKad (original). Old passport. Under 12: birth certificate and parent's MyKad.",
        "zh": "身份证正本、旧护照。12岁以下：出生证明和父母身份证。",
        "ta": "அசல் MyKad. பழைய கடப்பிதழ். 12 வயதுக்குட்பட்டோர்: பிறப்புச் சான்றிதழ், பெற்றோர் MyKad.",
    }
    passport.fee = {
        "ms": "RM200; bawah 12 tahun, 60 tahun ke atas, OKU: RM100",
        "en": "RM200; under 12, 60 and over, OKU: RM100",
    }
    passport.save()
    hall = here.branch.zones.get(code="HALL")
    for letter, ms, en in (
        ("D", "Kad pengenalan (MyKad)", "Identity card (MyKad)"),
        ("F", "Pendaftaran kelahiran", "Birth registration"),
        ("G", "Lesen memandu", "Driving licence"),
        ("H", "Cukai jalan", "Road tax"),
        ("J", "Cukai taksiran", "Assessment tax"),
        ("L", "Lesen perniagaan", "Business licence"),
        ("M", "Bantuan kebajikan", "Welfare assistance"),
    ):
        places.Service.objects.create(
            branch=here.branch,
            agency=here.branch.agency,
            zone=hall,
            code=f"S-{letter}",
            letter=letter,
            name={"ms": ms, "en": en},
            bring={"ms": "MyKad asal dan satu salinan.", "en": "MyKad (original) and one copy."},
        )
    layout_changed(branch_id=here.id, what="texts")
    return here


def an_officer(here: BuiltBranch) -> Person:
    officer = a_user("aminah", Role.OFFICER, here)
    return a_person(Role.OFFICER, here, actor=f"user:{officer.pk}", user_id=officer.pk)


def assert_accessible(page: Page) -> None:
    """Assert that axe finds nothing against WCAG 2.2 AA."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    assert found.violations_count == 0, found.generate_report()


def assert_fits(page: Page) -> None:
    """Assert that nothing sticks out sideways."""
    wide = page.evaluate("document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth")
    assert wide <= 0, f"{wide} px too wide at {page.url}"


@pytest.mark.parametrize("size", [PORTRAIT, LANDSCAPE], ids=["portrait", "landscape"])
def test_a_number_is_taken_at_the_kiosk_with_three_touches(browse: Browse, snap: Snap, size):
    here = an_office()
    for _ in range(7):
        a_ticket(here)
    name = f"kiosk-{size[0]}"
    page = browse(*size, has_touch=True)
    page.goto(f"/kiosk/{here.code}")
    snap(page, f"{name}-1-language")
    assert_accessible(page)
    page.get_by_role("button", name="English").tap()
    expect(page.get_by_role("heading", name="What do you come for?")).to_be_visible()
    snap(page, f"{name}-2-services")
    assert_accessible(page)
    assert_fits(page)
    page.get_by_role("link", name="International passport").tap()
    expect(page.get_by_role("heading", name="What to bring")).to_be_visible()
    snap(page, f"{name}-3-service")
    assert_accessible(page)
    page.get_by_role("button", name="Senior citizen").tap()
    expect(page.locator("h1.number")).to_have_text("AK001")
    snap(page, f"{name}-4-number")
    assert_accessible(page)
    assert_fits(page)
    assert page.locator("h1.number").bounding_box()["width"] > size[0] * 0.3
    for target in page.locator("a.button, button:visible").all():
        assert target.bounding_box()["height"] >= 72


def test_every_language_and_mode_fits_a_kiosk(browse: Browse, snap: Snap):
    here = an_office()
    for language, button in (("ms", "Bahasa Melayu"), ("zh", "简体中文"), ("ta", "தமிழ்")):
        page = browse(*PORTRAIT)
        page.goto(f"/kiosk/{here.code}")
        page.get_by_role("button", name=button).click()
        page.locator("a.tile").first.click()
        expect(page.locator("button[value=general]")).to_be_visible()
        snap(page, f"kiosk-{language}-service")
        assert_fits(page)
    for mode in ("text", "contrast", "reach"):
        page.locator(f"[data-display={mode}]").click()
        snap(page, f"kiosk-ta-{mode}")
        assert_fits(page)
    assert_accessible(page)
    page.goto(f"/kiosk/{here.code}")
    expect(page.locator("html")).not_to_have_attribute("data-contrast", "high")


def test_low_reach_keeps_every_control_in_the_lower_part(browse: Browse):
    here = an_office()
    page = browse(*PORTRAIT)
    page.goto(f"/kiosk/{here.code}")
    page.locator("[data-display=reach]").click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("searchbox")).to_be_visible()
    for control in page.locator("a.tile, button:visible").all():
        assert control.bounding_box()["y"] > PORTRAIT[1] * 0.35


def test_a_kiosk_is_used_by_keyboard_alone(browse: Browse):
    here = an_office()
    page = browse(*LANDSCAPE)
    page.goto(f"/kiosk/{here.code}/services")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("memandu")
    expect(page.locator("a.tile:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("a.tile")).to_have_count(1)
    page.locator("a.tile").focus()
    page.keyboard.press("Enter")
    page.locator("button[value=general]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1.number")).to_have_text("G001")


def test_keys_on_the_screen_search_and_type_a_reference(browse: Browse, snap: Snap):
    here = an_office(one_ticket_each=True)
    page = browse(*PORTRAIT, has_touch=True)
    page.goto(f"/kiosk/{here.code}")
    page.get_by_role("button", name="English").tap()
    page.get_by_role("button", name="Keyboard on the screen").tap()
    expect(page.get_by_role("button", name="Q", exact=True)).to_be_visible()
    for key in "TAX":
        page.get_by_role("button", name=key, exact=True).tap()
    snap(page, "kiosk-search")
    expect(page.locator("a.tile:visible")).to_have_count(3)
    page.get_by_role("link", name="Road tax").tap()
    for key in "0123456789":
        page.get_by_role("button", name=key, exact=True).tap()
    snap(page, "kiosk-reference")
    page.get_by_role("button", name="Take a number").tap()
    expect(page.locator("h1.number")).to_have_text("H001")


def test_a_double_tap_in_the_browser_is_one_number(browse: Browse):
    here = an_office()
    page = browse(*LANDSCAPE)
    page.goto(f"/kiosk/{here.code}/services/TAX")
    page.locator("button[value=general]").dblclick(no_wait_after=True)
    expect(page.locator("h1.number")).to_have_text("C001")
    assert queueing.Ticket.objects.count() == 1


def test_a_kiosk_left_alone_warns_and_starts_again(browse: Browse, snap: Snap):
    here = an_office()
    page = browse(*PORTRAIT)
    page.clock.install()
    page.goto(f"/kiosk/{here.code}/services")
    page.locator("[data-display=contrast]").click()
    page.clock.fast_forward(46_000)
    expect(page.get_by_role("dialog")).to_be_visible()
    snap(page, "kiosk-idle")
    page.clock.fast_forward(16_000)
    expect(page).to_have_url(re.compile(f"/kiosk/{here.code}$"))
    expect(page.locator("html")).not_to_have_attribute("data-contrast", "high")


def test_a_phone_takes_a_number_and_turns_amber_when_called(browse: Browse, snap: Snap):
    here = an_office()
    aminah = an_officer(here)
    counter = open_counter(here, "3", aminah)
    for _ in range(3):
        a_ticket(here)
    page = browse(*PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    page.goto(f"/kiosk/{here.code}")
    snap(page, "phone-1-language")
    page.get_by_role("button", name="English").tap()
    expect(page.get_by_role("heading", name="What do you come for?")).to_be_visible()
    snap(page, "phone-2-services")
    assert_fits(page)
    page.get_by_role("link", name="International passport").tap()
    expect(page.get_by_role("heading", name="What to bring")).to_be_visible()
    snap(page, "phone-3-service")
    assert_fits(page)
    page.get_by_role("button", name="Take a number").tap()
    expect(page.locator(".ticket__number .number")).to_have_text("A004")
    expect(page.get_by_text("3 people ahead of you")).to_be_visible()
    snap(page, "phone-4-waiting")
    assert_fits(page)
    assert_accessible(page)
    for left in ("2 people ahead of you", "1 person ahead of you", "You are next"):
        queueing.call_next(branch_id=here.id, counter_id=counter, by=aminah)
        expect(page.get_by_text(left)).to_be_visible()
    page.evaluate("navigator.vibrate = (pattern) => { window.shaken = pattern; return true; }")
    page.get_by_role("button", name="Sound when I am called").tap()
    queueing.call_next(branch_id=here.id, counter_id=counter, by=aminah)
    expect(page.locator(".ticket__counter")).to_have_text("3")
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 210, 74)")
    expect(page).to_have_title("A004 → 3")
    expect(page.get_by_role("status").filter(has_text="go to counter 3")).to_have_count(1)
    assert page.evaluate("window.shaken.length") > 0
    snap(page, "phone-5-called")
    assert_fits(page)
    assert_accessible(page)


def test_a_customer_who_is_late_or_missed_the_call_helps_oneself(browse: Browse, snap: Snap):
    here = an_office()
    aminah = an_officer(here)
    counter = open_counter(here, "1", aminah)
    mine = a_ticket(here, "A", "C", language="en")
    page = browse(*PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    page.goto(f"/t/{queueing.track_token(mine.pk)}")
    page.get_by_text("I will be late").tap()
    snap(page, "phone-late")
    page.get_by_role("button", name="10 minutes").tap()
    expect(page.get_by_text("You are not called before")).to_be_visible()
    snap(page, "phone-later")
    queueing.call_number(
        branch_id=here.id, counter_id=counter, ticket_id=mine.pk, reason="mistake", by=aminah
    )
    expect(page.locator(".ticket__counter")).to_be_visible()
    queueing.no_show(branch_id=here.id, ticket_id=mine.pk, by=aminah)
    snap_when(page, snap, "I am back", "phone-missed")
    page.get_by_role("button", name="I am back").tap()
    expect(page.get_by_text("You are next")).to_be_visible()
    page.get_by_text("Cancel my number", exact=True).tap()
    snap(page, "phone-cancel")
    page.get_by_role("button", name="Yes, cancel my number").tap()
    expect(page.get_by_text("You have cancelled this number")).to_be_visible()
    snap(page, "phone-cancelled")
    assert_accessible(page)


def snap_when(page: Page, snap: Snap, words: str, name: str) -> None:
    expect(page.get_by_role("button", name=words)).to_be_visible()
    snap(page, name)


def test_b15_a_disruption_appears_on_kiosk_and_phone_by_itself(browse: Browse, snap: Snap):
    here = an_office()
    mine = a_ticket(here, language="en")
    phone = browse(*PHONE)
    phone.goto(f"/t/{queueing.track_token(mine.pk)}")
    kiosk = browse(*PORTRAIT)
    kiosk.goto(f"/kiosk/{here.code}")
    words = {
        "ms": "Sistem pasport tergendala. Dijangka pulih jam 11:00.",
        "en": "The passport system is down. Expected back at 11:00.",
    }
    announce_disruption(branch_id=here.id, message=words, actor="user:1")
    expect(phone.get_by_text("Expected back at 11:00")).to_be_visible()
    expect(kiosk.get_by_text("Dijangka pulih jam 11:00")).to_be_visible()
    snap(phone, "phone-disruption")
    snap(kiosk, "kiosk-disruption")
    end_disruption(branch_id=here.id, actor="user:1")
    expect(phone.get_by_text("Expected back at 11:00")).to_have_count(0)


def test_a_closed_kiosk_says_when_to_come(browse: Browse, snap: Snap):
    here = an_office(always_open=False)
    places.SpecialDay.objects.create(
        branch=here.branch,
        date=service_day_of(here),
        name={"ms": "Hari Bersama Pelanggan", "en": "Customer day"},
    )
    for weekday in range(1, 8):
        places.OpeningBlock.objects.create(
            branch=here.branch, weekday=weekday, opens=time(8), closes=time(17)
        )
    layout_changed(branch_id=here.id, what="hours")
    page = browse(*PORTRAIT)
    page.goto(f"/kiosk/{here.code}")
    snap(page, "kiosk-closed-language")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="We are closed now")).to_be_visible()
    snap(page, "kiosk-closed")
    assert_accessible(page)


def service_day_of(here: BuiltBranch):
    from layan.kit import clock
    from layan.places.api import service_day

    return service_day(here.place, clock.now())


def test_a_phone_that_lost_the_server_says_so_and_recovers(browse: Browse, server: Server):
    here = an_office()
    aminah = an_officer(here)
    counter = open_counter(here, "1", aminah)
    mine = a_ticket(here, language="en")
    page = browse(*PHONE)
    page.goto(f"/t/{queueing.track_token(mine.pk)}")
    server.stop()
    queueing.call_next(branch_id=here.id, counter_id=counter, by=aminah)
    server.start()
    expect(page.locator(".ticket__counter")).to_have_text("1", timeout=30_000)
