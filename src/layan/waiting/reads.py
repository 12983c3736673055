"""How good the promises were: what was promised with each number against when it was called (B7)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from layan.kit import clock
from layan.places.api import Layout
from layan.queueing.api import Ticket

#: Promises whose coverage tells a drift, and the shares between which all is well; the promise is four in five.
LAST = 200
_ENOUGH = 50
_LEAST, _MOST = 0.70, 0.90


@dataclass(frozen=True)
class Outcome:
    """A promise and what came of it; minutes."""

    service_id: int
    hour: int
    low: int
    likely: int
    high: int
    waited: float


@dataclass(frozen=True)
class Quality:
    """Of `count` promises: mean absolute error in minutes, share called by `high`, share called within the range."""

    count: int
    error: float
    kept: float
    covered: float


def quality(outcomes: Sequence[Outcome]) -> Quality | None:
    """Return how good these promises were; None when there are none."""
    if not outcomes:
        return None
    n = len(outcomes)
    return Quality(
        n,
        sum(abs(each.waited - each.likely) for each in outcomes) / n,
        sum(each.waited <= each.high for each in outcomes) / n,
        sum(each.low <= each.waited <= each.high for each in outcomes) / n,
    )


@dataclass(frozen=True)
class PromiseReport:
    """The promises of some days: in all, by service id and by the hour (branch time) of the number; without a promise."""

    overall: Quality | None
    by_service: dict[int, Quality]
    by_hour: dict[int, Quality]
    not_promised: int


def promise_quality(place: Layout, first: date, last: date) -> PromiseReport:
    """Return how good the promises of these service days were."""
    tickets = Ticket.objects.filter(
        branch_id=place.branch_id, service_day__range=(first, last), called_at__isnull=False
    ).only("promised", "issued_at", "called_at", "service_id")
    outcomes, without = _outcomes(place, tickets)
    return PromiseReport(
        quality(outcomes),
        _grouped((each.service_id, each) for each in outcomes),
        _grouped((each.hour, each) for each in outcomes),
        without,
    )


def _grouped(pairs: Iterable[tuple[int, Outcome]]) -> dict[int, Quality]:
    groups: dict[int, list[Outcome]] = defaultdict(list)
    for key, outcome in pairs:
        groups[key].append(outcome)
    return {key: found for key in sorted(groups) if (found := quality(groups[key])) is not None}


def _outcomes(place: Layout, tickets: Iterable[Ticket]) -> tuple[list[Outcome], int]:
    found, without = [], 0
    for ticket in tickets:
        promised = ticket.promised
        if "likely" not in promised or ticket.called_at is None:
            without += 1
            continue
        found.append(
            Outcome(
                ticket.service_id,
                clock.local(ticket.issued_at, place.time_zone).hour,
                promised["low"],
                promised["likely"],
                promised["high"],
                clock.minutes_between(ticket.issued_at, ticket.called_at),
            )
        )
    return found, without


def drift(place: Layout) -> Quality | None:
    """Return the quality of the last promises when too few or too many of them came true; None while all is well."""
    tickets = Ticket.objects.filter(branch_id=place.branch_id, called_at__isnull=False)
    outcomes, _ = _outcomes(place, tickets.order_by("-called_at")[:LAST])
    found = quality(outcomes)
    if found is None or found.count < _ENOUGH or _LEAST <= found.covered <= _MOST:
        return None
    return found
