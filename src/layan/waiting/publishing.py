"""The worker's job: follow the log, and publish what pages read (B7, B15)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from time import monotonic

import orjson

from layan.kit import clock
from layan.places.api import Layout, ServiceInfo, disruption_message, opening
from layan.queueing.api import head, policy, tally_ahead
from layan.waiting import forecast as reasons
from layan.waiting.floor import Standing
from layan.waiting.forecast import LineForecast, ranks_for
from layan.waiting.hours import Ahead, day_ahead, elapsed
from layan.waiting.models import Forecast
from layan.waiting.observing import Observer
from layan.waiting.order import Places, places
from layan.waiting.rules import EMERGENCY, Row, Rule, Window, kept
from layan.waiting.young import Young, blended, calls_seen, taught

#: A forecast is published again after so many seconds though nothing happened: time itself passed.
EVERY_SECONDS = 20.0
#: What the running day adds up to is kept as often as this.
_TALLY_SECONDS = 60.0
#: Following the log may take so long in one turn; the rest comes in the next, so that the other jobs are done meanwhile.
_FOLLOW_SECONDS = 0.25
#: A line without a norm has shown no pace of its own before so many calls.
_CALLS_TO_SHOW_PACE = 4

Queues = Mapping[str, list[tuple[str, Standing]]]


class Publisher:
    """One branch's forecasts. Of several workers one publishes at a time; another takes over from what it published."""

    def __init__(self, branch_id: int) -> None:
        self.observer = Observer(branch_id)
        self.young = Young()
        self.windows: dict[str, Window] = {}
        self.likely: dict[str, float] = {}
        self._as_of: datetime | None = None
        self.published_seq = -1
        self._published = self._tallied = float("-inf")
        self._curves: dict[int, tuple[object, LineForecast]] = {}
        self._ahead: tuple[object, Ahead] = (None, Ahead())
        self._alike: dict[str, list[str]] = {}
        self._adopt()

    def publish(self, place: Layout, *, tick: float) -> bool:
        """Publish when something happened or `EVERY_SECONDS` passed at `tick` (seconds of a clock that only goes forward).

        Returns False when it is not due, the log is not yet followed to its end, or another worker was faster.
        """
        seq, lanes = head(place.branch_id)
        if seq < self.observer.seq:
            # A restored database: what was seen since has never been.
            self.observer = Observer(place.branch_id)
        if seq == self.published_seq and tick - self._published < EVERY_SECONDS:
            return False
        now = clock.now()
        if not self.observer.follow(now.timestamp() / 60, seconds=_FOLLOW_SECONDS):
            return False
        now_min = now.timestamp() / 60
        rule = rule_of(place)
        queues = self.observer.floor.queues()
        lines = self._lines(place, queues, now)
        where = self._places(lines, place, queues, rule, now_min)
        lines = {
            key: self._shifted(line, place.services[key], where, lanes, place, now)
            for key, line in lines.items()
        }
        windows, likely = self._windows(place, lines, queues, where, now_min)
        if not self._write(place, now, lines, windows, likely):
            return False
        self.windows, self.likely = windows, likely
        self._as_of, self.published_seq, self._published = now, seq, tick
        if tick - self._tallied >= _TALLY_SECONDS:
            self.observer.keep_tally(self.observer.day, self.observer.floor.tally)
            self._tallied = tick
        return True

    def _write(
        self,
        place: Layout,
        now: datetime,
        lines: Mapping[int, LineForecast],
        windows: Mapping[str, Window],
        likely: Mapping[str, float],
    ) -> bool:
        """Write the forecast, unless another worker wrote one since: then go on from that."""
        values = {
            "seq": self.observer.seq,
            "as_of": now,
            "version": self.observer.version,
            "lines": {str(key): line.to_json() for key, line in lines.items()},
            "tickets": orjson.dumps(
                {
                    key: [each.low, likely[key], each.high, each.place, each.turn]
                    for key, each in windows.items()
                }
            ).decode(),
        }
        if self._as_of is None:
            _, made = Forecast.objects.get_or_create(branch_id=place.branch_id, defaults=values)
            written = made
        else:
            mine = Forecast.objects.filter(branch_id=place.branch_id, as_of=self._as_of)
            written = mine.update(**values) == 1
        if not written:
            self._adopt()
        return written

    def _adopt(self) -> None:
        """Go on from what is published, by this worker or another."""
        last = Forecast.objects.filter(branch_id=self.observer.branch_id).first()
        if last is None and self._as_of is not None:
            # The branch was learned anew.
            self.observer = Observer(self.observer.branch_id)
        self._as_of = last.as_of if last else None
        shown = orjson.loads(last.tickets) if last else {}
        self.windows = {
            key: Window(low, high, place, turn) for key, (low, _, high, place, turn) in shown.items()
        }

    # -- the lines

    def _lines(self, place: Layout, queues: Queues, now: datetime) -> dict[int, LineForecast]:
        """Return every service's forecast, but for the places of newcomers."""
        if disruption_message(place.branch_id) is not None:
            return dict.fromkeys(place.services, LineForecast(reasons.DISRUPTION))
        is_open = opening(place, now).is_open
        floor, rule = self.observer.floor, rule_of(place)
        staffed = floor.staffed(lambda c, o: self.observer.given(place, c, o))
        ahead = self._day_ahead(place, now)
        found = {}
        for service in place.services.values():
            counters = staffed.get(service.code, 0)
            if counters:
                line = self._curve(place, service, counters, len(queues.get(service.code, ())), ahead)
                arrivals = floor.arriving(service.code, now.timestamp() / 60)
                slip = {each: round(rule.slip(each, arrivals), 5) for each in rule.rates}
                found[service.id] = replace(line, slip=slip, closes_at=ahead.closes_at)
            else:
                found[service.id] = LineForecast(reasons.NO_COUNTER if is_open else reasons.CLOSED)
        return found

    def _day_ahead(self, place: Layout, now: datetime) -> Ahead:
        basis = (self.observer.read_at, place.version, len(self.observer.floor.open))
        if self._ahead[0] != basis:
            self._ahead = (basis, day_ahead(place, now, len(self.observer.floor.open)))
        return self._ahead[1]

    def _curve(
        self, place: Layout, service: ServiceInfo, counters: int, waiting: int, ahead: Ahead
    ) -> LineForecast:
        """Return a line's curve as of the engine's last reading: it costs most, and changes with that alone.

        A young line's changes with every counter that becomes free, too.
        """
        ranks = ranks_for(waiting)
        share = taught(self.observer.engine.lines.get(service.code))
        serving = tuple(self.observer.desks.serving) if share < 1 else ()
        basis = (self.observer.read_at, counters, ranks, place.version, serving)
        known = self._curves.get(service.id)
        if known is None or known[0] != basis:
            found = self._computed(place, service, counters, ranks, ahead)
            known = self._curves[service.id] = (basis, found)
        return known[1]

    def _computed(
        self, place: Layout, service: ServiceInfo, counters: int, ranks: tuple[int, ...], ahead: Ahead
    ) -> LineForecast:
        line = self.observer.engine.lines.get(service.code)
        share, rows, minutes_each = taught(line), [], 0.0
        if not service.norm_minutes:
            if calls_seen(line) < _CALLS_TO_SHOW_PACE:
                return LineForecast(reasons.NO_HISTORY)
            share = 1.0
        if line is not None and share:
            found = self.observer.engine.estimates(service.code, [rank - 1 for rank in ranks])
            rows = [(each.p10, each.p50, each.p80, each.p90) for each in found]
            minutes_each = found[0].basis.minutes_per_call * counters
            if not line.shape.days:
                # Past days would have shown the breaks.
                rows = [_over_breaks(row, ahead) for row in rows]
        if share < 1:
            young, each = self.young.rows(self.observer, place, rule_of(place), service.code)
            young = [_over_breaks(row, ahead) for row in young]
            rows = blended(young, rows, share) if share else young
            minutes_each = (1 - share) * each + share * minutes_each
        points = tuple(tuple(round(value, 2) for value in row) for row in rows)
        return LineForecast(ranks=ranks, rows=points, counters=counters, minutes_each=round(minutes_each, 1))

    # -- places and windows

    def _places(
        self, lines: Mapping[int, LineForecast], place: Layout, queues: Queues, rule: Rule, now_min: float
    ) -> Places:
        """Walk the floor ahead; those of each special group at its counters, and who gathers faster, as newcomers."""
        posts = self.observer.posts(place)
        alike: dict[tuple[object, ...], list[str]] = {}
        for category in rule.rates:
            special = tuple(category in post.groups for post in posts)
            if category != EMERGENCY and (any(special) or rule.passes("general", category) > 0):
                key = (rule.rates[category], rule.ranks[category], special)
                alike.setdefault(key, []).append(category)
        self._alike = {each[0]: each for each in alike.values()}
        minutes = {
            place.services[key].code: line.minutes_each for key, line in lines.items() if line.minutes_each
        }
        return places(queues, posts, rule, minutes, now_min, self._alike)

    def _shifted(
        self,
        line: LineForecast,
        service: ServiceInfo,
        where: Places,
        lanes: Mapping[str, int],
        place: Layout,
        now: datetime,
    ) -> LineForecast:
        """Return the line with how far from the people ahead newcomers are called, under the whole calling rule."""
        shift = {
            category: at - 1 - tally_ahead(lanes, service.id, category, policy(place.policy), now)
            for (code, first), at in where.newcomers.items()
            if code == service.code
            for category in self._alike[first]
        }
        return replace(line, shift={category: by for category, by in shift.items() if by})

    def _windows(
        self, place: Layout, lines: Mapping[int, LineForecast], queues: Queues, where: Places, now_min: float
    ) -> tuple[dict[str, Window], dict[str, float]]:
        """Return, for everyone who waits, the window to show and what is likely now, in epoch minutes."""
        shown: dict[str, Window] = {}
        likely: dict[str, float] = {}
        for code, queue in queues.items():
            service = place.service_codes.get(code)
            line = lines.get(service.id) if service else None
            if line is None or line.reason:
                continue
            for key, ticket in queue:
                at = where.tickets[key]
                p10, p50, _, p90 = line.at_place(at, ticket.category)
                later = max(0.0, ticket.later_until - now_min)
                before = self.windows.get(key) or _promised(ticket, at)
                likely[key] = round(now_min + max(p50, later), 2)
                shown[key] = kept(
                    before,
                    round(now_min + max(p10, later), 2),
                    max(likely[key], round(now_min + max(p90, later + p50), 2)),
                    likely[key],
                    at,
                )
        return shown, likely


