"""The pages behind the floor: explanations, fairness, the day's numbers and their stories, the log."""

import csv
import io
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson
import pytest
import time_machine

from layan.kit import clock
from layan.people.api import Role
from layan.queueing import api as queueing
from layan.queueing.models import Ticket
from tests.builders import a_branch, a_ticket, open_counter
from tests.queueing.test_floor import browser, floor_of, give, here, officer, supervisor

__all__ = ["here", "officer", "supervisor"]
pytestmark = pytest.mark.django_db


def test_b14_a_waiting_number_opens_its_explanation(supervisor, here):
    first, second = a_ticket(here), a_ticket(here)
    assert f"/floor/{here.code}/explain/{second.pk}" in floor_of(supervisor, here)
    text = supervisor.get(f"/floor/{here.code}/explain/{second.pk}").content.decode()
    assert first.number in text
    assert "1 ahead" in text


def test_b14_nobody_who_asked_to_be_passed_over_is_called_next_in_line(supervisor, here):
    ticket = a_ticket(here)
    page = f"/floor/{here.code}/explain/{ticket.pk}"
    with time_machine.travel(datetime(2026, 3, 2, 1, 0, tzinfo=UTC), tick=False) as now:
        queueing.postpone(branch_id=here.id, ticket_id=ticket.pk, minutes=10, by=queueing.holder(ticket.pk))
        text = supervisor.get(page).content.decode()
        assert "passed over until 09:10. The place is kept." in text
        assert "this number is next" not in text
        now.shift(timedelta(minutes=10))
        text = supervisor.get(page).content.decode()
        assert "passed over" not in text
        assert "this number is next" in text


def test_b14_the_fairness_list_counts_by_officer_and_reason(supervisor, here, officer):
    counter = open_counter(here, "1", officer)
    with time_machine.travel(clock.now() - timedelta(days=3), tick=False):
        _inversion(here, counter, officer, "short")
    with time_machine.travel(clock.now() - timedelta(days=9), tick=False):
        _inversion(here, counter, officer, "mistake")
    _inversion(here, counter, officer, "short")
    response = supervisor.get(f"/floor/{here.code}/fairness")
    rows = response.context["rows"]
    assert [(row.officer, row.reason, row.today, row.week) for row, _words in rows] == [
        ("Aminah", "short", 1, 2)
    ]
    export = supervisor.get(f"/floor/{here.code}/fairness?format=csv").content.decode()
    assert len(list(csv.reader(io.StringIO(export)))) == 3


def _inversion(here, counter, officer, reason):
    a_ticket(here)
    later = a_ticket(here)
    queueing.call_number(branch_id=here.id, counter_id=counter, ticket_id=later.pk, reason=reason, by=officer)
    queueing.finish(branch_id=here.id, ticket_id=later.pk, by=officer)


def test_an_empty_fairness_list_says_what_will_stand_there(supervisor, here):
    assert (
        "Nobody was called before others" in supervisor.get(f"/floor/{here.code}/fairness").content.decode()
    )


def test_a_number_is_found_and_its_story_told_from_the_log(supervisor, here, officer):
    counter = open_counter(here, "1", officer)
    ticket, other = a_ticket(here, "A", "B"), a_ticket(here, "B")
    queueing.call_next(branch_id=here.id, counter_id=counter, by=officer)
    queueing.recall(branch_id=here.id, ticket_id=ticket.pk, by=officer)
    queueing.start(branch_id=here.id, ticket_id=ticket.pk, by=officer)
    queueing.hold(branch_id=here.id, ticket_id=ticket.pk, by=officer)
    queueing.resume(branch_id=here.id, ticket_id=ticket.pk, by=officer)
    queueing.add_service(branch_id=here.id, ticket_id=ticket.pk, service="TAX", by=officer)
    queueing.transfer(branch_id=here.id, ticket_id=ticket.pk, counter_id=counter, by=officer)
    queueing.call_next(branch_id=here.id, counter_id=counter, by=officer)
    queueing.undo(branch_id=here.id, counter_id=counter, by=officer)
    queueing.cancel(branch_id=here.id, ticket_id=ticket.pk, by=officer)
    found = supervisor.get(f"/floor/{here.code}/day?number=a0").content.decode()
    assert ticket.number in found
    assert other.number not in found
    text = supervisor.get(f"/floor/{here.code}/day/{ticket.pk}").content.decode()
    for words in (
        "Number given for: Passport, Licence (General); 0 ahead",
        "Called to counter 1 after waiting 0 min",
        "Called again to counter 1",
        "Serving began at counter 1: Passport",
        "Put on hold at counter 1",
        "Resumed at counter 1",
        "Service added to the visit: Tax",
        "Sent to counter 1",
        "The last step at counter 1 was taken back",
        "Cancelled by staff",
        "Aminah",
    ):
        assert words in text, words


