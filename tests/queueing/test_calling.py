"""Calling: who is next at a real counter, by named number, and again (A3, B2, B14)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layan.customers.rules import Category
from layan.kit import models as kit
from layan.people.api import NOBODY, Role, person_of_user
from layan.people.models import Skill
from layan.places import models as places
from layan.places.api import forget_layouts, layout_changed
from layan.queueing import api as queueing
from layan.queueing.line import line
from layan.queueing.models import OutOfOrderCall, Ticket
from layan.queueing.policy import RECALL_LIMIT, policy
from layan.queueing.rules.priority import Post, in_order
from tests.builders import a_branch, a_person, a_ticket, a_user, open_counter
from tests.queueing.conftest import staff
from tests.refusals import refused

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NINE, tick=False) as clock:
        yield clock


def call(here, counter: int, by) -> str | None:
    called = queueing.call_next(branch_id=here.id, counter_id=counter, by=by)
    return called and called.number


def prefer(here, counter: str, *letters: str) -> None:
    """Give a counter these services in this order."""
    places.CounterService.objects.filter(counter=here.counters[counter]).delete()
    for rank, letter in enumerate(letters, start=1):
        places.CounterService.objects.create(
            counter=here.counters[counter], service=here.services[letter], preference=rank
        )
    layout_changed(branch_id=here.id, what="counters")


def test_nobody_waits_nobody_is_called_and_nothing_is_written(here, aminah):
    counter = open_counter(here, "1", aminah)
    before = kit.Event.objects.count()
    assert call(here, counter, aminah) is None
    assert kit.Event.objects.count() == before


def test_accumulating_priority_at_a_counter(here, aminah, clock):
    counter = open_counter(here, "1", aminah)
    a_ticket(here)
    clock.shift(timedelta(minutes=11))
    a_ticket(here, category="senior")
    clock.shift(timedelta(minutes=12))
    # A001 has 23 points, AK001 has 24.
    assert [call(here, counter, aminah) for _ in range(3)] == ["AK001", "A001", None]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("strict", ["A003", "AK001", "A001", "A002"]), ("longest", ["A001", "AK001", "A002", "A003"])],
)
def test_a_branch_may_choose_strict_priority_or_the_longest_wait(clock, rule, expected):
    there = a_branch("OTHER", policy=rule)
    officer = staff(there, "devi", Role.OFFICER)
    counter = open_counter(there, "1", officer)
    for category in ("general", "senior", "general", "appointment"):
        a_ticket(there, category=category)
        clock.shift(timedelta(minutes=1))
    assert [call(there, counter, officer) for _ in range(4)] == expected


def test_b2_an_emergency_is_called_at_the_next_free_counter_whatever_it_prefers(here, aminah, clock):
    prefer(here, "1", "B", "A")
    counter = open_counter(here, "1", aminah)
    a_ticket(here, "B", category="senior")
    clock.shift(timedelta(hours=2))
    a_ticket(here, category="emergency")
    assert [call(here, counter, aminah), call(here, counter, aminah)] == ["AE001", "BK001"]


def test_b2_the_special_counter_takes_its_groups_first_and_others_when_none_waits(here, aminah, clock):
    special = open_counter(here, "3", aminah)
    a_ticket(here)
    clock.shift(timedelta(hours=1))
    for category in ("infant", "oku"):
        a_ticket(here, category=category)
        clock.shift(timedelta(seconds=1))
    assert [call(here, special, aminah) for _ in range(3)] == ["AK001", "AK002", "A001"]


def test_a_counter_takes_its_preferred_service_first_and_never_one_it_does_not_give(here, aminah, clock):
    prefer(here, "1", "C", "A")
    counter = open_counter(here, "1", aminah)
    for letter in "ABC":
        a_ticket(here, letter)
        clock.shift(timedelta(minutes=5))
    assert [call(here, counter, aminah) for _ in range(3)] == ["C001", "A001", None]


def test_a3_an_officer_with_recorded_skills_gets_only_those_services(here, clock):
    devi = staff(here, "devi", Role.OFFICER, skills="B")
    counter = open_counter(here, "1", devi)
    a_ticket(here)
    clock.shift(timedelta(minutes=5))
    a_ticket(here, "B")
    assert [call(here, counter, devi), call(here, counter, devi)] == ["B001", None]


def test_a3_a_supervisor_calls_for_the_officer_who_sits_there(here, chong):
    devi = staff(here, "devi", Role.OFFICER, skills="B")
    counter = open_counter(here, "1", devi)
    a_ticket(here)
    a_ticket(here, "B")
    assert [call(here, counter, chong), call(here, counter, chong)] == ["B001", None]


def test_a3_skills_recorded_at_another_branch_limit_nothing_here(here):
    elsewhere = a_branch("UTC-B")
    user = a_user("devi", Role.OFFICER, here)
    Skill.objects.create(user=user, service=elsewhere.services["B"])
    counter = open_counter(here, "1", person_of_user(user))
    a_ticket(here)
    assert call(here, counter, person_of_user(user)) == "A001"


def test_a3_an_officer_whose_only_service_here_is_not_offered_now_may_not_give_the_others(here):
    devi = staff(here, "devi", Role.OFFICER, skills="B")
    counter = open_counter(here, "1", devi)
    places.Service.objects.filter(pk=here.services["B"].pk).update(active=False)
    layout_changed(branch_id=here.id, what="services")
    a_ticket(here)
    with refused("cannot-serve"):
        call(here, counter, devi)


def test_a_counter_none_of_whose_services_is_offered_has_nobody_to_call(here, aminah):
    counter = open_counter(here, "1", aminah)
    places.Service.objects.filter(branch=here.branch).update(active=False)
    layout_changed(branch_id=here.id, what="services")
    assert call(here, counter, aminah) is None


def test_a3_an_officer_without_any_skill_for_the_counter_is_told(here):
    prefer(here, "1", "A")
    devi = staff(here, "devi", Role.OFFICER, skills="B")
    counter = open_counter(here, "1", devi)
    with refused("cannot-serve"):
        call(here, counter, devi)


def test_a_customer_sent_to_a_counter_or_officer_is_called_there_and_nowhere_else(here, aminah, bala):
    one, two = open_counter(here, "1", aminah), open_counter(here, "2", bala)
    first, second = a_ticket(here), a_ticket(here)
    for ticket, where in ((first, {"counter_id": two}), (second, {"officer_id": bala.user_id})):
        call(here, one, aminah)
        queueing.transfer(branch_id=here.id, ticket_id=ticket.pk, by=aminah, **where)
    assert call(here, one, aminah) is None
    assert [call(here, two, bala), call(here, two, bala)] == ["A001", "A002"]


def test_b2_an_emergency_sent_to_a_counter_goes_before_others_sent_there(here, aminah, bala, clock):
    one, two = open_counter(here, "1", aminah), open_counter(here, "2", bala)
    tickets = [a_ticket(here)]
    clock.shift(timedelta(minutes=9))
    tickets.append(a_ticket(here, category="emergency"))
    for _ in tickets:
        called = queueing.call_next(branch_id=here.id, counter_id=one, by=aminah)
        queueing.transfer(branch_id=here.id, ticket_id=called.pk, by=aminah, counter_id=two)
    assert call(here, two, bala) == "AE001"


def test_calling_the_next_ends_the_one_before_and_says_when_that_is_assumed(here, aminah):
    counter = open_counter(here, "1", aminah)
    _, second = a_ticket(here), a_ticket(here)
    call(here, counter, aminah)
    call(here, counter, aminah)
    queueing.start(branch_id=here.id, ticket_id=second.pk, by=aminah)
    assert call(here, counter, aminah) is None
    assert set(Ticket.objects.values_list("state", flat=True)) == {"done"}
    finished = kit.Event.objects.filter(type="service.finished").order_by("seq")
    assert ['"assumed":true' in event.payload for event in finished] == [True, False]


def test_the_call_says_why_and_how_long_the_customer_waited(here, aminah, clock):
    counter = open_counter(here, "1", aminah)
    a_ticket(here, category="oku")
    clock.shift(timedelta(minutes=3))
    call(here, counter, aminah)
    payload = kit.Event.objects.get(type="ticket.called").payload
    assert '"reason":"gathers-faster"' in payload
    assert '"waited_seconds":180' in payload


def test_recalls_have_a_limit(here, aminah):
    counter = open_counter(here, "1", aminah)
    ticket = a_ticket(here)
    at = {"branch_id": here.id, "ticket_id": ticket.pk, "by": aminah}
    call(here, counter, aminah)
    for _ in range(RECALL_LIMIT):
        queueing.recall(**at)
    with refused("recalled-enough"):
        queueing.recall(**at)
    queueing.start(**at)
    with refused("wrong-state"):
        queueing.recall(**at)


def test_only_the_officer_of_the_counter_or_a_supervisor_calls_there(here, aminah, bala, chong, kiosk):
    counter = open_counter(here, "1", aminah)
    stranger = a_person(Role.OFFICER, a_branch("UTC-B"), actor="user:99", user_id=99)
    a_ticket(here)
    for person, code in ((bala, "counter-taken"), (kiosk, "not-allowed"), (stranger, "not-allowed")):
        with refused(code):
            call(here, counter, person)
    with refused("not-allowed"):
        call(here, counter, NOBODY)
    assert call(here, counter, chong) == "A001"


def test_two_officers_without_accounts_are_not_taken_for_one(here):
    one, other = (a_person(Role.OFFICER, here, actor=f"token:{number}") for number in (1, 2))
    counter = open_counter(here, "1", one)
    with refused("counter-taken"):
        call(here, counter, other)
    assert open_counter(here, "2", other)
    with refused("has-other-counter"):
        open_counter(here, "3", one)


def test_a_counter_that_is_closed_on_a_break_or_unknown_calls_nobody(here, aminah, chong):
    with refused("counter-closed"):
        call(here, here.counter("1"), aminah)
    with refused("counter-closed"):
        call(here, here.counter("1"), chong)
    counter = open_counter(here, "1", aminah)
    queueing.pause_counter(branch_id=here.id, counter_id=counter, reason="prayer", by=aminah)
    with refused("counter-closed"):
        call(here, counter, aminah)
    for unknown in (10**9, a_branch("UTC-B").counter("1")):
        with refused("unknown-counter"):
            call(here, unknown, aminah)


class TestOutOfOrder:
    """B14: a call before others needs a reason and appears in the fairness list."""

    @pytest.fixture
    def counter(self, here, aminah, clock):
        for category in ("general", "senior", "general"):
            a_ticket(here, category=category)
            clock.shift(timedelta(minutes=1))
        return open_counter(here, "1", aminah)

    def call_number(self, here, counter, by, number, reason="frail"):
        ticket = Ticket.objects.get(number=number)
        return queueing.call_number(
            branch_id=here.id, counter_id=counter, ticket_id=ticket.pk, reason=reason, by=by
        )

    def test_b14_it_is_listed_with_officer_reason_and_how_many_were_passed_over(self, here, aminah, counter):
        self.call_number(here, counter, aminah, "A002")
        listed = OutOfOrderCall.objects.get()
        assert (listed.ticket.number, listed.officer_id, listed.reason, listed.passed_over) == (
            "A002",
            aminah.user_id,
            "frail",
            2,
        )
        assert '"out_of_order":"frail"' in kit.Event.objects.get(type="ticket.called").payload

    def test_b14_naming_the_number_that_is_next_anyway_passes_nobody_over(self, here, aminah, counter):
        self.call_number(here, counter, aminah, "AK001")
        assert not OutOfOrderCall.objects.exists()
        assert '"out_of_order":""' in kit.Event.objects.get(type="ticket.called").payload

    def test_b14_who_asked_to_be_late_is_not_passed_over(self, here, aminah, counter, kiosk):
        first = Ticket.objects.get(number="AK001")
        queueing.postpone(branch_id=here.id, ticket_id=first.pk, minutes=10, by=kiosk)
        self.call_number(here, counter, aminah, "A002")
        assert OutOfOrderCall.objects.get().passed_over == 1

    def test_b14_a_call_that_is_undone_leaves_the_list(self, here, aminah, counter):
        self.call_number(here, counter, aminah, "A002")
        queueing.undo(branch_id=here.id, counter_id=counter, by=aminah)
        assert not OutOfOrderCall.objects.exists()
        self.call_number(here, counter, aminah, "A002")
        assert OutOfOrderCall.objects.count() == 1

    def test_b14_a_number_of_another_service_passes_everyone_here_over(self, here, aminah, counter):
        prefer(here, "1", "A", "B")
        a_ticket(here, "C")
        self.call_number(here, counter, aminah, "C001")
        assert OutOfOrderCall.objects.get().passed_over == 3

    @pytest.mark.parametrize("reason", ["", "my cousin"])
    def test_b14_without_a_listed_reason_it_is_refused(self, here, aminah, counter, reason):
        with refused("reason-needed"):
            self.call_number(here, counter, aminah, "A002", reason)

    def test_it_is_refused_while_someone_is_at_the_counter_and_for_who_does_not_wait(
        self, here, aminah, counter
    ):
        self.call_number(here, counter, aminah, "A002")
        with refused("counter-busy"):
            self.call_number(here, counter, aminah, "A001")
        ticket = Ticket.objects.get(number="A002")
        queueing.hold(branch_id=here.id, ticket_id=ticket.pk, by=aminah)
        with refused("wrong-state"):
            self.call_number(here, counter, aminah, "A002")
        with refused("unknown-ticket"):
            queueing.call_number(
                branch_id=here.id, counter_id=counter, ticket_id=uuid4(), reason="frail", by=aminah
            )


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(list(Category)), st.integers(0, 90), st.sampled_from([None, None, None, -5, 5])
        ),
        min_size=1,
        max_size=10,
    ),
    rule=st.sampled_from(["accumulating", "strict", "longest"]),
)
def test_b7_people_ahead_is_the_place_in_the_order_of_a_counter_without_preferences(rows, rule, clock):
    clock.move_to(NINE)
    forget_layouts()
    with transaction.atomic():
        there = a_branch("ANY", policy=rule)
        officer = a_person(Role.OFFICER, there, actor="user:0")
        counter = open_counter(there, "1", officer)
        for category, minutes, late in rows:
            clock.move_to(NINE - timedelta(minutes=minutes))
            ticket = a_ticket(there, category=category.value)
            not_before = NINE + timedelta(minutes=late) if late is not None else None
            Ticket.objects.filter(pk=ticket.pk).update(not_before=not_before)
        clock.move_to(NINE)
        tickets = {str(ticket.pk): ticket for ticket in Ticket.objects.filter(branch_id=there.id)}
        present = [t for t in tickets.values() if t.not_before is None or t.not_before <= NINE]
        post = Post("general", dict.fromkeys(there.place.services, 1))
        order = in_order(line(present), post, policy(rule), NINE)
        for place, choice in enumerate(order):
            ticket = tickets[choice.waiting.ticket_id]
            assert queueing.people_ahead(ticket, there.place, NINE) == place
        called = [call(there, counter, officer) for _ in range(len(rows) + 1)]
        assert [number for number in called if number] == [choice.waiting.number for choice in order]
        transaction.set_rollback(True)
