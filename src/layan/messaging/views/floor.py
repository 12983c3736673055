"""The page that tells staff how messages do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from layan.kit import clock
from layan.messaging.reads import messages_today
from layan.people.api import Permission
from layan.people.web import person_of, staff_required
from layan.queueing.api import branch_for


@require_safe
@staff_required
def messages(request: HttpRequest, code: str) -> HttpResponse:
    """Show how many messages of today went out, which did not and why; no addresses, no texts."""
    place = branch_for(person_of(request), code, Permission.READ_FIGURES)
    return render(request, "messaging/messages.html", {"place": place, **messages_today(place, clock.now())})
