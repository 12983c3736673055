"""An event log of three small tables, for what reads logs without Django: in an SQLite file or in PostgreSQL."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from layan.kit.stream.source import PostgresSource, Source, SqliteSource

_TABLES = (
    "CREATE TABLE places_branch (id bigint PRIMARY KEY, code varchar(20) UNIQUE)",
    "CREATE TABLE places_zone (id bigint PRIMARY KEY, branch_id bigint, code varchar(20))",
    "CREATE TABLE kit_head (branch_id bigint PRIMARY KEY, seq bigint NOT NULL)",
    "CREATE TABLE kit_event (branch_id bigint, seq bigint, type varchar(64), zone_id bigint, PRIMARY KEY (branch_id, seq))",
    "INSERT INTO places_branch VALUES (1, 'UTC-A'), (2, 'UTC-B')",
    "INSERT INTO places_zone VALUES (11, 1, 'Z1'), (12, 1, 'Z2'), (21, 2, 'Z1')",
    "INSERT INTO kit_head VALUES (1, 0), (2, 0)",
)


class EventLog:
    """Writes events as the product does: rows and head in one transaction."""

    def __init__(self, connection: Any, mark: str) -> None:
        self._connection = connection
        self._mark = mark
        self._seq = {1: 0, 2: 0}
        with self._transaction():
            for statement in _TABLES:
                connection.execute(statement)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN")
        yield
        self._connection.execute("COMMIT")

    def append(
        self, count: int = 1, *, branch: int = 1, zone: int | None = None, kind: str = "ticket.issued"
    ) -> int:
        """Append `count` equal events in one transaction and return the number of the last."""
        with self._transaction():
            for _ in range(count):
                self._seq[branch] += 1
                self._execute(
                    "INSERT INTO kit_event VALUES (?, ?, ?, ?)", branch, self._seq[branch], kind, zone
                )
            self._execute("UPDATE kit_head SET seq = ? WHERE branch_id = ?", self._seq[branch], branch)
        return self._seq[branch]

    def cut(self, seq: int, *, branch: int = 1) -> None:
        """Put the log back to an earlier state, as a restored backup does."""
        self._seq[branch] = seq
        with self._transaction():
            self._execute("DELETE FROM kit_event WHERE branch_id = ? AND seq > ?", branch, seq)
            self._execute("UPDATE kit_head SET seq = ? WHERE branch_id = ?", seq, branch)

    def _execute(self, statement: str, *values: object) -> None:
        self._connection.execute(statement.replace("?", self._mark), values)

    def close(self) -> None:
        self._connection.close()


def sqlite_log(file: Path) -> EventLog:
    """Make a log in a new SQLite file, journalled as an installation's is."""
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return EventLog(connection, "?")


@contextmanager
def a_log(folder: Path) -> Iterator[tuple[EventLog, Source]]:
    """Yield a log and a source that reads it: in PostgreSQL when the suite runs there, else in SQLite."""
    cluster = os.environ.get("LAYAN_TEST_CLUSTER")
    if cluster is None:
        log = sqlite_log(folder / "log.sqlite3")
        yield log, SqliteSource(folder / "log.sqlite3")
        log.close()
        return
    name = f"stream_{uuid4().hex}"
    with psycopg.connect(cluster, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
        address = {key: str(value) for key, value in conninfo_to_dict(cluster).items()} | {"dbname": name}
        log = EventLog(psycopg.connect(make_conninfo(**address), autocommit=True), "%s")
        yield log, PostgresSource(address)
        log.close()
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
