"""Serving until all business is done, setting aside, adding services (B3)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction

from layan.kit import models as kit
from layan.people.api import Role
from layan.places import models as places
from layan.places.api import layout_changed
from layan.queueing import api as queueing
from layan.queueing.desk import at_desk
from layan.queueing.models import Ticket
from tests.builders import a_branch, a_person, a_ticket, open_counter
from tests.queueing.conftest import staff
from tests.refusals import refused

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class At:
    """One officer at one counter of a branch, giving commands to one ticket."""

    def __init__(self, here, code, by):
        self.here, self.by = here, by
        self.counter = open_counter(here, code, by)

    def call(self) -> Ticket | None:
        return queueing.call_next(branch_id=self.here.id, counter_id=self.counter, by=self.by)

    def __call__(self, command: str, ticket: Ticket, **values) -> Ticket:
        act = getattr(queueing, command)
        return act(branch_id=self.here.id, ticket_id=ticket.pk, by=values.pop("by", self.by), **values)


@pytest.fixture
def one(here, aminah) -> At:
    return At(here, "1", aminah)


@pytest.fixture
def two(here, bala) -> At:
    return At(here, "2", bala)


def keep(here, counter: str, *letters: str) -> None:
    """Leave only these services at a counter."""
    offers = places.CounterService.objects.filter(counter=here.counters[counter])
    offers.exclude(service__letter__in=letters).delete()
    layout_changed(branch_id=here.id, what="counters")


def test_b3_a_visit_goes_on_at_the_same_counter_for_what_is_given_there(here, one):
    keep(here, "1", "A", "C")
    ticket = a_ticket(here, "A", "B", "C")
    one.call()
    one("start", ticket)
    after = one("finish", ticket)
    # C is given here, B is not: C at once, then B elsewhere, under the same number.
    assert (after.state, after.service_id, after.remaining) == ("serving", here.services["C"].pk, ["LICENCE"])
    after = one("finish", ticket)
    assert (after.state, after.service_id, after.remaining) == ("waiting", here.services["B"].pk, [])
    assert after.finished_services == ["PASSPORT", "TAX"]
    assert after.number == "A001"


def test_b3_waiting_for_the_next_service_keeps_the_seniority(here, one, two):
    keep(here, "1", "A")
    with time_machine.travel(NINE, tick=False) as clock:
        ticket = a_ticket(here, "A", "B")
        clock.shift(timedelta(minutes=1))
        a_ticket(here, "B")
        clock.shift(timedelta(minutes=10))
        one.call()
        clock.shift(timedelta(minutes=10))
        one("finish", ticket)
        called = two.call()
    assert called is not None
    assert (called.number, called.waiting_since) == ("A001", NINE)


def test_b3_calling_the_next_does_not_end_a_visit_with_services_left(here, one):
    keep(here, "1", "A")
    ticket = a_ticket(here, "A", "B")
    one.call()
    assert one.call() is None
    ticket.refresh_from_db()
    assert (ticket.state, ticket.service_id) == ("waiting", here.services["B"].pk)


def test_b3_a_service_is_added_once_to_the_same_number(here, one):
    ticket = a_ticket(here)
    one.call()
    for _ in range(2):
        after = one("add_service", ticket, service="TAX")
        assert after.remaining == ["TAX"]
    assert one("add_service", ticket, service="PASSPORT").remaining == ["TAX"]
    assert kit.Event.objects.filter(type="service.added").count() == 1
    with refused("unknown-service"):
        one("add_service", ticket, service="NONE")


def test_b3_a_service_no_longer_offered_is_not_waited_for(here, one):
    ticket = a_ticket(here, "A", "B")
    one.call()
    places.Service.objects.filter(pk__in=[here.services[letter].pk for letter in "AB"]).update(active=False)
    layout_changed(branch_id=here.id, what="services")
    after = one("finish", ticket)
    assert (after.state, after.finished_services) == ("done", ["PASSPORT"])


def test_a_held_customer_frees_the_counter_and_is_resumed_when_it_is_free(here, one):
    first, second = a_ticket(here), a_ticket(here)
    one.call()
    one("hold", first)
    assert one.call() == second
    with refused("counter-busy"):
        one("resume", first)
    one("finish", second)
    after = one("resume", first)
    assert (after.state, after.number) == ("serving", "A001")


def test_who_resumes_a_customer_is_the_one_who_serves(here, aminah, bala, one):
    ticket = a_ticket(here)
    one.call()
    one("hold", ticket)
    queueing.close_counter(branch_id=here.id, counter_id=one.counter, by=aminah)
    relief = At(here, "1", bala)
    assert relief("resume", ticket).officer_id == bala.user_id


def test_who_was_set_aside_at_a_counter_that_closed_is_resumed_at_any_officer_s_own(here, aminah, one, two):
    ticket = a_ticket(here)
    one.call()
    one("hold", ticket)
    with refused("counter-taken"):
        two("resume", ticket)
    queueing.close_counter(branch_id=here.id, counter_id=one.counter, by=aminah)
    after = two("resume", ticket)
    assert (after.state, after.counter_id, after.officer_id) == ("serving", two.counter, two.by.user_id)
    assert two("finish", ticket).state == "done"


def test_nobody_is_resumed_during_a_break(here, aminah, one):
    ticket = a_ticket(here)
    one.call()
    one("hold", ticket)
    queueing.pause_counter(branch_id=here.id, counter_id=one.counter, reason="rest", by=aminah)
    with refused("counter-closed"):
        one("resume", ticket)


def test_b3_any_officer_adds_a_service_to_a_visit_that_waits(here, one):
    ticket = a_ticket(here)
    assert one("add_service", ticket, service="TAX").remaining == ["TAX"]


def test_b3_the_branch_rearranges_a_visit_that_waits_and_its_seniority_stays(here, one, two):
    keep(here, "1", "B")
    ticket, other = a_ticket(here, "A", "B", "C"), a_ticket(here, "B")
    after = one("rearrange", ticket, services=["LICENCE", "TAX", "PASSPORT"])
    assert (after.state, after.service_id, after.remaining) == (
        "waiting",
        here.services["B"].pk,
        ["TAX", "PASSPORT"],
    )
    assert after.number == "A001"
    assert [one.call(), one.call()] == [ticket, other]
    payload = kit.Event.objects.get(type="services.rearranged").payload
    assert '"services":["LICENCE","TAX","PASSPORT"]' in payload


def test_b3_at_a_counter_the_services_after_the_present_one_are_rearranged(here, one):
    ticket = a_ticket(here, "A", "B", "C")
    one.call()
    after = one("rearrange", ticket, services=["TAX", "LICENCE"])
    assert (after.state, after.service_id, after.remaining) == (
        "called",
        here.services["A"].pk,
        ["TAX", "LICENCE"],
    )
    one("finish", ticket)
    assert Ticket.objects.get().service_id == here.services["C"].pk


def test_b3_the_same_order_again_is_no_event_and_who_was_sent_to_a_counter_stays_sent(here, one, two):
    ticket = a_ticket(here, "A", "B", "C")
    one.call()
    one("transfer", ticket, counter_id=two.counter)
    one("rearrange", ticket, services=["PASSPORT", "LICENCE", "TAX"])
    assert not kit.Event.objects.filter(type="services.rearranged").exists()
    one("rearrange", ticket, services=["PASSPORT", "TAX", "LICENCE"])
    assert one.call() is None
    assert two.call() == ticket


@pytest.mark.parametrize(
    "services", [["LICENCE"], ["LICENCE", "LICENCE"], ["PASSPORT", "LICENCE", "TAX"], ["PASSPORT", "TAX"]]
)
def test_b3_rearranging_neither_adds_nor_drops_a_service(here, one, services):
    ticket = a_ticket(here, "A", "B")
    with refused("bad-value"):
        one("rearrange", ticket, services=services)


def test_b3_nobody_is_made_to_wait_for_a_service_that_is_not_offered_now(here, one):
    ticket = a_ticket(here, "A", "B")
    places.Service.objects.filter(pk=here.services["B"].pk).update(active=False)
    layout_changed(branch_id=here.id, what="services")
    with refused("unknown-service"):
        one("rearrange", ticket, services=["LICENCE", "PASSPORT"])


def test_a3_a_visit_goes_on_here_only_with_what_the_counter_s_officer_may_give(here, chong):
    devi = At(here, "1", staff(here, "devi", Role.OFFICER, skills="A"))
    ticket = a_ticket(here, "A", "B")
    devi.call()
    after = devi("finish", ticket, by=chong)
    assert (after.state, after.service_id) == ("waiting", here.services["B"].pk)


def test_holding_a_customer_who_was_only_called_counts_as_started(here, one):
    ticket = a_ticket(here)
    with time_machine.travel(NINE, tick=False) as clock:
        one.call()
        clock.shift(timedelta(minutes=1))
        assert one("hold", ticket).started_at == NINE + timedelta(minutes=1)
        clock.shift(timedelta(minutes=1))
        one("resume", ticket)
        one("finish", ticket, outcome="referred")
    event = kit.Event.objects.get(type="service.finished").payload
    assert '"assumed":false' in event
    assert '"outcome":"referred"' in event
    assert '"served_seconds":60' in event


def test_a_clock_set_back_never_gives_a_negative_service_time(here, one):
    ticket = a_ticket(here)
    with time_machine.travel(NINE, tick=False) as clock:
        one.call()
        one("start", ticket)
        clock.shift(timedelta(minutes=-30))
        one("finish", ticket)
    assert '"served_seconds":0' in kit.Event.objects.get(type="service.finished").payload


def test_an_outcome_that_does_not_exist_is_refused(here, one):
    ticket = a_ticket(here)
    one.call()
    with refused("bad-value"):
        one("finish", ticket, outcome="great")


COMMANDS = {
    "recall": {},
    "start": {},
    "hold": {},
    "resume": {},
    "add_service": {"service": "TAX"},
    "rearrange": {"services": ["TAX"]},
    "finish": {},
    "no_show": {},
    "transfer": {"service": "TAX"},
}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_moves_a_waiting_or_ended_ticket_out_of_its_state(here, one, command):
    waiting, ended = a_ticket(here), a_ticket(here)
    one("cancel", ended)
    for ticket in (waiting, ended):
        if command in {"add_service", "rearrange"} and ticket == waiting:
            continue
        with refused("wrong-state") as found:
            one(command, ticket, **COMMANDS[command])
        ticket.refresh_from_db()
        assert found.value.facts["state"] == ticket.state
        assert found.value.facts["command"] == command.replace("_", "-")


@pytest.mark.parametrize("command", COMMANDS)
def test_only_the_officer_of_that_counter_or_a_supervisor_acts_on_its_customer(
    here, one, bala, chong, kiosk, command
):
    ticket = a_ticket(here, "A", "C")
    one.call()
    if command == "resume":
        one("hold", ticket)
    stranger = a_person(Role.SUPERVISOR, a_branch("UTC-B"), actor="user:99", user_id=99)
    holder = queueing.holder(ticket.pk)
    for person, code in (
        (bala, "counter-taken"),
        (kiosk, "not-allowed"),
        (holder, "not-allowed"),
        (stranger, "not-allowed"),
    ):
        with refused(code):
            one(command, ticket, by=person, **COMMANDS[command])
    one(command, ticket, by=chong, **COMMANDS[command])


@pytest.mark.parametrize("command", COMMANDS)
def test_a_ticket_of_another_branch_is_not_known_here(here, one, command):
    there = a_branch("UTC-B")
    with refused("unknown-ticket"):
        one(command, a_ticket(there), **COMMANDS[command])


def test_after_the_counter_closed_its_held_customer_waits_for_someone_to_open_it(here, aminah, chong, one):
    ticket = a_ticket(here)
    one.call()
    one("hold", ticket)
    queueing.close_counter(branch_id=here.id, counter_id=one.counter, by=aminah)
    for person in (aminah, chong):
        with refused("counter-closed"):
            one("resume", ticket, by=person)


def test_a_fault_of_ours_is_not_taken_for_an_unknown_branch(here):
    def stumble() -> None:
        with transaction.atomic(), at_desk(here.id):
            raise KeyError("lane")

    with pytest.raises(KeyError, match="lane"):
        stumble()
