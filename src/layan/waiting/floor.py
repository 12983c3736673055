"""The floor as the event log tells it: who waits for what, which counters are open. Pure; events in, readings out (B7)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import exp
from typing import Any

from layan.waiting.engine.line import Reading

#: How long an arrival counts in the rate of arrivals. Minutes.
_ARRIVAL_MEMORY_MIN = 60.0
#: Of each ticket so many changes are kept, for undone commands.
_CHANGES = 6

Services = Callable[[str, int | None], frozenset[str]]


@dataclass
class Standing:
    """A ticket: the service it waits for ("" when it does not), its category, since when; and what it was before."""

    category: str
    since: float
    service: str
    changes: list[tuple[int, str]] = field(default_factory=list)


class Floor:
    """Folds events in their order. Times are epoch minutes; services and counters are codes."""

    def __init__(self) -> None:
        self.tickets: dict[str, Standing] = {}
        self.open: dict[str, int | None] = {}
        self.left: dict[str, int] = {}
        self.back: dict[str, int] = {}
        self.arrivals: dict[str, dict[str, tuple[float, float]]] = {}

    def apply(self, seq: int, at: float, kind: str, facts: Mapping[str, Any]) -> None:
        """Take one event."""
        handler = _HANDLERS.get(kind)
        if handler is not None:
            handler(self, seq, at, facts)

    def waiting(self, service: str) -> list[tuple[str, Standing]]:
        """Return who waits for a service."""
        return [(key, ticket) for key, ticket in self.tickets.items() if ticket.service == service]

    def queues(self) -> dict[str, list[tuple[str, Standing]]]:
        """Return who waits, by service."""
        found: dict[str, list[tuple[str, Standing]]] = {}
        for key, ticket in self.tickets.items():
            if ticket.service:
                found.setdefault(ticket.service, []).append((key, ticket))
        return found

    def staffed(self, given: Services) -> dict[str, int]:
        """Return how many open counters give each service."""
        counts: dict[str, int] = {}
        for counter, officer in self.open.items():
            for service in given(counter, officer):
                counts[service] = counts.get(service, 0) + 1
        return counts

    def readings(self, services: Iterable[str], given: Services) -> list[Reading]:
        """Return what is known of each line. `called` counts those who left it: rank n is called n departures from now."""
        staffed = self.staffed(given)
        waiting = {service: len(queue) for service, queue in self.queues().items()}
        return [
            Reading(service, self.left.get(service, 0), waiting.get(service, 0), staffed.get(service, 0))
            for service in services
        ]

    def arriving(self, service: str, at: float) -> dict[str, float]:
        """Return the arrivals a minute by category, over the last hour or so."""
        return {
            category: weight * exp(-max(0.0, at - last) / _ARRIVAL_MEMORY_MIN) / _ARRIVAL_MEMORY_MIN
            for category, (weight, last) in self.arrivals.get(service, {}).items()
        }

    def to_json(self) -> dict[str, Any]:
        """Return the floor as JSON values."""
        return {
            "tickets": {
                key: [ticket.category, ticket.since, ticket.service, ticket.changes]
                for key, ticket in self.tickets.items()
            },
            "open": self.open,
        }

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> "Floor":
        """Return the floor that `to_json` wrote."""
        floor = cls()
        for key, (category, since, service, changes) in state["tickets"].items():
            floor.tickets[key] = Standing(category, since, service, [(seq, was) for seq, was in changes])
        floor.open = dict(state["open"])
        return floor

    # -- one event each

    def _issued(self, seq: int, at: float, facts: Mapping[str, Any]) -> None:
        service, category = facts["services"][0], facts["category"]
        self.tickets[facts["ticket"]] = Standing(category, at, service)
        rates = self.arrivals.setdefault(service, {})
        weight, last = rates.get(category, (0.0, at))
        rates[category] = (weight * exp(-max(0.0, at - last) / _ARRIVAL_MEMORY_MIN) + 1.0, at)

    def _move(self, seq: int, ticket_id: str, service: str) -> None:
        ticket = self.tickets.get(ticket_id)
        if ticket is None or ticket.service == service:
            return
        ticket.changes = [*ticket.changes[-_CHANGES:], (seq, ticket.service)]
        self._count(ticket.service, service)
        ticket.service = service

    def _count(self, was: str, becomes: str) -> None:
        if was:
            # Who was called and came back by an undo is not counted twice when called again.
            if self.back.get(was, 0):
                self.back[was] -= 1
            else:
                self.left[was] = self.left.get(was, 0) + 1

    def _called(self, seq: int, at: float, facts: Mapping[str, Any]) -> None:
        self._move(seq, facts["ticket"], "")

    def _returned(self, seq: int, at: float, facts: Mapping[str, Any]) -> None:
        ticket = self.tickets.get(facts["ticket"])
        if ticket is not None and not ticket.service:
            last = next((was for _, was in reversed(ticket.changes) if was), "")
            self._move(seq, facts["ticket"], last)

    def _transferred(self, seq: int, at: float, facts: Mapping[str, Any]) -> None:
        direct = facts["to_counter"] or facts["to_officer"] is not None
        self._move(seq, facts["ticket"], "" if direct else facts["service"])

    def _ended(self, seq: int, at: float, facts: Mapping[str, Any]) -> None:
        self._move(seq, facts["ticket"], "")

    def _undone(self, seq: int, at: float, facts: Mapping[str, Any]) -> None:
        for ticket_id in facts["tickets"]:
            ticket = self.tickets.get(ticket_id)
            if ticket is None:
                continue
            service = ticket.service
            while ticket.changes and ticket.changes[-1][0] >= facts["undone"]:
                _, service = ticket.changes.pop()
            if service and not ticket.service:
                self.back[service] = self.back.get(service, 0) + 1
            elif ticket.service and service != ticket.service:
                self._count(ticket.service, service)
            ticket.service = service

    def _opened(self, seq: int, at: float, facts: Mapping[str, Any]) -> None:
        self.open[facts["counter"]] = facts["officer"]

    def _shut(self, seq: int, at: float, facts: Mapping[str, Any]) -> None:
        self.open.pop(facts["counter"], None)

    def begin_day(self) -> None:
        """Start a service day: counts begin again, tickets that no longer wait are forgotten."""
        self.tickets = {key: ticket for key, ticket in self.tickets.items() if ticket.service}
        self.left, self.back, self.arrivals = {}, {}, {}


_HANDLERS: dict[str, Callable[[Floor, int, float, Mapping[str, Any]], None]] = {
    "ticket.issued": Floor._issued,
    "ticket.called": Floor._called,
    "ticket.returned": Floor._returned,
    "ticket.transferred": Floor._transferred,
    "ticket.cancelled": Floor._ended,
    "ticket.no-show": Floor._ended,
    "command.undone": Floor._undone,
    "counter.opened": Floor._opened,
    "counter.paused": Floor._shut,
    "counter.closed": Floor._shut,
}
