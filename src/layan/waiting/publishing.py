"""The worker's job: follow the log, and publish what pages read (B7, B15)."""

from collections.abc import Mapping
from datetime import datetime
from time import monotonic
from typing import Any

from layan.kit import clock
from layan.places.api import Layout, Opening, ServiceInfo, disruption_message, opening
from layan.queueing.api import head, policy
from layan.waiting import forecast as words_of
from layan.waiting.floor import Standing
from layan.waiting.forecast import RANKS, LineForecast, by_norm
from layan.waiting.models import Forecast
from layan.waiting.observing import Observer
from layan.waiting.rules import Window, kept, slip

#: A forecast is published again after so many seconds though nothing happened: time itself passed.
EVERY_SECONDS = 20.0
#: A line with neither past days nor so many calls today has shown no pace of its own.
_CALLS_TO_SHOW_PACE = 4


class Publisher:
    """One branch's forecasts."""

    def __init__(self, branch_id: int) -> None:
        self.observer = Observer(branch_id)
        self.published_seq = -1
        self.published_at = float("-inf")
        last = Forecast.objects.filter(branch_id=branch_id).first()
        self.windows: dict[str, Window] = {
            key: Window(*shown) for key, shown in (last.tickets if last else {}).items()
        }

    def publish(self, place: Layout, *, tick: float) -> bool:
        """Publish when something happened or `EVERY_SECONDS` passed at `tick` (seconds of a clock that only goes forward)."""
        seq, _ = head(place.branch_id)
        if seq == self.published_seq and tick - self.published_at < EVERY_SECONDS:
            return False
        now = clock.now()
        caught_up = self.observer.follow(now.timestamp() / 60)
        if not caught_up:
            return False
        lines = self.lines(place, now)
        self.windows = self._windows(place, lines, now.timestamp() / 60)
        Forecast.objects.update_or_create(
            branch_id=place.branch_id,
            defaults={
                "seq": self.observer.seq,
                "as_of": now,
                "version": self.observer.version,
                "lines": {str(key): line.to_json() for key, line in lines.items()},
                "tickets": {key: [shown.low, shown.high] for key, shown in self.windows.items()},
            },
        )
        self.published_seq, self.published_at = self.observer.seq, tick
        return True

    def lines(self, place: Layout, now: datetime) -> dict[int, LineForecast]:
        """Return every service's forecast."""
        now_open = opening(place, now)
        disrupted = disruption_message(place.branch_id) is not None
        staffed = self.observer.floor.staffed(lambda c, o: self.observer.given(place, c, o))
        return {
            service.id: self._line(place, service, staffed.get(service.code, 0), now_open, disrupted, now)
            for service in place.services.values()
        }

    def _line(
        self,
        place: Layout,
        service: ServiceInfo,
        counters: int,
        now_open: Opening,
        disrupted: bool,  # noqa: FBT001
        now: datetime,
    ) -> LineForecast:
        if disrupted:
            return LineForecast(words_of.DISRUPTION)
        if not counters:
            return LineForecast(words_of.NO_COUNTER if now_open.is_open else words_of.CLOSED)
        ranks = [rank for rank in RANKS if rank <= RANKS[0] or rank <= 2 * self._waiting(service.code) + 20]
        curve = self._curve(service, ranks, counters)
        if curve is None:
            return LineForecast(words_of.NO_HISTORY)
        rows, minutes_each = curve
        rule = policy(place.policy)
        arrivals = self.observer.floor.arriving(service.code, now.timestamp() / 60)
        return LineForecast(
            "",
            tuple(ranks),
            tuple(tuple(round(value, 2) for value in row) for row in rows),
            {each: round(slip(rule.kind, each, arrivals, rule.rates, rule.ranks), 5) for each in rule.rates},
            counters,
            round(minutes_each, 1),
            now_open.closes_at.timestamp() / 60 if now_open.closes_at else 0.0,
        )

    def _waiting(self, code: str) -> int:
        known = self.observer.engine.lines.get(code)
        return known.today.waiting if known and known.today else 0

    def _curve(self, service: ServiceInfo, ranks: list[int], counters: int) -> tuple[list[Any], float] | None:
        """Return the quantiles at these ranks and the minutes each takes at its counter, None when nothing is known."""
        known = self.observer.engine.lines.get(service.code)
        if known is None or known.today is None:
            return None
        shown_pace = known.shape.days > 0 or sum(known.today.sums.calls) >= _CALLS_TO_SHOW_PACE
        if not shown_pace:
            if not service.norm_minutes:
                return None
            return by_norm(ranks, service.norm_minutes / counters), float(service.norm_minutes)
        found = self.observer.engine.estimates(service.code, [rank - 1 for rank in ranks])
        rows = [(each.p10, each.p50, each.p80, each.p90) for each in found]
        return rows, found[0].basis.minutes_per_call * counters

    def _windows(self, place: Layout, lines: Mapping[int, LineForecast], now_min: float) -> dict[str, Window]:
        """Return the window to show for everyone who waits, in epoch minutes."""
        rates = policy(place.policy)
        shown: dict[str, Window] = {}
        for code, queue in self.observer.floor.queues().items():
            service = place.service_codes.get(code)
            line = lines.get(service.id) if service else None
            if line is None or line.reason:
                continue
            for ahead, (key, ticket) in enumerate(
                in_order(queue, rates.kind, rates.rates, rates.ranks, now_min)
            ):
                p10, p50, _, p90 = line.quantiles(ahead, ticket.category)
                new = Window(round(now_min + p10, 1), round(now_min + p90, 1))
                shown[key] = kept(self.windows.get(key), new, now_min + p50)
        return shown


def in_order(
    queue: list[tuple[str, Standing]],
    kind: str,
    rates: Mapping[str, float],
    ranks: Mapping[str, int],
    now_min: float,
) -> list[tuple[str, Standing]]:
    """Return those who wait in the order in which a counter without groups or preferences would call them now."""

    def key(item: tuple[str, Standing]) -> tuple[float, float, float]:
        ticket = item[1]
        waited = now_min - ticket.since
        if ticket.category == "emergency":
            return (0.0, 0.0, ticket.since)
        if kind == "strict":
            return (1.0, float(ranks[ticket.category]), ticket.since)
        if kind == "longest":
            return (1.0, -waited, ticket.since)
        return (1.0, -rates[ticket.category] * waited, ticket.since)

    return sorted(queue, key=key)


_publishers: dict[int, Publisher] = {}


def publish(place: Layout) -> None:
    """Publish a branch's forecast if it is due; called every second by the worker, cheap when nothing happened."""
    publisher = _publishers.get(place.branch_id)
    if publisher is None:
        publisher = _publishers[place.branch_id] = Publisher(place.branch_id)
    publisher.publish(place, tick=monotonic())
