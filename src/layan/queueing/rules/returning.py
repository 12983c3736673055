"""Customers who come back after they were called and did not appear."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Return:
    """Whether a late customer may come back, and from when the seniority then counts."""

    allowed: bool
    waiting_since: datetime | None = None


def return_late(
    *, waiting_since: datetime, called_at: datetime, now: datetime, tolerance_minutes: int
) -> Return:
    """Decide on a late return: within the tolerance one keeps one's place less the time one was away.

    Fair to those who stayed: nobody gains by being away, and nobody starts from zero (`waiting_since` moves by
    exactly the absence). After the tolerance a new number is needed.
    """
    away = max(timedelta(0), now - called_at)
    if away > timedelta(minutes=tolerance_minutes):
        return Return(allowed=False)
    return Return(allowed=True, waiting_since=min(now, waiting_since + away))
