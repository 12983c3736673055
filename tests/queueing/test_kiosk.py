"""The kiosk, page by page: three touches to a number, and every way it is refused or repeated."""

import re
from datetime import UTC, datetime, time

import pytest
import time_machine
from django.test import Client

from layan.kit.models import IdempotencyRecord
from layan.people.api import Role, create_token
from layan.places import models as places
from layan.places.api import announce_disruption, layout_changed
from layan.queueing import api as queueing
from layan.queueing.taking import PUBLIC_NUMBERS
from tests.builders import BuiltBranch, a_branch, a_person, a_ticket, a_user, open_counter

pytestmark = pytest.mark.django_db

#: A Wednesday, at 02:00 and at 16:00 in Malaysia.
NIGHT = datetime(2026, 7, 7, 18, 0, tzinfo=UTC)
AFTERNOON = datetime(2026, 7, 8, 8, 0, tzinfo=UTC)


def a_public_branch(code: str = "UTC-A", **fields: object) -> BuiltBranch:
    return a_branch(code, public_kiosk=True, **fields)


def an_office_open_in_office_hours(**fields: object) -> BuiltBranch:
    """Build a branch open from Monday to Friday, 8:00 to 17:00."""
    here = a_public_branch(always_open=False, **fields)
    for weekday in range(1, 6):
        places.OpeningBlock.objects.create(
            branch=here.branch, weekday=weekday, opens=time(8), closes=time(17)
        )
    layout_changed(branch_id=here.id, what="hours")
    return here


def a_visitor(language: str = "en") -> Client:
    visitor = Client(enforce_csrf_checks=False)
    visitor.cookies["layan_language"] = language
    return visitor


def a_registered_screen(here: BuiltBranch) -> Client:
    screen = a_visitor()
    token = create_token(role=Role.KIOSK, name="entrance", branch_id=here.id)
    assert screen.post("/device", {"token": token}).status_code == 302
    return screen


def key_of(page: bytes) -> str:
    found = re.search(rb'name="key" value="([^"]+)"', page)
    assert found is not None
    return found[1].decode()


def take(visitor: Client, here: BuiltBranch, service: str = "PASSPORT", *, also: str = "", **data: str):
    """Open a service's page and touch a category there."""
    address = f"/kiosk/{here.code}/services/{service}" + (f"?also={also}" if also else "")
    form = {"category": "general", "key": key_of(visitor.get(address).content), **data}
    return visitor.post(address, form)


def test_a_number_is_three_touches_from_the_language():
    here = a_public_branch()
    visitor = Client()
    start = visitor.get(f"/kiosk/{here.code}").content.decode()
    assert all(name in start for name in ("Bahasa Melayu", "English", "简体中文", "தமிழ்"))
    chosen = visitor.post("/i18n/setlang/", {"language": "en", "next": f"/kiosk/{here.code}/services"})
    tiles = visitor.get(chosen["Location"]).content.decode()
    address = re.search(r'class="tile" href="([^"]+PASSPORT)"', tiles)[1]
    detail = visitor.get(address).content
    given = visitor.post(address, {"category": "senior", "key": key_of(detail)}, follow=True)
    assert given.status_code == 200
    assert "AK001" in given.content.decode()
    ticket = queueing.Ticket.objects.get()
    assert (ticket.category, ticket.language, ticket.issued_by) == ("senior", "en", "public")


@pytest.mark.parametrize("category", ["general", "senior", "oku", "pregnant", "infant", "emergency"])
def test_b2_each_category_is_one_touch_without_proof(category):
    here = a_public_branch()
    visitor = a_visitor()
    page = visitor.get(f"/kiosk/{here.code}/services/PASSPORT").content.decode()
    assert f'name="category" value="{category}"' in page
    take(visitor, here, category=category)
    assert queueing.Ticket.objects.get().category == category


def test_an_appointment_is_not_taken_at_the_kiosk():
    here = a_public_branch()
    answer = take(a_visitor(), here, category="appointment")
    assert answer.status_code == 422
    assert not queueing.Ticket.objects.exists()


def test_a_double_tap_gives_one_number():
    here = a_public_branch()
    visitor = a_visitor()
    address = f"/kiosk/{here.code}/services/PASSPORT"
    key = key_of(visitor.get(address).content)
    first = visitor.post(address, {"category": "general", "key": key})
    second = visitor.post(address, {"category": "general", "key": key})
    assert first["Location"] == second["Location"]
    assert queueing.Ticket.objects.count() == 1
    assert take(visitor, here)["Location"] != first["Location"]


