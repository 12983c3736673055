"""Boards: public pages without a sign-in, the same for whoever looks."""

from dataclasses import replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from layan.kit.i18n import DJANGO_CODES
from layan.queueing.api import public_branch
from layan.signage.arrows import ARROWS
from layan.signage.labels import DEFAULT_LANGUAGES, LABELS, Languages, chosen_languages, spoken
from layan.signage.rendering import Fragment, fragment_of, page_version, served_version
from layan.signage.rules import ScreenLayout
from layan.signage.screens.known import Display
from layan.signage.view import View, chosen_layout


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
    view = _view(request, code, zone)
    query = {"languages": ",".join(view.languages)}
    if view.layout != ScreenLayout.HALL:
        query["layout"] = view.layout
    source = f"/board/{code}/{zone}/now?{urlencode(query, safe=',')}"
    return board_page(request, view, source, arrow=_arrow(request))


@require_safe
def now(request: HttpRequest, code: str, zone: str) -> HttpResponseBase:
    """Return the part of the board that changes; 304 when the screen shows it already."""
    return answer(request, fragment_of(_view(request, code, zone)))


def _view(request: HttpRequest, code: str, zone: str) -> View:
    return View(code, (zone,), _languages(request), layout=chosen_layout(request.GET.get("layout", "")))


def answer(request: HttpRequest, shown: Fragment) -> HttpResponseBase:
    """Return a fragment, or 304 when the screen shows it already."""
    response = HttpResponse(shown.html, headers={"ETag": shown.etag, "Cache-Control": "no-cache"})
    return get_conditional_response(request, etag=shown.etag, response=response) or response


def board_page(
    request: HttpRequest,
    view: View,
    source: str,
    *,
    arrow: str = "",
    display: Display | None = None,
    streams: bool = True,
) -> HttpResponse:
    """Return the page around a view's fragment, which it fetches again from `source`.

    Without `streams` it asks every few seconds instead of keeping a stream open: for pages with many previews.
    """
    shown = fragment_of(view)
    place = public_branch(view.code)
    with translation.override(DJANGO_CODES[view.languages[0]]):
        response = render(
            request,
            "signage/board.html",
            {
                "place": place,
                "zones": [place.zone_codes[code] for code in view.zones],
                "view": replace(view, arrow=arrow or view.arrow),
                "source": source,
                "streams": streams,
                "display": display,
                "fragment": shown.html,
                "languages": view.languages,
                "version": served_version(),
                "page_version": page_version(place, view),
                "words": {
                    name: " · ".join(spoken(label, view.languages).values()) for name, label in LABELS.items()
                },
            },
        )
    response.headers["Cache-Control"] = "no-store"
    return response
