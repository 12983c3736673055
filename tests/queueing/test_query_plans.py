"""The hot statements go by their index, however little the database knows of its tables.

SQLite once chose a wrong index for call-next after an ANALYZE of a nearly empty database: 70 times slower later.
"""

from contextlib import contextmanager

import pytest
from django.db import connection

from layan.kit import clock
from layan.people.api import Role
from layan.queueing import api as queueing
from layan.queueing import sql
from tests.builders import a_branch, a_person, a_ticket, a_user, open_counter

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["never analysed", "analysed nearly empty", "analysed after a day"])
def here(request):
    """A branch with one number waiting, and what the database knows of it."""
    branch = a_branch()
    if request.param == "analysed nearly empty":
        analyse()
    a_ticket(branch)
    if request.param == "analysed after a day":
        for number in range(60):
            a_ticket(branch, "ABC"[number % 3])
        analyse()
    return branch


def analyse():
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@contextmanager
def plans():
    """Collect the plan of every statement on tickets and sessions in the block."""
    found = []

    def explain(execute, statement, values, many, context):
        if "queueing_" in statement and not statement.lstrip().startswith("INSERT"):
            kind = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
            execute(kind + statement, values, many, context)
            found.append("\n".join(str(row[-1]) for row in context["cursor"].fetchall()))
        return execute(statement, values, many, context)

    with connection.execute_wrapper(explain):
        yield found


@contextmanager
def small_tables_are_no_reason():
    """PostgreSQL reads a table of one page whole, rightly: ask what it would do were that forbidden."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
        yield


#: Indexes of live tickets only: reading one whole does not grow with the past.
OF_THE_LIVING = ("ticket_waiting", "ticket_live")


def reads_everything(plan: str) -> bool:
    """Say whether a plan reads a whole table of ours, past tickets too."""
    if connection.vendor == "postgresql":
        return "Seq Scan on queueing_" in plan
    scans = [line for line in plan.splitlines() if line.startswith("SCAN") and "VIRTUAL TABLE" not in line]
    return any(not line.endswith(OF_THE_LIVING) for line in scans)


def test_call_next_finds_the_first_of_each_lane_by_its_index(here):
    lanes = [f"s{service.pk}:general" for service in here.services.values()]
    with small_tables_are_no_reason(), plans() as found:
        assert sql.heads(lanes, clock.now())
    (plan,) = found
    assert "ticket_waiting" in plan, plan
    assert not reads_everything(plan), plan
    assert "TEMP B-TREE" not in plan, plan


def test_the_next_five_are_found_by_the_same_index(here):
    lanes = [f"s{service.pk}:general" for service in here.services.values()]
    with small_tables_are_no_reason(), plans() as found:
        assert sql.firsts(lanes, clock.now(), 5)
    assert "ticket_waiting" in found[0], found
    assert not reads_everything(found[0]), found


def test_a_whole_call_reads_no_table_whole(here):
    user = a_user("aminah", Role.OFFICER, here)
    officer = a_person(Role.OFFICER, here, actor=f"user:{user.pk}", user_id=user.pk)
    counter = open_counter(here, "1", officer)
    a_ticket(here)
    with small_tables_are_no_reason(), plans() as found:
        for _ in range(2):
            assert queueing.call_next(branch_id=here.id, counter_id=counter, by=officer)
    assert len(found) >= 6
    for plan in found:
        assert not reads_everything(plan), plan


def test_issuing_reads_no_ticket_at_all(here):
    a_ticket(here)
    with plans() as found:
        a_ticket(here)
    assert found == []


def test_what_boards_and_phones_ask_reads_no_table_whole(here):
    ticket = a_ticket(here)
    with small_tables_are_no_reason(), plans() as found:
        queueing.branch_state(here.place, clock.now())
        queueing.last_calls(here.place, clock.now())
        queueing.people_ahead(ticket, here.place, clock.now())
    assert len(found) >= 4
    for plan in found:
        assert not reads_everything(plan), plan