def test_the_same_form_after_the_visit_ended_gives_a_new_number():
    here = a_public_branch()
    visitor = a_visitor()
    address = f"/kiosk/{here.code}/services/PASSPORT"
    form = {"category": "general", "key": key_of(visitor.get(address).content)}
    visitor.post(address, form)
    ticket = queueing.Ticket.objects.get()
    queueing.cancel(branch_id=here.id, ticket_id=ticket.pk, by=queueing.holder(ticket.pk))
    visitor.post(address, form)
    assert queueing.Ticket.objects.filter(state="waiting").count() == 1


def test_a_refused_form_leaves_no_trace_and_may_be_sent_again():
    here = an_office_open_in_office_hours()
    visitor = a_visitor()
    address = f"/kiosk/{here.code}/services/PASSPORT"
    with time_machine.travel(AFTERNOON, tick=False):
        form = {"category": "general", "key": key_of(visitor.get(address).content)}
    with time_machine.travel(NIGHT, tick=False):
        assert visitor.post(address, form).status_code == 409
        assert not IdempotencyRecord.objects.exists()
    with time_machine.travel(AFTERNOON, tick=False):
        assert visitor.post(address, form).status_code == 302


@pytest.mark.parametrize("key", ["", "short", "x" * 200, "a b c d e f g h i j k l", "é" * 20])
def test_a_form_without_its_key_takes_no_number(key):
    here = a_public_branch()
    answer = a_visitor().post(f"/kiosk/{here.code}/services/PASSPORT", {"category": "general", "key": key})
    assert answer.status_code == 422
    assert not queueing.Ticket.objects.exists()


def test_what_to_bring_and_the_fee_are_shown_before_a_number_is_taken():
    here = a_public_branch()
    passport = here.services["A"]
    passport.bring = {"ms": "Kad pengenalan", "en": "Identity card"}
    passport.fee = {"ms": "RM200", "en": "RM200"}
    passport.save()
    layout_changed(branch_id=here.id, what="service")
    page = a_visitor().get(f"/kiosk/{here.code}/services/PASSPORT").content.decode()
    assert page.index("Identity card") < page.index('value="general"')
    assert page.index("RM200") < page.index('value="general"')


def test_tiles_say_how_many_wait_and_are_found_in_any_language():
    here = a_public_branch()
    a_ticket(here, "A"), a_ticket(here, "A"), a_ticket(here, "B")
    visitor = a_visitor()
    tiles = visitor.get(f"/kiosk/{here.code}/services").content.decode()
    assert "2 people waiting" in tiles
    assert "1 person waiting" in tiles
    assert "Nobody is waiting" in tiles
    found = visitor.get(f"/kiosk/{here.code}/services", {"q": "驾照"}).content.decode()
    assert "Licence" in found
    assert "Passport" not in found
    none = visitor.get(f"/kiosk/{here.code}/services", {"q": "dragons"}).content.decode()
    assert "Nothing by that name" in none


def test_b3_several_services_are_under_one_number_in_the_order_chosen():
    here = a_public_branch()
    visitor = a_visitor()
    tiles = visitor.get(f"/kiosk/{here.code}/services?also=TAX").content.decode()
    assert "services/TAX" not in tiles
    assert "services/PASSPORT?also=TAX" in tiles
    page = visitor.get(take(visitor, here, "PASSPORT", also="TAX")["Location"]).content.decode()
    ticket = queueing.Ticket.objects.get()
    assert (ticket.number, ticket.remaining) == ("C001", ["PASSPORT"])
    assert "The same number also serves for:" in page


def test_b13_outside_the_hours_the_kiosk_says_when_to_come():
    here = an_office_open_in_office_hours()
    visitor = a_visitor()
    with time_machine.travel(NIGHT, tick=False):
        start = visitor.get(f"/kiosk/{here.code}").content.decode()
        assert "08:00" in start
        page = visitor.get(f"/kiosk/{here.code}/services").content.decode()
        assert "We are closed now" in page
        assert "Please come on Wednesday, 8 July from 08:00." in page
        assert "services/PASSPORT" not in page
        detail = visitor.get(f"/kiosk/{here.code}/services/PASSPORT").content.decode()
        assert 'name="category"' not in detail


