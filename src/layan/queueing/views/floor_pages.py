"""The pages behind the floor: a counter's services, a disruption, fairness, the day's numbers, the log."""

import csv
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from layan.kit import clock
from layan.kit.events.export import csv_lines, json_lines
from layan.people.api import Permission
from layan.people.web import person_of, staff_required
from layan.places.api import (
    announce_disruption,
    change_counter_services,
    disruption_message,
    end_disruption,
    service_day,
)
from layan.queueing import console_page, refusals
from layan.queueing.access import branch_for, ticket_at
from layan.queueing.console_reads import explanation_in_line
from layan.queueing.floor_reads import day_tickets, inversions, inverted_calls
from layan.queueing.forms import CounterServicesForm, DisruptionForm
from layan.queueing.rules.states import State
from layan.queueing.story import story
from layan.queueing.views.counter import explain_page
from layan.queueing.views.floor import watcher
from layan.queueing.words import OUT_OF_ORDER_WORDS, STATE_WORDS, category_words

_NUMBERS_A_PAGE = 100
_CALLS_SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def counter_services(request: HttpRequest, code: str, counter_id: int) -> HttpResponse:
    """Give a counter other services, in an order of preference."""
    person = person_of(request)
    place = branch_for(person, code, Permission.SUPERVISE)
    counter = place.counters.get(counter_id)
    if counter is None:
        raise refusals.unknown_counter()
    form = CounterServicesForm(place, counter, request.POST if request.method == "POST" else None)
    if form.is_valid():
        change_counter_services(counter_id=counter_id, service_ids=form.in_order(), actor=person.actor)
        messages.success(request, _("Counter %(counter)s has its new services.") % {"counter": counter.code})
        return redirect("queueing:floor", code=place.code)
    context = {"place": place, "counter": counter, "form": form}
    return render(request, "queueing/floor_services.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def disruption(request: HttpRequest, code: str) -> HttpResponse:
    """Say on every board, kiosk and ticket that service is disrupted, or that it is over (B15)."""
    person = person_of(request)
    place = branch_for(person, code, Permission.SUPERVISE)
    present = disruption_message(place.branch_id)
    if request.method == "POST" and "end" in request.POST:
        end_disruption(branch_id=place.branch_id, actor=person.actor)
        messages.success(request, _("The disruption is over. Boards, kiosks and tickets say so at once."))
        return redirect("queueing:floor", code=place.code)
    form = DisruptionForm(request.POST if request.method == "POST" else None, initial=present or {})
    if form.is_valid():
        announce_disruption(branch_id=place.branch_id, message=form.message(), actor=person.actor)
        messages.success(request, _("Announced. Boards, kiosks and tickets show it at once."))
        return redirect("queueing:floor", code=place.code)
    context = {"place": place, "form": form, "present": present}
    return render(request, "queueing/floor_disruption.html", context, status=422 if form.is_bound else 200)


@require_safe
@staff_required
def fairness(request: HttpRequest, code: str) -> HttpResponse:
    """List the calls before others' turn: by officer and reason, and each of them (B14). `?format=csv` exports them."""
    _person, place = watcher(request, code)
    now = clock.now()
    calls = inverted_calls(place, now)
    if request.GET.get("format") == "csv":
        response = HttpResponse(
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="fairness-{place.code}.csv"'},
        )
        writer = csv.writer(response)
        writer.writerow(["at", "number", "counter", "officer", "reason", "passed_over"])
        for call in calls:
            officer = str(call.officer) if call.officer else ""
            writer.writerow(
                [
                    call.at.isoformat(),
                    call.ticket.number,
                    call.counter.code,
                    officer,
                    call.reason,
                    call.passed_over,
                ]
            )
        return response
    context = {
        "place": place,
        "rows": [(row, OUT_OF_ORDER_WORDS[row.reason]) for row in inversions(place, now)],
        "calls": [(call, OUT_OF_ORDER_WORDS[call.reason]) for call in calls[:_CALLS_SHOWN]],
    }
    with timezone.override(ZoneInfo(place.time_zone)):
        return render(request, "queueing/floor_fairness.html", context)


@require_safe
@staff_required
def day(request: HttpRequest, code: str) -> HttpResponse:
    """List the numbers given on a day; a number typed finds its story."""
    _person, place = watcher(request, code)
    today = service_day(place, clock.now())
    chosen = _date(request.GET.get("day", "")) or today
    number = request.GET.get("number", "")[:12]
    page = Paginator(day_tickets(place, chosen, number), _NUMBERS_A_PAGE).get_page(request.GET.get("page"))
    rows = [
        (
            ticket,
            place.services.get(ticket.service_id),
            STATE_WORDS[ticket.state],
            category_words(ticket.category),
            place.counters.get(ticket.counter_id or 0),
        )
        for ticket in page
    ]
    context = {"place": place, "day": chosen, "today": today, "number": number, "page": page, "rows": rows}
    with timezone.override(ZoneInfo(place.time_zone)):
        return render(request, "queueing/floor_day.html", context)


@require_safe
@staff_required
def ticket_story(request: HttpRequest, code: str, ticket_id: UUID) -> HttpResponse:
    """Tell what happened to one number, from the event log (A3)."""
    person, place = watcher(request, code)
    ticket = ticket_at(person, place, ticket_id)
    context = {
        "place": place,
        "ticket": ticket,
        "state": STATE_WORDS[ticket.state],
        "category": category_words(ticket.category),
        "service": place.services.get(ticket.service_id),
        "happenings": story(place, ticket),
        "later": [place.service_codes[code] for code in ticket.remaining if code in place.service_codes],
        "may_act": ticket.state == State.WAITING
        and person.may(Permission.SUPERVISE, place.branch_id, place.agency_id),
    }
    with timezone.override(ZoneInfo(place.time_zone)):
        return render(request, "queueing/floor_story.html", context)


@require_safe
@staff_required
def explain(request: HttpRequest, code: str, ticket_id: UUID) -> HttpResponse:
    """Say why a waiting number stands where it does among those who wait for the same (B14)."""
    person, place = watcher(request, code)
    ticket = ticket_at(person, place, ticket_id)
    context = console_page.explained(place, ticket, explanation_in_line(place, ticket, clock.now()))
    context["back"] = reverse("queueing:floor", kwargs={"code": place.code})
    return explain_page(request, context)


@require_safe
@staff_required
def log_export(request: HttpRequest, code: str, form: str) -> HttpResponseBase:
    """Send the branch's event log as CSV or JSON lines to an auditor (A3), event by event."""
    place = branch_for(person_of(request), code, Permission.READ_LOG)
    if form == "csv":
        lines, kind = csv_lines(place.branch_id), "text/csv; charset=utf-8"
    elif form == "jsonl":
        lines, kind = json_lines(place.branch_id), "application/x-ndjson"
    else:
        raise Http404
    name = f'attachment; filename="log-{place.code}.{form}"'
    return StreamingHttpResponse(lines, content_type=kind, headers={"Content-Disposition": name})


def _date(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
