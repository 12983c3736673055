"""Reads branches, zones, services and counters from CSV. Pure: bytes and what is known in, rows and faults out.

Nothing is written here. A fault names its line, its column and what is wrong; `fault_words` says what to do.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum
from zoneinfo import available_timezones

MAX_BYTES = 256_000
MAX_ROWS = 500
MAX_TEXT = 2_000
MAX_NUMBER = 32_767
LANGUAGES = ("ms", "en", "zh", "ta")

Value = str | int | bool | time | list[str] | list[int]


class Kind(StrEnum):
    """What a file holds."""

    BRANCHES = "branches"
    ZONES = "zones"
    SERVICES = "services"
    COUNTERS = "counters"


@dataclass(frozen=True)
class Known:
    """What there is already: `existing` codes of this kind, and the codes that a row may name."""

    existing: frozenset[str] = frozenset()
    zones: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    #: Codes of others, which may not be used.
    taken: frozenset[str] = frozenset()
    #: Letter -> code of the service that has it.
    letters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """One thing wrong: in which line and column (empty: the whole line), what, and what would be allowed."""

    line: int
    column: str
    code: str
    value: str = ""
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One line that can be written; `values` holds only the cells that were filled in, `given` them as they were typed."""

    line: int
    code: str
    is_new: bool
    values: dict[str, Value]
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Checked:
    """A file after checking; it may be written only when there is no fault."""

    kind: Kind
    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]


