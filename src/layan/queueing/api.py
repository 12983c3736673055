"""The door of queueing: its commands, what it knows, and who may ask."""

from layan.queueing.access import (
    branch_for,
    branch_of_counter,
    hidden_from_strangers,
    holder,
    public_branch,
    ticket_for,
    ticket_id_of,
    track_token,
)
from layan.queueing.console_reads import at_counter, explanation, explanation_in_line
from layan.queueing.devices import Trouble, watch_devices
from layan.queueing.models import Session, Ticket
from layan.queueing.policy import policy
from layan.queueing.promises import NO_FORECAST, Standing, UsualHour, Wait, waits
from layan.queueing.promises import use as use_waits
from layan.queueing.reads import (
    BranchState,
    Line,
    Serving,
    branch_state,
    counters,
    head,
    last_calls,
    people_ahead,
    service_lines,
    tally_ahead,
    waiting_per_service,
)
from layan.queueing.refusals import unknown_branch, unknown_counter
from layan.queueing.rules.lanes import is_direct
from layan.queueing.rules.numbering import EMERGENCY_MARK, SPECIAL_MARK
from layan.queueing.rules.priority import Explanation, Policy, Reason
from layan.queueing.rules.states import State
from layan.queueing.services.alarms import acknowledge, watch
from layan.queueing.services.calling import OUT_OF_ORDER_REASONS, call_next, call_number, recall
from layan.queueing.services.closing import close_past_days
from layan.queueing.services.issuing import Issued, issue
from layan.queueing.services.moving import (
    LATE_MINUTES,
    cancel,
    no_show,
    postpone,
    return_to_line,
    transfer,
)
from layan.queueing.services.paper import ask_printers, give_up_untaken, has_printers
from layan.queueing.services.serving import OUTCOMES, finish, hold, resume, start
from layan.queueing.services.sessions import (
    BREAK_REASONS,
    close_counter,
    open_counter,
    pause_counter,
    seat_officer,
)
from layan.queueing.services.undoing import undo
from layan.queueing.services.visits import add_service, rearrange
from layan.queueing.ticket_parts import TicketPart, add_ticket_part
from layan.queueing.wait_reads import wait_of, waits_now
from layan.queueing.wait_words import board_words, reason_words

__all__ = [
    "BREAK_REASONS",
    "EMERGENCY_MARK",
    "LATE_MINUTES",
    "NO_FORECAST",
    "OUTCOMES",
    "OUT_OF_ORDER_REASONS",
    "SPECIAL_MARK",
    "BranchState",
    "Explanation",
    "Issued",
    "Line",
    "Policy",
    "Reason",
    "Serving",
    "Session",
    "Standing",
    "State",
    "Ticket",
    "TicketPart",
    "Trouble",
    "UsualHour",
    "Wait",
    "acknowledge",
    "add_service",
    "add_ticket_part",
    "ask_printers",
    "at_counter",
    "board_words",
    "branch_for",
    "branch_of_counter",
    "branch_state",
    "call_next",
    "call_number",
    "cancel",
    "close_counter",
    "close_past_days",
    "counters",
    "explanation",
    "explanation_in_line",
    "finish",
    "give_up_untaken",
    "has_printers",
    "head",
    "hidden_from_strangers",
    "hold",
    "holder",
    "is_direct",
    "issue",
    "last_calls",
    "no_show",
    "open_counter",
    "pause_counter",
    "people_ahead",
    "policy",
    "postpone",
    "public_branch",
    "rearrange",
    "reason_words",
    "recall",
    "resume",
    "return_to_line",
    "seat_officer",
    "service_lines",
    "start",
    "tally_ahead",
    "ticket_for",
    "ticket_id_of",
    "track_token",
    "transfer",
    "undo",
    "unknown_branch",
    "unknown_counter",
    "use_waits",
    "wait_of",
    "waiting_per_service",
    "waits",
    "waits_now",
    "watch",
    "watch_devices",
]
