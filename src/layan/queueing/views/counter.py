"""The counter console: one officer, one customer, every key (section 4, B2, B3, B14)."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from layan.kit import clock
from layan.kit.refusal import Refusal
from layan.people.api import Permission, Person, not_allowed
from layan.people.web import branches_where, person_of, staff_required
from layan.places.api import CounterInfo, Layout, counter_order, disruption_message
from layan.queueing import console_page, refusals
from layan.queueing.access import branch_of_counter, ticket_at
from layan.queueing.console_commands import press
from layan.queueing.console_reads import at_counter, explanation
from layan.queueing.reads import Serving, counters
from layan.queueing.rules.states import State
from layan.queueing.services.as_seen import as_seen
from layan.queueing.words import COUNTER_WORDS, KIND_WORDS


@dataclass(frozen=True)
class Seat:
    """A counter to work at: who is there, and whether this person may take it or step in."""

    serving: Serving
    state: str
    state_words: str
    kind: str
    mine: bool
    supervised: bool


@require_safe
@staff_required
def choose(request: HttpRequest) -> HttpResponse:
    """Let an officer choose a counter: every branch where one may serve, by zone, and who is where."""
    person = person_of(request)
    places = branches_where(person, Permission.SERVE)
    if not places:
        raise not_allowed()
    choices = [(place, _seats_by_zone(place, person)) for place in places]
    own = [
        (place, seat.serving.counter)
        for place, zones in choices
        for _zone, seats in zones
        for seat in seats
        if seat.mine
    ]
    return render(request, "queueing/counter_choose.html", {"choices": choices, "own": own})


def _seats_by_zone(place: Layout, person: Person) -> list[tuple[dict[str, str], list[Seat]]]:
    supervised = person.may(Permission.SUPERVISE, place.branch_id, place.agency_id)
    seats: dict[int, list[Seat]] = {}
    for serving in counters(place):
        session = serving.session
        state = "closed" if session is None else session.state
        seats.setdefault(serving.counter.zone_id, []).append(
            Seat(
                serving,
                state,
                str(COUNTER_WORDS[state]),
                str(KIND_WORDS.get(serving.counter.kind, "")),
                mine=session is not None and session.officer_id == person.user_id,
                supervised=supervised,
            )
        )
    return [
        (zone.name, sorted(seats[zone.id], key=lambda seat: counter_order(seat.serving.counter.code)))
        for zone in place.zones.values()
        if zone.id in seats
    ]


@require_safe
@staff_required
def console(request: HttpRequest, counter_id: int) -> HttpResponse:
    """Show the console of a counter."""
    place, counter, person = _post(request, counter_id)
    here, now = at_counter(place, counter, person), clock.now()
    context = console_page.face(here, person, now) | console_page.queue(here, person, now)
    context |= {
        "kind": KIND_WORDS.get(counter.kind),
        "supervisor": person.may(Permission.READ_FIGURES, place.branch_id, place.agency_id),
        "disruption": disruption_message(place.branch_id),
    }
    return render(request, "queueing/counter.html", context)


@require_safe
@staff_required
def face(request: HttpRequest, counter_id: int) -> HttpResponse:
    """Return the customer and the keys alone, for when something else changed the counter."""
    place, counter, person = _post(request, counter_id)
    here = at_counter(place, counter, person)
    return render(request, "queueing/counter_face.html", console_page.face(here, person, clock.now()))


@require_safe
@staff_required
def queue(request: HttpRequest, counter_id: int) -> HttpResponse:
    """Return who comes next, who is set aside and who missed the call, for the live part of the console."""
    place, counter, person = _post(request, counter_id)
    here = at_counter(place, counter, person)
    context = console_page.queue(here, person, clock.now())
    return live_part(request, render_to_string("queueing/counter_queue.html", context, request=request))


def live_part(request: HttpRequest, text: str) -> HttpResponse:
    """Return a live part of a page, or 304 when the page has just this text already."""
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:24]}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    return HttpResponse(text, headers={"ETag": tag})


@require_POST
@staff_required
def do(request: HttpRequest, counter_id: int) -> HttpResponse:
    """Carry out a key's command if the counter still is as its page showed it; answer with the fresh console."""
    place, counter, person = _post(request, counter_id)
    said, refusal = "", None
    try:
        with as_seen(
            branch_id=place.branch_id, counter_id=counter_id, seen=request.POST.get("seen", ""), by=person
        ) as seen:
            said = press(seen, request.POST.get("command", ""), request.POST, person)
    except Refusal as refused:
        refusal = refused
    if request.headers.get("HX-Request") != "true":
        if refusal is not None:
            messages.error(request, str(refusal.words))
        return redirect("queueing:console", counter_id)
    here = at_counter(place, counter, person)
    context = console_page.face(here, person, clock.now())
    context |= {"answer": True, "said": said, "refusal": refusal}
    status = refusal.status if refusal is not None else 200
    return render(request, "queueing/counter_face.html", context, status=status)


@require_safe
@staff_required
def explain(request: HttpRequest, counter_id: int, ticket_id: UUID) -> HttpResponse:
    """Say why a waiting number stands where it does at this counter (B14)."""
    place, counter, person = _post(request, counter_id)
    ticket = ticket_at(person, place, ticket_id)
    here = at_counter(place, counter, person)
    context = console_page.explained(place, ticket, explanation(here, ticket, clock.now()))
    working = here.session is not None and here.session.state == "open" and here.ticket is None
    context |= {
        "counter": counter,
        "callable": working and console_page.is_mine(person, here) and ticket.state == State.WAITING,
        "back": reverse("queueing:console", args=[counter_id]),
    }
    return explain_page(request, context)


def explain_page(request: HttpRequest, context: console_page.Context) -> HttpResponse:
    """Show an explanation: inside an open page for htmx, otherwise as a page of its own."""
    inside = request.headers.get("HX-Request") == "true"
    return render(request, "queueing/explain.html" if inside else "queueing/explain_page.html", context)


def _post(request: HttpRequest, counter_id: int) -> tuple[Layout, CounterInfo, Person]:
    """Return a counter to a person who may serve at its branch. Raises unknown-counter, not-allowed."""
    person = person_of(request)
    place = branch_of_counter(person, counter_id, Permission.SERVE)
    counter = place.counters.get(counter_id)
    if counter is None:
        raise refusals.unknown_counter()
    return place, counter, person
