"""Taking back the last command at a counter: a slip of the finger costs nobody their place."""

from datetime import datetime, timedelta
from uuid import UUID

from layan.people.api import Person
from layan.queueing import refusals
from layan.queueing.desk import at_desk, fields_before
from layan.queueing.events import CommandUndone
from layan.queueing.models import OutOfOrderCall, Ticket
from layan.queueing.policy import UNDO_SECONDS
from layan.queueing.rules.states import AT_COUNTER


def undo(*, branch_id: int, counter_id: int, by: Person) -> list[Ticket]:
    """Put every ticket that the last command at this counter changed back as it was, within UNDO_SECONDS.

    The events stay; a further one says they were taken back. Raises nothing-to-undo, also when one of the
    tickets was changed since by someone else. A call before others that was undone leaves the fairness list.
    """
    with at_desk(branch_id) as desk:
        counter = desk.counter(counter_id)
        desk.require_serving(by, desk.session(counter_id))
        last = desk.record.tally.get("last", {}).get(str(counter_id))
        if last is None or desk.now - datetime.fromisoformat(last["at"]) > timedelta(seconds=UNDO_SECONDS):
            raise refusals.nothing_to_undo()
        changes = [
            (ticket, fields_before(ticket, last["seq"]))
            for ticket in map(desk.ticket, map(UUID, dict.fromkeys(last["tickets"])))
        ]
        # The counter is freed before it is filled again: it holds one ticket at a time.
        changes.sort(key=lambda change: change[1] is not None and change[1]["state"] in AT_COUNTER)
        for ticket, fields in changes:
            holder = last["holders"].get(ticket.pk.hex, ticket.holder)
            if fields is None or _holds_another(ticket, holder):
                raise refusals.nothing_to_undo()
            desk.change(ticket, undoable=False, **fields, holder=holder)
        tickets = [ticket for ticket, _ in changes]
        desk.forget_command(counter_id)
        OutOfOrderCall.objects.filter(counter_id=counter_id, ticket__in=tickets, at=last["at"]).delete()
        keys = [str(ticket.pk) for ticket in tickets]
        desk.append(CommandUndone(counter.code, last["seq"], keys), by, counter=counter)
    return tickets


def _holds_another(ticket: Ticket, holder: str) -> bool:
    """Say whether the customer has taken another number since (B14)."""
    if not holder:
        return False
    return Ticket.objects.filter(branch_id=ticket.branch_id, holder=holder).exclude(pk=ticket.pk).exists()
