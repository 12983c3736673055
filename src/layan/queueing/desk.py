"""One branch under its lock, for the length of a command. Every change of a ticket passes through here."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Q

from layan.kit.events import Event, Recorder, recording
from layan.people.api import Permission, Person, not_allowed
from layan.places.api import CounterInfo, Layout, layout
from layan.queueing import refusals
from layan.queueing.events import TicketTransferred
from layan.queueing.models import Session, Ticket
from layan.queueing.rules.lanes import service_lane
from layan.queueing.rules.states import ENDED, STANDING, Command, State, allowed

#: What an undo puts back.
UNDOABLE = (
    "state",
    "service_id",
    "remaining",
    "finished_services",
    "lane",
    "waiting_since",
    "not_before",
    "called_at",
    "started_at",
    "ended_at",
    "recalls",
    "counter_id",
    "officer_id",
    "outcome",
)
_MOMENTS = frozenset({"waiting_since", "not_before", "called_at", "started_at", "ended_at"})


class Desk:
    """A branch while a command holds its lock: its layout, the present, and the log to append to."""

    def __init__(self, record: Recorder, place: Layout) -> None:
        self.record = record
        self.place = place
        self.now = record.at
        self.command_seq = record.seq + 1
        self._changed: list[str] = []
        self._holders: dict[str, str] = {}

    @property
    def lanes(self) -> dict[str, int]:
        """How many wait in each lane; kept with the head so that nobody has to count."""
        lanes: dict[str, int] = self.record.tally.setdefault("lanes", {})
        return lanes

    def tally(self, lane: str, step: int) -> None:
        """Count one more (+1) or one fewer (-1) in a lane."""
        count = self.lanes.get(lane, 0) + step
        if count > 0:
            self.lanes[lane] = count
        else:
            self.lanes.pop(lane, None)

    def ticket(self, ticket_id: UUID) -> Ticket:
        """Return the ticket. Raises the unknown-ticket refusal, also for one of another branch."""
        ticket = Ticket.objects.filter(pk=ticket_id, branch_id=self.place.branch_id).first()
        if ticket is None:
            raise refusals.unknown_ticket()
        return ticket

    def counter(self, counter_id: int) -> CounterInfo:
        """Return the counter. Raises the unknown-counter refusal."""
        counter = self.place.counters.get(counter_id)
        if counter is None:
            raise refusals.unknown_counter()
        return counter

    def session(self, counter_id: int) -> Session | None:
        """Return the session that is open (or on a break) at a counter."""
        return Session.objects.filter(counter_id=counter_id, closed_at=None).first()

    def may(self, by: Person, permission: Permission) -> bool:
        """Say whether `by` is allowed `permission` at this branch."""
        return by.may(permission, self.place.branch_id, self.place.agency_id)

    def require(self, by: Person, permission: Permission) -> None:
        """Raise the not-allowed refusal unless `by` is allowed `permission` here."""
        if not self.may(by, permission):
            raise not_allowed()

    def require_serving(self, by: Person, session: Session | None) -> Session:
        """Return the session `by` may act in: one's own, or any for a supervisor. Raises refusals otherwise."""
        if self.may(by, Permission.SUPERVISE):
            if session is None:
                raise refusals.counter_closed()
            return session
        self.require(by, Permission.SERVE)
        if session is None:
            raise refusals.counter_closed()
        own_account = by.user_id is not None and session.officer_id == by.user_id
        if not own_account and session.opened_by != by.actor:
            raise refusals.counter_taken()
        return session

    def at_counter(
        self, ticket_id: UUID, by: Person, command: Command
    ) -> tuple[Ticket, CounterInfo, Session]:
        """Return a ticket with the counter and session where `by` may give it `command` now.

        Who was set aside at a counter that closed meanwhile is taken over at one's own counter.
        Raises the refusals unknown-ticket, not-allowed, wrong-state, counter-closed and counter-taken.
        """
        ticket = self.ticket(ticket_id)
        self.require_staff(by)
        self.check(command, ticket)
        session = self._standing_at(ticket, by)
        return ticket, self.counter(session.counter_id), session

    def _standing_at(self, ticket: Ticket, by: Person) -> Session:
        """Return the session of the counter in whose hands a customer is, which `by` may act in."""
        session = self.session(ticket.counter_id or 0)
        if session is None and ticket.state == State.ON_HOLD:
            session = self.own_session(by)
        return self.require_serving(by, session)

    def in_branch(self, ticket_id: UUID, by: Person, command: Command) -> tuple[Ticket, CounterInfo | None]:
        """Return a ticket that `by` may give `command`, and the counter whose undo takes that back, if any.

        A customer at a counter is that counter's (`at_counter`); any other is every officer's of the branch.
        Raises the refusals of `at_counter`.
        """
        ticket = self.ticket(ticket_id)
        self.require_staff(by)
        self.check(command, ticket)
        standing = ticket.state in STANDING
        session = self._standing_at(ticket, by) if standing else self.own_session(by)
        return ticket, self.counter(session.counter_id) if session else None

    def require_staff(self, by: Person) -> None:
        """Raise the not-allowed refusal unless `by` serves or supervises here."""
        if not self.may(by, Permission.SUPERVISE):
            self.require(by, Permission.SERVE)

    def own_session(self, by: Person) -> Session | None:
        """Return the session that `by` opened here, the latest of a supervisor's several; None without one."""
        account = Q(officer_id=by.user_id)
        own = account if by.user_id is not None else account & Q(opened_by=by.actor)
        # A counter taken out of use cannot be closed by its officer, who must not be stuck with it.
        mine = Session.objects.filter(own, counter_id__in=self.place.counters, closed_at=None)
        return mine.order_by("-opened_at", "-pk").first()

    def check(self, command: Command, ticket: Ticket) -> None:
        """Raise the wrong-state refusal unless the ticket can take `command`."""
        state = State(ticket.state)
        if not allowed(command, state):
            raise refusals.wrong_state(command, state)

    def change(self, ticket: Ticket, *, undoable: bool = True, **values: Any) -> None:
        """Set fields of a ticket, keep the tally of lanes true, remember what an undo needs, and save."""
        if undoable:
            ticket.before = self.snapshot(ticket)
        else:
            self._overtake(ticket)
            ticket.before = ""
        if ticket.state == State.WAITING:
            self.tally(ticket.lane, -1)
        for name, value in values.items():
            setattr(ticket, name, value)
        if ticket.state in ENDED:
            self.forget_holder(ticket, undoable=undoable)
        if ticket.state == State.WAITING:
            self.tally(ticket.lane, +1)
        ticket.save(update_fields={*values, "before", "holder"})

    def forget_holder(self, ticket: Ticket, *, undoable: bool = True) -> None:
        """Erase from an ended ticket who held it (B14); an undoable command keeps the hash aside for its undo only."""
        if undoable and ticket.holder:
            self._holders[ticket.pk.hex] = ticket.holder
        ticket.holder = ""

    def service_code(self, ticket: Ticket) -> str:
        """Return the code of the ticket's service, also when it is offered no longer."""
        offered = self.place.services.get(ticket.service_id)
        return offered.code if offered else ticket.service.code

    def snapshot(self, ticket: Ticket) -> str:
        """Return what an undo of the present command puts back: the state before its first change of the ticket."""
        self._overtake(ticket)
        self._changed.append(ticket.pk.hex)
        if ticket.before and orjson.loads(ticket.before)["command"] == self.command_seq:
            return ticket.before
        fields = {name: getattr(ticket, name) for name in UNDOABLE}
        return orjson.dumps({"command": self.command_seq, "fields": fields}).decode()

    def append(self, event: Event, by: Person, *, counter: CounterInfo | None = None) -> None:
        """Append an event in the name of `by`; with a counter it concerns that counter's zone."""
        self.record(event, actor=by.actor, zone_id=counter.zone_id if counter else None)

    def remember_command(self, counter_id: int) -> None:
        """Note what the command just carried out at a counter changed, for its undo."""
        self.record.tally.setdefault("last", {})[str(counter_id)] = {
            "seq": self.command_seq,
            "at": self.now.isoformat(),
            "tickets": self._changed,
            "holders": self._holders,
        }

    def forget_command(self, counter_id: int) -> None:
        """The last command at a counter can no longer be undone."""
        self.record.tally.get("last", {}).pop(str(counter_id), None)

    def _overtake(self, ticket: Ticket) -> None:
        """Forget the earlier command, at whatever counter, whose undo would now undo this change of its ticket too."""
        last = self.record.tally.get("last", {})
        for counter_id in [code for code, command in last.items() if ticket.pk.hex in command["tickets"]]:
            del last[counter_id]


