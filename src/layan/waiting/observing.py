"""A branch as the worker follows it: its event log in, an engine that has seen it all out. Same log, same engine (B7)."""

from datetime import date
from math import inf
from time import monotonic
from typing import Any

import orjson
from django.db import transaction

from layan.kit import clock
from layan.kit.events import read
from layan.kit.events.chain import Line
from layan.people.api import skills_of
from layan.places.api import Layout, last_layout
from layan.waiting.desks import Desks
from layan.waiting.engine.branch import Branch
from layan.waiting.engine.prior import Prior, read_prior
from layan.waiting.floor import Floor
from layan.waiting.models import Day, Model
from layan.waiting.order import Post
from layan.waiting.tally import Tally

#: Readings are made at these whole minutes of the epoch only, so that a replay makes the same ones.
READ_EVERY_MIN = 0.5
#: Questions whose outcome is learned, the same way.
ASK_EVERY_MIN = 5.0
#: Events read at once, so that a year's log is never in memory.
EVENTS_AT_ONCE = 500
#: Skills of officers are read again after so many seconds.
_SKILLS_SECONDS = 30.0
#: A clock set back by more than this is believed; less is a jitter between machines.
_SET_BACK_MIN = 10.0
#: A command may be seen this late: readings wait for it, so that a replay, which sees it in time, makes the same ones.
_LATE_MIN = 0.1
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
        self.desks = Desks()
        self.engine = Branch(shipped_prior())
        self.day = 0
        self.read_at = 0.0
        self.offset = 0.0
        self._skills: dict[int | None, frozenset[int]] = {}
        self._skills_until = 0.0
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

    def follow(self, now_min: float, *, seconds: float = inf) -> bool:
        """Take the events that came since, then the readings up to `now_min`; False when `seconds` were not enough.

        The next call goes on where this one ended.
        """
        place = last_layout(self.branch_id)
        until = monotonic() + seconds
        while lines := list(read(self.branch_id, after=self.seq, limit=EVENTS_AT_ONCE)):
            for line in lines:
                self.take(place, line)
                if monotonic() > until:
                    return False
        self.read_until(place, now_min - _LATE_MIN)
        self.floor.settle(now_min - _LATE_MIN)
        return True

    def take(self, place: Layout, line: Line) -> None:
        """Take one event: first the readings that were due before it."""
        at = line.at.timestamp() / 60
        self.read_until(place, at)
        facts = orjson.loads(line.payload)
        self.floor.apply(line.seq, at, line.type, facts)
        self.desks.apply(at, line.type, facts)
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
        self.offset = self.floor.offset = shift.total_seconds() / 60 if shift else 0.0
        day = local.toordinal()
        if day == self.day:
            return
        ended, self.day = self.day, day
        if not ended:
            return
        self.engine.close_day()
        self.floor.settle(inf)
        tally = self.floor.tally
        self.floor.begin_day()
        self.desks.begin_day()
        with transaction.atomic():
            if tally != Tally():
                self.keep_tally(ended, tally)
            self.keep()

    def keep_tally(self, day: int, tally: Tally) -> None:
        """Keep what the waits of a day (a date's ordinal, 0 for none) add up to."""
        if not day:
            return
        Day.objects.update_or_create(
            branch_id=self.branch_id, day=date.fromordinal(day), defaults={"tally": tally.to_json()}
        )

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

    def posts(self, place: Layout) -> list[Post]:
        """Return the open counters that give any service, as the calling rule sees them (A3)."""
        found = (self._post(place, counter, officer) for counter, officer in self.floor.open.items())
        return [post for post in found if post.preferences]

    def given(self, place: Layout, counter: str, officer: int | None) -> frozenset[str]:
        """Return the services that a counter gives while this officer serves there (A3)."""
        return frozenset(self._post(place, counter, officer).preferences)

    def _post(self, place: Layout, code: str, officer: int | None) -> Post:
        counter = place.counter_codes.get(code)
        if counter is None:
            return Post({})
        skills = self._skills_of(officer) & place.every_service
        preferences = {
            place.services[each].code: preference
            for each, preference in counter.offers.items()
            if each in place.services and (not skills or each in skills)
        }
        return Post(preferences, counter.groups if counter.kind == "special" else frozenset())

    def _skills_of(self, officer: int | None) -> frozenset[int]:
        if monotonic() > self._skills_until:
            self._skills, self._skills_until = {}, monotonic() + _SKILLS_SECONDS
        if officer not in self._skills:
            self._skills[officer] = skills_of(officer)
        return self._skills[officer]
