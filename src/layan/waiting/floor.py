"""The floor as the event log tells it: who waits for what, which counters are open. Pure; events in, readings out (B7)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp
from typing import Any

from layan.waiting.engine.line import Reading
from layan.waiting.tally import Tally

#: How long an arrival counts in the rate of arrivals. Minutes.
_ARRIVAL_MEMORY_MIN = 60.0
#: Of each ticket so many changes are kept, for undone commands.
_CHANGES = 6
#: After so many minutes a call can no longer be undone.
_UNDO_MIN = 1.0

Services = Callable[[str, int | None], frozenset[str]]


@dataclass
class Standing:
    """A ticket: the service it waits for ("" when it does not), its category, since when its seniority counts.

    `asked` is the service of which the first call is still awaited, since `issued`, with the promise low, likely, high;
    "" afterwards. Until `later_until` its customer asked to be passed over.
    """

    category: str
    since: float
    service: str
    issued: float = 0.0
    asked: str = ""
    promise: tuple[int, int, int] | None = None
    later_until: float = 0.0
    #: What it waited for before, and since when: the event's number, the service, the seniority.
    changes: list[tuple[int, str, float]] = field(default_factory=list)


class Floor:
    """Folds events in their order. Times are epoch minutes; services and counters are codes."""

    def __init__(self) -> None:
        self.tickets: dict[str, Standing] = {}
        self.open: dict[str, int | None] = {}
        self.left: dict[str, int] = {}
        self.back: dict[str, int] = {}
        self.arrivals: dict[str, dict[str, tuple[float, float]]] = {}
        self.tally = Tally()
        self.offset = 0.0
        self._first_calls: dict[str, float] = {}

    def apply(self, seq: int, at: float, kind: str, facts: Mapping[str, Any]) -> None:
        """Take one event."""
        self.settle(at)
        handler = _HANDLERS.get(kind)
        if handler is not None:
            handler(self, seq, at, facts)

    def settle(self, at: float) -> None:
        """Count the first calls that nobody can take back any more at minute `at`."""
        for key, called in list(self._first_calls.items()):
            if at - called <= _UNDO_MIN:
                return
            ticket = self.tickets[key]
            hour = int((ticket.issued + self.offset) % 1440 // 60)
            self.tally.called(ticket.asked, hour, ticket.promise, called - ticket.issued)
            ticket.asked = ""
            del self._first_calls[key]

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
                key: [
                    ticket.category,
                    ticket.since,
                    ticket.service,
                    ticket.issued,
                    ticket.asked,
                    ticket.promise,
                    ticket.later_until,
                    ticket.changes,
                ]
                for key, ticket in self.tickets.items()
            },
            "open": self.open,
        }

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> "Floor":
        """Return the floor that `to_json` wrote."""
        floor = cls()
        for key, (category, since, service, issued, asked, promise, later, changes) in state[
            "tickets"
        ].items():
            floor.tickets[key] = Standing(
                category,
                since,
                service,
                issued,
                asked,
                _promise(promise),
                later,
                [(seq, was, before) for seq, was, before in changes],
            )
        floor.open = dict(state["open"])
        return floor

    # -- one event each

    def _issued(self, seq: int, at: float, facts: Mapping[str, Any]) -> None:
        service, category = facts["services"][0], facts["category"]
        promise = _promise(facts.get("promised"))
        self.tickets[facts["ticket"]] = Standing(category, at, service, at, service, promise)
        rates = self.arrivals.setdefault(service, {})
        weight, last = rates.get(category, (0.0, at))
        rates[category] = (weight * exp(-max(0.0, at - last) / _ARRIVAL_MEMORY_MIN) + 1.0, at)

    def _move(self, seq: int, ticket_id: str, service: str) -> None:
        ticket = self.tickets.get(ticket_id)
        if ticket is None or ticket.service == service:
            return
        ticket.changes = [*ticket.changes[-_CHANGES:], (seq, ticket.service, ticket.since)]
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
        key = facts["ticket"]
        ticket = self.tickets.get(key)
        if ticket is not None and ticket.asked and ticket.asked == ticket.service:
            self._first_calls[key] = at
        self._move(seq, key, "")

    def _returned(self, seq: int, at: float, facts: Mapping[str, Any]) -> None:
        ticket = self.tickets.get(facts["ticket"])
        if ticket is not None and not ticket.service:
            last = next((was for _, was, _ in reversed(ticket.changes) if was), "")
            self._move(seq, facts["ticket"], last)
            ticket.since = min(at, ticket.since + facts["away_seconds"] / 60)

    def _transferred(self, seq: int, at: float, facts: Mapping[str, Any]) -> None:
        direct = facts["to_counter"] or facts["to_officer"] is not None
        self._move(seq, facts["ticket"], "" if direct else facts["service"])

    def _rearranged(self, seq: int, at: float, facts: Mapping[str, Any]) -> None:
        ticket = self.tickets.get(facts["ticket"])
        if ticket is not None and ticket.service and ticket.service != facts["services"][0]:
            self._changed(facts["ticket"])
            self._move(seq, facts["ticket"], facts["services"][0])

    def _postponed(self, seq: int, at: float, facts: Mapping[str, Any]) -> None:
        ticket = self.tickets.get(facts["ticket"])
        if ticket is not None:
            ticket.later_until = at + facts["minutes"] if facts["minutes"] else 0.0
            self._changed(facts["ticket"])

    def _changed(self, key: str) -> None:
        """The customer wants something else than what the promise was about."""
        ticket = self.tickets[key]
        if ticket.asked and key not in self._first_calls:
            ticket.asked = ""
            self.tally.changed += 1

    def _cancelled(self, seq: int, at: float, facts: Mapping[str, Any]) -> None:
        key = facts["ticket"]
        ticket = self.tickets.get(key)
        if ticket is not None and ticket.asked and key not in self._first_calls:
            ticket.asked = ""
            self.tally.left += 1
        self._move(seq, key, "")

    def _ended(self, seq: int, at: float, facts: Mapping[str, Any]) -> None:
        self._move(seq, facts["ticket"], "")

    def _undone(self, seq: int, at: float, facts: Mapping[str, Any]) -> None:
        for key in facts["tickets"]:
            ticket = self.tickets.get(key)
            if ticket is None:
                continue
            service = ticket.service
            while ticket.changes and ticket.changes[-1][0] >= facts["undone"]:
                _, service, ticket.since = ticket.changes.pop()
            if service and not ticket.service:
                self.back[service] = self.back.get(service, 0) + 1
                self._first_calls.pop(key, None)
            elif ticket.service and service != ticket.service:
                self._count(ticket.service, service)
            ticket.service, ticket.later_until = service, 0.0

    def _opened(self, seq: int, at: float, facts: Mapping[str, Any]) -> None:
        self.open[facts["counter"]] = facts["officer"]

    def _shut(self, seq: int, at: float, facts: Mapping[str, Any]) -> None:
        self.open.pop(facts["counter"], None)

    def begin_day(self) -> None:
        """Start a service day: counts begin again, tickets that no longer wait are forgotten."""
        self.tickets = {key: ticket for key, ticket in self.tickets.items() if ticket.service}
        self.left, self.back, self.arrivals = {}, {}, {}
        self.tally, self._first_calls = Tally(), {}


def _promise(values: Sequence[int] | None) -> tuple[int, int, int] | None:
    """Return low, likely, high; None when nothing was promised."""
    return (values[0], values[1], values[2]) if values else None


_HANDLERS: dict[str, Callable[[Floor, int, float, Mapping[str, Any]], None]] = {
    "ticket.issued": Floor._issued,
    "ticket.called": Floor._called,
    "ticket.returned": Floor._returned,
    "ticket.transferred": Floor._transferred,
    "services.rearranged": Floor._rearranged,
    "ticket.postponed": Floor._postponed,
    "ticket.cancelled": Floor._cancelled,
    "ticket.no-show": Floor._ended,
    "command.undone": Floor._undone,
    "counter.opened": Floor._opened,
    "counter.paused": Floor._shut,
    "counter.closed": Floor._shut,
}
