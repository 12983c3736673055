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
