"""Runs a recorded day through the same commands as people use: issue, call next, start, finish."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from layan.app.replay.plan import Command, Due, ReplayRow, schedule
from layan.kit import clock
from layan.kit.models import Event
from layan.kit.refusal import Refusal
from layan.people.api import Grant, Person, Role
from layan.places.api import Layout
from layan.queueing import api as queueing

log = logging.getLogger("layan.replay")


class Replay:
    """A recorded day at one branch, by the branch's own rules.

    Numbers are issued when the recorded customers arrived. Each recorded service makes the officer of its counter
    call whoever is next, so that nobody is called before their turn; serving begins at once, or after the `walk` to the
    counter, in which a call is seen and heard. `officers` are the members of staff at the
    counters, by counter code; the counters in `left_to_people` are not touched: an idle one gives their services.
    """

    def __init__(
        self,
        place: Layout,
        officers: dict[str, int],
        left_to_people: frozenset[str] = frozenset(),
        walk: timedelta = timedelta(),
    ) -> None:
        self.place = place
        self.walk = walk
        self.refused = 0
        self._officers = officers
        self._left = left_to_people
        self._opened: set[str] = set()
        #: Who is served for each row of the day: counter code and ticket.
        self._serving: dict[int, tuple[str, UUID]] = {}
        self._kiosk = Person(actor="replay", grants=(Grant(Role.KIOSK, branch_id=place.branch_id),))

    def open_counters(self, rows: Sequence[ReplayRow]) -> None:
        """Open every counter that the day uses."""
        for code in sorted({row.counter for row in rows if row.counter} - self._left):
            self._opened.add(code)
            self._at(code, queueing.open_counter)

    def close_counters(self) -> None:
        """Close the counters that the replay opened."""
        for code in sorted(self._opened):
            self._at(code, queueing.close_counter)

    def carry_out(self, due: Due) -> None:
        """Do one command of the plan. A refusal is counted: a person who joins in may have been faster."""
        work: dict[Command, Callable[[ReplayRow], object]] = {
            Command.ISSUE: self._issue,
            Command.SERVE: self._serve,
            Command.START: self._start,
            Command.FINISH: self._finish,
        }
        self._tried(lambda: work[due.command](due.row))

    def _issue(self, row: ReplayRow) -> None:
        queueing.issue(
            branch_id=self.place.branch_id, services=[row.service], category=row.category, by=self._kiosk
        )

    def _serve(self, row: ReplayRow) -> None:
        code = self._counter_for(row)
        if code is None:
            return
        officer = self._officer(code)
        ticket = queueing.call_next(
            branch_id=self.place.branch_id, counter_id=self.place.counter_codes[code].id, by=officer
        )
        if ticket is not None:
            self._serving[row.line] = (code, ticket.pk)
            if not self.walk:
                self._start(row)

    def _start(self, row: ReplayRow) -> None:
        code, ticket_id = self._serving.get(row.line, (None, None))
        if code is not None and ticket_id is not None:
            queueing.start(branch_id=self.place.branch_id, ticket_id=ticket_id, by=self._officer(code))

    def _finish(self, row: ReplayRow) -> None:
        code, ticket_id = self._serving.pop(row.line, (None, None))
        if code is not None and ticket_id is not None:
            queueing.finish(branch_id=self.place.branch_id, ticket_id=ticket_id, by=self._officer(code))

    def _counter_for(self, row: ReplayRow) -> str | None:
        """Return the recorded counter; for one left to people an idle one that gives the service, if any."""
        if row.counter not in self._left:
            return row.counter
        service = self.place.service_codes[row.service].id
        busy = {code for code, _ in self._serving.values()}
        idle = (
            code for code in sorted(self._opened - busy) if service in self.place.counter_codes[code].offers
        )
        return next(idle, None)

    def _officer(self, counter: str) -> Person:
        """Return the counter's officer, as a supervisor of the branch so that a shared counter stops nothing."""
        return Person(
            actor="replay",
            grants=(Grant(Role.SUPERVISOR, branch_id=self.place.branch_id),),
            user_id=self._officers.get(counter),
        )

    def _at(self, code: str, command: Callable[..., object]) -> None:
        counter_id = self.place.counter_codes[code].id
        self._tried(
            lambda: command(branch_id=self.place.branch_id, counter_id=counter_id, by=self._officer(code))
        )

    def _tried(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Refusal as refusal:
            self.refused += 1
            log.info("replay: %s", refusal)


def run_day(
    replay: Replay,
    rows: Sequence[ReplayRow],
    *,
    speed: float,
    start: datetime | None = None,
    wait: Callable[[float], object] = time.sleep,
    progress: Callable[[Due], object] = lambda _: None,
) -> None:
    """Carry out a whole day at `speed` times real time from `start` (default now).

    What was due before the replay began is done at once and written down as of when it was due, so that an office
    entered in the middle of its day has a morning; never before midnight, nor before what already happened there.
    """
    began = clock.now()
    start = start or began
    earliest = _free_since(replay.place, began)
    with clock.held_at(max(start, earliest)):
        replay.open_counters(rows)
    for due in schedule(rows, speed, start, replay.walk):
        left = (due.at - clock.now()).total_seconds()
        if left > 0:
            wait(left)
        with clock.held_at(max(due.at, earliest)) if due.at < began else nullcontext():
            replay.carry_out(due)
        progress(due)


def _free_since(place: Layout, now: datetime) -> datetime:
    """Return from when on today nothing has happened at the branch's counters and kiosks."""
    midnight = clock.local(now, place.time_zone).replace(hour=0, minute=0, second=0, microsecond=0)
    of_customers = Q(type__startswith="ticket.") | Q(type__startswith="counter.")
    last = Event.objects.filter(of_customers, branch_id=place.branch_id).order_by("-seq").first()
    return max(midnight, last.at) if last else midnight
