"""Screens on the floor page: readers look, supervisors pair, change and revoke them."""

from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from layan.kit import clock
from layan.kit.refusal import Refusal
from layan.people.api import Permission
from layan.people.web import person_of, staff_required
from layan.places.api import Layout
from layan.queueing.api import branch_for
from layan.signage import refusals
from layan.signage.forms import PairForm, ScreenForm
from layan.signage.models import Screen
from layan.signage.rendering import fragment_of, page_version
from layan.signage.screens.beats import LOST_AFTER
from layan.signage.screens.known import display, minutes_silent, open_screens
from layan.signage.screens.services import change_screen, pair, revoke_screen
from layan.signage.views.boards import answer, board_page


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def listing(request: HttpRequest, code: str) -> HttpResponse:
    """List the branch's screens, with the form that pairs the next one."""
    person = person_of(request)
    posting = request.method == "POST"
    place = branch_for(person, code, Permission.SUPERVISE if posting else Permission.READ_STATE)
    form = PairForm(place, request.POST if posting else None)
    if form.is_valid():
        try:
            screen = pair(
                branch_id=place.branch_id,
                code=form.cleaned_data["code"],
                settings=form.settings,
                by=person,
            )
        except Refusal as refusal:
            _say_beside(form, refusal)
        else:
            messages.success(request, _("Screen %(name)s is paired.") % {"name": screen.name})
            return redirect("signage:screens", code=place.code)
    context = {
        "place": place,
        "form": form,
        "screens": [_row(place, screen) for screen in open_screens(place.branch_id)],
        "may_pair": person.may(Permission.SUPERVISE, place.branch_id, place.agency_id),
        "address": request.build_absolute_uri(reverse("signage:display")),
    }
    return render(request, "signage/screens.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def edit(request: HttpRequest, code: str, screen_id: int) -> HttpResponse:
    """Change what a screen shows; it follows by itself."""
    person = person_of(request)
    place = branch_for(person, code, Permission.SUPERVISE)
    screen = _screen(place, screen_id)
    form = ScreenForm(place, request.POST if request.method == "POST" else None, screen=screen)
    if form.is_valid():
        try:
            change_screen(branch_id=place.branch_id, screen_id=screen_id, settings=form.settings, by=person)
        except Refusal as refusal:
            _say_beside(form, refusal)
        else:
            messages.success(request, _("Screen %(name)s shows it now.") % {"name": form.settings.name})
            return redirect("signage:screens", code=place.code)
    context = {"place": place, "screen": screen, "form": form}
    return render(request, "signage/screen.html", context, status=422 if form.errors else 200)


@require_POST
@staff_required
def revoke(request: HttpRequest, code: str, screen_id: int) -> HttpResponse:
    """End a screen."""
    person = person_of(request)
    place = branch_for(person, code, Permission.SUPERVISE)
    revoke_screen(branch_id=place.branch_id, screen_id=screen_id, by=person)
    messages.success(request, _("The screen is revoked and shows a code again."))
    return redirect("signage:screens", code=place.code)


@require_safe
@staff_required
@csp_replace({"frame-ancestors": [SELF]})  # type: ignore[arg-type]  # typed for views without arguments
@xframe_options_sameorigin
def preview(request: HttpRequest, code: str, screen_id: int) -> HttpResponse:
    """Show what a screen shows, small, in the list of screens."""
    place = branch_for(person_of(request), code, Permission.READ_STATE)
    view = display(place, _screen(place, screen_id)).view
    source = reverse("signage:screen-preview-now", args=[place.code, screen_id])
    return board_page(request, view, source, streams=False)


@require_safe
@staff_required
def preview_now(request: HttpRequest, code: str, screen_id: int) -> HttpResponseBase:
    """Return the part of a preview that changes."""
    place = branch_for(person_of(request), code, Permission.READ_STATE)
    return answer(request, fragment_of(display(place, _screen(place, screen_id)).view))


def _screen(place: Layout, screen_id: int) -> Screen:
    found = next((screen for screen in open_screens(place.branch_id) if screen.pk == screen_id), None)
    if found is None:
        raise refusals.unknown_screen()
    return found


def _row(place: Layout, screen: Screen) -> dict[str, Any]:
    shown = display(place, screen)
    return {
        "screen": screen,
        "zones": [place.zone_codes[code] for code in shown.view.zones],
        "is_lost": clock.now() - screen.last_seen > LOST_AFTER,
        "minutes": minutes_silent(screen),
        "is_current": screen.version in {"", page_version(place, shown.view)},
    }


def _say_beside(form: ScreenForm, refusal: Refusal) -> None:
    """Say a refusal of what was typed in the form; one of the person goes to its own page."""
    if refusal.code not in {"unknown-code", "too-many-codes", "wrong-screen"}:
        raise refusal
    form.add_error(
        "code" if "code" in form.fields and refusal.code != "wrong-screen" else None, str(refusal.words)
    )
