"""A command from a page counts for what its officer saw: neither a double press nor an old tab acts on something else."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction

from layan.kit import clock
from layan.people.api import Person
from layan.queueing import refusals
from layan.queueing.console_reads import AtCounter, at_counter
from layan.queueing.desk import at_desk
from layan.queueing.rules.states import State

#: A second press of "call next" this soon after a call is a slip, not the end of that customer's business.
SLIP = timedelta(seconds=1)


@contextmanager
def as_seen(*, branch_id: int, counter_id: int, seen: str, by: Person) -> Iterator[AtCounter]:
    """Hold the branch's lock and yield the counter, which still is as `seen` (the sight its page was made from).

    Commands given inside belong to the same transaction. Raises the refusals unknown-counter and changed-meanwhile.
    """
    with transaction.atomic(), at_desk(branch_id) as desk:
        here = at_counter(desk.place, desk.counter(counter_id), by)
        if here.sight != seen:
            raise refusals.changed_meanwhile()
        yield here


def refuse_slip(here: AtCounter) -> None:
    """Raise the refusal just-called when "call next" is pressed again right after a call."""
    ticket = here.ticket
    if ticket is None or ticket.state != State.CALLED or ticket.called_at is None:
        return
    if timedelta(0) <= clock.now() - ticket.called_at < SLIP:
        raise refusals.just_called(ticket.number)
