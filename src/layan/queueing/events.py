"""What happens to tickets and at counters. `ticket` is the ticket's id, `counter` and `service` are codes."""

from dataclasses import dataclass, field

from layan.kit.events import Event


@dataclass(frozen=True)
class TicketIssued(Event):
    """`promised` is the wait told with the number: low, likely, high in minutes; none when nothing could be told (B7).

    `promised_by` is the version of the model that told it, or the reason why there is none.
    """

    type = "ticket.issued"
    ticket: str
    number: str
    services: list[str]
    category: str
    customer_type: str
    language: str
    ahead: int
    promised: list[int] = field(default_factory=list)
    promised_by: str = ""


@dataclass(frozen=True)
class TicketOffered(Event):
    """The number counts as taken once its print is confirmed or waived; given up after `seconds` (B8)."""

    type = "ticket.offered"
    ticket: str
    printer: int
    seconds: int


@dataclass(frozen=True)
class TicketTaken(Event):
    """The person has the number: `how` is printed, screen or phone (B8)."""

    type = "ticket.taken"
    ticket: str
    how: str


@dataclass(frozen=True)
class TicketReprinted(Event):
    """A slip was asked for again; `outcome` is printed, or why it cannot be taken for printed (B8)."""

    type = "ticket.reprinted"
    ticket: str
    printer: int
    outcome: str


@dataclass(frozen=True)
class TicketCalled(Event):
    """`reason` is the rule's (see rules.priority); `out_of_order` the officer's, when a number was picked by hand."""

    type = "ticket.called"
    ticket: str
    number: str
    service: str
    category: str
    counter: str
    officer: int | None
    waited_seconds: int
    reason: str
    out_of_order: str = ""


@dataclass(frozen=True)
class TicketRecalled(Event):
    type = "ticket.recalled"
    ticket: str
    number: str
    counter: str


@dataclass(frozen=True)
class ServiceStarted(Event):
    type = "service.started"
    ticket: str
    service: str
    counter: str
    officer: int | None


@dataclass(frozen=True)
class TicketHeld(Event):
    type = "ticket.held"
    ticket: str
    counter: str


@dataclass(frozen=True)
class TicketResumed(Event):
    type = "ticket.resumed"
    ticket: str
    counter: str


@dataclass(frozen=True)
class TicketTransferred(Event):
    """Sent on to another service, counter or officer (one of the three), or waiting for its next service."""

    type = "ticket.transferred"
    ticket: str
    service: str
    to_counter: str = ""
    to_officer: int | None = None


@dataclass(frozen=True)
class ServiceAdded(Event):
    type = "service.added"
    ticket: str
    service: str


@dataclass(frozen=True)
class ServicesRearranged(Event):
    """The visit's services still to come, in their new order; of one that waits, with the one waited for."""

    type = "services.rearranged"
    ticket: str
    services: list[str]


@dataclass(frozen=True)
class TicketNotPresent(Event):
    type = "ticket.no-show"
    ticket: str
    counter: str
    recalls: int


@dataclass(frozen=True)
class TicketReturned(Event):
    type = "ticket.returned"
    ticket: str
    away_seconds: int


@dataclass(frozen=True)
class TicketPostponed(Event):
    """The customer said "I will be late": passed over for so many minutes; 0 for "I am here after all"."""

    type = "ticket.postponed"
    ticket: str
    minutes: int


@dataclass(frozen=True)
class ServiceFinished(Event):
    """`assumed` when the officer called the next customer without saying how this one ended."""

    type = "service.finished"
    ticket: str
    service: str
    counter: str
    officer: int | None
    outcome: str
    served_seconds: int
    assumed: bool


@dataclass(frozen=True)
class TicketDone(Event):
    type = "ticket.done"
    ticket: str
    number: str


@dataclass(frozen=True)
class TicketCancelled(Event):
    """`reason` is customer, staff, day-closed or not-taken."""

    type = "ticket.cancelled"
    ticket: str
    number: str
    reason: str


@dataclass(frozen=True)
class CommandUndone(Event):
    """The last command at a counter was taken back; `undone` is the number of its first event."""

    type = "command.undone"
    counter: str
    undone: int
    tickets: list[str]


@dataclass(frozen=True)
class CounterOpened(Event):
    """Opened, or back from a break. `open_counters` are those open from then on, for the lunch findings (B5)."""

    type = "counter.opened"
    counter: str
    officer: int | None
    open_counters: int


@dataclass(frozen=True)
class CounterPaused(Event):
    """`promised_counters` are to be open then by the lunch rule as it stood, 0 outside lunch (B5)."""

    type = "counter.paused"
    counter: str
    officer: int | None
    reason: str
    open_counters: int
    promised_counters: int


@dataclass(frozen=True)
class CounterClosed(Event):
    """`stated_closing` is until when the hours as they stood had the branch open, "" outside them (B11)."""

    type = "counter.closed"
    counter: str
    officer: int | None
    open_counters: int
    promised_counters: int
    stated_closing: str


@dataclass(frozen=True)
class AlarmRaised(Event):
    type = "alarm.raised"
    alarm: int
    kind: str
    service: str
    figure: int
    limit: int


@dataclass(frozen=True)
class AlarmAcknowledged(Event):
    type = "alarm.acknowledged"
    alarm: int
    seconds: int


@dataclass(frozen=True)
class AlarmCleared(Event):
    type = "alarm.cleared"
    alarm: int


@dataclass(frozen=True)
class DayClosed(Event):
    """The service day is over; numbers still waiting were cancelled, counters still open were closed."""

    type = "day.closed"
    day: str
    cancelled: int
    closed_counters: int


@dataclass(frozen=True)
class StaffCalled(Event):
    """Somebody at a kiosk asked for a member of staff; `kiosk` is the id of its token (H2)."""

    type = "staff.called"
    kiosk: int