class Unreadable(Exception):
    """The file as a whole cannot be read; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Bad(Exception):
    """A cell that cannot be read; `part` is what of it is wrong, empty for all of it."""

    def __init__(self, code: str, allowed: tuple[str, ...] = (), *, part: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.allowed = allowed
        self.part = part


Parse = Callable[[str, Known], Value]


@dataclass(frozen=True)
class Column:
    """One column: how its cells are read, whether a new row needs it, and an example for the template."""

    name: str
    parse: Parse
    example: str
    required: bool = False


def _text(cell: str, _known: Known) -> Value:
    if len(cell) > MAX_TEXT:
        raise _Bad("too-long", (str(MAX_TEXT),))
    return cell


def _capitals(pattern: str, code: str) -> Parse:
    def parse(cell: str, _known: Known) -> Value:
        if not re.fullmatch(pattern, cell.upper()):
            raise _Bad(code)
        return cell.upper()

    return parse


def _number(least: int, most: int = MAX_NUMBER) -> Parse:
    def parse(cell: str, _known: Known) -> Value:
        if not re.fullmatch(r"[0-9]{1,6}", cell):
            raise _Bad("not-a-number")
        if not least <= int(cell) <= most:
            raise _Bad("out-of-range", (str(least), str(most)))
        return int(cell)

    return parse


def _one_of(*allowed: str) -> Parse:
    def parse(cell: str, _known: Known) -> Value:
        if cell.lower() not in allowed:
            raise _Bad("not-one-of", allowed, part=cell)
        return cell.lower()

    return parse


def _known_code(attribute: str, code: str) -> Parse:
    def parse(cell: str, known: Known) -> Value:
        allowed = getattr(known, attribute)
        if cell.upper() not in allowed:
            raise _Bad(code, tuple(allowed), part=cell)
        return cell.upper()

    return parse


def _parts(cell: str) -> list[str]:
    return [part for part in re.split(r"[\s|;,/]+", cell) if part]


def _known_codes(attribute: str, code: str) -> Parse:
    one = _known_code(attribute, code)

    def parse(cell: str, known: Known) -> Value:
        return list(dict.fromkeys(str(one(part, known)) for part in _parts(cell)))

    return parse


def _groups(cell: str, known: Known) -> Value:
    one = _one_of("senior", "oku", "pregnant", "infant")
    return list(dict.fromkeys(str(one(part, known)) for part in _parts(cell)))


def _weekdays(cell: str, _known: Known) -> Value:
    parts = _parts(cell)
    if any(part not in "1234567" or len(part) != 1 for part in parts):
        raise _Bad("bad-weekdays")
    return sorted({int(part) for part in parts})


def _time(cell: str, _known: Known) -> Value:
    match = re.fullmatch(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])", cell)
    if match is None:
        raise _Bad("bad-time")
    return time(int(match[1]), int(match[2]))


def _time_zone(cell: str, _known: Known) -> Value:
    if cell not in available_timezones():
        raise _Bad("bad-time-zone")
    return cell


_CODE = _capitals(r"[A-Z0-9][A-Z0-9-]{0,19}", "bad-code")


def _words(name: str, ms: str, en: str, *, required: bool = False) -> tuple[Column, ...]:
    return (
        Column(f"{name}_ms", _text, ms, required),
        Column(f"{name}_en", _text, en),
        Column(f"{name}_zh", _text, ""),
        Column(f"{name}_ta", _text, ""),
    )


COLUMNS: dict[Kind, tuple[Column, ...]] = {
    Kind.BRANCHES: (
        Column("code", _CODE, "UTC-01", required=True),
        *_words("name", "Cawangan Utama", "Main Branch", required=True),
        Column("address", _text, "Jalan Bakti 1, 47999 Bandar Sentosa"),
        Column("time_zone", _time_zone, "Asia/Kuala_Lumpur"),
        Column("state", _known_code("states", "unknown-state"), "SGR"),
        Column("weekend", _weekdays, "6 7"),
        Column("lunch_starts", _time, "13:00"),
        Column("lunch_ends", _time, "14:00"),
        Column("lunch_counters", _number(1), "2"),
        Column("friday_lunch_starts", _time, "12:15"),
        Column("friday_lunch_ends", _time, "14:45"),
        Column("late_minutes", _number(0), "15"),
        Column("policy", _one_of("accumulating", "strict", "longest"), "accumulating"),
    ),
    Kind.ZONES: (
        Column("code", _CODE, "A", required=True),
        *_words("name", "Dewan Utama", "Main Hall", required=True),
        *_words(
            "directions", "Dari pintu masuk, terus ke kiri", "From the entrance, straight on to the left"
        ),
    ),
    Kind.SERVICES: (
        Column("code", _CODE, "PASSPORT", required=True),
        Column("letter", _capitals(r"[A-Z]([A-DF-JL-Z])?", "bad-letter"), "P", required=True),
        Column("zone", _known_code("zones", "unknown-zone"), "A", required=True),
        Column("agency", _known_code("agencies", "unknown-agency"), ""),
        *_words("name", "Pasport", "Passport", required=True),
        *_words("bring", "Kad pengenalan", "Identity card"),
        *_words("fee", "RM 200", "RM 200"),
        *_words("guide", "", ""),
        Column("norm_minutes", _number(1), "12"),
        Column("wait_limit_minutes", _number(1), "30"),
        Column("queue_limit", _number(0), "50"),
        Column("last_ticket_minutes", _number(0, 240), "15"),
    ),
    Kind.COUNTERS: (
        Column("code", _capitals(r"[A-Z0-9][A-Z0-9-]{0,5}", "bad-counter"), "1", required=True),
        Column("zone", _known_code("zones", "unknown-zone"), "A", required=True),
        Column("kind", _one_of("general", "special", "emergency"), "general"),
        Column("groups", _groups, ""),
        Column("services", _known_codes("services", "unknown-service"), "PASSPORT"),
    ),
}


def template(kind: Kind) -> str:
    """Return an example file: the header and one row, as every spreadsheet reads it (BOM, CRLF)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([column.name for column in COLUMNS[kind]])
    writer.writerow([column.example for column in COLUMNS[kind]])
    return "\ufeff" + text.getvalue()


def decode(data: bytes) -> str:
    """Return the text of a file. Raises Unreadable: `too-large`, `encoding` (not UTF-8), `empty`."""
    if len(data) > MAX_BYTES:
        raise Unreadable("too-large")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise Unreadable("encoding") from wrong
    if "\0" in text:
        raise Unreadable("encoding")
    if not text.strip():
        raise Unreadable("empty")
    return text