@contextmanager
def at_desk(branch_id: int, *, at: datetime | None = None) -> Iterator[Desk]:
    """Take the branch's lock and yield its desk; everything done in the block is one transaction.

    Raises the unknown-branch refusal.
    """
    try:
        with recording(branch_id, at=at) as record:
            yield Desk(record, layout(branch_id, version=record.layout_version))
    except LookupError as missing:
        if isinstance(missing, KeyError | IndexError):
            raise
        raise refusals.unknown_branch() from missing


def waiting_lane(ticket: Ticket) -> str:
    """Return the lane in which a ticket waits for its service."""
    return service_lane(ticket.service_id, ticket.category)


def release(desk: Desk, lanes: Iterable[str], by: Person) -> None:
    """Let those who wait in these lanes wait for their service again, with the same seniority."""
    filled = [lane for lane in lanes if lane in desk.lanes]
    if not filled:
        return
    waiting = Ticket.objects.filter(
        branch_id=desk.place.branch_id, state=State.WAITING, lane__in=filled
    ).order_by("waiting_since", "pk")
    for ticket in waiting:
        desk.change(ticket, undoable=False, lane=waiting_lane(ticket))
        desk.append(TicketTransferred(str(ticket.pk), desk.service_code(ticket)), by)


def fields_before(ticket: Ticket, command_seq: int) -> dict[str, Any] | None:
    """Return the fields to put back to undo that command, or None when something else changed the ticket since."""
    before = orjson.loads(ticket.before) if ticket.before else None
    if before is None or before["command"] != command_seq:
        return None
    fields: dict[str, Any] = before["fields"]
    for name in _MOMENTS:
        if fields[name] is not None:
            fields[name] = datetime.fromisoformat(fields[name])
    return fields
