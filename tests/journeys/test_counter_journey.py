"""An officer works a counter by keyboard alone, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from layan.people.api import Role, person_of_user
from layan.queueing import api as queueing
from layan.queueing.models import OutOfOrderCall, Session
from tests.builders import a_branch, a_person, a_ticket, a_user, open_counter
from tests.journeys.conftest import Browse, Server
from tests.journeys.staff import CONSOLE, PHONE, WALL, busy_office, look, sign_in

Snap = Callable[[Page, str], None]


def number_shown(page: Page):
    return page.locator("[data-number]")


def test_an_officer_serves_customers_by_keyboard_alone(server: Server, browse: Browse, snap: Snap):
    here = a_branch()
    user = a_user("aminah", Role.OFFICER, here)
    page = sign_in(browse, server, user, CONSOLE)
    page.goto("/counter")
    first = a_ticket(here, "A", "C", category="oku", language="zh")
    second = a_ticket(here)
    # Choosing: the skip link, the header and then the counters, all with Tab and Enter.
    page.get_by_role("button", name="Open counter 1").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Counter 1")).to_be_visible()
    page.wait_for_load_state()  # keys are heard from then on
    page.keyboard.press("Space")
    expect(number_shown(page)).to_have_text(first.number)
    expect(page.locator(".console__customer")).to_contain_text("Mandarin")
    page.keyboard.press("F3")
    expect(page.locator(".console__timer")).to_contain_text("called again 1 time")
    snap(page, "console-called")
    page.keyboard.press("F4")
    expect(page.locator(".console__customer .pill").first).to_have_text("Being served")
    page.keyboard.press("F9")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("1")
    expect(page.locator("[data-step=now]")).to_have_text("Tax")
    expect(number_shown(page)).to_have_text(first.number)
    page.keyboard.press("F9")
    page.keyboard.press("F9")
    expect(number_shown(page)).to_have_count(0)
    page.keyboard.press("F2")
    expect(number_shown(page)).to_have_text(second.number)
    page.keyboard.press("F8")
    expect(page.get_by_role("button", name=f"{second.number} is back")).to_be_visible()
    first.refresh_from_db()
    assert first.state == "done"


def test_undo_by_keyboard_within_its_visible_time(server: Server, browse: Browse):
    here = a_branch()
    page = sign_in(browse, server, a_user("aminah", Role.OFFICER, here), CONSOLE)
    ticket = a_ticket(here)
    page.goto(f"/counter/{here.counter('1')}")
    page.keyboard.press("F2")
    expect(page.get_by_role("button", name="Call next")).to_be_visible()
    page.wait_for_load_state()  # keys are heard from then on
    page.keyboard.press("F2")
    expect(number_shown(page)).to_have_text(ticket.number)
    expect(page.locator("#key-undo")).to_contain_text(" s")
    page.keyboard.press("Control+z")
    expect(number_shown(page)).to_have_count(0)
    expect(page.locator("#queue")).to_contain_text(ticket.number)
    expect(page.locator("#key-undo")).to_be_disabled()


def test_hold_resume_transfer_add_break_and_close_by_keyboard(server: Server, browse: Browse):
    here = a_branch()
    user = a_user("aminah", Role.OFFICER, here)
    colleague = person_of_user(a_user("siti", Role.OFFICER, here))
    queueing.open_counter(branch_id=here.id, counter_id=here.counter("2"), by=colleague)
    queueing.open_counter(branch_id=here.id, counter_id=here.counter("1"), by=person_of_user(user))
    ticket = a_ticket(here)
    page = sign_in(browse, server, user, CONSOLE)
    page.goto(f"/counter/{here.counter('1')}")
    page.keyboard.press("F2")
    expect(number_shown(page)).to_have_text(ticket.number)
    page.keyboard.press("F7")
    expect(page.get_by_role("button", name=f"Resume {ticket.number}")).to_be_enabled()
    page.keyboard.press("r")
    expect(number_shown(page)).to_have_text(ticket.number)
    page.keyboard.press("a")
    expect(page.get_by_role("dialog")).to_contain_text("Which service is added")
    page.keyboard.press("c")
    expect(page.locator(".console__visit")).to_contain_text("Tax")
    page.keyboard.press("F6")
    expect(page.get_by_role("dialog")).to_contain_text("keeps the number")
    page.keyboard.press("2")
    expect(page.get_by_role("dialog")).to_contain_text("To which counter?")
    page.keyboard.press("1")
    expect(number_shown(page)).to_have_count(0)
    ticket.refresh_from_db()
    assert ticket.lane.startswith(f"c{here.counter('2')}")
    page.keyboard.press("b")
    expect(page.get_by_role("dialog")).to_contain_text("Why does the counter pause?")
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="End the break")).to_be_visible()
    assert Session.objects.get(counter=here.counter("1"), closed_at=None).reason == "prayer"
    page.keyboard.press("F2")
    expect(page.get_by_role("button", name="Call next")).to_be_visible()
    page.wait_for_load_state()  # keys are heard from then on
    page.locator("#key-close").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Open this counter")).to_be_visible()


def test_b14_a_number_is_called_before_its_turn_from_its_explanation(server: Server, browse: Browse):
    here = a_branch()
    user = a_user("aminah", Role.OFFICER, here)
    queueing.open_counter(branch_id=here.id, counter_id=here.counter("1"), by=person_of_user(user))
    first, second = a_ticket(here), a_ticket(here)
    page = sign_in(browse, server, user, CONSOLE)
    page.goto(f"/counter/{here.counter('1')}")
    page.get_by_role("link", name=f"{second.number}: why this place?").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"Why {second.number} stands where it does")
    expect(dialog).to_contain_text(first.number)
    dialog.get_by_role("button", name=f"Call {second.number} before its turn").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Number", exact=True)).to_have_value(second.number)
    expect(page.get_by_role("dialog")).to_contain_text("appears in the fairness list")
    page.get_by_label("Frail or unwell customer").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(number_shown(page)).to_have_text(second.number)
    call = OutOfOrderCall.objects.get()
    assert (call.reason, call.passed_over) == ("frail", 1)


def test_two_tabs_of_one_counter_agree_and_an_open_dialog_is_left_alone(server: Server, browse: Browse):
    here = a_branch()
    user = a_user("aminah", Role.OFFICER, here)
    queueing.open_counter(branch_id=here.id, counter_id=here.counter("1"), by=person_of_user(user))
    ticket = a_ticket(here)
    first, second = (sign_in(browse, server, user, CONSOLE) for _tab in range(2))
    for page in (first, second):
        page.goto(f"/counter/{here.counter('1')}")
    second.keyboard.press("b")
    expect(second.get_by_role("dialog")).to_be_visible()
    first.keyboard.press("F2")
    expect(number_shown(first)).to_have_text(ticket.number)
    # The second tab learns of it from the stream, but not under the open dialog; its stale key does nothing.
    expect(second.locator("#queue")).not_to_contain_text(ticket.number)
    expect(second.get_by_role("dialog")).to_be_visible()
    second.keyboard.press("1")
    expect(second.locator("#messages")).to_contain_text("changed in the meantime")
    expect(number_shown(second)).to_have_text(ticket.number)
    first.keyboard.press("F4")
    expect(second.locator(".console__customer .pill").first).to_have_text("Being served")


def test_the_line_refreshes_without_taking_the_focus_or_moving_the_keys(server: Server, browse: Browse):
    here = a_branch()
    user = a_user("aminah", Role.OFFICER, here)
    queueing.open_counter(branch_id=here.id, counter_id=here.counter("1"), by=person_of_user(user))
    first = a_ticket(here)
    page = sign_in(browse, server, user, CONSOLE)
    page.goto(f"/counter/{here.counter('1')}")
    before = page.locator("#key-next").bounding_box()
    link = page.get_by_role("link", name=f"{first.number}: why this place?")
    link.focus()
    emergency = a_ticket(here, category="emergency")
    expect(page.locator("#queue")).to_contain_text(emergency.number)
    expect(link).to_be_focused()
    assert page.locator("#key-next").bounding_box() == before


def test_a_press_that_lasts_while_the_line_changes_still_counts(server: Server, browse: Browse):
    here = a_branch()
    user = a_user("aminah", Role.OFFICER, here)
    officer = person_of_user(user)
    counter = open_counter(here, "1", officer)
    ticket = a_ticket(here)
    queueing.call_next(branch_id=here.id, counter_id=counter, by=officer)
    queueing.hold(branch_id=here.id, ticket_id=ticket.pk, by=officer)
    page = sign_in(browse, server, user, CONSOLE)
    page.goto(f"/counter/{counter}")
    page.get_by_role("button", name=f"Resume {ticket.number}").hover()
    page.mouse.down()
    with page.expect_response("**/queue"):
        a_ticket(here)
    page.mouse.up()
    expect(number_shown(page)).to_have_text(ticket.number)


def test_b2_an_emergency_covers_the_head_of_its_counter_and_moves_nothing(
    server: Server, browse: Browse, snap: Snap
):
    here = a_branch()
    user = a_user("aminah", Role.OFFICER, here)
    queueing.open_counter(branch_id=here.id, counter_id=here.counter("4"), by=person_of_user(user))
    page = sign_in(browse, server, user, CONSOLE)
    page.goto(f"/counter/{here.counter('4')}")
    before = page.locator("#key-next").bounding_box()
    ticket = a_ticket(here, category="emergency")
    expect(page.get_by_role("alert")).to_contain_text(f"Emergency {ticket.number} is waiting")
    assert page.locator("#key-next").bounding_box() == before
    snap(page, "console-emergency")
    page.keyboard.press("Space")
    expect(number_shown(page)).to_have_text(ticket.number)
    expect(page.locator(".console__emergency")).to_have_count(0)


def test_a_lost_connection_is_said_and_the_key_works_again(server: Server, browse: Browse):
    here = a_branch()
    user = a_user("aminah", Role.OFFICER, here)
    queueing.open_counter(branch_id=here.id, counter_id=here.counter("1"), by=person_of_user(user))
    ticket = a_ticket(here)
    page = sign_in(browse, server, user, CONSOLE)
    page.goto(f"/counter/{here.counter('1')}")
    page.route("**/do", lambda route: route.abort())
    page.keyboard.press("F2")
    expect(page.locator("#messages")).to_contain_text("The connection failed")
    page.unroute("**/do")
    page.keyboard.press("F2")
    expect(number_shown(page)).to_have_text(ticket.number)
    expect(page.locator("#messages")).not_to_contain_text("The connection failed")


def test_signed_out_meanwhile_leads_to_the_sign_in_page(server: Server, browse: Browse):
    here = a_branch()
    user = a_user("aminah", Role.OFFICER, here)
    queueing.open_counter(branch_id=here.id, counter_id=here.counter("1"), by=person_of_user(user))
    page = sign_in(browse, server, user, CONSOLE)
    page.goto(f"/counter/{here.counter('1')}")
    page.context.clear_cookies()
    page.keyboard.press("F2")
    page.wait_for_url("**/accounts/login/**")


def test_the_supervisor_closing_the_counter_shows_on_its_console(server: Server, browse: Browse):
    here = a_branch()
    user = a_user("aminah", Role.OFFICER, here)
    queueing.open_counter(branch_id=here.id, counter_id=here.counter("1"), by=person_of_user(user))
    page = sign_in(browse, server, user, CONSOLE)
    page.goto(f"/counter/{here.counter('1')}")
    supervisor = a_person(Role.SUPERVISOR, here)
    queueing.close_counter(branch_id=here.id, counter_id=here.counter("1"), by=supervisor)
    expect(page.get_by_role("button", name="Open this counter")).to_be_visible()


@pytest.mark.parametrize("size", [CONSOLE, WALL, PHONE], ids=["console", "wall", "phone"])
def test_the_console_fits_and_is_accessible(
    server: Server, browse: Browse, snap: Snap, size: tuple[int, int]
):
    office = busy_office()
    page = sign_in(browse, server, office.officers["2"], size)
    page.goto("/counter")
    look(page, snap, f"counter-choose-{size[0]}")
    page.goto(f"/counter/{office.counter('2')}")
    expect(page.locator(".queue__item").first).to_be_visible()
    look(page, snap, f"console-{size[0]}")
    for key, name in (("F9", "finish"), ("F6", "transfer"), ("1", "transfer-service"), ("a", "add")):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_be_visible()
        if size == CONSOLE:
            snap(page, f"console-{name}")
        if key != "F6":
            page.keyboard.press("Escape")
    page.locator(".queue__item a").nth(3).click()
    expect(page.get_by_role("dialog")).to_contain_text("Why")
    look(page, snap, f"console-explain-{size[0]}")
