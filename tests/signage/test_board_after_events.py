"""Whatever happens, the board that followed the events equals one that was loaded just now."""

import random
from contextlib import suppress

import pytest
import time_machine
from django.db import transaction

from layan.kit.refusal import Refusal
from layan.places.api import announce_disruption, end_disruption
from layan.queueing import api as queueing
from layan.signage.rendering import Fragment, forget_fragments, fragment_of
from layan.signage.services import end_notice, post_notice
from layan.signage.view import View
from tests.builders import a_ticket, open_counter

pytestmark = pytest.mark.django_db

#: Every layout, and boards of one zone and of several.
VIEWS = [
    View("UTC-A", ("HALL",), ("ms", "en")),
    View("UTC-A", ("UPPER",), ("ms", "en")),
    View("UTC-A", ("HALL", "UPPER"), ("ms", "en"), layout="corridor"),
    View("UTC-A", ("HALL", "UPPER"), ("en",), layout="information"),
    View("UTC-A", ("HALL",), ("ms",), layout="countertop", counter="1"),
]
LIVE = ("waiting", "called", "serving", "on_hold", "no_show")


class Office:
    """Does something at random, as officers and customers do; what is refused is no event."""

    def __init__(self, here, supervisor, chance: random.Random) -> None:
        self.here, self.by, self.chance = here, supervisor, chance
        self.notices: list[int] = []

    def step(self) -> None:
        doing = self.chance.choice(
            [
                self.issue,
                self.issue,
                self.call,
                self.call,
                self.call,
                self.work,
                self.work,
                self.counter,
                self.say,
            ]
        )
        with suppress(Refusal), transaction.atomic():
            doing()

    def issue(self) -> None:
        a_ticket(self.here, self.chance.choice("ABC"), category=self.chance.choice(["general", "senior"]))

    def call(self) -> None:
        counter = self.here.counter(self.chance.choice("1234"))
        if self.chance.random() < 0.2:
            queueing.undo(branch_id=self.here.id, counter_id=counter, by=self.by)
        else:
            queueing.call_next(branch_id=self.here.id, counter_id=counter, by=self.by)

    def work(self) -> None:
        tickets = list(
            queueing.Ticket.objects.filter(branch_id=self.here.id, state__in=LIVE).order_by("issued_at")
        )
        if not tickets:
            return
        ticket = self.chance.choice(tickets)
        command = self.chance.choice(
            [
                queueing.recall,
                queueing.start,
                queueing.hold,
                queueing.resume,
                queueing.finish,
                queueing.no_show,
                queueing.return_to_line,
                queueing.cancel,
            ]
        )
        command(branch_id=self.here.id, ticket_id=ticket.pk, by=self.by)

    def counter(self) -> None:
        code = self.chance.choice("1234")
        if self.chance.random() < 0.7:
            open_counter(self.here, code, self.by)
        else:
            queueing.close_counter(branch_id=self.here.id, counter_id=self.here.counter(code), by=self.by)

    def say(self) -> None:
        doing = self.chance.randrange(4)
        if doing == 0:
            text = {"ms": f"Hebahan {len(self.notices)}"}
            self.notices.append(post_notice(branch_id=self.here.id, text=text, by=self.by).pk)
        elif doing == 1 and self.notices:
            end_notice(branch_id=self.here.id, notice_id=self.chance.choice(self.notices), by=self.by)
        elif doing == 2:
            announce_disruption(branch_id=self.here.id, message={"ms": "Gangguan"}, actor="user:1")
        else:
            end_disruption(branch_id=self.here.id, actor="user:1")


@pytest.mark.parametrize("seed", range(4))
def test_a_board_after_any_events_equals_one_freshly_loaded(here, supervisor, seed):
    # Waits are looked at again at every quarter of a minute: none passes between two looks.
    with time_machine.travel("2026-03-03T02:00:01Z", tick=False):
        _follow(here, supervisor, seed)


def _follow(here, supervisor, seed):
    office = Office(here, supervisor, random.Random(seed))
    for code in "1234":
        open_counter(here, code, supervisor)
    for _ in range(60):
        office.step()
        followed = everywhere()
        forget_fragments()
        assert followed == everywhere()


def everywhere() -> dict[View, Fragment]:
    return {view: fragment_of(view) for view in VIEWS}
