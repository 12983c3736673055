"""The slip of a number just taken at the kiosk: printed, or waived for the screen (B8)."""

from csp.constants import SELF
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from layan.kit import clock
from layan.people.api import Person
from layan.places.api import Layout
from layan.queueing import refusals
from layan.queueing.access import ticket_id_of
from layan.queueing.models import Ticket
from layan.queueing.paper.api import Printed, Slip
from layan.queueing.paper.slips import slip_of
from layan.queueing.qr import qr_code
from layan.queueing.reads import ticket_by_id
from layan.queueing.rules.taking import How
from layan.queueing.services.paper import confirm, print_slip, untaken
from layan.queueing.views.kiosk import at_kiosk, public_address


@require_POST
@at_kiosk
def slip(request: HttpRequest, place: Layout, issuer: Person, token: str) -> HttpResponse:
    """Print the slip (`do` is print: answers with the part of the page that says how it went), or waive it."""
    ticket = _own_ticket(place, issuer, token)
    row = untaken(ticket)
    if (
        request.POST.get("do") == "printed"
        and row is not None
        and row.printer is not None
        and row.printer.by_browser
    ):
        # The browser handed it to its printer; more than that no page learns.
        confirm(ticket=ticket, how=How.PRINTED, by=issuer)
        return HttpResponse(status=204)
    if request.POST.get("do") != "print":
        confirm(ticket=ticket, how=How.SCREEN, by=issuer)
        return redirect("queueing:kiosk", code=place.code)

    def drawn() -> Slip:
        return slip_of(ticket, place, address=public_address(request, ticket), now=clock.now())

    done = print_slip(ticket=ticket, slip=drawn, by=issuer)
    ticket.refresh_from_db()
    context = {
        "place": place,
        "token": token,
        "untaken": untaken(ticket),
        "printed": isinstance(done, Printed),
    }
    return render(request, "queueing/kiosk_slip.html", context)


@require_safe
@csp_replace({"frame-ancestors": [SELF]})
@xframe_options_sameorigin
@at_kiosk
def paper(request: HttpRequest, place: Layout, issuer: Person, token: str) -> HttpResponse:
    """Return the slip as a page for the kiosk's own browser to print."""
    ticket = _own_ticket(place, issuer, token)
    address = public_address(request, ticket)
    drawn = slip_of(ticket, place, address=address, now=clock.now())
    return render(
        request, "queueing/kiosk_paper.html", {"slip": drawn, "qr": qr_code(address), "place": place}
    )


def _own_ticket(place: Layout, issuer: Person, token: str) -> Ticket:
    """Return a ticket that this kiosk gave. Raises unknown-ticket for every other."""
    ticket = ticket_by_id(ticket_id_of(token))
    if ticket is None or ticket.branch_id != place.branch_id or ticket.issued_by != issuer.actor:
        raise refusals.unknown_ticket()
    return ticket
