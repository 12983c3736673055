"""Sending on, not there, late, back again, cancelled."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from layan.kit import models as kit
from layan.people.api import Role
from layan.queueing import api as queueing
from layan.queueing.models import Ticket
from tests.builders import a_branch, a_person, a_ticket
from tests.queueing.test_serving import At, keep, one, two
from tests.refusals import refused

__all__ = ["one", "two"]
pytestmark = pytest.mark.django_db
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NINE, tick=False) as clock:
        yield clock


def lanes(here) -> dict[str, int]:
    return queueing.head(here.id)[1]


def test_a_transfer_keeps_number_and_seniority(here, one, two, clock):
    ticket = a_ticket(here)
    clock.shift(timedelta(minutes=5))
    a_ticket(here, "B")
    one.call()
    clock.shift(timedelta(minutes=5))
    one("start", ticket)
    after = one("transfer", ticket, service="LICENCE")
    assert (after.state, after.number, after.waiting_since, after.started_at) == (
        "waiting",
        "A001",
        NINE,
        None,
    )
    keep(here, "2", "B")
    assert two.call() == ticket


@pytest.mark.parametrize(
    ("to", "remaining"), [("TAX", ["PASSPORT", "LICENCE"]), ("PASSPORT", ["LICENCE", "TAX"])]
)
def test_b3_a_transfer_to_a_service_that_was_to_come_changes_the_order_only(here, one, to, remaining):
    ticket = a_ticket(here, "A", "B", "C")
    one.call()
    after = one("transfer", ticket, service=to)
    assert after.remaining == remaining


def test_a_transfer_names_exactly_one_destination_that_exists(here, one, bala):
    ticket = a_ticket(here)
    one.call()
    elsewhere = a_branch("UTC-B").counter("1")
    for code, values in (
        ("one-destination", {}),
        ("one-destination", {"service": "TAX", "counter_id": one.counter}),
        ("unknown-service", {"service": "NONE"}),
        ("unknown-counter", {"counter_id": elsewhere}),
        ("counter-closed", {"counter_id": here.counter("2")}),
        ("unknown-officer", {"officer_id": bala.user_id}),
    ):
        with refused(code):
            one("transfer", ticket, **values)
    ticket.refresh_from_db()
    assert ticket.state == "called"


@pytest.mark.parametrize("where", ["counter", "officer"])
def test_who_was_sent_to_a_counter_that_closes_waits_for_the_service_again(here, one, two, bala, where):
    ticket = a_ticket(here)
    one.call()
    to = {"counter_id": two.counter} if where == "counter" else {"officer_id": bala.user_id}
    one("transfer", ticket, **to)
    assert one.call() is None
    queueing.close_counter(branch_id=here.id, counter_id=two.counter, by=bala)
    assert lanes(here) == {f"s{here.services['A'].pk}:general": 1}
    assert one.call() == ticket


def test_who_was_sent_to_an_officer_waits_on_while_that_officer_has_a_counter(here, one, chong):
    first, second = At(here, "2", chong), At(here, "3", chong)
    ticket = a_ticket(here)
    one.call()
    one("transfer", ticket, officer_id=chong.user_id)
    queueing.close_counter(branch_id=here.id, counter_id=first.counter, by=chong)
    assert one.call() is None
    assert second.call() == ticket


def test_a_customer_who_does_not_come_may_return_within_the_tolerance(here, one, clock):
    ticket = a_ticket(here)
    clock.shift(timedelta(minutes=20))
    one.call()
    clock.shift(timedelta(minutes=2))
    one("no_show", ticket)
    assert lanes(here) == {}
    clock.shift(timedelta(minutes=13))
    after = one("return_to_line", ticket, by=queueing.holder(ticket.pk))
    assert (after.state, after.waiting_since) == ("waiting", NINE + timedelta(minutes=15))
    assert '"away_seconds":900' in kit.Event.objects.get(type="ticket.returned").payload


def test_nobody_overtakes_by_being_away(here, one, clock):
    """Two come together; the one who missed the call for ten minutes is behind the one who stayed, not at the end."""
    away, stayed = a_ticket(here), a_ticket(here)
    clock.shift(timedelta(minutes=5))
    a_ticket(here)
    clock.shift(timedelta(minutes=15))
    assert one.call() == away
    one("no_show", away)
    clock.shift(timedelta(minutes=4))
    one("return_to_line", away, by=queueing.holder(away.pk))
    assert [one.call().number for _ in range(3)] == [stayed.number, away.number, "A003"]


def test_after_the_tolerance_a_new_number_is_needed(here, one, clock):
    ticket = a_ticket(here)
    one.call()
    one("no_show", ticket)
    clock.shift(timedelta(minutes=15, seconds=1))
    with refused("too-late-to-return"):
        one("return_to_line", ticket, by=queueing.holder(ticket.pk))


def test_i_will_be_late_passes_over_for_a_while_and_keeps_the_place(here, one, clock, kiosk):
    first, second, third = a_ticket(here), a_ticket(here), a_ticket(here)
    one("postpone", first, minutes=10, by=queueing.holder(first.pk))
    assert one.call() == second
    clock.shift(timedelta(minutes=10))
    assert one.call() == first
    assert one.call() == third
    with refused("bad-value"):
        one("postpone", third, minutes=11, by=kiosk)
    with refused("wrong-state"):
        one("postpone", third, minutes=10, by=kiosk)


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ("holder", "customer"),
        ("kiosk", "customer"),
        ("officer", "staff"),
        ("supervisor", "staff"),
        ("officer's token", "staff"),
    ],
)
def test_a_number_is_given_up_by_its_holder_the_kiosk_that_gave_it_or_staff(
    here, aminah, chong, kiosk, who, reason
):
    ticket = a_ticket(here, by=kiosk)
    by = {
        "holder": queueing.holder(ticket.pk),
        "kiosk": kiosk,
        "officer": aminah,
        "supervisor": chong,
        "officer's token": a_person(Role.OFFICER, here, actor="token:5"),
    }[who]
    after = queueing.cancel(branch_id=here.id, ticket_id=ticket.pk, by=by)
    assert (after.state, after.outcome, after.ended_at is None) == ("cancelled", reason, False)
    assert lanes(here) == {}
    assert f'"reason":"{reason}"' in kit.Event.objects.get(type="ticket.cancelled").payload


@pytest.mark.parametrize("state", ["waiting", "called", "serving", "on_hold", "no_show"])
def test_a_number_can_be_given_up_in_every_state_before_its_end(here, one, state):
    ticket = a_ticket(here)
    if state != "waiting":
        one.call()
    step = {"serving": "start", "on_hold": "hold", "no_show": "no_show"}.get(state)
    if step:
        one(step, ticket)
    assert one("cancel", ticket, by=queueing.holder(ticket.pk)).state == "cancelled"
    with refused("wrong-state"):
        one("cancel", ticket)


@pytest.mark.parametrize("state", ["called", "serving", "on_hold"])
def test_no_colleague_gives_up_the_number_of_a_customer_who_is_at_a_counter(here, one, bala, chong, state):
    ticket = a_ticket(here)
    one.call()
    step = {"serving": "start", "on_hold": "hold"}.get(state)
    if step:
        one(step, ticket)
    with refused("counter-taken"):
        one("cancel", ticket, by=bala)
    assert one("cancel", ticket, by=chong).state == "cancelled"


@pytest.mark.parametrize("command", ["cancel", "postpone", "return_to_line"])
def test_b14_nobody_else_changes_a_customer_s_ticket(here, one, command):
    ticket, other = a_ticket(here), a_ticket(here)
    if command == "return_to_line":
        one.call()
        one("no_show", ticket)
    values = {"minutes": 5} if command == "postpone" else {}
    strangers = [
        queueing.holder(other.pk),
        a_person(Role.KIOSK, here, actor="token:2"),
        a_person(Role.BOARD, here, actor="token:3"),
        a_person(Role.SUPERVISOR, a_branch("UTC-B"), actor="user:99", user_id=99),
    ]
    for stranger in strangers:
        with refused("not-allowed"):
            one(command, ticket, by=stranger, **values)
    assert Ticket.objects.get(pk=ticket.pk).state == ("no_show" if command == "return_to_line" else "waiting")
