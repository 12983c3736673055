"""The one clock. Everything that needs the time asks here or is handed a moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_held: ContextVar[datetime | None] = ContextVar("held", default=None)


def now() -> datetime:
    """Return the present moment, aware, in UTC, to the microsecond."""
    return _held.get() or datetime.now(tz=UTC)  # noqa: TID251


@contextmanager
def held_at(moment: datetime) -> Iterator[None]:
    """Let all that this thread does inside happen at `moment` (aware): a recorded day's past is written as it was."""
    before = _held.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _held.reset(before)


def local(moment: datetime, time_zone: str) -> datetime:
    """Return `moment` as the wall clock of `time_zone` (IANA name) shows it."""
    return moment.astimezone(ZoneInfo(time_zone))


def local_date(moment: datetime, time_zone: str) -> date:
    """Return the calendar day of `moment` in `time_zone` (IANA name)."""
    return local(moment, time_zone).date()


def at_minute(minute: float) -> datetime:
    """Return the moment of an epoch minute, aware, in UTC."""
    return datetime.fromtimestamp(minute * 60, tz=UTC)


def minutes_between(earlier: datetime, later: datetime) -> float:
    """Return the minutes from `earlier` to `later`; never negative, as a clock set back must not be."""
    return max(0.0, (later - earlier).total_seconds() / 60)
