"""The one clock. Everything that needs the time asks here or is handed a moment."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """Return the present moment, aware, in UTC, to the microsecond."""
    return datetime.now(tz=UTC)  # noqa: TID251


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
