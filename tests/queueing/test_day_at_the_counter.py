"""A visit from the kiosk to the end of its business."""

import pytest
from django.db import connection

from layan.kit import models as kit
from layan.kit.refusal import Refusal
from layan.people.api import Role
from layan.queueing import api as queueing
from layan.queueing.reads import head, waiting_per_service
from tests.builders import a_branch, a_person, a_ticket, a_user, open_counter

pytestmark = pytest.mark.django_db


def test_b3_one_number_until_all_business_is_done():
    here = a_branch()
    officer = a_user("aminah", Role.OFFICER, here)
    aminah = a_person(Role.OFFICER, here, actor="user:1", user_id=officer.pk)
    counter = open_counter(here, "1", aminah)
    ticket = a_ticket(here, "A", "B")
    called = queueing.call_next(branch_id=here.id, counter_id=counter, by=aminah)
    assert called is not None
    assert called.number == ticket.number == "A001"
    queueing.start(branch_id=here.id, ticket_id=ticket.pk, by=aminah)
    after = queueing.finish(branch_id=here.id, ticket_id=ticket.pk, by=aminah)
    assert (after.state, after.service_id, after.number) == ("serving", here.services["B"].pk, "A001")
    after = queueing.finish(branch_id=here.id, ticket_id=ticket.pk, by=aminah)
    assert after.state == "done"
    assert after.finished_services == ["PASSPORT", "LICENCE"]


def test_undo_puts_back_the_customer_who_was_finished_by_calling_the_next():
    here = a_branch()
    officer = a_user("aminah", Role.OFFICER, here)
    aminah = a_person(Role.OFFICER, here, actor="user:1", user_id=officer.pk)
    counter = open_counter(here, "1", aminah)
    first, second = a_ticket(here), a_ticket(here)
    queueing.call_next(branch_id=here.id, counter_id=counter, by=aminah)
    queueing.start(branch_id=here.id, ticket_id=first.pk, by=aminah)
    queueing.call_next(branch_id=here.id, counter_id=counter, by=aminah)
    queueing.undo(branch_id=here.id, counter_id=counter, by=aminah)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("serving", "waiting")
    seq, lanes = head(here.id)
    assert waiting_per_service(here.place, lanes)[here.services["A"].pk] == 1
    with pytest.raises(Refusal, match="nothing-to-undo"):
        queueing.undo(branch_id=here.id, counter_id=counter, by=aminah)


def test_a3_the_log_has_no_gap_and_each_event_follows_from_the_one_before():
    here = a_branch()
    a_ticket(here), a_ticket(here, category="senior"), a_ticket(here, category="emergency")
    events = list(kit.Event.objects.filter(branch_id=here.id).order_by("seq"))
    assert [e.seq for e in events] == list(range(1, len(events) + 1))
    assert connection.vendor in {"sqlite", "postgresql"}
    numbers = list(queueing.Ticket.objects.order_by("issued_at").values_list("number", flat=True))
    assert numbers == ["A001", "AK001", "AE001"]


def test_a_counter_that_is_closed_calls_nobody():
    here = a_branch()
    officer = a_user("aminah", Role.OFFICER, here)
    aminah = a_person(Role.OFFICER, here, actor="user:1", user_id=officer.pk)
    with pytest.raises(Refusal, match="counter-closed"):
        queueing.call_next(branch_id=here.id, counter_id=here.counter("1"), by=aminah)
