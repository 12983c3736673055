"""Undo of the last command at a counter, for ten seconds."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.forms.models import model_to_dict

from layan.kit import models as kit
from layan.people.api import Role
from layan.queueing import api as queueing
from layan.queueing.console_reads import undo_until
from layan.queueing.models import Ticket
from tests.builders import a_branch, a_person, a_ticket, open_counter
from tests.queueing.test_serving import At, one, two
from tests.refusals import refused

__all__ = ["one", "two"]
pytestmark = pytest.mark.django_db
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NINE, tick=False) as clock:
        yield clock


def undo(at: At, by=None):
    return queueing.undo(branch_id=at.here.id, counter_id=at.counter, by=by or at.by)


def everything(here) -> tuple[object, ...]:
    """Return every ticket as it is, without what only the undo needs, and the tally of lanes."""
    tickets = [model_to_dict(ticket, exclude=["before"]) for ticket in Ticket.objects.order_by("pk")]
    return tickets, queueing.head(here.id)[1]


#: What comes before each command, and the command.
CASES = {
    "call_next": [],
    "call_next with another before": ["call_next", "start"],
    "call_number": [],
    "start": ["call_next"],
    "hold": ["call_next", "start"],
    "resume": ["call_next", "hold"],
    "add_service": ["call_next"],
    "rearrange": [],
    "transfer to service": ["call_next", "start"],
    "transfer to counter": ["call_next"],
    "transfer to officer": ["call_next"],
    "no_show": ["call_next"],
    "finish": ["call_next", "start"],
    "finish the first of three": ["call_next", "start"],
    "cancel": ["call_next"],
}
OF_SEVERAL = {"finish the first of three", "rearrange"}


def give(at: At, command: str, bala) -> None:
    ticket = Ticket.objects.order_by("pk").first()
    if command.startswith("call_next"):
        at.call()
    elif command == "call_number":
        last = Ticket.objects.order_by("pk").last()
        queueing.call_number(
            branch_id=at.here.id, counter_id=at.counter, ticket_id=last.pk, reason="mistake", by=at.by
        )
    elif command == "add_service":
        at("add_service", ticket, service="TAX")
    elif command == "rearrange":
        at("rearrange", ticket, services=[ticket.service.code, *ticket.remaining][::-1])
    elif command == "transfer to service":
        at("transfer", ticket, service="TAX")
    elif command == "transfer to counter":
        at("transfer", ticket, counter_id=at.here.counter("2"))
    elif command == "transfer to officer":
        at("transfer", ticket, officer_id=bala.user_id)
    else:
        at(command.split()[0], ticket)


@pytest.mark.parametrize("command", CASES)
@pytest.mark.parametrize("seconds", [0, 10])
def test_undo_puts_everything_back_as_it_was(here, one, two, bala, clock, command, seconds):
    a_ticket(here, *("ABC" if command in OF_SEVERAL else "A"))
    a_ticket(here, category="senior")
    for step in CASES[command]:
        give(one, step, bala)
    before = everything(here)
    give(one, command, bala)
    assert everything(here) != before
    clock.shift(timedelta(seconds=seconds))
    undo(one)
    assert everything(here) == before
    undone = kit.Event.objects.get(type="command.undone")
    assert '"counter":"1"' in undone.payload


@pytest.mark.parametrize("command", CASES)
def test_after_ten_seconds_nothing_is_undone(here, one, two, bala, clock, command):
    a_ticket(here, *("ABC" if command in OF_SEVERAL else "A"))
    a_ticket(here)
    for step in [*CASES[command], command]:
        give(one, step, bala)
    after = everything(here)
    clock.shift(timedelta(seconds=10, microseconds=1))
    with refused("nothing-to-undo"):
        undo(one)
    assert everything(here) == after


def test_only_the_last_command_is_undone_and_only_once(here, one, clock):
    ticket = a_ticket(here)
    one.call()
    one("start", ticket)
    undo(one)
    ticket.refresh_from_db()
    assert ticket.state == "called"
    with refused("nothing-to-undo"):
        undo(one)


def test_what_was_changed_meanwhile_by_someone_else_is_not_undone(here, one, two, clock):
    ticket = a_ticket(here)
    one.call()
    one("transfer", ticket, service="TAX")
    two.call()
    with refused("nothing-to-undo"):
        undo(one)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.counter_id) == ("called", two.counter)


def test_a_customer_who_came_back_or_cancelled_is_not_moved_by_an_undo(here, one, clock):
    first = a_ticket(here)
    one.call()
    one("no_show", first)
    one("return_to_line", first, by=queueing.holder(first.pk))
    with refused("nothing-to-undo"):
        undo(one)
    one.call()
    one("cancel", first, by=queueing.holder(first.pk))
    with refused("nothing-to-undo"):
        undo(one)


@pytest.mark.parametrize("command", ["cancel", "postpone", "add_service"])
def test_what_an_officer_does_to_someone_in_the_line_is_undone_at_the_own_counter(
    here, one, two, clock, command
):
    ticket = a_ticket(here)
    one.call()
    one("transfer", ticket, service="TAX")
    before = everything(here)
    values = {"postpone": {"minutes": 5}, "add_service": {"service": "LICENCE"}}.get(command, {})
    two(command, ticket, **values)
    after = everything(here)
    # Counter 1 had the ticket last, but this was not its command.
    with refused("nothing-to-undo"):
        undo(one)
    assert everything(here) == after
    undo(two)
    assert everything(here) == before


def test_an_officer_who_took_the_wrong_number_back_into_the_line_undoes_it(here, one, two, clock):
    ticket = a_ticket(here)
    one.call()
    one("no_show", ticket)
    before = everything(here)
    two("return_to_line", ticket)
    undo(two)
    assert everything(here) == before


def test_without_a_counter_of_one_s_own_there_is_nothing_to_undo_it_at(here, one, chong, clock):
    ticket = a_ticket(here)
    one("cancel", ticket, by=chong)
    with refused("nothing-to-undo"):
        undo(one)


@pytest.mark.parametrize("then", ["recall", "pause"])
def test_no_undo_is_offered_once_another_command_followed(here, aminah, one, clock, then):
    ticket = a_ticket(here)
    one.call()
    if then == "recall":
        one("recall", ticket)
    else:
        one("finish", ticket)
        queueing.pause_counter(branch_id=here.id, counter_id=one.counter, reason="rest", by=aminah)
    assert undo_until(here.id, one.counter, NINE) is None
    with refused("nothing-to-undo"):
        undo(one)


def test_an_undo_that_fails_for_one_ticket_changes_none(here, one, two, clock):
    first, second = a_ticket(here, "A"), a_ticket(here, "A")
    one.call()
    assert one.call() == second
    one("cancel", second, by=queueing.holder(second.pk))
    after = everything(here)
    with refused("nothing-to-undo"):
        undo(one)
    assert everything(here) == after
    first.refresh_from_db()
    assert first.state == "done"


def test_b3_a_visit_whose_next_service_is_called_at_once_is_undone_as_one_command(here, one, clock):
    ticket = a_ticket(here, "A", "B")
    one.call()
    one("start", ticket)
    before = everything(here)
    called = one.call()
    assert called is not None
    assert (called.number, called.state, called.service_id) == ("A001", "called", here.services["B"].pk)
    undo(one)
    assert everything(here) == before


def test_there_is_nothing_to_undo_at_a_counter_where_nothing_was_done(here, one, two, clock):
    a_ticket(here)
    with refused("nothing-to-undo"):
        undo(one)
    one.call()
    with refused("nothing-to-undo"):
        undo(two)


def test_closing_the_counter_ends_the_undo(here, aminah, bala, one, clock):
    ticket = a_ticket(here)
    one.call()
    one("finish", ticket)
    queueing.close_counter(branch_id=here.id, counter_id=one.counter, by=aminah)
    with refused("counter-closed"):
        undo(one)
    relief = At(here, "1", bala)
    with refused("nothing-to-undo"):
        undo(relief)


def test_only_the_officer_of_the_counter_or_a_supervisor_undoes(here, one, bala, chong, kiosk, clock):
    a_ticket(here)
    one.call()
    for person, code in ((bala, "counter-taken"), (kiosk, "not-allowed")):
        with refused(code):
            undo(one, by=person)
    with refused("unknown-counter"):
        queueing.undo(branch_id=here.id, counter_id=a_branch("UTC-B").counter("1"), by=chong)
    assert [ticket.state for ticket in undo(one, by=chong)] == ["waiting"]


class TestOneEach:
    """B14 and undo: the hash comes back with the ticket, unless the customer has another number by then."""

    @pytest.fixture
    def strict(self, db):
        return a_branch("ONE", one_ticket_each=True)

    @pytest.fixture
    def at(self, strict) -> At:
        return At(strict, "1", a_person(Role.OFFICER, strict, actor="user:0"))

    def test_b14_undo_of_the_end_makes_the_number_the_customer_s_one_live_number_again(
        self, strict, at, clock
    ):
        ticket = a_ticket(strict, reference="0123456789")
        at.call()
        at("finish", ticket)
        undo(at)
        with refused("already-has-number"):
            a_ticket(strict, reference="0123456789")

    def test_b14_no_undo_once_the_customer_took_another_number(self, strict, at, clock):
        ticket = a_ticket(strict, reference="0123456789")
        at.call()
        at("finish", ticket)
        a_ticket(strict, reference="0123456789")
        with refused("nothing-to-undo"):
            undo(at)

    def test_b14_the_next_command_at_the_counter_forgets_the_hash(self, strict, at, clock):
        ticket = a_ticket(strict, reference="0123456789")
        a_ticket(strict, reference="0123456780")
        at.call()
        at.call()
        assert ticket.holder in kit.Head.objects.get(branch_id=strict.id).tally
        second = Ticket.objects.get(state="called")
        at("start", second)
        assert ticket.holder not in kit.Head.objects.get(branch_id=strict.id).tally


def test_counters_do_not_undo_each_other(here, one, two, clock):
    first, second = a_ticket(here), a_ticket(here)
    one.call()
    two.call()
    undo(one)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("waiting", "called")


def test_a_supervisor_s_second_counter_has_its_own_undo(here, chong, clock):
    a_ticket(here)
    left, right = At(here, "1", chong), At(here, "2", chong)
    left.call()
    with refused("nothing-to-undo"):
        undo(right)
    assert open_counter(here, "1", chong) == left.counter
    undo(left)