def check(kind: Kind, text: str, known: Known) -> Checked:
    """Read the text of a file and check every cell. Raises Unreadable: `too-many-rows`, `quotes`, `empty`."""
    lines = _lines(text)
    if not lines:
        raise Unreadable("empty")
    header_line, header = lines[0][0], [name.strip().lower() for name in lines[0][1]]
    faults = list(_header_faults(kind, header_line, header))
    if faults:
        return Checked(kind, (), tuple(faults))
    rows: list[Row] = []
    for line, cells in lines[1:]:
        row, wrong = _row(kind, line, header, cells, known)
        faults += wrong
        rows.append(row)
    if not rows:
        faults.append(Fault(header_line, "", "no-rows"))
    faults += _repeated(rows, "code")
    if kind is Kind.SERVICES:
        faults += _taken_letters(rows, known)
    if kind is Kind.BRANCHES:
        faults += _half_lunches(rows)
    return Checked(kind, tuple(rows), tuple(sorted(faults, key=lambda fault: (fault.line, fault.column))))


def _lines(text: str) -> list[tuple[int, list[str]]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((reader.line_num, cells))
            if len(found) > MAX_ROWS + 1:
                raise Unreadable("too-many-rows")
    except csv.Error as wrong:
        raise Unreadable("quotes") from wrong
    return found


def _header_faults(kind: Kind, line: int, header: list[str]) -> Iterator[Fault]:
    names = tuple(column.name for column in COLUMNS[kind])
    for name in header:
        if name and name not in names:
            yield Fault(line, name, "unknown-column", name, names)
        if name and header.count(name) > 1:
            yield Fault(line, name, "column-twice", name)
    if "code" not in header:
        yield Fault(line, "code", "missing-column", "code")


def _row(kind: Kind, line: int, header: list[str], cells: list[str], known: Known) -> tuple[Row, list[Fault]]:
    faults: list[Fault] = []
    if any(cell.strip() for cell in cells[len(header) :]):
        faults.append(Fault(line, "", "too-many-cells"))
    given = {name: cell.strip() for name, cell in zip(header, cells, strict=False) if name and cell.strip()}
    code = given.get("code", "").upper()
    is_new = code not in known.existing
    values: dict[str, Value] = {}
    for column in COLUMNS[kind]:
        cell = given.get(column.name, "")
        if not cell:
            if column.required and (is_new or column.name == "code"):
                faults.append(Fault(line, column.name, "missing"))
            continue
        try:
            values[column.name] = column.parse(cell, known)
        except _Bad as bad:
            faults.append(Fault(line, column.name, bad.code, (bad.part or cell)[:60], bad.allowed))
    if code in known.taken:
        faults.append(Fault(line, "code", "taken", code))
    return Row(line, code, is_new, values, given), faults


def _repeated(rows: list[Row], column: str) -> Iterator[Fault]:
    seen: dict[Value, int] = {}
    for row in rows:
        value = row.values.get(column)
        if not isinstance(value, str):
            continue
        if value in seen:
            yield Fault(row.line, column, "repeated", value, (str(seen[value]),))
        else:
            seen[value] = row.line


def _taken_letters(rows: list[Row], known: Known) -> Iterator[Fault]:
    """Each letter belongs to one service after the whole file is written."""
    yield from _repeated(rows, "letter")
    changed = {row.code for row in rows if "letter" in row.values}
    for row in rows:
        letter = row.values.get("letter")
        owner = known.letters.get(letter) if isinstance(letter, str) else None
        if owner is not None and owner != row.code and owner not in changed:
            yield Fault(row.line, "letter", "letter-taken", str(letter), (owner,))


def _half_lunches(rows: list[Row]) -> Iterator[Fault]:
    for row, lunch in ((row, lunch) for row in rows for lunch in ("lunch", "friday_lunch")):
        starts, ends = row.values.get(f"{lunch}_starts"), row.values.get(f"{lunch}_ends")
        if (starts is None) != (ends is None):
            yield Fault(row.line, f"{lunch}_ends" if ends is None else f"{lunch}_starts", "half-lunch")
        elif isinstance(starts, time) and isinstance(ends, time) and ends <= starts:
            yield Fault(row.line, f"{lunch}_ends", "ends-before-start")
