"""What today's services show of the pace: whom each counter serves since when, and how long services took. Pure (B7)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

#: Nobody is served in less: commands that come together (a day loaded at once, a number pressed away) show no pace. Minutes.
_LEAST_MIN = 0.05


@dataclass(frozen=True, slots=True)
class Occupied:
    """A counter serves this ticket since an epoch minute; the service is "" when one set aside was taken up again."""

    ticket: str
    service: str
    since: float


@dataclass
class Desks:
    """Folds events in their order. `calls`: services given since the day began; `minutes`: the counters' time they took."""

    serving: dict[str, Occupied] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    minutes: dict[str, float] = field(default_factory=dict)
    _free: dict[str, float] = field(default_factory=dict)

    def apply(self, at: float, kind: str, facts: Mapping[str, Any]) -> None:
        """Take one event at an epoch minute."""
        handler = _HANDLERS.get(kind)
        if handler is not None:
            handler(self, at, facts)

    def begin_day(self) -> None:
        """Start a service day."""
        self.calls, self.minutes, self._free = {}, {}, {}

    def _called(self, at: float, facts: Mapping[str, Any]) -> None:
        counter, service = facts["counter"], facts["service"]
        self._left(counter, at)
        between = at - self._free.pop(counter, at)
        if 0 < between <= facts["waited_seconds"] / 60:
            # Somebody waited and the counter stood free: that is part of its pace.
            self.minutes[service] = self.minutes.get(service, 0.0) + between
        self.serving[counter] = Occupied(facts["ticket"], service, at)

    def _resumed(self, at: float, facts: Mapping[str, Any]) -> None:
        counter = facts["counter"]
        self._left(counter, at)
        self._free.pop(counter, None)
        self.serving[counter] = Occupied(facts["ticket"], "", at)

    def _started(self, at: float, facts: Mapping[str, Any]) -> None:
        counter, ticket = facts["counter"], facts["ticket"]
        was = self.serving.get(counter)
        if was is None or was.ticket != ticket:
            # The next service of a visit, at the same counter: nobody was called.
            self._free.pop(counter, None)
            self.serving[counter] = Occupied(ticket, facts["service"], at)

    def _left(self, counter: str, at: float) -> None:
        was = self.serving.pop(counter, None)
        if was is None:
            return
        self._free[counter] = at
        if was.service and at - was.since >= _LEAST_MIN:
            self.calls[was.service] = self.calls.get(was.service, 0) + 1
            self.minutes[was.service] = self.minutes.get(was.service, 0.0) + at - was.since

    def _freed(self, at: float, facts: Mapping[str, Any]) -> None:
        self._left(facts["counter"], at)

    def _moved(self, at: float, facts: Mapping[str, Any]) -> None:
        for counter, was in list(self.serving.items()):
            if was.ticket == facts["ticket"]:
                self._left(counter, at)

    def _undone(self, at: float, facts: Mapping[str, Any]) -> None:
        for counter, was in list(self.serving.items()):
            if was.ticket in facts["tickets"]:
                del self.serving[counter]

    def _shut(self, at: float, facts: Mapping[str, Any]) -> None:
        self._left(facts["counter"], at)
        self._free.pop(facts["counter"], None)


_HANDLERS: dict[str, Callable[[Desks, float, Mapping[str, Any]], None]] = {
    "ticket.called": Desks._called,
    "ticket.resumed": Desks._resumed,
    "service.started": Desks._started,
    "service.finished": Desks._freed,
    "ticket.held": Desks._freed,
    "ticket.no-show": Desks._freed,
    "ticket.transferred": Desks._moved,
    "ticket.cancelled": Desks._moved,
    "command.undone": Desks._undone,
    "counter.paused": Desks._shut,
    "counter.closed": Desks._shut,
}
