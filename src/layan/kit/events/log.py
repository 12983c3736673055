"""Appending and reading. Concurrency: a branch does one thing at a time, branches run side by side."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction

from layan.kit import clock, models
from layan.kit.events.base import Event
from layan.kit.events.chain import Line, canonical, link

_INSERT = "INSERT INTO kit_event (branch_id, seq, at, actor, type, zone_id, payload, hash) VALUES "
_ROW = "(%s, %s, %s, %s, %s, %s, %s, %s)"
#: Commands append one to four events; closing a day may append hundreds, and SQLite limits a statement's values.
_ROWS_AT_ONCE = 50
_UPDATE = "UPDATE kit_head SET seq = %s, hash = %s, layout_version = %s, tally = %s WHERE branch_id = %s"
_LOCK = "SELECT seq, hash, layout_version, tally FROM kit_head WHERE branch_id = %s"


class Recorder:
    """Collects what happens in one transaction of one branch. Made by `recording`."""

    def __init__(self, branch_id: int, head: tuple[int, str, int, str], at: datetime) -> None:
        self.branch_id = branch_id
        self.at = at
        self._seq, self._hash, self.layout_version, tally = head
        self.tally: dict[str, Any] = orjson.loads(tally)
        self._rows: list[list[Any]] = []

    def __call__(self, event: Event, *, actor: str, zone_id: int | None = None) -> int:
        """Append `event` and return its sequence number. `zone_id` limits whose boards it concerns."""
        self._seq += 1
        line = Line(self.branch_id, self._seq, self.at, actor, event.type, zone_id, canonical(event.facts()))
        self._hash = link(self._hash, line)
        at = connection.ops.adapt_datetimefield_value(line.at)
        self._rows.append(
            [line.branch_id, line.seq, at, line.actor, line.type, line.zone_id, line.payload, self._hash]
        )
        return self._seq

    @property
    def seq(self) -> int:
        """The number of the last event appended so far."""
        return self._seq

    def layout_changed(self) -> None:
        """Tell every process that counters, services or hours of this branch must be read again."""
        self.layout_version += 1

    def write(self) -> None:
        """Write the collected events and the head, last of the transaction."""
        if not self._rows:
            return
        head: list[Any] = [
            self._seq,
            self._hash,
            self.layout_version,
            orjson.dumps(self.tally).decode(),
            self.branch_id,
        ]
        with connection.cursor() as cursor:
            for start in range(0, len(self._rows), _ROWS_AT_ONCE):
                rows = self._rows[start : start + _ROWS_AT_ONCE]
                cursor.execute(
                    _INSERT + ", ".join([_ROW] * len(rows)), [value for row in rows for value in row]
                )
            cursor.execute(_UPDATE, head)


@contextmanager
def recording(branch_id: int, *, at: datetime | None = None) -> Iterator[Recorder]:
    """Open the one transaction in which a branch changes, holding the branch's lock to its end.

    Takes the lock first (row lock on PostgreSQL, BEGIN IMMEDIATE on SQLite), so no other order of locks exists.
    `at` is the moment the events bear, by default the present. Raises `LookupError` when the branch has no log.
    An exception inside leaves nothing behind: neither the change nor its events.
    """
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(_LOCK + (" FOR UPDATE" if connection.vendor == "postgresql" else ""), [branch_id])
        head = cursor.fetchone()
        if head is None:
            raise LookupError(f"branch {branch_id} has no log")
        record = Recorder(branch_id, head, at or clock.now())
        yield record
        record.write()


def start_log(branch_id: int) -> None:
    """Give a new branch its empty log."""
    models.Head.objects.get_or_create(branch_id=branch_id)


def layout_version(branch_id: int) -> int:
    """Return the version of the branch's layout, cheap enough to ask on every request."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT layout_version FROM kit_head WHERE branch_id = %s", [branch_id])
        row = cursor.fetchone()
    return row[0] if row else 0


def read(branch_id: int, *, after: int = 0, limit: int | None = None) -> Iterator[Line]:
    """Yield the branch's events with a sequence number above `after`, oldest first."""
    events = models.Event.objects.filter(branch_id=branch_id, seq__gt=after).order_by("seq")
    for event in events.iterator() if limit is None else events[:limit]:
        yield Line(
            event.branch_id,
            event.seq,
            event.at,
            event.actor,
            event.type,
            event.zone_id,
            event.payload,
            event.hash,
        )
