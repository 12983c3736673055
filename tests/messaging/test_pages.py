"""The customer's page of messages and the staff's: what they take, refuse and never show (B8, A3)."""

import pytest
from django.test import Client

from layan.messaging.api import Channel, use_carriers
from layan.messaging.models import Subscription
from layan.people.api import Role
from layan.queueing import api as queueing
from tests.builders import BuiltBranch, a_branch, a_ticket, a_user

pytestmark = pytest.mark.django_db(transaction=True)


def address_of(ticket: queueing.Ticket) -> str:
    return f"/t/{queueing.track_token(ticket.pk)}"


@pytest.fixture
def phone() -> Client:
    browser = Client()
    browser.cookies["layan_language"] = "en"
    return browser


def text(answer) -> str:
    return answer.content.decode()


def test_b8_the_ticket_page_offers_messages_only_where_a_channel_is_set_up(here, phone):
    page = address_of(a_ticket(here))
    assert "Tell me when it is my turn" in text(phone.get(page))
    use_carriers({})
    assert "Tell me when it is my turn" not in text(phone.get(page))
    assert "Messages are not sent for this number." in text(phone.get(f"{page}/tell"))


def test_b8_only_the_channels_set_up_are_offered(here, phone, carrier):
    use_carriers({Channel.EMAIL: carrier})
    page = text(phone.get(f"{address_of(a_ticket(here))}/tell"))
    assert "email-address" in page
    assert "sms-address" not in page


def test_a3_the_page_says_before_anything_is_typed_what_is_kept_and_until_when(here, phone):
    page = text(phone.get(f"{address_of(a_ticket(here))}/tell"))
    assert "until your visit is over, and never longer than 24 hours" in page


def test_b8_asking_and_stopping(here, phone):
    page = address_of(a_ticket(here))
    answer = phone.post(f"{page}/tell", {"channel": "sms", "sms-address": "012-345 6789"}, follow=True)
    assert answer.redirect_chain == [(page, 302)]
    assert "You are told by SMS: ••• 6789" in text(answer)
    assert "23456789" not in text(answer) + text(phone.get(f"{page}/tell"))
    assert Subscription.objects.get().language == "en"
    answer = phone.post(f"{page}/tell", {"stop": "sms"}, follow=True)
    assert "You are told by" not in text(answer)
    assert Subscription.objects.get().address == ""


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"channel": "sms", "sms-address": "12"}, 422, "This is not a mobile number we can reach."),
        ({"channel": "email", "email-address": "a@b"}, 422, "This is not an e-mail address."),
        ({"channel": "sms", "sms-address": ""}, 422, "This field is required."),
        ({"channel": "pigeon", "sms-address": "x"}, 422, "Messages are not sent that way here."),
        ({}, 422, "Messages are not sent that way here."),
    ],
)
def test_b8_what_cannot_be_is_said_beside_the_field(here, phone, form, status, words):
    answer = phone.post(f"{address_of(a_ticket(here))}/tell", form)
    assert (answer.status_code, words in text(answer)) == (status, True)
    assert not Subscription.objects.exists()


def test_what_was_typed_is_not_repeated_by_a_refusal_of_another_kind(here, phone):
    for _ in range(5):
        phone.post(f"{address_of(a_ticket(here))}/tell", {"channel": "sms", "sms-address": "012-345 6789"})
    answer = phone.post(
        f"{address_of(a_ticket(here))}/tell", {"channel": "sms", "sms-address": "012-345 6789"}
    )
    assert answer.status_code == 429
    assert "6789" not in text(answer)


def test_b8_a_form_of_another_site_asks_for_nothing(here):
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post(
        f"{address_of(a_ticket(here))}/tell", {"channel": "sms", "sms-address": "012-345 6789"}
    )
    assert answer.status_code == 403
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("token", ["nothing", "00000000000000000000000000000000.x"])
def test_a_stranger_without_the_signed_address_finds_nothing(here, phone, token):
    assert phone.get(f"/t/{token}/tell").status_code == 404
    assert phone.post(f"/t/{token}/tell", {"stop": "sms"}).status_code == 404


def test_the_page_is_kept_by_no_cache_and_found_by_no_search(here, phone):
    answer = phone.get(f"{address_of(a_ticket(here))}/tell")
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_b8_staff_see_counts_and_no_address(here: BuiltBranch, phone):
    page = address_of(a_ticket(here))
    phone.post(f"{page}/tell", {"channel": "email", "email-address": "aisyah@example.my"})
    staff = Client()
    staff.force_login(a_user("salmah", Role.SUPERVISOR, here))
    staff.cookies["layan_language"] = "en"
    shown = text(staff.get(f"/floor/{here.code}/messages"))
    assert "numbers told now" in shown
    assert "aisyah" not in shown


def test_a_supervisor_of_another_branch_sees_nothing(here: BuiltBranch):
    stranger = Client()
    stranger.force_login(a_user("chong", Role.SUPERVISOR, a_branch("UTC-B")))
    assert stranger.get(f"/floor/{here.code}/messages").status_code == 403
