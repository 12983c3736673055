"""The ticket page: what its holder sees in each state, may do, and what a stranger does not learn."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from layan.kit import clock
from layan.people.api import Person, Role
from layan.places.api import announce_disruption, layout_changed
from layan.queueing import api as queueing
from tests.builders import BuiltBranch, a_branch, a_person, a_ticket, a_user, open_counter

pytestmark = pytest.mark.django_db
#: A refused command ends its transaction; the page is drawn after it, which a test's own transaction would not allow.
AFTER_A_REFUSAL = pytest.mark.django_db(transaction=True)


def an_officer(here: BuiltBranch) -> Person:
    officer = a_user("aminah", Role.OFFICER, here)
    return a_person(Role.OFFICER, here, actor=f"user:{officer.pk}", user_id=officer.pk)


def address_of(ticket: queueing.Ticket) -> str:
    return f"/t/{queueing.track_token(ticket.pk)}"


def in_english() -> Client:
    phone = Client()
    phone.cookies["layan_language"] = "en"
    return phone


def text_of(ticket: queueing.Ticket, phone: Client | None = None) -> str:
    answer = (phone or in_english()).get(address_of(ticket))
    assert answer.status_code == 200
    return answer.content.decode()


def call(here: BuiltBranch, counter: int, by: Person) -> None:
    assert queueing.call_next(branch_id=here.id, counter_id=counter, by=by) is not None


def test_b7_it_says_how_many_are_ahead_and_the_line_shortens():
    here = a_branch()
    aminah = an_officer(here)
    counter = open_counter(here, "1", aminah)
    a_ticket(here), a_ticket(here)
    mine = a_ticket(here)
    phone = in_english()
    page = text_of(mine, phone)
    assert mine.number in page
    assert "2 people ahead of you" in page
    assert '<progress class="progress" max="2" value="2"' in page
    call(here, counter, aminah)
    part = phone.get(address_of(mine) + "/now").content.decode()
    assert "1 person ahead of you" in part
    assert '<progress class="progress" max="2" value="1"' in part
    assert "<html" not in part
    call(here, counter, aminah)
    assert "You are next" in phone.get(address_of(mine) + "/now").content.decode()


def test_b3_when_called_it_names_counter_and_way_and_no_member_of_staff():
    here = a_branch()
    hall = here.branch.zones.get(code="HALL")
    hall.directions = {"ms": "Belok kiri", "en": "Turn left"}
    hall.save()
    layout_changed(branch_id=here.id, what="zone")
    aminah = an_officer(here)
    counter = open_counter(here, "1", aminah)
    mine = a_ticket(here)
    call(here, counter, aminah)
    page = text_of(mine)
    assert 'data-ticket-state="called"' in page
    assert '<p class="ticket__counter">1</p>' in page
    assert "Turn left" in page
    assert "Aminah" not in page
    queueing.recall(branch_id=here.id, ticket_id=mine.pk, by=aminah)
    assert "called again" in text_of(mine)
    queueing.start(branch_id=here.id, ticket_id=mine.pk, by=aminah)
    assert "being served at counter 1" in text_of(mine)
    queueing.hold(branch_id=here.id, ticket_id=mine.pk, by=aminah)
    assert "wait near counter 1" in text_of(mine)
    queueing.resume(branch_id=here.id, ticket_id=mine.pk, by=aminah)
    queueing.finish(branch_id=here.id, ticket_id=mine.pk, by=aminah)
    assert "Thank you" in text_of(mine)
    assert 'name="do"' not in text_of(mine)


def test_b3_several_services_are_listed_with_what_is_done():
    here = a_branch()
    aminah = an_officer(here)
    counter = open_counter(here, "1", aminah)
    mine = a_ticket(here, "A", "B", "C")
    call(here, counter, aminah)
    queueing.start(branch_id=here.id, ticket_id=mine.pk, by=aminah)
    queueing.finish(branch_id=here.id, ticket_id=mine.pk, by=aminah)
    page = text_of(mine)
    places = [page.index(word) for word in ("Your services", "Passport", ">Done<", ">Now<", ">After that<")]
    assert places == sorted(places)


@pytest.mark.parametrize("minutes", [5, 10, 15, 20])
def test_i_will_be_late_passes_over_and_keeps_the_place(minutes):
    here = a_branch()
    mine = a_ticket(here)
    answer = in_english().post(address_of(mine), {"minutes": str(minutes)}, follow=True)
    assert "Your place in the line is kept" in answer.content.decode()
    before = mine.waiting_since
    mine.refresh_from_db()
    assert mine.waiting_since == before
    assert mine.not_before - clock.now() <= timedelta(minutes=minutes)


def test_who_came_sooner_than_feared_says_so_and_is_called_again():
    here = a_branch()
    mine = a_ticket(here)
    assert ">I am here<" not in text_of(mine)
    in_english().post(address_of(mine), {"minutes": "20"})
    assert "I am here</button>" in text_of(mine)
    answer = in_english().post(address_of(mine), {"minutes": "0"}, follow=True)
    assert "You are next" in answer.content.decode()
    officer = a_person(Role.OFFICER, here)
    counter = open_counter(here, "1", officer)
    assert queueing.call_next(branch_id=here.id, counter_id=counter, by=officer) == mine


@pytest.mark.parametrize(
    "wish", [{"minutes": "7"}, {"minutes": "-5"}, {"minutes": "١٥"}, {"minutes": ""}, {}, {"do": "fly"}]
)
def test_a_wish_that_is_not_offered_changes_nothing(wish):
    here = a_branch()
    mine = a_ticket(here)
    answer = in_english().post(address_of(mine), wish)
    assert answer.status_code == 422
    assert "Choose one of the values offered" in answer.content.decode()
    mine.refresh_from_db()
    assert (mine.state, mine.not_before) == ("waiting", None)


@AFTER_A_REFUSAL
def test_i_am_back_within_the_tolerance_and_not_after_it():
    here = a_branch()
    aminah = an_officer(here)
    counter = open_counter(here, "1", aminah)
    mine, other = a_ticket(here), a_ticket(here)
    for ticket in (mine, other):
        call(here, counter, aminah)
        queueing.no_show(branch_id=here.id, ticket_id=ticket.pk, by=aminah)
    phone = in_english()
    assert "I am back" in text_of(mine, phone)
    assert phone.post(address_of(mine), {"do": "back"}).status_code == 302
    mine.refresh_from_db()
    assert mine.state == "waiting"
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        assert "I am back" not in text_of(other, phone)
        late = phone.post(address_of(other), {"do": "back"})
        assert late.status_code == 409
        assert "More than 15 minutes" in late.content.decode()


def test_cancel_asks_first_and_a_second_tap_is_harmless():
    here = a_branch()
    mine = a_ticket(here)
    phone = in_english()
    assert "This cannot be taken back" in text_of(mine, phone)
    for _ in range(2):
        answer = phone.post(address_of(mine), {"do": "cancel"}, follow=True)
        assert answer.status_code == 200
        assert "You have cancelled this number" in answer.content.decode()
    mine.refresh_from_db()
    assert (mine.state, mine.outcome) == ("cancelled", "customer")


@AFTER_A_REFUSAL
def test_a_command_that_came_too_late_says_why():
    here = a_branch()
    aminah = an_officer(here)
    counter = open_counter(here, "1", aminah)
    mine = a_ticket(here)
    call(here, counter, aminah)
    answer = in_english().post(address_of(mine), {"minutes": "5"})
    assert answer.status_code == 409
    assert 'data-ticket-state="called"' in answer.content.decode()


def test_b15_a_disruption_is_said_at_once():
    here = a_branch()
    mine = a_ticket(here)
    announce_disruption(
        branch_id=here.id, message={"ms": "Sistem tergendala", "en": "System down"}, actor="user:1"
    )
    assert "System down" in in_english().get(address_of(mine) + "/now").content.decode()


def test_it_speaks_the_language_of_the_ticket_until_its_holder_chooses_another():
    here = a_branch()
    mine = a_ticket(here, language="ta")
    phone = Client()
    assert '<html lang="ta"' in phone.get(address_of(mine)).content.decode()
    phone.post("/i18n/setlang/", {"language": "zh-hans", "next": address_of(mine)})
    page = phone.get(address_of(mine)).content.decode()
    assert '<html lang="zh-Hans"' in page
    assert "护照" in page


def test_it_is_kept_from_caches_search_engines_and_other_sites():
    here = a_branch()
    mine = a_ticket(here)
    for part in ("", "/now"):
        answer = Client().get(address_of(mine) + part)
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer["X-Robots-Tag"]
        assert answer["Referrer-Policy"] == "same-origin"
        assert "unsafe-inline" not in answer["Content-Security-Policy"]


def test_a_forged_or_unknown_address_is_nobody_s():
    here = a_branch()
    mine, other = a_ticket(here), a_ticket(here)
    token = queueing.track_token(mine.pk)
    ident, signature = token.split(".")
    forged = [
        f"{other.pk.hex}.{signature}",
        f"{ident}.{'x' * len(signature)}",
        ident,
        str(mine.pk),
        "x",
        "%00",
        queueing.track_token(uuid4()),
    ]
    for wrong in forged:
        for part in ("", "/now"):
            assert Client().get(f"/t/{wrong}{part}").status_code == 404
        assert Client().post(f"/t/{wrong}", {"do": "cancel"}).status_code == 404
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.state, other.state) == ("waiting", "waiting")


def test_other_methods_and_forms_of_other_sites_are_refused():
    here = a_branch()
    mine = a_ticket(here)
    assert Client().delete(address_of(mine)).status_code == 405
    assert Client().post(address_of(mine) + "/now").status_code == 405
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.post(address_of(mine), {"do": "cancel"}).status_code == 403


@pytest.mark.parametrize("kept", ["", "abc", "-3", "9" * 30, "²", "5"])
def test_a_tampered_cookie_does_not_break_the_line(kept):
    here = a_branch()
    mine = a_ticket(here)
    phone = in_english()
    phone.cookies["layan_ahead"] = kept
    assert phone.get(address_of(mine)).status_code == 200


def test_what_has_not_changed_is_not_sent_again():
    here = a_branch()
    aminah = an_officer(here)
    counter = open_counter(here, "1", aminah)
    a_ticket(here)
    mine = address_of(a_ticket(here)) + "/now"
    phone = in_english()
    tag = phone.get(mine).headers["ETag"]
    assert phone.get(mine, headers={"If-None-Match": tag}).status_code == 304
    call(here, counter, aminah)
    again = phone.get(mine, headers={"If-None-Match": tag})
    assert again.status_code == 200
    assert again.headers["ETag"] != tag