def test_b13_while_a_counter_is_open_its_services_are_given_outside_the_hours():
    here = an_office_open_in_office_hours()
    boss = a_person(Role.SUPERVISOR, here)
    visitor = a_visitor()
    with time_machine.travel(NIGHT, tick=False):
        open_counter(here, "1", boss)
        assert take(visitor, here).status_code == 302


def test_b13_the_last_number_is_given_some_minutes_before_closing():
    here = an_office_open_in_office_hours()
    tax = here.services["C"]
    tax.last_ticket_minutes = 90
    tax.save()
    layout_changed(branch_id=here.id, what="service")
    visitor = a_visitor()
    with time_machine.travel(AFTERNOON, tick=False):
        tiles = visitor.get(f"/kiosk/{here.code}/services").content.decode()
        assert "Numbers for this service ended at 15:30" in tiles
        assert "services/TAX" not in tiles
        assert "services/PASSPORT" in tiles
        answer = visitor.post(f"/kiosk/{here.code}/services/TAX", {"category": "general", "key": "k" * 24})
        assert answer.status_code == 409
        assert "15:30" in answer.content.decode()


def test_b13_a_long_line_is_advice_and_never_a_refusal():
    here = a_public_branch()
    passport = here.services["A"]
    passport.queue_limit = 1
    passport.save()
    layout_changed(branch_id=here.id, what="service")
    a_ticket(here, "A")
    visitor = a_visitor()
    assert "Many people are waiting" in visitor.get(f"/kiosk/{here.code}/services/PASSPORT").content.decode()
    given = visitor.get(take(visitor, here)["Location"]).content.decode()
    assert "Many people are waiting" in given
    assert "1 person ahead of you" in given


def test_b14_one_live_number_for_each_reference():
    here = a_public_branch(one_ticket_each=True)
    visitor = a_visitor()
    without = take(visitor, here)
    assert without.status_code == 422
    assert "telephone number or reference" in without.content.decode()
    assert take(visitor, here, reference="012-345 6789").status_code == 302
    again = take(visitor, here, reference="+60123456789")
    assert again.status_code == 409
    assert "already hold a number" in again.content.decode()
    ticket = queueing.Ticket.objects.get()
    assert "123456789" not in ticket.holder


def test_b15_a_disruption_is_said_on_every_kiosk_page():
    here = a_public_branch()
    announce_disruption(
        branch_id=here.id, message={"ms": "Sistem tergendala", "en": "System down"}, actor="user:1"
    )
    visitor = a_visitor()
    assert "Sistem tergendala" in visitor.get(f"/kiosk/{here.code}").content.decode()
    for page in ("services", "services/PASSPORT"):
        assert "System down" in visitor.get(f"/kiosk/{here.code}/{page}").content.decode()
    assert "System down" in visitor.get(take(visitor, here)["Location"]).content.decode()


def test_the_number_page_shows_a_code_to_scan_and_where_to_wait():
    here = a_public_branch()
    visitor = a_visitor()
    page = visitor.get(take(visitor, here)["Location"]).content.decode()
    ticket = queueing.Ticket.objects.get()
    assert f"http://testserver/t/{queueing.track_token(ticket.pk)}" in page
    assert "<svg viewBox" in page
    assert "Please wait in Hall." in page
    assert " style=" not in page
    assert "<script>" not in page


def test_a_new_visit_forgets_the_language_and_what_the_last_person_chose_for_their_eyes():
    here = a_public_branch()
    visitor = a_visitor("ta")
    visitor.cookies["layan_display"] = "contrast.text"
    inside = visitor.get(f"/kiosk/{here.code}/services").content.decode()
    assert 'data-contrast="high"' in inside
    start = visitor.get(f"/kiosk/{here.code}")
    assert 'data-contrast="high"' not in start.content.decode()
    assert '<html lang="ms"' in start.content.decode()
    assert start.cookies["layan_display"]["max-age"] == 0


def test_a_screen_that_is_not_registered_says_how_to_register_it():
    here = a_branch()
    visitor = a_visitor()
    for page in ("", "/now", "/services", "/services/PASSPORT"):
        answer = visitor.get(f"/kiosk/{here.code}{page}")
        assert answer.status_code == 403
        assert 'href="/device"' in answer.content.decode()
    refused = visitor.post(f"/kiosk/{here.code}/services/PASSPORT", {"category": "general", "key": "k" * 24})
    assert refused.status_code == 403
    assert not queueing.Ticket.objects.exists()


