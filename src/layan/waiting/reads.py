"""What past days tell: how good the promises were, and the usual shape of a day (B7)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from layan.kit import clock
from layan.places.api import Layout
from layan.queueing.api import UsualHour
from layan.waiting.models import Day
from layan.waiting.rules import rounded
from layan.waiting.tally import Hour, Quality, Tally, summed

#: Past days of the same weekday that make its usual shape, and the visits in an hour without which nothing is said.
_WEEKS = 8
_VISITS = 5


@dataclass(frozen=True)
class PromiseReport:
    """The promises of some days: in all, by service id and by the hour (branch time) of the number.

    A promise is measured at the first call, for the service asked for first. Not measured are numbers given when nothing
    could be promised (`not_promised`), those given up before their call (`left`), and those whose customers asked to be
    called later or for another service first (`changed`).
    """

    overall: Quality | None
    by_service: dict[int, Quality]
    by_hour: dict[int, Quality]
    not_promised: int
    left: int = 0
    changed: int = 0


def promise_quality(place: Layout, first: date, last: date) -> PromiseReport:
    """Return how good the promises of these service days were; today's are known up to a minute ago."""
    days = [tally for _, tally in tallies(place, first, last)]
    by_service: dict[int, list[Hour]] = defaultdict(list)
    by_hour: dict[int, list[Hour]] = defaultdict(list)
    for tally in days:
        for code, hours in tally.hours.items():
            service = place.service_codes.get(code)
            for number, hour in hours.items():
                by_hour[number].append(hour)
                if service is not None:
                    by_service[service.id].append(hour)
    return PromiseReport(
        summed(hour for hours in by_hour.values() for hour in hours).quality(),
        _qualities(by_service),
        _qualities(by_hour),
        sum(tally.unpromised for tally in days),
        sum(tally.left for tally in days),
        sum(tally.changed for tally in days),
    )


def _qualities(groups: dict[int, list[Hour]]) -> dict[int, Quality]:
    found = {key: summed(groups[key]).quality() for key in sorted(groups)}
    return {key: quality for key, quality in found.items() if quality is not None}


def tallies(place: Layout, first: date, last: date) -> list[tuple[date, Tally]]:
    """Return the days, newest first."""
    rows = Day.objects.filter(branch_id=place.branch_id, day__range=(first, last)).order_by("-day")
    return [(row.day, Tally.from_json(row.tally)) for row in rows]


_usual: dict[tuple[int, int], tuple[tuple[date, int], dict[str, dict[int, Hour]]]] = {}


def forget_usual() -> None:
    """Drop what is kept in memory."""
    _usual.clear()


def usual_hours(place: Layout, weekday: int, service: str | None) -> tuple[UsualHour, ...]:
    """Return the usual shape of a weekday (0 is Monday), of one service (its code) or of all: the middle half of the waits.

    From the last `_WEEKS` such days before today that are kept; read once a day. Hours with too few visits are left out.
    """
    by_service = _weekday(place, weekday)
    wanted = [by_service.get(service, {})] if service is not None else by_service.values()
    by_hour: dict[int, list[Hour]] = defaultdict(list)
    for hours in wanted:
        for number, hour in hours.items():
            by_hour[number].append(hour)
    return tuple(_usual_hours(by_hour))


def _usual_hours(by_hour: dict[int, list[Hour]]) -> Iterator[UsualHour]:
    for number in sorted(by_hour):
        hour = summed(by_hour[number])
        if hour.visits >= _VISITS:
            yield UsualHour(number, *rounded(hour.waited(0.25), hour.waited(0.75)), hour.visits)


def _weekday(place: Layout, weekday: int) -> dict[str, dict[int, Hour]]:
    today = clock.local_date(clock.now(), place.time_zone)
    kept = _usual.get((place.branch_id, weekday))
    # Yesterday may still be closed after midnight: what is kept is read again with the first look of each hour.
    basis = (today, clock.now().hour)
    if kept is None or kept[0] != basis:
        kept = _usual[place.branch_id, weekday] = (basis, _read_weekday(place, weekday, today))
    return kept[1]


def _read_weekday(place: Layout, weekday: int, today: date) -> dict[str, dict[int, Hour]]:
    last = today - timedelta(days=(today.weekday() - weekday) % 7 or 7)
    days = [last - timedelta(weeks=week) for week in range(_WEEKS)]
    rows = Day.objects.filter(branch_id=place.branch_id, day__in=days)
    return _by_service(Tally.from_json(row.tally) for row in rows)


def _by_service(days: Iterable[Tally]) -> dict[str, dict[int, Hour]]:
    found: dict[str, dict[int, Hour]] = {}
    for tally in days:
        for service, hours in tally.hours.items():
            for number, hour in hours.items():
                found.setdefault(service, {}).setdefault(number, Hour()).merge(hour)
    return found
