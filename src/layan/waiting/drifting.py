"""A model that no longer keeps its promises says so by itself (B7)."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from django.utils.translation import gettext as _

from layan.kit import clock
from layan.places.api import Layout
from layan.waiting.reads import tallies
from layan.waiting.tally import Hour, Quality, summed

#: Promises whose coverage tells a drift, and the shares between which all is well; the promise is four in five.
LAST = 200
_ENOUGH = 50
_LEAST, _MOST = 0.70, 0.90
#: Days looked back for them, at most.
_LAST_DAYS = 30


@dataclass(frozen=True)
class Drift:
    """The last promises no longer come true as they should: people are called `late` or `early`, or ranges are `wide`.

    `quality` has the figures; four in five should be called within the range, nine in ten by its end.
    """

    quality: Quality
    kind: Literal["late", "early", "wide"]


def drift(place: Layout) -> Drift | None:
    """Return what is wrong with the last `LAST` promises when too few or too many of them held; None while all is well."""
    today = clock.local_date(clock.now(), place.time_zone)
    found = summed(_last_hours(place, today)).quality()
    if found is None or found.count < _ENOUGH or _LEAST <= found.covered <= _MOST:
        return None
    if found.covered > _MOST:
        return Drift(found, "wide")
    # Of those not called within the range, who was not called after it was called before it.
    return Drift(found, "late" if 1 - found.kept >= found.kept - found.covered else "early")


def _last_hours(place: Layout, today: date) -> Iterator[Hour]:
    count = 0
    for _day, tally in tallies(place, today - timedelta(days=_LAST_DAYS), today):
        by_hour: dict[int, list[Hour]] = defaultdict(list)
        for hours in tally.hours.values():
            for number, hour in hours.items():
                by_hour[number].append(hour)
        for number in sorted(by_hour, reverse=True):
            if count >= LAST:
                return
            count += sum(hour.promises for hour in by_hour[number])
            yield from by_hour[number]


def drift_words(found: Drift) -> str:
    """Return what is wrong and what a supervisor can do about it."""
    said = {
        "late": _(
            "Of the last %(count)s promises only %(covered)s %% came true: people are called later than told. "
            "Compare the counters open now with other days. The ranges adapt by themselves."
        ),
        "early": _(
            "Of the last %(count)s promises only %(covered)s %% came true: people are called sooner than told. "
            "Ask those who wait to stay near. The ranges adapt by themselves."
        ),
        "wide": _(
            "Of the last %(count)s promises %(covered)s %% came true: the ranges are wider than they need be. "
            "They tighten by themselves."
        ),
    }
    share = round(found.quality.covered * 100)
    return said[found.kind] % {"count": found.quality.count, "covered": share}