def rule_of(place: Layout) -> Rule:
    """Return the branch's calling rule."""
    rule = policy(place.policy)
    return Rule(rule.kind, rule.rates, {name: float(rank) for name, rank in rule.ranks.items()})


def _over_breaks(row: Row, ahead: Ahead) -> Row:
    """Return a row of minutes of work as minutes of the clock: the early end by the most that serve, the late by the least."""
    p10, p50, p80, p90 = row
    early, late = elapsed(p10, ahead.most), elapsed(p90, ahead.least)
    middle = (elapsed(p50, ahead.most) + elapsed(p50, ahead.least)) / 2
    return early, middle, max(middle, elapsed(p80, ahead.least)), late


def _promised(ticket: Standing, place: int) -> Window | None:
    """Return the window that the promise of a number opened, while that is what it waits for."""
    if ticket.promise is None or ticket.asked != ticket.service:
        return None
    low, _, high = ticket.promise
    return Window(ticket.issued + low, ticket.issued + high, place)


_publishers: dict[int, Publisher] = {}


def publish(place: Layout) -> None:
    """Publish a branch's forecast if it is due; called every second by the worker, cheap when nothing happened."""
    publisher = _publishers.get(place.branch_id)
    if publisher is None:
        publisher = _publishers[place.branch_id] = Publisher(place.branch_id)
    publisher.publish(place, tick=monotonic())
