"""What a display opens and keeps for ever: a code while it waits to be paired, then its board."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from layan.kit.address import client_address
from layan.kit.i18n import DJANGO_CODES
from layan.kit.refusal import Refusal
from layan.places.api import layout
from layan.signage.labels import PAIRING
from layan.signage.rendering import fragment_of, page_version, served_version
from layan.signage.rules import CODE_LENGTH
from layan.signage.screens.beats import beats
from layan.signage.screens.known import Display, digest_of, display_of, new_key
from layan.signage.screens.services import new_code, waiting_code
from layan.signage.view import SCREEN_COOKIE
from layan.signage.views.boards import answer, board_page

#: Browsers keep a cookie for 400 days at most; a screen loads its page, and so renews it, once a day.
_COOKIE_SECONDS = 400 * 24 * 3600


@require_safe
def display(request: HttpRequest) -> HttpResponse:
    """Show the board of a paired screen; to any other display a code for the supervisor to type."""
    key = request.COOKIES.get(SCREEN_COOKIE, "")
    screen = display_of(key) if key else None
    if screen is not None:
        response = _board(request, screen)
    else:
        key, response = _waiting(request, key)
    response.headers["Cache-Control"] = "no-store"
    response.set_cookie(
        SCREEN_COOKIE,
        key,
        max_age=_COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


@require_safe
def now(request: HttpRequest) -> HttpResponseBase:
    """Return the part of a screen's board that changes: 401 to a display that is none, or no longer."""
    key = request.COOKIES.get(SCREEN_COOKIE, "")
    screen = display_of(key) if key else None
    if screen is None:
        return HttpResponse(status=401, headers={"Cache-Control": "no-store"})
    _heard(screen, request.GET.get("v", ""))
    return answer(request, fragment_of(screen.view))


@require_safe
def code(request: HttpRequest) -> JsonResponse:
    """Tell a display that shows a code whether it still waits: "waiting", "paired" or "expired"."""
    key = request.COOKIES.get(SCREEN_COOKIE, "")
    if key and display_of(key) is not None:
        state = "paired"
    else:
        state = "waiting" if key and waiting_code(digest=digest_of(key)) else "expired"
    return JsonResponse({"state": state}, headers={"Cache-Control": "no-store"})


def _board(request: HttpRequest, screen: Display) -> HttpResponse:
    version = page_version(layout(screen.branch_id), screen.view)
    _heard(screen, version)
    return board_page(request, screen.view, f"/screen/now?v={version}", display=screen)


def _heard(screen: Display, version: str) -> None:
    if beats.note(screen.id, version):
        beats.write()


def _waiting(request: HttpRequest, key: str) -> tuple[str, HttpResponse]:
    """Return the display's key and the page with its code: the same ones again while the code is good."""
    shown = waiting_code(digest=digest_of(key)) if key else None
    status = 200
    if shown is None:
        # A key that was ever good is not used again.
        key = new_key()
        try:
            shown = new_code(digest=digest_of(key), address=client_address(request))
        except Refusal as refusal:
            status = refusal.status
    context = {
        "code": [shown[: CODE_LENGTH // 2], shown[CODE_LENGTH // 2 :]] if shown else None,
        "languages": tuple(DJANGO_CODES),
        "labels": PAIRING,
        "address": f"{request.get_host()}",
        "version": served_version(),
    }
    return key, render(request, "signage/waiting_screen.html", context, status=status)
