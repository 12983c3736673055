"""Public pages: the branches, and what one of them offers and when (B11)."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dates import WEEKDAYS
from django.views.decorators.http import require_safe

from layan.kit import clock
from layan.places import colours, models
from layan.places.api import (
    Layout,
    branch_id_of,
    branches,
    disruption_message,
    layout,
    opening,
    service_day,
    week_hours,
)
from layan.places.rules import lunch_rules


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the branches and whether each is open now."""
    now = clock.now()
    listed = [{"place": place, "opening": opening(place, now)} for place in branches()]
    return render(request, "places/index.html", {"branches": listed})


@require_safe
def branch(request: HttpRequest, code: str) -> HttpResponse:
    """Show one branch: address, hours of the coming week, services with what to bring, zones (B4, B11)."""
    branch_id = branch_id_of(code)
    if branch_id is None:
        raise Http404
    place = layout(branch_id)
    now = clock.now()
    today = service_day(place, now)
    context = {
        "place": place,
        "opening": opening(place, now),
        "today": today,
        "tomorrow": today + timedelta(days=1),
        "week": week_hours(place, today),
        "lunches": _lunches(place),
        "services": sorted(place.services.values(), key=lambda service: service.letter),
        "zones": _zones(place),
        "disruption": disruption_message(branch_id),
    }
    return render(request, "places/branch.html", context)


@require_safe
def theme(request: HttpRequest, code: str) -> HttpResponse:
    """Give the host agency's colours to the branch's pages, and each service's agency its own mark."""
    branch_id = branch_id_of(code)
    if branch_id is None:
        raise Http404
    place = layout(branch_id)
    agencies = {service.agency_code: service.agency_colour for service in place.services.values()}
    response = render(
        request,
        "places/theme.css",
        {
            "theme": colours.theme(place.primary_colour),
            "marks": {agency: colours.theme(colour)["primary"] for agency, colour in agencies.items()},
        },
        content_type="text/css",
    )
    # The pages name the layout's version in the address: a changed colour has another one.
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def _lunches(place: Layout) -> list[dict[str, object]]:
    """Return each lunch rule with the days it holds on; without them where it holds whenever the branch is open (B5)."""
    calendar = place.calendar
    working = {day for day in calendar.weekly if calendar.weekly[day]}
    return [
        {"rule": rule, "days": "" if working and working <= set(days) else _named(days)}
        for rule, days in lunch_rules(calendar)
    ]


def _named(weekdays: tuple[int, ...]) -> str:
    """Name ISO weekdays in the active language, three or more in a row by the first and the last."""
    runs: list[list[int]] = []
    for day in weekdays:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names = []
    for run in runs:
        ends = [str(WEEKDAYS[day - 1]) for day in (run[0], run[-1])]
        names += [" – ".join(ends)] if len(run) > 2 else [str(WEEKDAYS[day - 1]) for day in run]
    return ", ".join(names)


def _zones(place: Layout) -> list[dict[str, object]]:
    """Return each zone with the counters in it, as a customer looks for them."""
    by_zone: dict[int, list[str]] = {}
    for counter in place.counters.values():
        by_zone.setdefault(counter.zone_id, []).append(counter.code)
    return [
        {"zone": zone, "counters": sorted(by_zone.get(zone.id, []), key=models.counter_order)}
        for zone in place.zones.values()
    ]
