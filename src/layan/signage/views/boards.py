"""Boards: public pages without a sign-in, the same for whoever looks."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from layan.kit.i18n import DJANGO_CODES
from layan.queueing.api import public_branch
from layan.signage import refusals
from layan.signage.labels import DEFAULT_LANGUAGES, LABELS, Languages, chosen_languages, spoken
from layan.signage.rendering import fragment, page_version, served_version

#: Where the zone's counters are, seen from the screen.
ARROWS = {
    "left": _("to the left"),
    "up-left": _("ahead, left"),
    "up": _("ahead, or upstairs"),
    "up-right": _("ahead, right"),
    "right": _("to the right"),
    "down-right": _("behind, right"),
    "down": _("behind, or downstairs"),
    "down-left": _("behind, left"),
}


def _languages(request: HttpRequest) -> Languages:
    """Return the languages in the address: `?languages=ms,en`, or the ticks of the installer's form."""
    return chosen_languages(",".join(request.GET.getlist("languages")))


def _arrow(request: HttpRequest) -> str:
    asked = request.GET.get("arrow", "")
    return asked if asked in ARROWS else ""


@require_safe
def index(request: HttpRequest, code: str) -> HttpResponse:
    """List the branch's boards for whoever installs the screens: choose languages and arrow, open or copy an address."""
    place = public_branch(code)
    languages, arrow = _languages(request), _arrow(request)
    settings = {"languages": ",".join(languages)} if languages != DEFAULT_LANGUAGES else {}
    if arrow:
        settings["arrow"] = arrow
    context = {
        "place": place,
        "languages": languages,
        "all_languages": list(DJANGO_CODES),
        "arrow": arrow,
        "arrows": [(name, f"arrow-{name}", words) for name, words in ARROWS.items()],
        "query": f"?{urlencode(settings, safe=',')}" if settings else "",
    }
    return render(request, "signage/boards.html", context)


@require_safe
def page(request: HttpRequest, code: str, zone: str) -> HttpResponse:
    """Show a zone's board: a page that keeps itself current and says so when it cannot."""
    place = public_branch(code)
    languages = _languages(request)
    found = place.zone_codes.get(zone)
    if found is None:
        raise refusals.unknown_zone()
    with translation.override(DJANGO_CODES[languages[0]]):
        response = render(
            request,
            "signage/board.html",
            {
                "place": place,
                "zone": found,
                "arrow": _arrow(request),
                "query": urlencode({"languages": ",".join(languages)}, safe=","),
                "fragment": fragment(code, zone, languages).html,
                "languages": languages,
                "version": served_version(),
                "page_version": page_version(place, found),
                "words": {
                    name: " · ".join(spoken(label, languages).values()) for name, label in LABELS.items()
                },
            },
        )
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def now(request: HttpRequest, code: str, zone: str) -> HttpResponseBase:
    """Return the part of the board that changes; 304 when the screen shows it already."""
    shown = fragment(code, zone, _languages(request))
    response = HttpResponse(shown.html, headers={"ETag": shown.etag, "Cache-Control": "no-cache"})
    return get_conditional_response(request, etag=shown.etag, response=response) or response
