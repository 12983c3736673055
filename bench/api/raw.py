"""The same transactions through psycopg alone, eight clients: the ceiling that the API is compared with.

    python -m bench.api.raw DATABASE SECONDS issue|next OFFICE-AS-JSON

The statements are those of the product (imported), prepared, on a connection each; what the product decides in
Python (who is next, the hash, the tally) is left out, so this is as little as the transaction can cost.
"""

import json
import os
import sys
from datetime import datetime
from itertools import cycle
from multiprocessing import Process, Queue
from time import perf_counter
from typing import Any
from uuid import UUID

import psycopg
from uuid_utils.compat import uuid7

from layan.kit import clock

CLIENTS = 8
HASH = "0" * 64


class Raw:
    """One client at branch RAW."""

    def __init__(self, database: str, office: dict[str, Any], number: int) -> None:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "layan.app.settings")
        import django

        django.setup()
        from layan.kit.events import log
        from layan.queueing import sql

        self.sql, self.log = sql, log
        self.lock = log._LOCK + " FOR UPDATE"
        self.branch, self.user = office["branch"], office["user"]
        self.lanes = [f"s{key}:general" for key in office["services"].values()]
        self.services = cycle(office["services"].items())
        self.counter = office["counters"][number % len(office["counters"])]
        self.connection = psycopg.connect(database, autocommit=True, prepare_threshold=0)

    def issue(self) -> None:
        """Lock the head, insert the ticket, append its event, write the head."""
        now, (code, service) = clock.now(), next(self.services)
        with self.connection.transaction(), self.connection.cursor() as cursor:
            seq, layout, tally = self._locked(cursor)
            serial = seq + 1
            ticket = {
                "id": uuid7(),
                "branch_id": self.branch,
                "service_day": now.date(),
                "series": "R",
                "serial": serial,
                "number": f"R{serial}",
                "category": "general",
                "customer_type": "citizen",
                "language": "ms",
                "issued_by": "raw",
                "state": "waiting",
                "service_id": service,
                "remaining": "[]",
                "finished_services": "[]",
                "lane": f"s{service}:general",
                "waiting_since": now,
                "issued_at": now,
                "recalls": 0,
                "outcome": "",
                "holder": "",
                "before": "",
            }
            cursor.execute(self.sql._INSERT, [ticket.get(name) for name in self.sql._TICKET_NAMES])
            self._append(cursor, now, seq, layout, tally, [code])

    def next(self) -> None:
        """Lock the head, read the counter, end who is there, find the first of each lane, claim one, append."""
        now = clock.now()
        with self.connection.transaction(), self.connection.cursor() as cursor:
            seq, layout, tally = self._locked(cursor)
            row = cursor.execute(self.sql._AT_COUNTER, [self.counter]).fetchone()
            current = row[len(self.sql._SESSION)] if row else None
            events = []
            if current is not None:
                cursor.execute(self.sql._END, [now, now, "done", '["PASSPORT"]', '{"command":1}', current])
                events += ["finished", "done"]
            heads = cursor.execute(self.sql._HEADS_POSTGRESQL, [self.lanes, now]).fetchall()
            if heads:
                chosen: UUID = min(
                    heads, key=lambda head: head[self.sql._TICKET_NAMES.index("waiting_since")]
                )[0]
                cursor.execute(self.sql._CLAIM, [now, self.counter, self.user, '{"command":1}', chosen])
                events.append("called")
            self._append(cursor, now, seq, layout, tally, events)

    def _locked(self, cursor: Any) -> tuple[int, int, str]:
        seq, _, layout, tally = cursor.execute(self.lock, [self.branch]).fetchone()
        return seq, layout, tally

    def _append(
        self, cursor: Any, now: datetime, seq: int, layout: int, tally: str, events: list[str]
    ) -> None:
        payload = json.dumps(
            {"ticket": "0190a5c7-5b1e-7d2a-8f00-0123456789ab", "number": "R1", "facts": "x" * 60}
        )
        values: list[Any] = []
        for offset, event in enumerate(events, start=1):
            values += [self.branch, seq + offset, now, "raw", event, None, payload, HASH]
        if events:
            cursor.execute(self.log._INSERT + ", ".join([self.log._ROW] * len(events)), values)
        cursor.execute(self.log._UPDATE, [seq + len(events), HASH, layout, tally, self.branch])


def client(
    database: str, office: dict[str, Any], number: int, what: str, seconds: float, answers: Any
) -> None:
    """Run one client and tell how many operations it did, how long and with how much CPU."""
    raw = Raw(database, office, number)
    operation = raw.issue if what == "issue" else raw.next
    operation()
    cpu, began, done = sum(os.times()[:2]), perf_counter(), 0
    while perf_counter() - began < seconds:
        operation()
        done += 1
    answers.put((done, perf_counter() - began, sum(os.times()[:2]) - cpu))


def main() -> None:
    """Run the clients and print what they did as JSON."""
    database, seconds, what, office = sys.argv[1:]
    answers: Any = Queue()
    clients = [
        Process(target=client, args=(database, json.loads(office), number, what, float(seconds), answers))
        for number in range(CLIENTS)
    ]
    for each in clients:
        each.start()
    found = [answers.get(timeout=120) for _ in clients]
    for each in clients:
        each.join()
    operations, cpu = sum(done for done, _, _ in found), sum(used for _, _, used in found)
    rate = sum(done / took for done, took, _ in found)
    print(json.dumps({"operations": operations, "seconds": operations / rate, "cpu": cpu}))


if __name__ == "__main__":
    main()
