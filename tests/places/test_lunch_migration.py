"""An office that had one lunch for the branch keeps it, on each day on which it held."""

from datetime import time

import pytest
from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE, AFTER = [("places", "0002_readable_colour")], [("places", "0004_no_lunch_of_a_branch")]


def migrate(to: list[tuple[str, str]]) -> Apps:
    executor = MigrationExecutor(connection)
    executor.migrate(to)
    return executor.loader.project_state(to).apps


@pytest.fixture
def before(transactional_db):
    """The tables as they were; brought up to date again at the end."""
    yield migrate(BEFORE)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_b5_the_lunch_of_a_branch_becomes_that_of_its_days_and_back(before):
    agency = before.get_model("places", "Agency").objects.create(code="A", name={"ms": "A"})
    rule = {"lunch_starts": time(13), "lunch_ends": time(14), "lunch_counters": 2}
    branches = before.get_model("places", "Branch").objects
    open_days = branches.create(code="HOURS", agency=agency, name={"ms": "B"}, **rule)
    for weekday, opens in ((1, time(8)), (1, time(12)), (2, time(15)), (6, time(9))):
        open_days.opening_blocks.create(weekday=weekday, opens=opens, closes=time(17))
    branches.create(code="NONE", agency=agency, name={"ms": "B"}, weekend=[5, 6], **rule)
    branches.create(code="WITHOUT", agency=agency, name={"ms": "B"})
    after = migrate(AFTER)
    rules = after.get_model("places", "LunchRule").objects.values_list("branch__code", "weekday", "counters")
    assert sorted(rules) == [("HOURS", 1, 2), ("HOURS", 6, 2), *(("NONE", day, 2) for day in (1, 2, 3, 4, 7))]
    back = migrate(BEFORE).get_model("places", "Branch").objects
    assert back.get(code="HOURS").lunch_ends == time(14)
    assert back.get(code="WITHOUT").lunch_starts is None