def test_a_registered_screen_issues_at_its_own_branch_and_nowhere_else():
    here, elsewhere = a_branch("HERE"), a_branch("THERE")
    screen = a_registered_screen(here)
    assert take(screen, here).status_code == 302
    assert queueing.Ticket.objects.get().issued_by.startswith("token:")
    assert screen.get(f"/kiosk/{elsewhere.code}/services").status_code == 403


def test_an_officer_issues_at_the_reception_of_the_own_branch_only():
    here, elsewhere = a_branch("HERE"), a_branch("THERE")
    officer = a_user("aminah", Role.OFFICER, here)
    browser = a_visitor()
    browser.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")
    assert take(browser, here).status_code == 302
    assert queueing.Ticket.objects.get().issued_by == f"user:{officer.pk}"
    assert browser.get(f"/kiosk/{elsewhere.code}/services").status_code == 403


def test_an_auditor_looks_but_takes_no_number():
    here = a_branch()
    browser = a_visitor()
    browser.force_login(
        a_user("azman", Role.AUDITOR, here), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert browser.get(f"/kiosk/{here.code}/services").status_code == 403


def test_one_address_cannot_empty_a_public_kiosk():
    here, elsewhere = a_public_branch("HERE"), a_public_branch("THERE")
    visitor = a_visitor()
    for _ in range(PUBLIC_NUMBERS):
        assert take(visitor, here).status_code == 302
    refused = take(visitor, here)
    assert refused.status_code == 429
    assert "Please wait 5 minutes" in refused.content.decode()
    assert take(visitor, elsewhere).status_code == 302
    assert take(a_registered_screen(here), here).status_code == 302


def test_another_branch_s_number_is_not_shown():
    here, elsewhere = a_public_branch("HERE"), a_public_branch("THERE")
    token = queueing.track_token(a_ticket(elsewhere).pk)
    visitor = a_visitor()
    assert visitor.get(f"/kiosk/{here.code}/numbers/{token}").status_code == 404
    assert visitor.get(f"/kiosk/{here.code}/numbers/{token}x").status_code == 404
    assert visitor.get(f"/kiosk/{elsewhere.code}/numbers/{token}").status_code == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/kiosk/NOWHERE", 404),
        ("/kiosk/NOWHERE/services", 404),
        ("/kiosk/UTC-A/services/DRAGONS", 422),
        ("/kiosk/UTC-A/services/PASSPORT?also=DRAGONS", 422),
        ("/kiosk/UTC-A/services?also=DRAGONS", 422),
        ("/kiosk/UTC-A/services?q=%ff%fe%00", 200),
        ("/kiosk/UTC-A/services/PASSPORT?also=PASSPORT,,TAX,TAX,TAX,TAX,TAX,TAX,TAX", 200),
        ("/kiosk/UTC-A/services/%00", 422),
        ("/kiosk/%00", 404),
    ],
)
def test_bad_addresses_have_clear_answers(address, status):
    a_public_branch()
    assert a_visitor().get(address).status_code == status


def test_only_the_form_of_a_service_is_posted_to():
    here = a_public_branch()
    visitor = a_visitor()
    for page in ("", "/now", "/services", "/numbers/x"):
        assert visitor.post(f"/kiosk/{here.code}{page}").status_code == 405
    assert visitor.delete(f"/kiosk/{here.code}/services/PASSPORT").status_code == 405


def test_a_form_of_another_site_takes_no_number():
    here = a_public_branch()
    stranger = Client(enforce_csrf_checks=True)
    answer = stranger.post(f"/kiosk/{here.code}/services/PASSPORT", {"category": "general", "key": "k" * 24})
    assert answer.status_code == 403
    assert not queueing.Ticket.objects.exists()


def test_the_public_count_is_answered_with_304_until_something_happens():
    here = a_branch()
    a_ticket(here, "A")
    visitor = a_visitor()
    first = visitor.get(f"/b/{here.code}/waiting")
    assert "1 person" in first.content.decode()
    same = visitor.get(f"/b/{here.code}/waiting", headers={"If-None-Match": first["ETag"]})
    assert same.status_code == 304
    a_ticket(here, "A")
    assert "2 people" in visitor.get(f"/b/{here.code}/waiting").content.decode()
    assert visitor.get("/b/NOWHERE/waiting").status_code == 404
    assert visitor.post(f"/b/{here.code}/waiting").status_code == 405
