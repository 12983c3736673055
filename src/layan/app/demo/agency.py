"""Reads agencies, branches and staff from a TOML file into plain data; knows nothing of the database.

Field names are those of the places' and people's tables, so that a loader only copies. Every fault in the
file is found in one reading and named by its place, such as `branches[0].services[3].letter`.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

from django.utils.translation import gettext as _

from layan.app.demo.table import AgencyFileError, Fault, Table, Words, not_one_of

#: The forms that the places' tables ask for.
CODE = r"[A-Z0-9][A-Z0-9-]{0,19}"
COUNTER_CODE = r"[A-Z0-9][A-Z0-9-]{0,5}"
LETTER = r"[A-Z]([A-DF-JL-Z])?"
COLOUR = r"#[0-9A-Fa-f]{6}"

CUSTOMER_LANGUAGES = ("ms", "en", "zh", "ta")
STAFF_LANGUAGES = ("ms", "en")
CATEGORIES = ("general", "senior", "oku", "pregnant", "infant", "appointment", "emergency")
COUNTER_KINDS = ("general", "special", "emergency")
BLOCK_KINDS = ("regular", "extended")
POLICIES = ("accumulating", "strict", "longest")
ROLES = ("officer", "telephone", "supervisor", "quality", "administrator", "auditor")


@dataclass(frozen=True, slots=True)
class AgencyData:
    """A public body."""

    code: str
    name: Words
    primary_colour: str


@dataclass(frozen=True, slots=True)
class LunchData:
    """At least `counters` stay open between `starts` and `ends` on these ISO weekdays (B5)."""

    weekdays: tuple[int, ...]
    starts: time
    ends: time
    counters: int


@dataclass(frozen=True, slots=True)
class OpeningBlockData:
    """Opening hours on one ISO weekday."""

    weekday: int
    opens: time
    closes: time
    kind: str


@dataclass(frozen=True, slots=True)
class SpecialDayData:
    """A date with its own hours; closed when both times are None."""

    date: date
    name: Words
    opens: time | None
    closes: time | None


@dataclass(frozen=True, slots=True)
class ZoneData:
    """A part of the building."""

    code: str
    name: Words
    directions: Words


@dataclass(frozen=True, slots=True)
class ServiceData:
    """A service; `bring` has one line per document, times are minutes."""

    code: str
    letter: str
    agency: str
    zone: str
    name: Words
    bring: Words
    fee: Words
    guide: Words
    norm_minutes: int
    wait_limit_minutes: int
    queue_limit: int
    last_ticket_minutes: int


@dataclass(frozen=True, slots=True)
class CounterData:
    """A counter; `services` are codes in order of preference, the first has preference 1."""

    code: str
    zone: str
    kind: str
    groups: tuple[str, ...]
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BranchData:
    """A building with all it offers; `weekend` holds ISO weekdays."""

    code: str
    agency: str
    name: Words
    address: str
    time_zone: str
    country: str
    state: str
    weekend: tuple[int, ...]
    late_minutes: int
    policy: str
    one_ticket_each: bool
    public_kiosk: bool
    always_open: bool
    lunch: tuple[LunchData, ...]
    opening_blocks: tuple[OpeningBlockData, ...]
    special_days: tuple[SpecialDayData, ...]
    zones: tuple[ZoneData, ...]
    services: tuple[ServiceData, ...]
    counters: tuple[CounterData, ...]


@dataclass(frozen=True, slots=True)
class StaffData:
    """A member of staff with one role, held at a branch or in an agency; `counter` is the usual one."""

    username: str
    display_name: str
    role: str
    agency: str | None
    branch: str | None
    counter: str | None
    skills: tuple[str, ...]
    signs_in: bool


@dataclass(frozen=True, slots=True)
class DemoData:
    """The whole file."""

    agencies: tuple[AgencyData, ...]
    branches: tuple[BranchData, ...]
    staff: tuple[StaffData, ...]


def read_agency(path: Path) -> DemoData:
    """Return what the TOML file at `path` says.

    Raises AgencyFileError with every fault and its place; a file that is not TOML gives its one fault.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise AgencyFileError([Fault(path.name, str(wrong))]) from wrong
    return parse_agency(data)


