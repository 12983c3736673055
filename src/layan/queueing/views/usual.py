"""The usual shape of a day, public: so that people can choose a better time (B7)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dates import WEEKDAYS
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from layan.kit import clock
from layan.places.api import Layout, ServiceInfo, service_day
from layan.queueing.access import public_branch
from layan.queueing.promises import UsualHour, Wait, waits
from layan.queueing.wait_words import short_words

#: The chart reaches to the longest wait, and at least to this many minutes: five minutes are never a mountain.
_LEAST_SCALE_MIN = 30


@dataclass(frozen=True)
class Bar:
    """An hour of the chart: the range in words, and where its bar begins and how wide it is, in percent."""

    hour: str
    words: str
    start: int
    width: int
    is_now: bool


@require_safe
@cache_control(no_cache=True)
@vary_on_headers("HX-Request")
def usual(request: HttpRequest, code: str) -> HttpResponse:
    """Show how long people usually wait by hour of a weekday, for a service or for all; a fragment to a page that asks."""
    place = public_branch(code)
    today = service_day(place, clock.now()).weekday()
    weekday = _weekday(request.GET.get("day", ""), today)
    service = place.service_codes.get(request.GET.get("service", ""))
    hours = waits().usual(place, weekday=weekday, service_id=service.id if service else None)
    context = {
        "place": place,
        "weekday": weekday,
        "weekdays": list(WEEKDAYS.items()),
        "service": service,
        "services": _services(place),
        "bars": _bars(hours, _hour_now(place) if weekday == today else None),
        "quietest": f"{min(hours, key=lambda each: (each.high, each.low)).hour:02}:00" if hours else "",
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "queueing/usual.html" if part else "queueing/usual_page.html", context)


def _services(place: Layout) -> list[ServiceInfo]:
    return sorted(place.services.values(), key=lambda service: service.letter)


def _weekday(asked: str, today: int) -> int:
    return int(asked) if asked in {str(day) for day in range(7)} else today


def _hour_now(place: Layout) -> int:
    return clock.local(clock.now(), place.time_zone).hour


def _bars(hours: Sequence[UsualHour], now: int | None) -> list[Bar]:
    scale = max([_LEAST_SCALE_MIN, *(each.high for each in hours)])
    return [
        Bar(
            f"{each.hour:02}:00",
            short_words(Wait(0, low=each.low, high=each.high)),
            each.low * 100 // scale,
            max(2, (each.high - each.low) * 100 // scale),
            each.hour == now,
        )
        for each in hours
    ]
