"""Commands of staff on printers: a test, and a slip once more for somebody who lost it (B8)."""

from collections.abc import Callable

from layan.kit import clock
from layan.people.api import Permission, Person, require
from layan.places.api import Layout, layout, service_day
from layan.queueing import refusals
from layan.queueing.desk import at_desk
from layan.queueing.events import TicketReprinted
from layan.queueing.models import SlipPrinter, Ticket
from layan.queueing.paper.api import NotPrinted, Printed
from layan.queueing.paper.slips import slip_of, test_slip
from layan.queueing.rules.states import ENDED
from layan.queueing.services.paper import printed


def printers_of(branch_id: int) -> list[SlipPrinter]:
    """Return the branch's printers by name."""
    return list(
        SlipPrinter.objects.filter(branch_id=branch_id).select_related("kiosk").order_by("name", "pk")
    )


def try_printer(*, branch_id: int, printer_id: int, address: str, by: Person) -> Printed | NotPrinted:
    """Print a slip that is no number. Must not be called in a transaction. Raises not-allowed and unknown-printer."""
    place = _allowed(branch_id, by, Permission.SUPERVISE)
    now = clock.now()
    return printed(_reached(place, printer_id), test_slip(place, address=address, now=now))


def reprint(
    *, branch_id: int, number: str, printer_id: int, address: Callable[[Ticket], str], by: Person
) -> Printed | NotPrinted:
    """Print the slip of one of today's numbers again, and write down who asked; its place and what it is stay as they are.

    Must not be called in a transaction. Raises not-allowed, unknown-ticket, unknown-printer and number-is-over.
    """
    place = _allowed(branch_id, by, Permission.ISSUE)
    today = service_day(place, clock.now())
    ticket = Ticket.objects.filter(
        branch_id=branch_id, service_day=today, number=number.strip().upper()
    ).first()
    if ticket is None:
        raise refusals.unknown_ticket()
    if ticket.state in ENDED:
        raise refusals.number_is_over()
    printer = _reached(place, printer_id)
    done = printed(printer, slip_of(ticket, place, address=address(ticket), now=clock.now()))
    outcome = "printed" if isinstance(done, Printed) else done.reason.value
    with at_desk(branch_id) as desk:
        desk.append(TicketReprinted(str(ticket.pk), printer.pk, outcome), by)
    return done


def _allowed(branch_id: int, by: Person, permission: Permission) -> Layout:
    place = layout(branch_id)
    require(by, permission, branch_id=branch_id, agency_id=place.agency_id)
    return place


def _reached(place: Layout, printer_id: int) -> SlipPrinter:
    found = SlipPrinter.objects.filter(pk=printer_id, branch_id=place.branch_id).exclude(host="").first()
    if found is None:
        raise refusals.unknown_printer()
    return found