def parse_agency(data: Mapping[str, object]) -> DemoData:
    """Return the same from data already read. Raises AgencyFileError."""
    faults: list[Fault] = []
    top = Table(dict(data), "", faults)
    agencies = [_agency(table) for table in top.tables("agencies")]
    _once(faults, "agencies", "code", [agency.code for agency in agencies])
    codes = [agency.code for agency in agencies]
    branches = [_branch(table, codes) for table in top.tables("branches")]
    _once(faults, "branches", "code", [branch.code for branch in branches])
    staff = [_staff(table, codes, branches) for table in top.tables("staff", needed=False)]
    _once(faults, "staff", "username", [person.username for person in staff])
    top.end()
    if faults:
        raise AgencyFileError(faults)
    return DemoData(tuple(agencies), tuple(branches), tuple(staff))


def _once(faults: list[Fault], place: str, key: str, values: Sequence[str]) -> None:
    for position, value in enumerate(values):
        if value and value in values[:position]:
            faults.append(
                Fault(f"{place}[{position}].{key}", _("%(value)r is used twice") % {"value": value})
            )


def _agency(table: Table) -> AgencyData:
    agency = AgencyData(
        code=table.form("code", CODE),
        name=table.words("name", CUSTOMER_LANGUAGES),
        primary_colour=table.form("primary_colour", COLOUR, "#0B5FD0"),
    )
    table.end()
    return agency


def _branch(table: Table, agencies: Sequence[str]) -> BranchData:
    limits = table.table("limits")
    defaults = (limits.number("wait_limit_minutes", 30, least=1), limits.number("queue_limit", 50, least=1))
    limits.end()
    zones = [_zone(zone) for zone in table.tables("zones")]
    zone_codes = [zone.code for zone in zones]
    services = [_service(item, agencies, zone_codes, defaults) for item in table.tables("services")]
    service_codes = [service.code for service in services]
    counters = [_counter(item, zone_codes, service_codes) for item in table.tables("counters")]
    for part, values in (
        ("zones", zone_codes),
        ("services", service_codes),
        ("counters", [counter.code for counter in counters]),
    ):
        _once(table.faults, table.at(part), "code", values)
    _once(table.faults, table.at("services"), "letter", [service.letter for service in services])
    offered = {code for counter in counters for code in counter.services}
    for position, code in enumerate(service_codes):
        if code and code not in offered:
            table.fault(f"services[{position}]", _("no counter gives %(service)r") % {"service": code})
    branch = BranchData(
        code=table.form("code", CODE),
        agency=table.one_of("agency", agencies),
        name=table.words("name", CUSTOMER_LANGUAGES),
        address=table.text("address", ""),
        time_zone=table.time_zone("time_zone", "Asia/Kuala_Lumpur"),
        country=table.text("country", "MY"),
        state=table.text("state", ""),
        weekend=table.weekdays("weekend"),
        late_minutes=table.number("late_minutes", 15),
        policy=table.one_of("policy", POLICIES, "accumulating"),
        one_ticket_each=table.flag("one_ticket_each", default=False),
        public_kiosk=table.flag("public_kiosk", default=False),
        always_open=table.flag("always_open", default=False),
        lunch=tuple(lunch for item in table.tables("lunch", needed=False) if (lunch := _lunch(item))),
        opening_blocks=_opening_blocks(table),
        special_days=tuple(
            day for item in table.tables("special_days", needed=False) if (day := _special_day(item))
        ),
        zones=tuple(zones),
        services=tuple(services),
        counters=tuple(counters),
    )
    table.end()
    return branch


def _opening_blocks(table: Table) -> tuple[OpeningBlockData, ...]:
    blocks: list[OpeningBlockData] = []
    for item in table.tables("opening_blocks"):
        weekdays, kind = item.weekdays("weekdays"), item.one_of("kind", BLOCK_KINDS, "regular")
        span = _span(item, "opens", "closes")
        item.end()
        if not span:
            continue
        for weekday in weekdays:
            if any(
                block.weekday == weekday and span[0] < block.closes and block.opens < span[1]
                for block in blocks
            ):
                item.fault(
                    "weekdays", _("overlaps other hours on weekday %(weekday)s") % {"weekday": weekday}
                )
            blocks.append(OpeningBlockData(weekday, *span, kind))
    return tuple(blocks)


