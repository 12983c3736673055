"""The line as the priority rule sees it, read from the tickets that wait."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import orjson
from django.db import connection

from layan.places.api import CounterInfo, Layout
from layan.queueing.desk import Desk
from layan.queueing.models import Ticket
from layan.queueing.rules.lanes import is_direct
from layan.queueing.rules.priority import Post, Waiting

# The first ticket of each lane: one index entry read a lane, however many wait (index ticket_waiting).
_HEADS_POSTGRESQL = """
SELECT t.id, t.number, t.service_id, t.category, t.lane, t.waiting_since
  FROM unnest(%s::text[]) AS l(lane) CROSS JOIN LATERAL (
       SELECT * FROM queueing_ticket
        WHERE state = 'waiting' AND lane = l.lane AND (not_before IS NULL OR not_before <= %s)
        ORDER BY waiting_since, id LIMIT 1) AS t
"""
_HEADS_SQLITE = """
SELECT t.id, t.number, t.service_id, t.category, t.lane, t.waiting_since
  FROM json_each(%s) AS l JOIN queueing_ticket AS t ON t.id = (
       SELECT id FROM queueing_ticket
        WHERE state = 'waiting' AND lane = l.value AND (not_before IS NULL OR not_before <= %s)
        ORDER BY waiting_since, id LIMIT 1)
"""


def post_of(place: Layout, counter: CounterInfo, skills: frozenset[int]) -> Post:
    """Return a counter as the rule sees it: its services, less those its officer has no skill for (A3)."""
    preferences = {
        service_id: preference
        for service_id, preference in counter.offers.items()
        if service_id in place.services and (not skills or service_id in skills)
    }
    groups = counter.groups if counter.kind == "special" else frozenset[str]()
    return Post(counter.kind, preferences, groups)


def line(tickets: Iterable[Ticket]) -> list[Waiting]:
    """Return tickets as the rule sees them."""
    return [
        Waiting(
            str(ticket.pk),
            ticket.number,
            ticket.service_id,
            ticket.category,
            ticket.waiting_since,
            direct=is_direct(ticket.lane),
        )
        for ticket in tickets
    ]


def heads(desk: Desk, lanes: Sequence[str]) -> list[Waiting]:
    """Return the first ticket of each of these lanes that has anyone in it: all that the rule need compare."""
    filled = [lane for lane in lanes if lane in desk.lanes]
    if not filled:
        return []
    moment = connection.ops.adapt_datetimefield_value(desk.now)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_HEADS_POSTGRESQL, [filled, moment])
        else:
            cursor.execute(_HEADS_SQLITE, [orjson.dumps(filled).decode(), moment])
        rows = cursor.fetchall()
    return [
        Waiting(str(UUID(str(key))), number, service_id, category, _moment(since), direct=is_direct(lane))
        for key, number, service_id, category, lane, since in rows
    ]


def _moment(value: datetime) -> datetime:
    """Return a moment as the database gives it, aware: SQLite's driver leaves the zone, always UTC, out."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)
