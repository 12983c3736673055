"""The agency's own recordings for its calls: listen, give, replace, remove; what is missing is listed (B9)."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from layan.kit.i18n import DJANGO_CODES
from layan.kit.refusal import Refusal
from layan.people.api import Permission
from layan.people.web import person_of, staff_required
from layan.places.api import Layout, branch_ids_of_agency, layout
from layan.queueing.api import EMERGENCY_MARK, SPECIAL_MARK, branch_for
from layan.signage.speech.api import LANGUAGES, Piece
from layan.signage.speech.clips import clip_of, keep_clip, remove_clip
from layan.signage.speech.wording import recordable


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def listing(request: HttpRequest, code: str) -> HttpResponse:
    """List every piece that the agency's calls need, by language; `do` is keep (with `sound`) or remove."""
    person = person_of(request)
    posting = request.method == "POST"
    place = branch_for(person, code, Permission.CONFIGURE if posting else Permission.READ_FIGURES)
    language = request.POST.get("language") or request.GET.get("language") or LANGUAGES[0]
    if language not in LANGUAGES:
        raise Http404
    pieces = {piece.key: piece for piece in _pieces(place, language)}
    refused: dict[str, str] = {}
    if posting:
        key = request.POST.get("key", "")
        if key not in pieces:
            raise Http404
        try:
            _change(request, place, language, pieces[key])
        except Refusal as refusal:
            refused[key] = str(refusal.words)
        else:
            return redirect(f"{request.path}?language={language}#{key}")
    rows = [_row(place, language, piece, refused.get(piece.key, "")) for piece in pieces.values()]
    context = {
        "place": place,
        "language": language,
        "languages": [(each, get_language_info(DJANGO_CODES[each])["name_local"]) for each in LANGUAGES],
        "rows": rows,
        "missing": sum(not row["is_recorded"] for row in rows),
        "may_change": person.may(Permission.CONFIGURE, place.branch_id, place.agency_id),
    }
    return render(request, "signage/voices.html", context, status=422 if refused else 200)


@require_safe
@staff_required
def hear(request: HttpRequest, code: str, language: str, key: str) -> HttpResponseBase:
    """Return a recording."""
    place = branch_for(person_of(request), code, Permission.READ_FIGURES)
    if language not in LANGUAGES or key not in {piece.key for piece in _pieces(place, language)}:
        raise Http404
    path = clip_of(str(place.agency_id), language, key)
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), content_type="audio/wav", headers={"Cache-Control": "no-cache"})


def _change(request: HttpRequest, place: Layout, language: str, piece: Piece) -> None:
    agency = str(place.agency_id)
    if request.POST.get("do") == "remove":
        remove_clip(agency, language, piece.key)
        messages.success(request, _("The recording of “%(text)s” is removed.") % {"text": piece.text})
        return
    given = request.FILES.get("sound")
    seconds = keep_clip(
        agency, language, piece.key, given.chunks() if given else (), given.name or "" if given else ""
    )
    messages.success(
        request,
        _("“%(text)s” is recorded, %(seconds).1f seconds.") % {"text": piece.text, "seconds": seconds},
    )


def _pieces(place: Layout, language: str) -> list[Piece]:
    """Return what the calls of all the agency's branches are made of: recordings are the agency's."""
    series: set[str] = {SPECIAL_MARK, EMERGENCY_MARK}
    counters: dict[str, None] = {}
    for branch_id in branch_ids_of_agency(place.agency_id):
        branch = layout(branch_id)
        series |= {service.letter for service in branch.services.values()}
        counters |= dict.fromkeys(counter.code for counter in branch.counters.values())
    return recordable(language, series=series, counters=list(counters))


def _row(place: Layout, language: str, piece: Piece, refused: str) -> dict[str, Any]:
    recorded = clip_of(str(place.agency_id), language, piece.key)
    return {"piece": piece, "is_recorded": recorded is not None, "refused": refused}
