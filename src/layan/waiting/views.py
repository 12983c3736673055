"""The page on which supervisors, quality officers and auditors see how good the promised waits were (B7)."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from layan.kit import clock
from layan.kit.i18n import words
from layan.people.api import Permission
from layan.people.web import person_of, staff_required
from layan.places.api import Layout, service_day
from layan.queueing.api import branch_for
from layan.waiting.drifting import drift, drift_words
from layan.waiting.reads import PromiseReport, promise_quality
from layan.waiting.tally import Quality

#: Days shown unless others are asked for, and at most.
USUAL_DAYS, MOST_DAYS = 7, 92
#: Fewer promises than this say nothing of a service or an hour.
_ENOUGH = 20
#: Nine in ten are promised to be called by the end of the range, four in five within it; so much less is told.
_KEPT_AT_LEAST, _COVERED_AT_LEAST = 0.85, 0.70


@dataclass(frozen=True)
class Row:
    """How good the promises of a service, an hour or all were: shares in percent, the error in minutes."""

    name: str
    count: int
    error: float
    kept: int
    covered: int
    is_poor: bool

    @classmethod
    def of(cls, name: str, quality: Quality) -> "Row":
        """Return a quality as the page shows it."""
        poor = quality.kept < _KEPT_AT_LEAST or quality.covered < _COVERED_AT_LEAST
        return cls(
            name,
            quality.count,
            round(quality.error, 1),
            round(quality.kept * 100),
            round(quality.covered * 100),
            poor and quality.count >= _ENOUGH,
        )


@require_safe
@staff_required
def promises(request: HttpRequest, code: str) -> HttpResponse:
    """Show error, share kept and coverage of some days' promises, by service and hour. `?format=csv` exports them."""
    place = branch_for(person_of(request), code, Permission.READ_FIGURES)
    today = service_day(place, clock.now())
    first, last = _days(request, today)
    report = promise_quality(place, first, last)
    if request.GET.get("format") == "csv":
        return _csv(place, report, first, last)
    found = drift(place)
    context = {
        "place": place,
        "first": first,
        "last": last,
        "today": today,
        "report": report,
        "overall": Row.of("", report.overall) if report.overall else None,
        "services": list(_services(place, report)),
        "hours": list(_hours(report)),
        "drift": drift_words(found) if found else "",
    }
    return render(request, "waiting/promises.html", context)


def _services(place: Layout, report: PromiseReport) -> Iterator[Row]:
    rows = [(place.services[key], quality) for key, quality in report.by_service.items()]
    for service, quality in sorted(rows, key=lambda row: row[0].letter):
        yield Row.of(f"{service.letter} · {words(service.name)}", quality)


def _hours(report: PromiseReport) -> Iterator[Row]:
    for hour, quality in report.by_hour.items():
        yield Row.of(f"{hour:02}:00", quality)


def _days(request: HttpRequest, today: date) -> tuple[date, date]:
    """Return the days asked for, the first before the last, none after today, `MOST_DAYS` at most."""
    last = min(_date(request.GET.get("last", "")) or today, today)
    first = _date(request.GET.get("first", "")) or last - timedelta(days=USUAL_DAYS - 1)
    first, last = min(first, last), max(min(first, today), last)
    return max(first, last - timedelta(days=MOST_DAYS - 1)), last


def _date(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _csv(place: Layout, report: PromiseReport, first: date, last: date) -> HttpResponse:
    name = f'attachment; filename="promises-{place.code}-{first}-{last}.csv"'
    response = HttpResponse(content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})
    writer = csv.writer(response)
    writer.writerow(["by", "name", "promises", "error_minutes", "kept_percent", "covered_percent"])
    groups = (("service", _services(place, report)), ("hour", _hours(report)))
    for group, rows in groups:
        for row in rows:
            writer.writerow([group, row.name, row.count, row.error, row.kept, row.covered])
    return response
