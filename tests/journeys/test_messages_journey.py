"""A customer asks on the telephone to be told, is told by e-mail and SMS, and leaves no address behind (B8, A3)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from layan.app.carriers import carriers
from layan.app.message_settings import message_settings
from layan.messaging.api import use_carriers
from layan.messaging.following import follow
from layan.messaging.models import Subscription
from layan.messaging.posting import post
from layan.messaging.services import erase_after_visits
from layan.people.api import Person, Role
from layan.queueing import api as queueing
from tests.builders import BuiltBranch, a_branch, a_person, a_ticket, a_user, open_counter
from tests.journeys.conftest import Browse, Server
from tests.journeys.staff import look, sign_in
from tests.messaging.servers import SECRET, Bridge, MailRoom

PHONE, DESK = (360, 740), (1280, 800)
Snap = Callable[[Page, str], None]


@dataclass
class Outside:
    """What stands outside the office and takes its messages."""

    mail: MailRoom
    bridge: Bridge


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    """Servers for e-mail and SMS, set up for the office before it starts; this process does the worker's part."""
    with MailRoom() as mail, Bridge() as bridge:
        monkeypatch.setenv("LAYAN_MESSAGES_EMAIL", f"smtp://127.0.0.1:{mail.port}")
        monkeypatch.setenv("LAYAN_MESSAGES_FROM", "Giliran <giliran@example.my>")
        monkeypatch.setenv("LAYAN_MESSAGES_SMS", bridge.url)
        monkeypatch.setenv("LAYAN_MESSAGES_SMS_SECRET", SECRET)
        use_carriers(carriers(message_settings(), demonstrated_in=None))
        yield Outside(mail, bridge)
        use_carriers({})


def work(here: BuiltBranch) -> None:
    """Do a turn of the worker."""
    follow(here.place)
    post(here.place)
    erase_after_visits(place=here.place)


def serve(here: BuiltBranch, counter: int, officer: Person) -> queueing.Ticket:
    ticket = queueing.call_next(branch_id=here.id, counter_id=counter, by=officer)
    queueing.start(branch_id=here.id, ticket_id=ticket.pk, by=officer)
    queueing.finish(branch_id=here.id, ticket_id=ticket.pk, outcome="done", by=officer)
    return ticket


def test_b8_a_customer_is_told_by_e_mail_and_sms_and_leaves_no_address(
    outside: Outside, server: Server, browse: Browse, snap: Snap
):
    here = a_branch("SENTOSA")
    user = a_user("aminah", Role.OFFICER, here)
    officer = a_person(Role.OFFICER, here, actor=f"user:{user.pk}", user_id=user.pk)
    counter = open_counter(here, "1", officer)
    for _ in range(4):
        a_ticket(here)
    mine = a_ticket(here, language="en")
    address = f"/t/{queueing.track_token(mine.pk)}"
    page = browse(*PHONE, has_touch=True)
    page.goto(address)
    look(page, snap, "messages-1-ticket-en")
    page.get_by_role("link", name="Tell me when it is my turn").click()
    look(page, snap, "messages-2-tell-en")
    page.get_by_label("Your mobile number").fill("12345")
    page.get_by_role("button", name="Agree, and tell me by SMS").click()
    expect(page.get_by_text("This is not a mobile number we can reach.")).to_be_visible()
    look(page, snap, "messages-3-wrong-en")
    page.get_by_label("Your mobile number").fill("012-345 6789")
    page.get_by_role("button", name="Agree, and tell me by SMS").click()
    expect(page.get_by_text("You are told by SMS: ••• 6789")).to_be_visible()
    page.get_by_role("link", name="Another way, or another address").click()
    page.get_by_label("Your e-mail address").fill("aisyah@example.my")
    page.get_by_role("button", name="Agree, and tell me by e-mail").click()
    expect(page.get_by_text("You are told by e-mail: a•••@•••.my")).to_be_visible()
    look(page, snap, "messages-4-asked-en")
    for kept in (page.content(), page.url):
        assert "3456789" not in kept
        assert "aisyah@" not in kept

    work(here)
    assert outside.bridge.passed_on == []
    serve(here, counter, officer)
    work(here)
    (nearly,) = outside.bridge.passed_on
    assert (nearly["to"], nearly["channel"], nearly["language"]) == ("+60123456789", "sms", "en")
    assert "number A005, 3 people ahead of you" in nearly["text"]
    assert "3 people ahead of you" in outside.mail.mails[0].get_content()
    for _ in range(3):
        serve(here, counter, officer)
    work(here)
    assert len(outside.bridge.passed_on) == 1
    queueing.call_next(branch_id=here.id, counter_id=counter, by=officer)
    work(here)
    assert "please come to counter 1" in outside.bridge.passed_on[-1]["text"]
    assert "please come to counter 1" in outside.mail.mails[-1].get_content()
    assert outside.mail.recipients == ["aisyah@example.my"] * 2
    expect(page.get_by_text("It is your turn. Please go to counter")).to_be_visible()
    look(page, snap, "messages-5-called-en")

    queueing.start(branch_id=here.id, ticket_id=mine.pk, by=officer)
    queueing.finish(branch_id=here.id, ticket_id=mine.pk, outcome="done", by=officer)
    work(here)
    assert list(Subscription.objects.values_list("address", flat=True)) == ["", ""]
    page.goto(address)
    expect(page.get_by_text("You are told by")).to_have_count(0)
    page.goto(f"{address}/tell")
    expect(page.get_by_text("Messages are not sent for this number.")).to_be_visible()
    assert len(outside.bridge.passed_on) == 2

    desk = sign_in(browse, server, a_user("salmah", Role.SUPERVISOR, here), DESK)
    for language, name in (("ms", "messages-6-floor-ms"), ("en", "messages-6-floor-en")):
        desk.context.add_cookies([{"name": "layan_language", "value": language, "url": server.url}])
        desk.goto(f"/floor/{here.code}/messages")
        expect(desk.get_by_role("cell", name="SMS").first).to_be_visible()
        look(desk, snap, name)
        assert "6789" not in desk.content()
    desk.set_viewport_size({"width": 360, "height": 740})
    look(desk, snap, "messages-7-floor-phone")


def test_b8_a_customer_stops_messages_with_one_touch_in_malay(
    outside: Outside, server: Server, browse: Browse, snap: Snap
):
    here = a_branch("SENTOSA")
    mine = a_ticket(here, language="ms")
    page = browse(*PHONE, has_touch=True)
    page.goto(f"/t/{queueing.track_token(mine.pk)}/tell")
    look(page, snap, "messages-8-tell-ms")
    page.locator("[name=sms-address]").fill("+60 19-876 5432")
    page.locator("button[value=sms]").click()
    expect(page.get_by_text("••• 5432")).to_be_visible()
    look(page, snap, "messages-9-asked-ms")
    page.locator("button[name=stop]").click()
    expect(page.get_by_text("••• 5432")).to_have_count(0)
    assert Subscription.objects.get().address == ""
