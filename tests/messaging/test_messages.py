"""A customer who asked is told once of each thing, while it is true, and their address goes with the visit (B8, A3)."""

from datetime import timedelta

import orjson
import pytest
import time_machine

from layan.devices.messaging.fake import FakeCarrier
from layan.kit import clock
from layan.kit.models import Event
from layan.messaging.api import Channel, Failed, Reason, Sent, use_carriers
from layan.messaging.following import first_of_lanes, follow
from layan.messaging.models import CarrierHealth, Followed, Message, Subscription
from layan.messaging.posting import has_due, post
from layan.messaging.rules import NEARLY_AT
from layan.messaging.services import ask, erase_after_visits, forget_old_messages, stop
from layan.people.api import Person
from layan.queueing import api as queueing
from tests.builders import BuiltBranch, a_ticket, open_counter
from tests.refusals import refused

# What sends is called outside every transaction, as the worker does.
pytestmark = pytest.mark.django_db(transaction=True)
PHONE, MAIL = "012-345 6789", "aisyah@example.my"


@pytest.fixture
def noon():
    with time_machine.travel("2026-03-02T04:00:00Z", tick=False) as at:
        yield at


def a_line(here: BuiltBranch, before: int) -> queueing.Ticket:
    """Return a number with so many before it."""
    for _ in range(before):
        a_ticket(here)
    return a_ticket(here)


def told(here: BuiltBranch, carrier: FakeCarrier) -> list[str]:
    """Do a turn of the worker and return every text so far."""
    follow(here.place)
    post(here.place)
    return [message.text for message in carrier.messages]


def asked(ticket: queueing.Ticket, typed: str = PHONE, channel: Channel = Channel.SMS, language: str = "en"):
    return ask(ticket=ticket, channel=channel, typed=typed, language=language)


def call(here: BuiltBranch, counter: int, officer: Person) -> queueing.Ticket:
    return queueing.call_next(branch_id=here.id, counter_id=counter, by=officer)


def serve(here: BuiltBranch, counter: int, officer: Person) -> None:
    ticket = call(here, counter, officer)
    queueing.start(branch_id=here.id, ticket_id=ticket.pk, by=officer)
    queueing.finish(branch_id=here.id, ticket_id=ticket.pk, outcome="done", by=officer)


def test_b8_a_customer_is_told_at_three_ahead_and_at_the_call(here, officer, carrier):
    mine, counter = a_line(here, 5), open_counter(here, "1", officer)
    asked(mine)
    assert told(here, carrier) == []
    serve(here, counter, officer)
    assert told(here, carrier) == []
    serve(here, counter, officer)
    nearly = "Branch UTC-A: number A006, 3 people ahead of you. Please be close by."
    assert told(here, carrier) == [nearly]
    serve(here, counter, officer)
    serve(here, counter, officer)
    assert told(here, carrier) == [nearly], "nearly is told once"
    serve(here, counter, officer)
    call(here, counter, officer)
    assert told(here, carrier) == [nearly, "Branch UTC-A: number A006, please come to counter 1."]
    assert carrier.messages[0].address == "+60123456789"


def test_b8_every_channel_asked_for_is_told_in_its_own_language(here, officer, carrier):
    mine, counter = a_line(here, 0), open_counter(here, "1", officer)
    asked(mine)
    asked(mine, MAIL, Channel.EMAIL, "ms")
    call(here, counter, officer)
    told(here, carrier)
    assert {(message.channel, message.address, message.language) for message in carrier.messages} == {
        (Channel.SMS, "+60123456789", "en"),
        (Channel.EMAIL, MAIL, "ms"),
    }


def test_b8_who_was_near_when_asking_is_not_told_what_the_page_said(here, officer, carrier):
    mine, counter = a_line(here, 3), open_counter(here, "1", officer)
    asked(mine)
    serve(here, counter, officer)
    assert told(here, carrier) == []


def test_b8_a_second_call_a_missed_one_and_a_postponed_number_are_told(here, officer, carrier, noon):
    mine, counter = a_line(here, 0), open_counter(here, "1", officer)
    asked(mine)
    queueing.postpone(branch_id=here.id, ticket_id=mine.pk, minutes=15, by=queueing.holder(mine.pk))
    assert "not called before 12:15" in told(here, carrier)[-1]
    noon.shift(timedelta(minutes=16))
    call(here, counter, officer)
    told(here, carrier)
    queueing.recall(branch_id=here.id, ticket_id=mine.pk, by=officer)
    assert told(here, carrier)[-1].endswith("is called again. Please come to counter 1.")
    queueing.no_show(branch_id=here.id, ticket_id=mine.pk, by=officer)
    late = clock.local(clock.now() + timedelta(minutes=here.place.late_minutes), "Asia/Kuala_Lumpur")
    assert f"Be back before {late:%H:%M}" in told(here, carrier)[-1]
    assert len(carrier.messages) == 4