def test_the_story_of_a_number_that_came_late_was_sent_on_and_finished(supervisor, here, officer):
    counter = open_counter(here, "1", officer)
    ticket = a_ticket(here)
    holder = queueing.holder(ticket.pk)
    queueing.postpone(branch_id=here.id, ticket_id=ticket.pk, minutes=5, by=holder)
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=False) as at:
        for _round in range(2):
            queueing.call_next(branch_id=here.id, counter_id=counter, by=officer)
            if _round == 0:
                queueing.no_show(branch_id=here.id, ticket_id=ticket.pk, by=officer)
                queueing.return_to_line(branch_id=here.id, ticket_id=ticket.pk, by=officer)
        queueing.transfer(branch_id=here.id, ticket_id=ticket.pk, officer_id=officer.user_id, by=officer)
        queueing.call_next(branch_id=here.id, counter_id=counter, by=officer)
        queueing.transfer(branch_id=here.id, ticket_id=ticket.pk, service="TAX", by=officer)
        queueing.call_next(branch_id=here.id, counter_id=counter, by=officer)
        at.shift(timedelta(minutes=3))
        queueing.call_next(branch_id=here.id, counter_id=counter, by=officer)
        text = supervisor.get(f"/floor/{here.code}/day/{ticket.pk}").content.decode()
    for words in (
        "Will be late: passed over for 5 min",
        "the customer",
        "Did not come to counter 1",
        "Came back after 0 min",
        "Sent to the officer Aminah",
        "Waits for Tax",
        "Tax taken as finished when the next customer was called: 3 min",
        "All business is done",
    ):
        assert words in text, words


def test_a_story_is_found_in_a_long_log_after_the_clock_was_set_back(supervisor, here, officer):
    for _number in range(30):
        a_ticket(here)
    with time_machine.travel(clock.now() - timedelta(minutes=20), tick=False):
        ticket = a_ticket(here)
    text = supervisor.get(f"/floor/{here.code}/day/{ticket.pk}").content.decode()
    assert "Number given for: Passport" in text


def test_a_day_without_numbers_and_a_wrong_date_have_their_answer(supervisor, here):
    assert (
        "No numbers on this day" in supervisor.get(f"/floor/{here.code}/day?day=2020-01-01").content.decode()
    )
    assert supervisor.get(f"/floor/{here.code}/day?day=2020-99-99&page=x").status_code == 200
    assert "No number Z9" in supervisor.get(f"/floor/{here.code}/day?number=Z9").content.decode()


def test_long_days_come_in_pages(supervisor, here):
    for _number in range(101):
        a_ticket(here)
    assert "Page 1 of 2" in supervisor.get(f"/floor/{here.code}/day").content.decode()
    assert "A101" in supervisor.get(f"/floor/{here.code}/day?page=2").content.decode()


def test_a3_an_auditor_takes_the_log_as_csv_and_json_lines(here):
    ticket = a_ticket(here)
    auditor = browser(here, Role.AUDITOR)
    assert "Event log (CSV)" in floor_of(auditor, here)
    rows = list(csv.DictReader(io.StringIO(auditor.get(f"/floor/{here.code}/log.csv").getvalue().decode())))
    lines = [
        orjson.loads(line) for line in auditor.get(f"/floor/{here.code}/log.jsonl").getvalue().splitlines()
    ]
    assert len(rows) == len(lines)
    assert lines[-1]["payload"]["number"] == ticket.number
    assert auditor.get(f"/floor/{here.code}/log.xml").status_code == 404


def test_b3_the_supervisor_lets_a_visit_wait_for_another_of_its_services_first(supervisor, here):
    ticket = a_ticket(here, "A", "B", "C")
    page = f"/floor/{here.code}/day/{ticket.pk}"
    assert "Tax first" in supervisor.get(page).content.decode()
    assert give(supervisor, here, f"first:{ticket.pk}:TAX").status_code == 200
    ticket.refresh_from_db()
    assert (ticket.service.code, ticket.remaining) == ("TAX", ["PASSPORT", "LICENCE"])
    text = supervisor.get(page).content.decode()
    assert "Services still to come, in their new order: Tax, Passport, Licence" in text
    auditor = browser(here, Role.AUDITOR)
    assert "Passport first" not in auditor.get(page).content.decode()


def test_b3_only_a_waiting_number_of_this_branch_is_rearranged(supervisor, here):
    ticket, other = a_ticket(here, "A", "B"), a_ticket(a_branch("UTC-B"), "A", "B")
    for argument, status in (
        (f"{ticket.pk}:TAX", 422),
        (f"{ticket.pk}", 422),
        (f"{other.pk}:LICENCE", 404),
        (f"{uuid4()}:LICENCE", 404),
        ("x:LICENCE", 404),
    ):
        assert give(supervisor, here, f"first:{argument}").status_code == status, argument
    assert give(browser(here, Role.AUDITOR), here, f"first:{ticket.pk}:LICENCE").status_code == 403
    assert {each.service.code for each in Ticket.objects.all()} == {"PASSPORT"}
