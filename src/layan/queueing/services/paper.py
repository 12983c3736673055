"""Slips: printed outside every lock, then confirmed, waived, or after a time given up (B7, B8)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from layan.kit import clock
from layan.kit.events import SYSTEM
from layan.people.api import Person
from layan.queueing.desk import Desk, at_desk
from layan.queueing.events import TicketCancelled, TicketTaken
from layan.queueing.models import SlipPrinter, Ticket, Untaken
from layan.queueing.paper.api import Failure, NotPrinted, PaperState, Printed, Slip
from layan.queueing.paper.makes import made
from layan.queueing.rules.states import State
from layan.queueing.rules.taking import Fate, How, fate

_SYSTEM = Person(actor=SYSTEM)
#: Longer than any exchange with a printer; who holds it longer has died.
_HOLD = timedelta(seconds=30)


def printer_of(by: Person, branch_id: int) -> SlipPrinter | None:
    """Return the printer that stands at the kiosk `by`, if one does."""
    if by.token_id is None:
        return None
    return SlipPrinter.objects.filter(branch_id=branch_id, kiosk_id=by.token_id).first()


def untaken(ticket: Ticket) -> Untaken | None:
    """Return what is still open about a number that is not taken yet; None for every other."""
    if ticket.not_before is None or ticket.state != State.WAITING:
        return None
    return Untaken.objects.select_related("printer").filter(pk=ticket.pk).first()


def print_slip(*, ticket: Ticket, slip: Callable[[], Slip], by: Person) -> Printed | NotPrinted | None:
    """Print the slip of a number that is still to be taken, once; confirmed by the printer, it is taken.

    None when it was sent before or is taken. Must not be called in a transaction: a printer takes seconds.
    """
    claimed = Untaken.objects.filter(pk=ticket.pk, sent=False).update(sent=True)
    row = untaken(ticket) if claimed else None
    if row is None or row.printer is None or row.printer.by_browser:
        return None
    done = printed(row.printer, slip())
    if isinstance(done, Printed):
        confirm(ticket=ticket, how=How.PRINTED, by=by)
    return done


def printed(printer: SlipPrinter, slip: Slip) -> Printed | NotPrinted:
    """Print on a printer that nobody else talks to now, and note what state it was found in."""
    if not _hold(printer):
        return NotPrinted(Failure.OFFLINE)
    try:
        done = made(printer).print(slip)
    finally:
        _let_go(printer)
    if isinstance(done, Printed):
        if printer.state != PaperState.PAPER_LOW:
            note_state(printer, PaperState.READY)
    elif done.reason is not Failure.UNCONFIRMED:
        note_state(printer, PaperState(done.reason.value))
    return done


def confirm(*, ticket: Ticket, how: How, by: Person) -> bool:
    """The person has the number: it can be called. False when it was not open any more."""
    with at_desk(ticket.branch_id) as desk:
        row = Untaken.objects.filter(pk=ticket.pk).first()
        if row is None:
            return False
        row.delete()
        current = desk.ticket(ticket.pk)
        if _fate(current, row, desk) is Fate.MOOT:
            return False
        # Also when its time is over and the worker has not come by yet: someone has it.
        desk.change(current, undoable=False, not_before=None)
        desk.append(TicketTaken(str(current.pk), how.value), by)
    return True


def give_up_untaken(*, branch_id: int) -> int:
    """Cancel the numbers that nobody took in time; returns how many. Takes the lock only when there is one."""
    due = Untaken.objects.filter(branch_id=branch_id, until__lte=clock.now())
    if not due.exists():
        return 0
    with at_desk(branch_id) as desk:
        rows = list(Untaken.objects.filter(branch_id=branch_id, until__lte=desk.now))
        return sum(_give_up(desk, desk.ticket(row.pk), row) for row in rows)


def _fate(ticket: Ticket, row: Untaken, desk: Desk) -> Fate:
    return fate(state=State(ticket.state), not_before=ticket.not_before, until=row.until, now=desk.now)


def _give_up(desk: Desk, ticket: Ticket, row: Untaken) -> int:
    found = _fate(ticket, row, desk)
    row.delete()
    if found is not Fate.GIVE_UP:
        return 0
    desk.change(ticket, undoable=False, state=State.CANCELLED, ended_at=desk.now, outcome="not-taken")
    desk.append(TicketCancelled(str(ticket.pk), ticket.number, "not-taken"), _SYSTEM)
    return 1


def has_printers(*, branch_id: int) -> bool:
    """Say whether there is a printer to be asked."""
    return SlipPrinter.objects.filter(branch_id=branch_id).exclude(host="").exists()


def ask_printers(*, branch_id: int) -> None:
    """Ask every printer of the branch for its state, all at once, unless a slip is being printed on it now."""
    reached = SlipPrinter.objects.filter(branch_id=branch_id).exclude(host="")
    held = [printer for printer in reached if _hold(printer)]
    if not held:
        return
    try:
        # One that does not answer takes its whole time; the others must not wait for it.
        with ThreadPoolExecutor(max_workers=8) as pool:
            states = list(pool.map(lambda printer: made(printer).state(), held))
    finally:
        for printer in held:
            _let_go(printer)
    for printer, state in zip(held, states, strict=True):
        note_state(printer, state)


def note_state(printer: SlipPrinter, state: PaperState) -> None:
    """Keep what a printer said of itself, and since when."""
    if printer.state != state:
        printer.state, printer.state_since = state.value, clock.now()
        printer.save(update_fields=["state", "state_since"])


def _hold(printer: SlipPrinter) -> bool:
    """Be the only one who talks to it; False when someone else does."""
    now = clock.now()
    free = Q(busy_until=None) | Q(busy_until__lte=now)
    with transaction.atomic():
        held = SlipPrinter.objects.filter(free, pk=printer.pk).update(busy_until=now + _HOLD)
    return held == 1


def _let_go(printer: SlipPrinter) -> None:
    SlipPrinter.objects.filter(pk=printer.pk).update(busy_until=None)
