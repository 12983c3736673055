"""The public count of who waits, for the branch's page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from layan.queueing.access import public_branch
from layan.queueing.reads import head, waiting_per_service


def _etag(_request: HttpRequest, code: str) -> str:
    """Return what the fragment depends on: the branch as it stands, its last event, the language."""
    place = public_branch(code)
    seq, _ = head(place.branch_id)
    return f'"{place.branch_id}-{place.version}-{seq}-{get_language()}"'


@require_safe
@cache_control(no_cache=True)
@condition(etag_func=_etag)
def waiting(request: HttpRequest, code: str) -> HttpResponse:
    """Return how many wait for each service; answered with 304 while nothing happened."""
    place = public_branch(code)
    _, lanes = head(place.branch_id)
    counts = waiting_per_service(place, lanes)
    services = sorted(place.services.values(), key=lambda service: service.letter)
    lines = [(service, counts[service.id]) for service in services]
    return render(request, "queueing/waiting.html", {"lines": lines})