def test_b8_a_call_no_longer_true_or_too_old_is_not_sent(here, officer, carrier, noon):
    mine, counter = a_line(here, 0), open_counter(here, "1", officer)
    asked(mine)
    call(here, counter, officer)
    follow(here.place)
    queueing.start(branch_id=here.id, ticket_id=mine.pk, by=officer)
    assert told(here, carrier) == []
    assert Message.objects.get().reason == Reason.MOOT
    other = a_ticket(here)
    asked(other)
    queueing.finish(branch_id=here.id, ticket_id=mine.pk, outcome="done", by=officer)
    call(here, counter, officer)
    follow(here.place)
    noon.shift(timedelta(minutes=4))
    assert told(here, carrier) == []
    assert Message.objects.latest("pk").reason == Reason.TOO_OLD


def test_b8_following_twice_makes_nothing_twice(here, officer, carrier):
    mine, counter = a_line(here, 0), open_counter(here, "1", officer)
    asked(mine)
    call(here, counter, officer)
    assert follow(here.place) == 1

    Followed.objects.update(seq=0)
    assert follow(here.place) == 0
    told(here, carrier)
    assert not has_due(here.place)
    assert len(told(here, carrier)) == 1


def test_b8_who_asks_after_the_call_is_not_told_of_it_again(here, officer, carrier):
    mine, counter = a_line(here, 0), open_counter(here, "1", officer)
    call(here, counter, officer)
    asked(mine)
    assert told(here, carrier) == []


def test_a_failure_is_tried_again_after_a_rest_and_under_the_same_key(here, officer, carrier, noon):
    mine, counter = a_line(here, 0), open_counter(here, "1", officer)
    asked(mine)
    call(here, counter, officer)
    carrier.answer = Failed(Reason.UNREACHABLE, retry=True)
    told(here, carrier)
    assert not has_due(here.place)
    noon.shift(timedelta(seconds=6))
    carrier.answer = Sent()
    assert len(told(here, carrier)) == 1
    row = Message.objects.get()
    assert (row.state, row.tries, row.reason) == ("sent", 2, "")


def test_a_failure_for_good_is_not_tried_again_and_is_no_fault_of_the_carrier(here, officer, carrier):
    mine, counter = a_line(here, 0), open_counter(here, "1", officer)
    asked(mine)
    call(here, counter, officer)
    carrier.answer = Failed(Reason.BAD_ADDRESS, retry=False)
    told(here, carrier)
    assert (Message.objects.get().state, Message.objects.get().reason) == ("failed", "bad-address")
    assert not CarrierHealth.objects.filter(failures__gt=0).exists()


def test_a_message_whose_sender_died_is_sent_by_the_next(here, officer, carrier, noon, monkeypatch):
    mine, counter = a_line(here, 0), open_counter(here, "1", officer)
    asked(mine)
    call(here, counter, officer)
    follow(here.place)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("layan.messaging.posting._note", killed)
        with pytest.raises(KeyboardInterrupt):
            post(here.place)
    assert not has_due(here.place), "someone may still be sending it"
    noon.shift(timedelta(seconds=61))
    post(here.place)
    assert Message.objects.get().state == "sent"
    assert len(carrier.messages) == 1, "the carrier knew the key"


def test_h2_a_carrier_that_keeps_failing_is_an_alarm_until_it_works(here, officer, carrier, noon):
    mine, counter = a_line(here, 0), open_counter(here, "1", officer)
    asked(mine)
    call(here, counter, officer)
    carrier.answer = Failed(Reason.UNREACHABLE, retry=True)
    for _ in range(3):
        told(here, carrier)
        noon.shift(timedelta(seconds=30))
    (alarm,) = queueing.watch(branch_id=here.id)
    assert alarm.kind == "carrier:sms"
    carrier.answer = Sent()
    queueing.recall(branch_id=here.id, ticket_id=mine.pk, by=officer)
    told(here, carrier)
    queueing.watch(branch_id=here.id)
    alarm.refresh_from_db()
    assert alarm.cleared_at is not None


