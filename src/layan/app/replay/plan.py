"""A recorded day as data, and when each of its commands is due; knows nothing of the database.

The format is described in docs/replay-format.md.
"""

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext as _

COLUMNS = ("arrived_at", "service", "category", "served_at", "finished_at", "counter")
CATEGORIES = frozenset({"general", "senior", "oku", "pregnant", "infant", "appointment", "emergency"})


class Command(StrEnum):
    """What is done for one row of the day, in this order."""

    ISSUE = "issue"
    SERVE = "serve"
    START = "start"
    FINISH = "finish"


@dataclass(frozen=True, slots=True)
class ReplayRow:
    """One customer of the recorded day; moments are local wall-clock times of the branch.

    `served_at`, `finished_at` and `counter` are None together for somebody who was never served.
    """

    line: int
    arrived_at: datetime
    service: str
    category: str
    served_at: datetime | None
    finished_at: datetime | None
    counter: str | None


class Problem(NamedTuple):
    """What is wrong on one line of the file; the header is line 1."""

    line: int
    text: str


class Due(NamedTuple):
    """A command of the plan and the moment it is due."""

    at: datetime
    command: Command
    row: ReplayRow


def in_words(problem: Problem) -> str:
    """Return the sentence for a problem with its line."""
    return _("line %(line)s: %(problem)s") % {"line": problem.line, "problem": problem.text}


class ReplayFileError(Exception):
    """The recorded day cannot be used; `problems` are all faults found, by line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(in_words(problem) for problem in self.problems))


def read_day(path: Path) -> list[ReplayRow]:
    """Return the rows of a recorded day, by arrival.

    Raises ReplayFileError with all faults when the header or a value is wrong, a row's moments are out of
    order, arrivals lie on different dates, or a counter serves two customers at once. OSError when the file
    cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = wrong.object[: wrong.start].count(b"\n") + 1
        raise ReplayFileError([Problem(line, _("is not UTF-8 text"))]) from wrong
    problems: list[Problem] = []
    rows = list(_rows(io.StringIO(text, newline=""), problems))
    problems += _other_dates(rows)
    problems += _overlaps(rows)
    if not rows and not problems:
        problems.append(Problem(1, _("has no rows below it")))
    if problems:
        raise ReplayFileError(problems)
    return sorted(rows, key=lambda row: (row.arrived_at, row.line))


def unknown_names(rows: Iterable[ReplayRow], *, offers: Mapping[str, Collection[str]]) -> list[Problem]:
    """Return the rows that a branch cannot replay.

    `offers` holds, for each counter of the branch, the codes of the services given there.
    """
    services = {service for given in offers.values() for service in given}
    problems = []
    for row in rows:
        if row.service not in services:
            problems.append(
                Problem(row.line, _("the branch has no service %(service)r") % {"service": row.service})
            )
        elif row.counter is not None and row.counter not in offers:
            problems.append(
                Problem(row.line, _("the branch has no counter %(counter)r") % {"counter": row.counter})
            )
        elif row.counter is not None and row.service not in offers[row.counter]:
            problems.append(
                Problem(
                    row.line,
                    _("counter %(counter)r does not give %(service)r")
                    % {"counter": row.counter, "service": row.service},
                )
            )
    return problems


def schedule(
    rows: Sequence[ReplayRow], speed: float, start: datetime, walk: timedelta = timedelta()
) -> Iterator[Due]:
    """Yield each command of the day when it is due, in time order.

    The first arrival is due at `start` (aware); everything after it follows at `speed` times real time. With a `walk`
    (of the recorded day's time) a customer who is called needs it, or half of a short service, to the counter.
    Raises ValueError when the speed is not above zero.
    """
    if not speed > 0:
        raise ValueError("speed must be above zero")
    steps = sorted(step for row in rows for step in _steps(row, walk))
    begin = steps[0].at if steps else start
    by_line = {row.line: row for row in rows}
    for step in steps:
        yield Due(start + (step.at - begin) / speed, step.command, by_line[step.line])


class _Step(NamedTuple):
    """Sorts by time and, at one moment, by what must come first: see `_steps`."""

    at: datetime
    turn: int
    line: int
    part: int
    command: Command


