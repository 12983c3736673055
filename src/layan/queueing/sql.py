"""The hand-written statements of the two hot commands, issue and call next, and of the officer's view of the line.

Measured (bench/api): the ORM costs 5-10 times more here. Everything else uses the ORM plainly. Each statement reads
or writes by an index whose cost does not grow with the queue or with the past (tests/queueing/test_query_plans.py).
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from layan.queueing.models import Session, Ticket

_TICKET = [str(field.column) for field in Ticket._meta.concrete_fields]
_TICKET_NAMES = [field.attname for field in Ticket._meta.concrete_fields]
_SESSION = [str(field.column) for field in Session._meta.concrete_fields]
_SESSION_NAMES = [field.attname for field in Session._meta.concrete_fields]
_JSON = tuple(_TICKET_NAMES.index(name) for name in ("remaining", "finished_services", "promised"))


def _columns(alias: str, names: Sequence[str]) -> str:
    return ", ".join(f"{alias}.{name}" for name in names)


_INSERT = f"INSERT INTO queueing_ticket ({', '.join(_TICKET)}) VALUES ({', '.join(['%s'] * len(_TICKET))})"
_CLAIM = """
UPDATE queueing_ticket
   SET state = 'called', called_at = %s, started_at = NULL, not_before = NULL, counter_id = %s, officer_id = %s,
       recalls = 0, before = %s
 WHERE id = %s AND state = 'waiting'
"""
_END = """
UPDATE queueing_ticket
   SET state = 'done', started_at = %s, ended_at = %s, outcome = %s, finished_services = %s, holder = '', before = %s
 WHERE id = %s
"""
_AT_COUNTER = f"""
SELECT {_columns("s", _SESSION)}, {_columns("t", _TICKET)}
  FROM queueing_session AS s
  LEFT JOIN queueing_ticket AS t ON t.counter_id = s.counter_id AND t.state IN ('called', 'serving')
 WHERE s.counter_id = %s AND s.closed_at IS NULL
"""
_FIRST = f"""
SELECT {_columns("w", _TICKET)} FROM queueing_ticket AS w
 WHERE w.state = 'waiting' AND w.lane = {{lane}} AND (w.not_before IS NULL OR w.not_before <= %s)
 ORDER BY w.waiting_since, w.id LIMIT 1
"""
_HEADS_POSTGRESQL = f"""
SELECT t.* FROM unnest(%s::text[]) AS l(lane) CROSS JOIN LATERAL ({_FIRST.format(lane="l.lane")}) AS t
"""
# CROSS JOIN pins SQLite's order of the two: with other statistics it would read every ticket for each lane.
_HEADS_SQLITE = f"""
SELECT {_columns("t", _TICKET)} FROM json_each(%s) AS l CROSS JOIN queueing_ticket AS t ON t.id = (
  SELECT w.id FROM queueing_ticket AS w
   WHERE w.state = 'waiting' AND w.lane = l.value AND (w.not_before IS NULL OR w.not_before <= %s)
   ORDER BY w.waiting_since, w.id LIMIT 1)
"""
_FEW = """
SELECT w.id FROM queueing_ticket AS w
 WHERE w.state = 'waiting' AND w.lane = {lane} AND (w.not_before IS NULL OR w.not_before <= %s)
 ORDER BY w.waiting_since, w.id LIMIT %s
"""
_FIRSTS_POSTGRESQL = f"""
SELECT {_columns("t", _TICKET)} FROM unnest(%s::text[]) AS l(lane)
 CROSS JOIN LATERAL ({_FEW.format(lane="l.lane")}) AS f JOIN queueing_ticket AS t ON t.id = f.id
"""
_FIRSTS_SQLITE = f"""
SELECT {_columns("t", _TICKET)} FROM json_each(%s) AS l
 CROSS JOIN queueing_ticket AS t ON t.id IN ({_FEW.format(lane="l.value")})
"""


def insert(ticket: Ticket) -> None:
    """Insert a new ticket."""
    values = [_plain(getattr(ticket, name)) for name in _TICKET_NAMES]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)


def claim(ticket: Ticket) -> bool:
    """Write that a waiting ticket was called, as its fields say; False when it is not waiting any more."""
    values = [ticket.called_at, ticket.counter_id, ticket.officer_id, ticket.before, ticket.pk]
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [_plain(value) for value in values])
        return bool(cursor.rowcount == 1)


def end(ticket: Ticket) -> None:
    """Write that a ticket is done, as its fields say."""
    values = [
        ticket.started_at,
        ticket.ended_at,
        ticket.outcome,
        ticket.finished_services,
        ticket.before,
        ticket.pk,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_END, [_plain(value) for value in values])


def at_counter(counter_id: int) -> tuple[Session | None, Ticket | None]:
    """Return the session open at a counter and the ticket that stands there."""
    with connection.cursor() as cursor:
        cursor.execute(_AT_COUNTER, [counter_id])
        row = cursor.fetchone()
    if row is None:
        return None, None
    session = Session.from_db("default", _SESSION_NAMES, [_aware(value) for value in row[: len(_SESSION)]])
    return session, _ticket(row[len(_SESSION) :]) if row[len(_SESSION)] is not None else None


def heads(lanes: Sequence[str], now: datetime) -> list[Ticket]:
    """Return the first ticket of each of these lanes that may be called at `now`."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_HEADS_POSTGRESQL, [list(lanes), now])
        else:
            cursor.execute(_HEADS_SQLITE, [orjson.dumps(lanes).decode(), _plain(now)])
        return [_ticket(row) for row in cursor.fetchall()]


def firsts(lanes: Sequence[str], now: datetime, limit: int) -> list[Ticket]:
    """Return the first `limit` tickets of each of these lanes that may be called at `now`."""
    if not lanes:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FIRSTS_POSTGRESQL, [list(lanes), now, limit])
        else:
            cursor.execute(_FIRSTS_SQLITE, [orjson.dumps(lanes).decode(), _plain(now), limit])
        return [_ticket(row) for row in cursor.fetchall()]


def _ticket(row: Sequence[Any]) -> Ticket:
    values = [_aware(value) for value in row]
    values[0] = values[0] if isinstance(values[0], UUID) else UUID(values[0])
    for place in _JSON:
        values[place] = orjson.loads(values[place])
    return Ticket.from_db("default", _TICKET_NAMES, values)


def _aware(value: Any) -> Any:
    """SQLite's driver leaves the zone, always UTC, out of moments."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


def _plain(value: Any) -> Any:
    """Return a field's value as the database's driver takes it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, list | dict):
        return orjson.dumps(value).decode()
    return value
