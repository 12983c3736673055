"""Help at a kiosk: a member of staff is called to it, and its pages are read aloud (B9, B14)."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from layan.people.api import Person
from layan.places.api import Layout
from layan.queueing.access import public_branch
from layan.queueing.aloud import read_aloud
from layan.queueing.services.staff_calls import call_staff, state_of_call
from layan.queueing.views.kiosk import at_kiosk


@require_http_methods(["GET", "HEAD", "POST"])
@at_kiosk
def staff(request: HttpRequest, place: Layout, issuer: Person) -> HttpResponse:
    """Call a member of staff to this kiosk; a GET returns the part of every page that says whether somebody comes."""
    if issuer.token_id is None:  # a telephone at home calls nobody
        return HttpResponse(status=404)
    if request.method == "POST":
        call_staff(branch_id=place.branch_id, kiosk_id=issuer.token_id, by=issuer)
        return redirect(_back(request, place))
    state = state_of_call(branch_id=place.branch_id, kiosk_id=issuer.token_id)
    return render(
        request,
        "queueing/kiosk_staff.html",
        {"place": place, "call": state, "back": request.GET.get("back", "")},
    )


@require_safe
def aloud(request: HttpRequest, code: str) -> HttpResponseBase:
    """Return what a page of the kiosk says, as a WAV; only what such a page signed is said."""
    path = read_aloud(public_branch(code), request.GET.get("said", ""))
    if path is None:
        return HttpResponse(status=404)
    return FileResponse(
        path.open("rb"), content_type="audio/wav", headers={"Cache-Control": "private, max-age=600"}
    )


def _back(request: HttpRequest, place: Layout) -> str:
    start = reverse("queueing:kiosk", args=[place.code])
    back = request.POST.get("back", "")
    known = url_has_allowed_host_and_scheme(back, None) and (back == start or back.startswith(f"{start}/"))
    return back if known else start
