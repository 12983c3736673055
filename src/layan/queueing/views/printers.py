"""Printers on the floor page: how they are, a test, and a slip once more (B8, H2)."""

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from layan.kit.refusal import Refusal
from layan.people.api import Permission
from layan.people.web import person_of, staff_required
from layan.places.api import Layout
from layan.queueing.access import branch_for
from layan.queueing.models import SlipPrinter
from layan.queueing.paper.api import Failure, NotPrinted, PaperState, Printed
from layan.queueing.services.printers import printers_of, reprint, try_printer
from layan.queueing.views.kiosk import public_address

_STATES = {
    PaperState.READY: ("good", gettext_lazy("ready")),
    PaperState.PAPER_LOW: ("warn", gettext_lazy("little paper left")),
    PaperState.PAPER_OUT: ("bad", gettext_lazy("out of paper")),
    PaperState.COVER_OPEN: ("bad", gettext_lazy("cover open")),
    PaperState.OFFLINE: ("bad", gettext_lazy("does not answer")),
}
_FAILURES = {
    Failure.PAPER_OUT: gettext_lazy("Not printed: it is out of paper."),
    Failure.COVER_OPEN: gettext_lazy("Not printed: its cover is open."),
    Failure.OFFLINE: gettext_lazy("Not printed: it does not answer, or prints something else just now."),
    Failure.UNCONFIRMED: gettext_lazy(
        "It was sent, and the printer never said that it was done. Look whether it came out."
    ),
}


@require_safe
@staff_required
def listing(request: HttpRequest, code: str) -> HttpResponse:
    """List the branch's printers, with the form that prints a slip once more."""
    place = branch_for(person_of(request), code, Permission.READ_STATE)
    return _page(request, place)


@require_POST
@staff_required
def test(request: HttpRequest, code: str, printer_id: int) -> HttpResponse:
    """Print a slip that is no number, and say how it went."""
    person = person_of(request)
    place = branch_for(person, code, Permission.SUPERVISE)
    here = request.build_absolute_uri(reverse("queueing:kiosk", args=[place.code]))
    done = try_printer(branch_id=place.branch_id, printer_id=printer_id, address=here, by=person)
    return _said(request, place, done, _("The test is printed."))


@require_POST
@staff_required
def again(request: HttpRequest, code: str) -> HttpResponse:
    """Print the slip of `number` on `printer` once more; a refusal stands beside the form."""
    person = person_of(request)
    place = branch_for(person, code, Permission.ISSUE)
    chosen = request.POST.get("printer", "")
    try:
        done = reprint(
            branch_id=place.branch_id,
            number=request.POST.get("number", "")[:12],
            printer_id=int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 18 else 0,
            address=lambda ticket: public_address(request, ticket),
            by=person,
        )
    except Refusal as refusal:
        return _page(request, place, refusal)
    return _said(request, place, done, _("The slip is printed again."))


def _said(request: HttpRequest, place: Layout, done: Printed | NotPrinted, success: str) -> HttpResponse:
    if isinstance(done, Printed):
        messages.success(request, success)
    else:
        messages.error(request, str(_FAILURES[done.reason]))
    return redirect("queueing:printers", code=place.code)


def _page(request: HttpRequest, place: Layout, refusal: Refusal | None = None) -> HttpResponse:
    person = person_of(request)
    printers = printers_of(place.branch_id)
    context = {
        "place": place,
        "rows": [(printer, *_state(printer)) for printer in printers],
        "reached": [printer for printer in printers if not printer.by_browser],
        "number": request.POST.get("number", "") or request.GET.get("number", ""),
        "may_test": person.may(Permission.SUPERVISE, place.branch_id, place.agency_id),
        "may_reprint": person.may(Permission.ISSUE, place.branch_id, place.agency_id),
        "may_set_up": person.may(Permission.CONFIGURE, place.branch_id, place.agency_id),
        "refusal": refusal,
    }
    with timezone.override(ZoneInfo(place.time_zone)):
        return render(
            request, "queueing/floor_printers.html", context, status=refusal.status if refusal else 200
        )


def _state(printer: SlipPrinter) -> tuple[str, str]:
    """Return the level and the words of what a printer last said of itself."""
    if printer.by_browser:
        return "info", _("prints through the kiosk's browser: its paper is not seen from here")
    if not printer.state:
        return "info", _("not asked yet")
    level, said = _STATES[PaperState(printer.state)]
    return level, str(said)
