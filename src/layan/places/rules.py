"""Opening hours. Pure: a branch's calendar in, an answer with its reason out. All times are branch-local."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

DAYS_AHEAD = 60


@dataclass(frozen=True)
class Block:
    """Open from `opens` until `closes`; `kind` is regular or extended (B10)."""

    opens: time
    closes: time
    kind: str = "regular"


@dataclass(frozen=True)
class SpecialHours:
    """What a single date does instead of its weekday; closed when `block` is None."""

    name: dict[str, str]
    block: Block | None = None


@dataclass(frozen=True)
class Calendar:
    """Everything that decides when a branch is open. `holidays` are public holidays by date, name by language."""

    weekly: dict[int, tuple[Block, ...]] = field(default_factory=dict)
    special: dict[date, SpecialHours] = field(default_factory=dict)
    holidays: dict[date, dict[str, str]] = field(default_factory=dict)
    always_open: bool = False


@dataclass(frozen=True)
class DayHours:
    """The hours of one date and, when they are not the week's, the name of what changed them."""

    day: date
    blocks: tuple[Block, ...]
    occasion: dict[str, str] | None = None


@dataclass(frozen=True)
class Opening:
    """Is it open at the moment asked? `next_opening` is set when it is not and a later opening is known."""

    is_open: bool
    closes_at: datetime | None = None
    next_opening: datetime | None = None
    occasion: dict[str, str] | None = None


def hours_on(calendar: Calendar, day: date) -> DayHours:
    """Return the hours of `day`: a special day wins over a public holiday, which wins over the week."""
    if day in calendar.special:
        special = calendar.special[day]
        return DayHours(day, (special.block,) if special.block else (), special.name)
    if day in calendar.holidays:
        return DayHours(day, (), calendar.holidays[day])
    return DayHours(day, tuple(sorted(calendar.weekly.get(day.isoweekday(), ()), key=lambda b: b.opens)))


def _stretches(hours: DayHours) -> Iterator[tuple[datetime, datetime]]:
    """Yield the day's open stretches, blocks that touch made one (office hours then an evening session)."""
    start: datetime | None = None
    end: datetime | None = None
    for block in hours.blocks:
        opens, closes = datetime.combine(hours.day, block.opens), datetime.combine(hours.day, block.closes)
        if end is not None and start is not None and opens <= end:
            end = max(end, closes)
            continue
        if start is not None and end is not None:
            yield start, end
        start, end = opens, closes
    if start is not None and end is not None:
        yield start, end


def opening_at(calendar: Calendar, local: datetime) -> Opening:
    """Say whether the branch is open at `local` (naive branch time), until when, or when it opens next (B11)."""
    if calendar.always_open:
        return Opening(is_open=True, closes_at=None)
    today = hours_on(calendar, local.date())
    for opens, closes in _stretches(today):
        if opens <= local < closes:
            return Opening(is_open=True, closes_at=closes)
    for offset in range(DAYS_AHEAD):
        for opens, _ in _stretches(hours_on(calendar, local.date() + timedelta(days=offset))):
            if opens > local:
                return Opening(is_open=False, next_opening=opens, occasion=today.occasion)
    return Opening(is_open=False, occasion=today.occasion)


def may_issue_until(opening: Opening, last_ticket_minutes: int) -> datetime | None:
    """Return the moment after which no more numbers are given before closing; None when there is no closing (B13)."""
    if opening.closes_at is None:
        return None
    return opening.closes_at - timedelta(minutes=last_ticket_minutes)
