"""Reads of the event log, by the feed's own connection: plain SQL, no Django, one thread."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote

import psycopg
from psycopg.conninfo import make_conninfo


class SourceDown(Exception):
    """The database does not answer. Nothing is wrong with the question: ask again later."""


class BranchRow(NamedTuple):
    """A branch and the number of its last event."""

    id: int
    seq: int


class EventRow(NamedTuple):
    """What the stream tells of an event."""

    seq: int
    type: str
    zone_id: int | None


class Source(Protocol):
    """Where the feed reads. Every method raises SourceDown when the database does not answer."""

    def changed(self) -> bool:
        """Return False only when surely nothing was written since the last call."""
        ...

    def heads(self) -> dict[int, int]:
        """Return the number of the last event of each branch, by branch id."""
        ...

    def branch(self, code: str) -> BranchRow | None: ...

    def zone(self, branch_id: int, code: str) -> int | None:
        """Return the id of the branch's zone `code`."""
        ...

    def events(self, branch_id: int, *, after: int, limit: int) -> list[EventRow]:
        """Return the first `limit` events numbered above `after`, oldest first."""
        ...

    def close(self) -> None: ...


_HEADS = "SELECT branch_id, seq FROM kit_head"
_BRANCH = (
    "SELECT b.id, h.seq FROM places_branch b JOIN kit_head h ON h.branch_id = b.id WHERE b.code = {mark}"
)
_ZONE = "SELECT id FROM places_zone WHERE branch_id = {mark} AND code = {mark}"
_EVENTS = (
    "SELECT seq, type, zone_id FROM kit_event WHERE branch_id = {mark} AND seq > {mark}"
    " ORDER BY seq LIMIT {mark}"
)


class _SqlSource:
    """What both databases share."""

    mark: str

    def __init__(self) -> None:
        self._branch = _BRANCH.format(mark=self.mark)
        self._zone = _ZONE.format(mark=self.mark)
        self._events = _EVENTS.format(mark=self.mark)

    def _rows(self, statement: str, *values: object) -> list[Any]:
        raise NotImplementedError

    def heads(self) -> dict[int, int]:
        return dict(self._rows(_HEADS))

    def branch(self, code: str) -> BranchRow | None:
        rows = self._rows(self._branch, code)
        return BranchRow(*rows[0]) if rows else None

    def zone(self, branch_id: int, code: str) -> int | None:
        rows = self._rows(self._zone, branch_id, code)
        return rows[0][0] if rows else None

    def events(self, branch_id: int, *, after: int, limit: int) -> list[EventRow]:
        return [EventRow(*row) for row in self._rows(self._events, branch_id, after, limit)]


class SqliteSource(_SqlSource):
    """The log in an SQLite file. `PRAGMA data_version` makes a look without news cost a few microseconds."""

    mark = "?"

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file
        self._connection: sqlite3.Connection | None = None
        self._inode = 0
        self._version = -1

    def changed(self) -> bool:
        self._leave_replaced_file()
        version = self._rows("PRAGMA data_version")[0][0]
        before, self._version = self._version, version
        return bool(version != before)

    def close(self) -> None:
        self._version = -1
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _leave_replaced_file(self) -> None:
        """A restored backup is a new file under the old name; the open one would stay silent for ever."""
        try:
            inode = self._file.stat().st_ino
        except OSError as gone:
            raise SourceDown(str(gone)) from gone
        if inode != self._inode:
            self.close()
            self._inode = inode

    def _rows(self, statement: str, *values: object) -> list[Any]:
        try:
            if self._connection is None:
                self._connection = self._connect()
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            self.close()
            raise SourceDown(str(error)) from error

    def _connect(self) -> sqlite3.Connection:
        # Not mode=ro: the first reader of a WAL database must be able to make its shared-memory file.
        connection = sqlite3.connect(
            f"file:{quote(str(self._file))}?mode=rw",
            uri=True,
            isolation_level=None,
            timeout=2,
            check_same_thread=False,
        )
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA cache_size = -500")
        return connection


class PostgresSource(_SqlSource):
    """The log in PostgreSQL. Times out rather than hang, so that the stream never takes silence for calm."""

    mark = "%s"

    def __init__(self, parameters: Mapping[str, str]) -> None:
        super().__init__()
        self._address = make_conninfo(**{name: value for name, value in parameters.items() if value})
        self._connection: psycopg.Connection[Any] | None = None

    def changed(self) -> bool:
        return True

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _rows(self, statement: str, *values: object) -> list[Any]:
        try:
            if self._connection is None:
                self._connection = self._connect()
            # The statements are the constants above; LiteralString cannot see through str.format.
            return self._connection.execute(statement.encode(), values or None).fetchall()
        except (psycopg.Error, OSError) as error:
            self.close()
            raise SourceDown(str(error)) from error

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(
            self._address,
            autocommit=True,
            prepare_threshold=0,
            connect_timeout=3,
            tcp_user_timeout=5000,
            application_name="layan stream",
            options="-c statement_timeout=5000",
        )


def source_of(database: Mapping[str, Any]) -> Source:
    """Return the source for an entry of Django's DATABASES."""
    if database["ENGINE"].endswith("sqlite3"):
        return SqliteSource(Path(database["NAME"]))
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return PostgresSource({ours: str(database.get(theirs) or "") for ours, theirs in names.items()})
