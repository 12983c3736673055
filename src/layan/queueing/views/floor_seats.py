"""Who sits where: a supervisor opens a counter in an officer's name, hands one over, or moves an officer (B12)."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from layan.kit import clock
from layan.kit.refusal import Refusal
from layan.people.api import Permission
from layan.people.web import person_of, staff_required
from layan.queueing import refusals
from layan.queueing.access import branch_for
from layan.queueing.floor_reads import candidates
from layan.queueing.reads import branch_state
from layan.queueing.services.sessions import seat_officer


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def seat(request: HttpRequest, code: str, counter_id: int) -> HttpResponse:
    """Choose the officer who is to sit at a counter."""
    person = person_of(request)
    place = branch_for(person, code, Permission.SUPERVISE)
    counter = place.counters.get(counter_id)
    if counter is None:
        raise refusals.unknown_counter()
    refusal = None
    if request.method == "POST":
        chosen = request.POST.get("officer", "")
        officer_id = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 18 else 0
        try:
            with transaction.atomic():
                seat_officer(
                    branch_id=place.branch_id, counter_id=counter_id, officer_id=officer_id, by=person
                )
        except Refusal as refused:
            refusal = refused
        else:
            messages.success(request, _("Counter %(counter)s is open.") % {"counter": counter.code})
            return redirect("queueing:floor", code=place.code)
    state = branch_state(place, clock.now())
    context = {
        "place": place,
        "counter": counter,
        "serving": next(serving for serving in state.counters if serving.counter.id == counter_id),
        "candidates": candidates(state, counter),
        "refusal": refusal,
    }
    return render(request, "queueing/floor_seat.html", context, status=refusal.status if refusal else 200)
