"""The public count of who waits, for the branch's page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from layan.kit import clock
from layan.queueing.access import public_branch
from layan.queueing.reads import head, waiting_per_service
from layan.queueing.wait_reads import waits_now


@require_safe
@cache_control(no_cache=True)
@conditional_page
def waiting(request: HttpRequest, code: str) -> HttpResponse:
    """Return how many wait for each service and how long someone who came now would; 304 while that stays the same."""
    place = public_branch(code)
    _, lanes = head(place.branch_id)
    counts, told = waiting_per_service(place, lanes), waits_now(place, clock.now())
    services = sorted(place.services.values(), key=lambda service: service.letter)
    lines = [(service, counts[service.id], told[service.id]) for service in services]
    return render(request, "queueing/waiting.html", {"lines": lines})
