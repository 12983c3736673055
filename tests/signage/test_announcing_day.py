"""A whole day at speed: whatever officers, customers and screens do, no announcement is missed, doubled or spoken over."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from django.db import transaction

from layan.kit import clock
from layan.kit.events import read
from layan.kit.refusal import Refusal
from layan.queueing import api as queueing
from layan.signage.announcing.line import played, playing, take
from layan.signage.announcing.rules import Reason, State
from layan.signage.announcing.services import announce
from layan.signage.models import Announcement
from layan.signage.rendering import forget_fragments, fragment_of
from layan.signage.view import View
from tests.builders import a_ticket, open_counter
from tests.signage.conftest import a_speaker

pytestmark = pytest.mark.django_db
SAYING = timedelta(seconds=5)
BOARD = View("UTC-A", ("HALL",), ("ms", "en"))


class Speaker:
    """A screen as its page behaves: asks, says for five seconds, confirms; now and then its power is cut."""

    def __init__(self, here, screen, chance: random.Random, cuts: float) -> None:
        self.here, self.screen, self.chance, self.cuts = here, screen, chance, cuts
        self.zone = screen.zones.get().pk
        self.saying: Announcement | None = None
        self.began = self.until = clock.now()
        self.said: list[tuple[int, datetime, datetime, bool]] = []

    def step(self) -> None:
        now = clock.now()
        if now < self.until:
            return
        if self.saying is not None:
            heard = played(self.saying.pk, screen_id=self.screen.pk)
            self.said.append((self.saying.pk, self.began, self.began + SAYING, heard))
            self.saying = None
        turn = take(self.here.place, self.zone, screen_id=self.screen.pk)
        if turn.say is None:
            return
        if self.chance.random() < self.cuts:
            # Gone in the middle of it, and back after a while.
            self.said.append((turn.say.pk, now, now + SAYING / 2, False))
            self.until = now + timedelta(seconds=self.chance.choice([8, 60]))
            return
        playing(turn.say, seconds=SAYING.total_seconds())
        self.saying, self.began = turn.say, now
        # It may be stuck for a minute before it confirms; another may have spoken meanwhile.
        self.until = now + (timedelta(minutes=1) if self.chance.random() < self.cuts else SAYING)


class Staff:
    """Officers and customers of a busy branch."""

    def __init__(self, here, by, chance: random.Random) -> None:
        self.here, self.by, self.chance = here, by, chance

    def step(self) -> None:
        with suppress(Refusal), transaction.atomic():
            self.chance.choice([self.issue, self.call, self.call, self.again, self.serve, self.leave])()

    def issue(self) -> None:
        a_ticket(self.here, self.chance.choice("AB"))

    def call(self) -> None:
        counter = self.here.counter(self.chance.choice("12"))
        queueing.call_next(branch_id=self.here.id, counter_id=counter, by=self.by)

    def again(self) -> None:
        queueing.recall(branch_id=self.here.id, ticket_id=self.one("called"), by=self.by)

    def serve(self) -> None:
        ticket = self.one("called")
        queueing.start(branch_id=self.here.id, ticket_id=ticket, by=self.by)
        queueing.finish(branch_id=self.here.id, ticket_id=ticket, by=self.by)

    def leave(self) -> None:
        queueing.no_show(branch_id=self.here.id, ticket_id=self.one("called"), by=self.by)

    def one(self, state: str):
        tickets = queueing.Ticket.objects.filter(branch_id=self.here.id, state=state)
        found = tickets.order_by("called_at").values_list("pk", flat=True).first()
        return found or self.here.branch.pk


def moments(hours: float, chance: random.Random) -> Iterator[None]:
    """Let the time pass in steps of one to nine seconds."""
    with time_machine.travel("2026-03-03T00:00:00Z", tick=False) as time:
        end = clock.now() + timedelta(hours=hours)
        while clock.now() < end:
            time.shift(chance.randint(1, 9))
            yield


def calls_in_the_log(here, zone: int) -> list[int]:
    return [
        event.seq
        for event in read(here.id)
        if event.type in {"ticket.called", "ticket.recalled"} and event.zone_id == zone
    ]


def overlapping(said: list[tuple[int, datetime, datetime, bool]]) -> list[int]:
    spans = sorted(said, key=lambda each: each[1])
    return [after[0] for before, after in pairwise(spans) if after[1] < before[2]]


@pytest.mark.parametrize(("seed", "cuts"), [(1, 0.0), (2, 0.08), (3, 0.3)])
def test_b9_no_call_is_missed_doubled_or_spoken_over(here, supervisor, seed, cuts):
    run_day(here, supervisor, random.Random(seed), hours=2, cuts=cuts)


@pytest.mark.slow
def test_b9_in_24_hours_no_call_is_missed_or_doubled_and_the_board_is_always_current(here, supervisor):
    run_day(here, supervisor, random.Random(4), hours=24, cuts=0.02, pace=0.1, boards=True)


def run_day(
    here,
    supervisor,
    chance: random.Random,
    *,
    hours: float,
    cuts: float,
    pace: float = 0.5,
    boards: bool = False,
) -> None:
    days = moments(hours, chance)
    next(days)
    hall = here.branch.zones.get(code="HALL").pk
    for code in "12":
        open_counter(here, code, supervisor)
    screens = [a_speaker(here, supervisor)[1] for _ in range(2)]
    speakers = [Speaker(here, screen, chance, cuts) for screen in screens]
    staff = Staff(here, supervisor, chance)
    for _ in days:
        if chance.random() < pace:
            staff.step()
        if chance.random() < 0.01:
            announce(branch_id=here.id, text={"ms": "Hebahan"}, zone_ids=[hall], by=supervisor)
        for speaker in chance.sample(speakers, len(speakers)):
            speaker.step()
        if boards and chance.random() < 2 * pace:
            followed = fragment_of(BOARD)
            forget_fragments()
            assert followed == fragment_of(BOARD)
    said = [each for speaker in speakers for each in speaker.said]
    assert overlapping(said) == []
    heard = Counter(identity for identity, _from, _until, confirmed in said if confirmed)
    assert set(heard.values()) <= {1}
    rows = {row.pk: row for row in Announcement.objects.all()}
    assert sorted(row.seq for row in rows.values() if row.seq) == calls_in_the_log(here, hall)
    assert {row.pk for row in rows.values() if row.state == State.PLAYED} == set(heard)
    assert sum(row.state in {State.WAITING, State.PLAYING} for row in rows.values()) < 10
    dropped = Counter(row.reason for row in rows.values() if row.state == State.DROPPED)
    allowed = {Reason.MOOT, Reason.SUPERSEDED, Reason.TOO_OLD}
    assert dropped.keys() <= (allowed | {Reason.UNCONFIRMED} if cuts else allowed)
    assert len(heard) > 50