@pytest.mark.parametrize("end", ["done", "cancelled", "gone"])
def test_a3_the_address_goes_with_the_visit(here, officer, carrier, noon, end):
    mine, counter = a_line(here, 0), open_counter(here, "1", officer)
    asked(mine)
    if end == "cancelled":
        queueing.cancel(branch_id=here.id, ticket_id=mine.pk, by=officer)
    elif end == "done":
        serve(here, counter, officer)
    else:
        call(here, counter, officer)
        queueing.no_show(branch_id=here.id, ticket_id=mine.pk, by=officer)
        assert erase_after_visits(place=here.place) == 0, "they may still come back"
        noon.shift(timedelta(minutes=here.place.late_minutes + 1))
    assert erase_after_visits(place=here.place) == 1
    kept = Subscription.objects.get()
    assert (kept.address, kept.erased_at is not None) == ("", True)
    assert erase_after_visits(place=here.place) == 0


def test_a3_no_address_outlives_a_day_whatever_becomes_of_the_visit(here, carrier, noon):
    asked(a_ticket(here))
    noon.shift(timedelta(hours=23))
    forget_old_messages(before=clock.now())
    assert Subscription.objects.get().address
    noon.shift(timedelta(hours=2))
    forget_old_messages(before=clock.now())
    assert (Subscription.objects.get().address, Subscription.objects.get().digest) == ("", "")


def test_a3_stopping_erases_at_once_and_what_was_not_sent_is_not(here, officer, carrier):
    mine, counter = a_line(here, 0), open_counter(here, "1", officer)
    asked(mine)
    call(here, counter, officer)
    follow(here.place)
    stop(ticket=mine, channel="sms")
    assert Subscription.objects.get().address == ""
    assert told(here, carrier) == []
    assert Message.objects.get().reason == Reason.STOPPED


def test_a3_another_address_replaces_the_first(here, carrier):
    mine = a_ticket(here)
    asked(mine)
    asked(mine, "013 222 3344")
    assert [each.address for each in Subscription.objects.order_by("pk")] == ["", "+60132223344"]


def test_a3_no_address_is_in_the_log_the_messages_or_what_is_logged(here, officer, carrier, caplog):
    mine, counter = a_line(here, 0), open_counter(here, "1", officer)
    asked(mine)
    asked(mine, MAIL, Channel.EMAIL)

    class Clumsy:
        def send(self, message):
            raise RuntimeError(f"cannot reach {message.address}")

    use_carriers(dict.fromkeys(Channel, Clumsy()))
    call(here, counter, officer)
    told(here, carrier)
    kept = [orjson.loads(event.payload) for event in Event.objects.all()]
    kept += [str(row) for row in Message.objects.values()] + [caplog.text]
    for secret in ("123456789", "aisyah"):
        assert secret not in str(kept)
    assert "RuntimeError" in caplog.text


def test_nobody_is_asked_after_the_visit(here, officer, carrier):
    mine = a_ticket(here)
    queueing.cancel(branch_id=here.id, ticket_id=mine.pk, by=officer)
    mine.refresh_from_db()
    with refused("visit-over"):
        asked(mine)


def test_one_address_is_not_named_for_many_numbers(here, carrier):
    for _ in range(5):
        asked(a_ticket(here))
    with refused("asked-too-often"):
        asked(a_ticket(here), "+60 12 345 6789")


def test_one_number_does_not_try_many_addresses(here, carrier):
    mine = a_ticket(here)
    for last in range(6):
        asked(mine, f"012 345 678{last}")
    with refused("asked-too-often"):
        asked(mine, "012 345 6799")


def test_a_channel_nobody_carries_is_not_offered(here):
    use_carriers({})
    with refused("channel-not-offered"):
        asked(a_ticket(here))


def test_b8_whoever_is_near_is_among_the_first_of_a_lane(here, noon):
    groups = ("general", "senior", "general", "oku", "general", "pregnant", "emergency")
    tickets = []
    for each in range(40):
        noon.shift(timedelta(seconds=40))
        tickets.append(a_ticket(here, "ABC"[each % 2], category=groups[each * 5 % len(groups)]))
    now = clock.now()
    first = first_of_lanes({ticket.lane for ticket in tickets}, now)
    near = {ticket.pk for ticket in tickets if queueing.people_ahead(ticket, here.place, now) <= NEARLY_AT}
    assert near <= first
    assert len(first) < len(tickets)