def _span(table: Table, first: str, last: str) -> tuple[time, time] | None:
    begins, ends = table.moment(first), table.moment(last)
    if begins is None or ends is None:
        return None
    if begins >= ends:
        table.fault(last, _("must be after %(first)s") % {"first": first})
    return begins, ends


def _lunch(table: Table) -> LunchData | None:
    weekdays, counters, span = (
        table.weekdays("weekdays"),
        table.number("counters"),
        _span(table, "starts", "ends"),
    )
    table.end()
    return LunchData(weekdays, *span, counters) if span else None


def _special_day(table: Table) -> SpecialDayData | None:
    when, name = table.day("date"), table.words("name", CUSTOMER_LANGUAGES)
    closed = "opens" not in table.left and "closes" not in table.left
    span = None if closed else _span(table, "opens", "closes")
    table.end()
    opens, closes = span or (None, None)
    return SpecialDayData(when, name, opens, closes) if when else None


def _zone(table: Table) -> ZoneData:
    zone = ZoneData(
        code=table.form("code", CODE),
        name=table.words("name", CUSTOMER_LANGUAGES),
        directions=table.words("directions", CUSTOMER_LANGUAGES, needed=False),
    )
    table.end()
    return zone


def _service(
    table: Table, agencies: Sequence[str], zones: Sequence[str], defaults: tuple[int, int]
) -> ServiceData:
    service = ServiceData(
        code=table.form("code", CODE),
        letter=table.form("letter", LETTER),
        agency=table.one_of("agency", agencies),
        zone=table.one_of("zone", zones),
        name=table.words("name", CUSTOMER_LANGUAGES),
        bring=table.words("bring", CUSTOMER_LANGUAGES, needed=False),
        fee=table.words("fee", CUSTOMER_LANGUAGES, needed=False),
        guide=table.words("guide", STAFF_LANGUAGES, needed=False),
        norm_minutes=table.number("norm_minutes", 10, least=1),
        wait_limit_minutes=table.number("wait_limit_minutes", defaults[0], least=1),
        queue_limit=table.number("queue_limit", defaults[1], least=1),
        last_ticket_minutes=table.number("last_ticket_minutes", 0),
    )
    table.end()
    return service


def _counter(table: Table, zones: Sequence[str], services: Sequence[str]) -> CounterData:
    counter = CounterData(
        code=table.form("code", COUNTER_CODE),
        zone=table.one_of("zone", zones),
        kind=table.one_of("kind", COUNTER_KINDS, "general"),
        groups=table.some_of("groups", CATEGORIES),
        services=table.some_of("services", services),
    )
    if counter.groups and counter.kind != "special":
        table.fault("groups", _("only a special counter has groups"))
    if counter.kind == "special" and not counter.groups:
        table.fault("groups", _("say which groups this special counter takes first"))
    if not counter.services:
        table.fault("services", _("give at least one service"))
    table.end()
    return counter


def _staff(table: Table, agencies: Sequence[str], branches: Sequence[BranchData]) -> StaffData:
    by_code = {branch.code: branch for branch in branches}
    agency, branch = table.text("agency", ""), table.text("branch", "")
    if bool(agency) == bool(branch):
        table.fault("branch", _("give a branch or an agency, not both"))
    if agency and agency not in agencies:
        table.fault("agency", not_one_of(agency, agencies))
    if branch and branch not in by_code:
        table.fault("branch", not_one_of(branch, by_code))
    place = by_code.get(branch)
    counters = [counter.code for counter in place.counters] if place else []
    services = [service.code for service in place.services] if place else []
    person = StaffData(
        username=table.text("username"),
        display_name=table.text("display_name"),
        role=table.one_of("role", ROLES),
        agency=agency or None,
        branch=branch or None,
        counter=table.one_of("counter", counters) if "counter" in table.left else None,
        skills=table.some_of("skills", services),
        signs_in=table.flag("signs_in", default=False),
    )
    table.end()
    return person
