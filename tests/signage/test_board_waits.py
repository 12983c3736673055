"""How long it takes, as a board says it beside the people waiting (B7)."""

from datetime import timedelta

import pytest
import time_machine

from layan.places.api import announce_disruption
from layan.queueing.promises import Wait
from layan.signage.rendering import fragment
from tests.builders import BuiltBranch, a_ticket, open_counter
from tests.told import told

pytestmark = pytest.mark.django_db


def board(here: BuiltBranch, *languages: str) -> str:
    html = fragment(here.code, "HALL", languages or ("ms", "en")).html
    return html.replace("\N{NO-BREAK SPACE}", " ")


def test_b7_each_service_has_its_wait_beside_the_people_waiting(here, supervisor):
    open_counter(here, "1", supervisor), a_ticket(here)
    with told():
        assert board(here).count("15–25 min") == 3


def test_b7_a_reason_is_said_in_the_board_s_languages(here, supervisor):
    open_counter(here, "1", supervisor), a_ticket(here)
    with told(Wait(0, "no_counter")):
        assert board(here, "en").count('data-reason><span class="say"><span lang="en">no counter open') == 3


def test_b15_a_disruption_takes_the_times_away(here, supervisor):
    open_counter(here, "1", supervisor), a_ticket(here)
    with told():
        announce_disruption(branch_id=here.id, message={"ms": "Gangguan"}, actor="user:1")
        assert "15–25" not in board(here)


def test_b7_a_wait_on_a_board_is_looked_at_again_though_nothing_happens(here, supervisor):
    with time_machine.travel("2026-03-03T02:00:00Z", tick=False) as now:
        open_counter(here, "1", supervisor), a_ticket(here)
        with told():
            assert "15–25 min" in board(here)
        now.shift(timedelta(seconds=14))
        assert "15–25 min" in board(here)
        now.shift(timedelta(seconds=1))
        assert "15–25 min" not in board(here)
