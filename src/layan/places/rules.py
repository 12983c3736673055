"""Opening hours. Pure: a branch's calendar in, an answer with its reason out. All times are branch-local."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

DAYS_AHEAD = 60
#: A block that closes in the last minute of a day closes at its midnight: no clock shows 24:00.
LAST_MINUTE = time(23, 59)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Block:
    """Open from `opens` until `closes`; `kind` is regular or extended (B10)."""

    opens: time
    closes: time
    kind: str = "regular"


@dataclass(frozen=True)
class Lunch:
    """From `starts` until `ends` at least `counters` counters stay open (B5)."""

    starts: time
    ends: time
    counters: int


@dataclass(frozen=True)
class SpecialHours:
    """What a single date does instead of its weekday; closed when `block` is None."""

    name: dict[str, str]
    block: Block | None = None


@dataclass(frozen=True)
class Calendar:
    """Everything that decides when a branch is open. `holidays` are public holidays by date, name by language.

    `weekly` and `lunches` are by ISO weekday: Friday's lunch, with its prayer, is often another than Monday's.
    """

    weekly: dict[int, tuple[Block, ...]] = field(default_factory=dict)
    lunches: dict[int, Lunch] = field(default_factory=dict)
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
        opens, closes = datetime.combine(hours.day, block.opens), _closing(hours.day, block)
        if end is not None and start is not None and opens <= end:
            end = max(end, closes)
            continue
        if start is not None and end is not None:
            yield start, end
        start, end = opens, closes
    if start is not None and end is not None:
        yield start, end


def _closing(day: date, block: Block) -> datetime:
    if block.closes >= LAST_MINUTE:
        return datetime.combine(day + _DAY, time())
    return datetime.combine(day, block.closes)


def _open_until(calendar: Calendar, closes: datetime) -> datetime | None:
    """Return when the stretch that ends at `closes` really does: one that the next day takes up at midnight goes on.

    None for one that never ends, as far as is looked.
    """
    for _ in range(DAYS_AHEAD):
        following = _stretches(hours_on(calendar, closes.date())) if closes.time() == time() else ()
        end = next((end for start, end in following if start == closes), None)
        if end is None:
            return closes
        closes = end
    return None


def business_ends(calendar: Calendar, day: date) -> datetime:
    """Return when the business of a service day is over: at its midnight, or when the night's session closes.

    Where it never closes a day's business has one day more to be brought to its end.
    """
    midnight = datetime.combine(day + _DAY, time())
    latest = midnight + _DAY
    if calendar.always_open:
        return latest
    if not any(end == midnight for _, end in _stretches(hours_on(calendar, day))):
        return midnight
    return min(_open_until(calendar, midnight) or latest, latest)


def opening_at(calendar: Calendar, local: datetime) -> Opening:
    """Say whether the branch is open at `local` (naive branch time), until when, or when it opens next (B11)."""
    if calendar.always_open:
        return Opening(is_open=True, closes_at=None)
    today = hours_on(calendar, local.date())
    for opens, closes in _stretches(today):
        if opens <= local < closes:
            return Opening(is_open=True, closes_at=_open_until(calendar, closes))
    for offset in range(DAYS_AHEAD):
        for opens, _ in _stretches(hours_on(calendar, local.date() + timedelta(days=offset))):
            if opens > local:
                return Opening(is_open=False, next_opening=opens, occasion=today.occasion)
    return Opening(is_open=False, occasion=today.occasion)


def promised_at(calendar: Calendar, local: datetime) -> int:
    """Return how many counters are to be open at `local` by the lunch rule of its weekday (B5), 0 outside lunch and hours."""
    lunch = calendar.lunches.get(local.isoweekday())
    if lunch is None or not lunch.starts <= local.time() < lunch.ends:
        return 0
    return lunch.counters if opening_at(calendar, local).is_open else 0


def lunch_rules(calendar: Calendar) -> list[tuple[Lunch, tuple[int, ...]]]:
    """Return each lunch rule once with the weekdays it holds on, by the first of them."""
    days: dict[Lunch, list[int]] = {}
    for weekday in sorted(calendar.lunches):
        days.setdefault(calendar.lunches[weekday], []).append(weekday)
    return [(lunch, tuple(weekdays)) for lunch, weekdays in days.items()]


def last_closing(calendar: Calendar, local: datetime) -> datetime | None:
    """Return when the branch last closed on the day of `local`, None when it has not closed yet that day."""
    ends = [end for _, end in _stretches(hours_on(calendar, local.date())) if end <= local]
    return max(ends, default=None)
