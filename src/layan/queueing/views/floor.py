"""The floor page: exceptions first, then the hall, the lines, the day's numbers (section 4, B12, B14, B15)."""

from collections.abc import Callable
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from layan.kit import clock
from layan.kit.refusal import Refusal
from layan.people.api import Permission, Person
from layan.people.web import person_of, staff_required
from layan.places.api import Layout, end_disruption
from layan.queueing import refusals
from layan.queueing.access import branch_for, ticket_at
from layan.queueing.floor_page import floor as floor_context
from layan.queueing.services.alarms import acknowledge
from layan.queueing.services.sessions import close_counter, open_counter, pause_counter
from layan.queueing.services.visits import rearrange
from layan.queueing.views.counter import live_part


@require_safe
@staff_required
def floor(request: HttpRequest, code: str) -> HttpResponse:
    """Show the branch as it is: what needs attention, who is where, who waits for what."""
    person, place = watcher(request, code)
    context = floor_context(place, person, clock.now())
    context["reads_log"] = person.may(Permission.READ_LOG, place.branch_id, place.agency_id)
    with timezone.override(ZoneInfo(place.time_zone)):
        return render(request, "queueing/floor.html", context)


@require_safe
@staff_required
def now(request: HttpRequest, code: str) -> HttpResponse:
    """Return the live part of the floor page."""
    person, place = watcher(request, code)
    with timezone.override(ZoneInfo(place.time_zone)):
        context = floor_context(place, person, clock.now())
        text = render_to_string("queueing/floor_now.html", context, request=request)
    return live_part(request, text)


@require_POST
@staff_required
def do(request: HttpRequest, code: str) -> HttpResponse:
    """Carry out a supervisor's command, such as "open:6" or "acknowledge:12"."""
    person = person_of(request)
    place = branch_for(person, code, Permission.SUPERVISE)
    said, refusal = "", None
    name, _colon, argument = request.POST.get("command", "").partition(":")
    try:
        with transaction.atomic():
            said = _COMMANDS.get(name, _unknown)(place, person, argument)
    except Refusal as refused:
        refusal = refused
    if request.headers.get("HX-Request") == "true":
        context = {"said": said, "refusal": refusal}
        return render(request, "queueing/floor_said.html", context, status=refusal.status if refusal else 200)
    if refusal is not None:
        messages.error(request, str(refusal.words))
    else:
        messages.success(request, said)
    return redirect("queueing:floor", code=place.code)


def watcher(request: HttpRequest, code: str) -> tuple[Person, Layout]:
    """Return who asks and the branch, which they may read figures of. Raises unknown-branch, not-allowed."""
    person = person_of(request)
    return person, branch_for(person, code, Permission.READ_FIGURES)


def _open(place: Layout, person: Person, argument: str) -> str:
    counter_id = _id(argument)
    open_counter(branch_id=place.branch_id, counter_id=counter_id, by=person)
    return _("Counter %(counter)s is open.") % {"counter": place.counters[counter_id].code}


def _close(place: Layout, person: Person, argument: str) -> str:
    counter_id = _id(argument)
    close_counter(branch_id=place.branch_id, counter_id=counter_id, by=person)
    return _("Counter %(counter)s is closed.") % {"counter": place.counters[counter_id].code}


def _pause(place: Layout, person: Person, argument: str) -> str:
    counter, _colon, reason = argument.partition(":")
    counter_id = _id(counter)
    pause_counter(branch_id=place.branch_id, counter_id=counter_id, reason=reason, by=person)
    return _("Counter %(counter)s is on a break.") % {"counter": place.counters[counter_id].code}


def _first(place: Layout, person: Person, argument: str) -> str:
    key, _colon, first = argument.partition(":")
    ticket = ticket_at(person, place, _ticket_id(key))
    others = [code for code in (ticket.service.code, *ticket.remaining) if code != first]
    rearrange(branch_id=place.branch_id, ticket_id=ticket.pk, services=[first, *others], by=person)
    return _("Number %(number)s now waits for the other service first and keeps its place.") % {
        "number": ticket.number
    }


def _ticket_id(argument: str) -> UUID:
    try:
        return UUID(argument)
    except ValueError as wrong:
        raise refusals.unknown_ticket() from wrong


def _acknowledge(place: Layout, person: Person, argument: str) -> str:
    acknowledge(branch_id=place.branch_id, alarm_id=_id(argument), by=person)
    return _("Noted that you have seen it.")


def _end_disruption(place: Layout, person: Person, _argument: str) -> str:
    end_disruption(branch_id=place.branch_id, actor=person.actor)
    return _("The disruption is over. Boards, kiosks and tickets say so at once.")


def _unknown(_place: Layout, _person: Person, _argument: str) -> str:
    raise refusals.bad_value("command")


def _id(argument: str) -> int:
    if not argument.isascii() or not argument.isdigit() or len(argument) > 18:
        raise refusals.bad_value("command")
    return int(argument)


_COMMANDS: dict[str, Callable[[Layout, Person, str], str]] = {
    "open": _open,
    "close": _close,
    "pause": _pause,
    "first": _first,
    "acknowledge": _acknowledge,
    "end-disruption": _end_disruption,
}