def _steps(row: ReplayRow, walk: timedelta) -> Iterator[_Step]:
    """Yield the row's commands. At one moment a counter is freed before it is taken, and a number issued before it
    is served; a service of no length at all keeps its own order before a longer one at that counter begins.
    """
    yield _Step(row.arrived_at, 1, row.line, 0, Command.ISSUE)
    if row.served_at is None or row.finished_at is None:
        return
    at_once = row.finished_at == row.served_at
    yield _Step(row.served_at, 2 if at_once else 3, row.line, 0, Command.SERVE)
    if walk and not at_once:
        there = row.served_at + min(walk, (row.finished_at - row.served_at) / 2)
        yield _Step(there, 3, row.line, 1, Command.START)
    yield _Step(row.finished_at, 2 if at_once else 0, row.line, 1, Command.FINISH)


def _rows(lines: Iterable[str], problems: list[Problem]) -> Iterator[ReplayRow]:
    reader = csv.reader(lines, strict=True)
    try:
        header = next(reader, [])
        if sorted(header) != sorted(COLUMNS):
            problems.append(Problem(1, _("the columns must be %(columns)s") % {"columns": ",".join(COLUMNS)}))
            return
        for values in reader:
            if not values:
                continue
            if len(values) != len(COLUMNS):
                problems.append(
                    Problem(
                        reader.line_num,
                        _("has %(given)s values where %(needed)s are needed")
                        % {"given": len(values), "needed": len(COLUMNS)},
                    )
                )
            elif row := _row(
                reader.line_num,
                {name: value.strip() for name, value in zip(header, values, strict=True)},
                problems,
            ):
                yield row
    except csv.Error as wrong:
        problems.append(Problem(max(reader.line_num, 1), _("is not CSV: %(fault)s") % {"fault": wrong}))


def _row(line: int, values: Mapping[str, str], problems: list[Problem]) -> ReplayRow | None:
    found: list[str] = []
    arrived_at = _moment(values, "arrived_at", found)
    served_at = _moment(values, "served_at", found)
    finished_at = _moment(values, "finished_at", found)
    if not values["arrived_at"]:
        found.append(_("%(column)s is empty") % {"column": "arrived_at"})
    if not values["service"]:
        found.append(_("%(column)s is empty") % {"column": "service"})
    if values["category"] not in CATEGORIES:
        found.append(
            _("category %(value)r is not one of %(allowed)s")
            % {"value": values["category"], "allowed": ", ".join(sorted(CATEGORIES))}
        )
    found += _order(values, arrived_at, served_at, finished_at)
    problems += [Problem(line, text) for text in found]
    if found or arrived_at is None:
        return None
    return ReplayRow(
        line,
        arrived_at,
        values["service"],
        values["category"],
        served_at,
        finished_at,
        values["counter"] or None,
    )


def _moment(values: Mapping[str, str], name: str, found: list[str]) -> datetime | None:
    value = values[name]
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        found.append(
            _("%(column)s %(value)r is not a moment such as 2026-01-31T08:05:00")
            % {"column": name, "value": value}
        )
        return None
    if moment.tzinfo is not None:
        found.append(
            _("%(column)s %(value)r has a time zone; give the branch's local time without one")
            % {"column": name, "value": value}
        )
        return None
    return moment


def _order(
    values: Mapping[str, str],
    arrived_at: datetime | None,
    served_at: datetime | None,
    finished_at: datetime | None,
) -> list[str]:
    given = [name for name in ("served_at", "finished_at", "counter") if values[name]]
    if given and len(given) < 3:
        return [_("give served_at, finished_at and counter together, or none of them")]
    if arrived_at and served_at and served_at < arrived_at:
        return [_("served_at is before arrived_at")]
    if served_at and finished_at and finished_at < served_at:
        return [_("finished_at is before served_at")]
    return []


def _other_dates(rows: Sequence[ReplayRow]) -> list[Problem]:
    return [
        Problem(
            row.line,
            _("arrives on another date than line %(line)s; give one day per file") % {"line": rows[0].line},
        )
        for row in rows
        if row.arrived_at.date() != rows[0].arrived_at.date()
    ]


def _overlaps(rows: Iterable[ReplayRow]) -> list[Problem]:
    problems = []
    #: For each counter, until when it is busy, and with the customer of which line.
    busy: dict[str, tuple[datetime, int]] = {}
    served = [row for row in rows if row.served_at is not None]
    for row in sorted(served, key=lambda row: (row.served_at, row.finished_at, row.line)):
        if row.counter is None or row.served_at is None or row.finished_at is None:
            continue
        until, line = busy.get(row.counter, (row.served_at, 0))
        if row.served_at < until:
            problems.append(
                Problem(
                    row.line,
                    _("counter %(counter)r still serves the customer of line %(line)s")
                    % {"counter": row.counter, "line": line},
                )
            )
        if row.finished_at >= until:
            busy[row.counter] = (row.finished_at, row.line)
    return problems
