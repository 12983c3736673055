"""A branch as the worker follows it: its event log in, an engine that has seen it all out. Same log, same engine (B7)."""

from collections.abc import Iterable
from typing import Any

import orjson

from layan.kit import clock
from layan.kit.events import read
from layan.kit.events.chain import Line
from layan.people.api import skills_of
from layan.places.api import Layout, last_layout
from layan.waiting.engine.branch import Branch
from layan.waiting.engine.prior import Prior, read_prior
from layan.waiting.floor import Floor
from layan.waiting.models import Model

#: Readings are made at these whole minutes of the epoch only, so that a replay makes the same ones.
READ_EVERY_MIN = 0.5
#: Questions whose outcome is learned, the same way.
ASK_EVERY_MIN = 5.0
#: Events taken in one turn of the worker, so that catching up never holds the others up for long.
EVENTS_A_TURN = 4000
#: A clock set back by more than this is believed; less is a jitter between machines.
_SET_BACK_MIN = 10.0
VERSION = "1"

_prior: Prior | None = None


def shipped_prior() -> Prior:
    """Return what other branches teach, read once."""
    global _prior  # noqa: PLW0603 - read once a process
    if _prior is None:
        _prior = read_prior()
    return _prior


class Observer:
    """One branch: the floor and the engine as of the event `seq`."""

    def __init__(self, branch_id: int) -> None:
        self.branch_id = branch_id
        self.seq = 0
        self.floor = Floor()
        self.engine = Branch(shipped_prior())
        self.day = 0
        self.read_at = 0.0
        self.offset = 0.0
        self._skills: dict[int | None, frozenset[int]] = {}
        model = Model.objects.filter(branch_id=branch_id, version=self.version).first()
        if model is not None:
            self.restore(model.seq, model.state)

    @property
    def version(self) -> str:
        """The version of what the engine says: of this reading of the log, and of the prior."""
        return f"{VERSION}-{self.engine.prior.version}"[:40]

    def restore(self, seq: int, state: dict[str, Any]) -> None:
        """Go on from a kept state."""
        self.seq, self.day, self.read_at = seq, state["day"], state["read_at"]
        self.engine = Branch.from_json(state["engine"], shipped_prior())
        self.floor = Floor.from_json(state["floor"])

    def state(self) -> dict[str, Any]:
        """Return what `restore` needs."""
        return {
            "day": self.day,
            "read_at": self.read_at,
            "engine": self.engine.to_json(),
            "floor": self.floor.to_json(),
        }

    def follow(self, now_min: float) -> bool:
        """Take the events that came since, then the readings up to `now_min`; False when more are left to take."""
        place = last_layout(self.branch_id)
        self._skills = {}
        taken = 0
        for line in read(self.branch_id, after=self.seq, limit=EVENTS_A_TURN):
            self.take(place, line)
            taken += 1
        if taken == EVENTS_A_TURN:
            return False
        self.read_until(place, now_min)
        return True

    def take_all(self, place: Layout, lines: Iterable[Line]) -> None:
        """Take these events."""
        for line in lines:
            self.take(place, line)

    def take(self, place: Layout, line: Line) -> None:
        """Take one event: first the readings that were due before it."""
        at = line.at.timestamp() / 60
        self.read_until(place, at)
        self.floor.apply(line.seq, at, line.type, orjson.loads(line.payload))
        self.seq = line.seq

    def read_until(self, place: Layout, at: float) -> None:
        """Make the readings due before the epoch minute `at`."""
        if at < self.read_at - _SET_BACK_MIN:
            self.read_at = at // READ_EVERY_MIN * READ_EVERY_MIN
        while True:
            due = self.read_at + READ_EVERY_MIN
            if due > at:
                return
            if not self.floor.open and not any(each.service for each in self.floor.tickets.values()):
                # Nobody waits and no counter is open: nothing happens until the next event.
                self.read_at = at // READ_EVERY_MIN * READ_EVERY_MIN
                self._begin_day(place, at)
                return
            self._begin_day(place, due)
            self.read_at = due
            readings = self.floor.readings(place.service_codes, lambda c, o: self.given(place, c, o))
            self.engine.observe(due + self.offset, readings, ask=due % ASK_EVERY_MIN == 0)

    def _begin_day(self, place: Layout, at: float) -> None:
        moment = clock.at_minute(at)
        local = clock.local(moment, place.time_zone)
        shift = local.utcoffset()
        self.offset = shift.total_seconds() / 60 if shift else 0.0
        day = local.toordinal()
        if day == self.day:
            return
        first, self.day = self.day == 0, day
        if first:
            return
        self.engine.close_day()
        self.floor.begin_day()
        self.keep()

    def keep(self) -> None:
        """Keep what the past days taught."""
        Model.objects.update_or_create(
            branch_id=self.branch_id,
            defaults={
                "version": self.version,
                "made_at": clock.now(),
                "seq": self.seq,
                "state": self.state(),
            },
        )

    def given(self, place: Layout, counter: str, officer: int | None) -> frozenset[str]:
        """Return the services that a counter gives while this officer serves there (A3)."""
        found = place.counter_codes.get(counter)
        if found is None:
            return frozenset()
        if officer not in self._skills:
            self._skills[officer] = skills_of(officer) & place.every_service
        skills = self._skills[officer]
        return frozenset(
            place.services[each].code
            for each in found.offers
            if each in place.services and (not skills or each in skills)
        )
