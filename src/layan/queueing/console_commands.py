"""What the keys of the counter console do: each key's command, and the words said after it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from layan.kit import clock
from layan.people.api import Person
from layan.queueing import refusals
from layan.queueing.console_reads import AtCounter, waiting_number
from layan.queueing.models import Ticket
from layan.queueing.rules.states import State
from layan.queueing.services.as_seen import refuse_slip
from layan.queueing.services.calling import call_next, call_number, recall
from layan.queueing.services.moving import no_show, return_to_line, transfer
from layan.queueing.services.serving import finish, hold, resume, start
from layan.queueing.services.sessions import close_counter, open_counter, pause_counter
from layan.queueing.services.undoing import undo
from layan.queueing.services.visits import add_service
from layan.queueing.words import STATE_WORDS


@dataclass(frozen=True)
class Press:
    """A key pressed at a counter: `argument` is what stands after the command's colon, `values` the form's fields."""

    here: AtCounter
    by: Person
    argument: str
    values: Mapping[str, str]

    @property
    def branch_id(self) -> int:
        """The branch of the counter."""
        return self.here.place.branch_id

    @property
    def counter_id(self) -> int:
        """The counter."""
        return self.here.counter.id

    @property
    def ticket_id(self) -> UUID:
        """The ticket that stands at the counter. Raises nobody-here."""
        if self.here.ticket is None:
            raise refusals.nobody_here()
        return self.here.ticket.pk

    @property
    def argument_id(self) -> UUID:
        """The argument as the id of a ticket. Raises unknown-ticket."""
        try:
            return UUID(self.argument)
        except ValueError as wrong:
            raise refusals.unknown_ticket() from wrong

    @property
    def argument_number(self) -> int:
        """The argument as a whole number. Raises bad-value."""
        if not self.argument.isascii() or not self.argument.isdigit() or len(self.argument) > 18:
            raise refusals.bad_value("command")
        return int(self.argument)


def press(here: AtCounter, command: str, values: Mapping[str, str], by: Person) -> str:
    """Carry out the command of a key, such as "start" or "transfer-counter:7", and return what to say of it.

    Raises the refusals of the command, and bad-value for one that does not exist.
    """
    name, _colon, argument = command.partition(":")
    action = COMMANDS.get(name)
    if action is None:
        raise refusals.bad_value("command")
    return action(Press(here, by, argument, values))


def _next(key: Press) -> str:
    refuse_slip(key.here)
    called = call_next(branch_id=key.branch_id, counter_id=key.counter_id, by=key.by)
    if called is None:
        return _("Nobody is waiting for this counter.")
    return _("Number %(number)s is called.") % {"number": called.number}


def _number(key: Press) -> str:
    wanted = waiting_number(key.here.place, key.values.get("number", ""), clock.now())
    if wanted is None:
        raise refusals.unknown_ticket()
    called = call_number(
        branch_id=key.branch_id,
        counter_id=key.counter_id,
        ticket_id=wanted.pk,
        reason=key.values.get("reason", ""),
        by=key.by,
    )
    return _("Number %(number)s is called.") % {"number": called.number}


def _recall(key: Press) -> str:
    ticket = recall(branch_id=key.branch_id, ticket_id=key.ticket_id, by=key.by)
    return _("Number %(number)s is called again.") % {"number": ticket.number}


def _start(key: Press) -> str:
    ticket = start(branch_id=key.branch_id, ticket_id=key.ticket_id, by=key.by)
    return _("Serving number %(number)s.") % {"number": ticket.number}


def _hold(key: Press) -> str:
    ticket = hold(branch_id=key.branch_id, ticket_id=key.ticket_id, by=key.by)
    return _("Number %(number)s is on hold.") % {"number": ticket.number}


def _resume(key: Press) -> str:
    ticket = resume(branch_id=key.branch_id, ticket_id=key.argument_id, by=key.by)
    return _("Serving number %(number)s.") % {"number": ticket.number}


def _no_show(key: Press) -> str:
    ticket = no_show(branch_id=key.branch_id, ticket_id=key.ticket_id, by=key.by)
    return _("Number %(number)s did not come.") % {"number": ticket.number}


def _return(key: Press) -> str:
    ticket = return_to_line(branch_id=key.branch_id, ticket_id=key.argument_id, by=key.by)
    return _("Number %(number)s waits again.") % {"number": ticket.number}


def _finish(key: Press) -> str:
    outcome = key.argument or "done"
    ticket = finish(branch_id=key.branch_id, ticket_id=key.ticket_id, by=key.by, outcome=outcome)
    return _after_finish(ticket)


def _after_finish(ticket: Ticket) -> str:
    if ticket.state == State.SERVING:
        return _("Number %(number)s goes on here with the next service.") % {"number": ticket.number}
    if ticket.state == State.WAITING:
        return _("Number %(number)s now waits for the next service.") % {"number": ticket.number}
    return _("Number %(number)s is finished.") % {"number": ticket.number}


def _add(key: Press) -> str:
    ticket = add_service(branch_id=key.branch_id, ticket_id=key.ticket_id, service=key.argument, by=key.by)
    return _("Added to number %(number)s.") % {"number": ticket.number}


def _to_service(key: Press) -> str:
    ticket = transfer(branch_id=key.branch_id, ticket_id=key.ticket_id, by=key.by, service=key.argument)
    return _moved(ticket)


def _to_counter(key: Press) -> str:
    return _moved(
        transfer(branch_id=key.branch_id, ticket_id=key.ticket_id, by=key.by, counter_id=key.argument_number)
    )


def _to_officer(key: Press) -> str:
    return _moved(
        transfer(branch_id=key.branch_id, ticket_id=key.ticket_id, by=key.by, officer_id=key.argument_number)
    )


def _moved(ticket: Ticket) -> str:
    return _("Number %(number)s was sent on and keeps its place.") % {"number": ticket.number}


def _undo(key: Press) -> str:
    tickets = undo(branch_id=key.branch_id, counter_id=key.counter_id, by=key.by)
    return " ".join(
        _("Taken back: %(number)s is %(state)s again.")
        % {"number": ticket.number, "state": str(STATE_WORDS[ticket.state]).lower()}
        for ticket in tickets
    )


def _open(key: Press) -> str:
    open_counter(branch_id=key.branch_id, counter_id=key.counter_id, by=key.by)
    return _("The counter is open.")


def _pause(key: Press) -> str:
    pause_counter(branch_id=key.branch_id, counter_id=key.counter_id, reason=key.argument, by=key.by)
    return _("You are on a break. Nobody is called to this counter.")


def _close(key: Press) -> str:
    close_counter(branch_id=key.branch_id, counter_id=key.counter_id, by=key.by)
    return _("The counter is closed.")


COMMANDS: dict[str, Callable[[Press], str]] = {
    "next": _next,
    "number": _number,
    "recall": _recall,
    "start": _start,
    "hold": _hold,
    "resume": _resume,
    "no-show": _no_show,
    "return": _return,
    "finish": _finish,
    "add": _add,
    "transfer-service": _to_service,
    "transfer-counter": _to_counter,
    "transfer-officer": _to_officer,
    "undo": _undo,
    "open": _open,
    "break": _pause,
    "close": _close,
}
