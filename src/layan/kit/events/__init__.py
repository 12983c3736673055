"""The one event log: append inside the transaction of the change, read by (branch, seq).

    with recording(branch_id) as record:          # one transaction, one lock a branch
        ...save...
        record(TicketIssued(ticket=...), actor=person.actor)

Invariants. A branch's sequence has no gap and no repeat, because it is taken from the branch's head row under its
lock. Each event's hash covers the one before (see `chain`). No personal data enters a payload: it could not be erased.
"""

from layan.kit.events.base import SYSTEM, Event, event_types
from layan.kit.events.log import Recorder, layout_version, read, recording, start_log

__all__ = ["SYSTEM", "Event", "Recorder", "event_types", "layout_version", "read", "recording", "start_log"]
