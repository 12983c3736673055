"""A branch as it stands, read once and kept until its layout version moves."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from threading import Lock

import holidays as public_holidays

from layan.kit import clock
from layan.kit.events import layout_version
from layan.places import models
from layan.places.rules import Block, Calendar, Lunch, SpecialHours


@dataclass(frozen=True)
class ServiceInfo:
    """A service as other rooms see it; times in minutes."""

    id: int
    code: str
    letter: str
    agency_code: str
    agency_name: dict[str, str]
    agency_colour: str
    zone_id: int
    name: dict[str, str]
    bring: dict[str, str]
    fee: dict[str, str]
    guide: dict[str, str]
    norm_minutes: int
    wait_limit_minutes: int
    queue_limit: int
    last_ticket_minutes: int


@dataclass(frozen=True)
class ZoneInfo:
    """A zone and how to get there."""

    id: int
    code: str
    name: dict[str, str]
    directions: dict[str, str]


@dataclass(frozen=True)
class CounterInfo:
    """A counter; `offers` maps service id to preference (1 is first)."""

    id: int
    code: str
    kind: str
    zone_id: int
    groups: frozenset[str]
    offers: dict[int, int]


@dataclass(frozen=True)
class Layout:
    """One branch: what it is, what it offers and when. Immutable; made anew when anything of it changes."""

    version: int
    branch_id: int
    agency_id: int
    code: str
    name: dict[str, str]
    address: str
    time_zone: str
    policy: str
    late_minutes: int
    one_ticket_each: bool
    public_kiosk: bool
    primary_colour: str
    calendar: Calendar
    #: The year it was read in: the public holidays known are those of a year before it to a year after.
    year: int
    zones: dict[int, ZoneInfo] = field(default_factory=dict)
    services: dict[int, ServiceInfo] = field(default_factory=dict)
    counters: dict[int, CounterInfo] = field(default_factory=dict)
    #: Ids of all services of the branch, also of those not offered at present.
    every_service: frozenset[int] = frozenset()

    @cached_property
    def has_several_agencies(self) -> bool:
        return len({service.agency_code for service in self.services.values()}) > 1

    @cached_property
    def service_codes(self) -> dict[str, ServiceInfo]:
        return {service.code: service for service in self.services.values()}

    @cached_property
    def counter_codes(self) -> dict[str, CounterInfo]:
        return {counter.code: counter for counter in self.counters.values()}

    @cached_property
    def zone_codes(self) -> dict[str, ZoneInfo]:
        return {zone.code: zone for zone in self.zones.values()}


_cache: dict[int, Layout] = {}
_ids: dict[str, int] = {}
_counter_branches: dict[int, int] = {}
_lock = Lock()


def branch_id_of(code: str) -> int | None:
    """Return the id of the branch with this code, or None. A branch's code never changes."""
    if not code.isprintable():
        # PostgreSQL would fail on a NUL instead of finding nothing.
        return None
    if code not in _ids:
        found = models.Branch.objects.filter(code=code).values_list("pk", flat=True).first()
        if found is None:
            return None
        _ids[code] = found
    return _ids[code]


def layout(branch_id: int, *, version: int | None = None) -> Layout:
    """Return the branch's layout, read again only when its version moved.

    A caller that holds the branch's lock passes the `version` it read with it. Raises Branch.DoesNotExist.
    """
    wanted = layout_version(branch_id) if version is None else version
    kept = _cache.get(branch_id)
    if kept is not None and kept.version == wanted and kept.year == clock.now().year:
        return kept
    fresh = _read(branch_id, wanted)
    with _lock:
        _cache[branch_id] = fresh
        _counter_branches.update(dict.fromkeys(fresh.counters, branch_id))
    return fresh


def last_layout(branch_id: int) -> Layout:
    """Return the layout as this process last saw it: after a command, the one under which it was carried out."""
    return _cache.get(branch_id) or layout(branch_id)


def counter_branch(counter_id: int) -> int | None:
    """Return the id of the branch that has this counter, or None."""
    known = _counter_branches.get(counter_id)
    if known is not None and counter_id in last_layout(known).counters:
        return known
    return models.Counter.objects.filter(pk=counter_id).values_list("branch_id", flat=True).first()


def forget_layouts() -> None:
    """Drop every kept layout (a restored database may repeat version numbers)."""
    _cache.clear()
    _ids.clear()
    _counter_branches.clear()


def _read(branch_id: int, version: int) -> Layout:
    branch = models.Branch.objects.select_related("agency").get(pk=branch_id)
    services = list(branch.services.select_related("agency"))
    return Layout(
        version=version,
        branch_id=branch.pk,
        agency_id=branch.agency_id,
        code=branch.code,
        name=branch.name,
        address=branch.address,
        time_zone=branch.time_zone,
        policy=branch.policy,
        late_minutes=branch.late_minutes,
        one_ticket_each=branch.one_ticket_each,
        public_kiosk=branch.public_kiosk,
        primary_colour=branch.agency.primary_colour,
        calendar=_calendar(branch),
        year=clock.now().year,
        zones={
            zone.pk: ZoneInfo(zone.pk, zone.code, zone.name, zone.directions) for zone in branch.zones.all()
        },
        services={service.pk: _service(service) for service in services if service.active},
        counters={counter.pk: _counter(counter) for counter in _counters(branch)},
        every_service=frozenset(service.pk for service in services),
    )


def _counters(branch: models.Branch) -> list[models.Counter]:
    counters = branch.counters.filter(active=True).prefetch_related("offers")
    return sorted(counters, key=lambda counter: models.counter_order(counter.code))


def _service(service: models.Service) -> ServiceInfo:
    return ServiceInfo(
        id=service.pk,
        code=service.code,
        letter=service.letter,
        agency_code=service.agency.code,
        agency_name=service.agency.name,
        agency_colour=service.agency.primary_colour,
        zone_id=service.zone_id,
        name=service.name,
        bring=service.bring,
        fee=service.fee,
        guide=service.guide,
        norm_minutes=service.norm_minutes,
        wait_limit_minutes=service.wait_limit_minutes,
        queue_limit=service.queue_limit,
        last_ticket_minutes=service.last_ticket_minutes,
    )


def _counter(counter: models.Counter) -> CounterInfo:
    offers = {offer.service_id: offer.preference for offer in counter.offers.all()}
    return CounterInfo(
        counter.pk, counter.code, counter.kind, counter.zone_id, frozenset(counter.groups), offers
    )


def _calendar(branch: models.Branch) -> Calendar:
    weekly: dict[int, list[Block]] = {}
    for block in branch.opening_blocks.all():
        weekly.setdefault(block.weekday, []).append(Block(block.opens, block.closes, block.kind))
    special = {
        day.date: SpecialHours(
            day.name,
            Block(day.opens, day.closes) if day.opens is not None and day.closes is not None else None,
        )
        for day in branch.special_days.all()
    }
    return Calendar(
        weekly={weekday: tuple(blocks) for weekday, blocks in weekly.items()},
        lunches={
            rule.weekday: Lunch(rule.starts, rule.ends, rule.counters) for rule in branch.lunch_rules.all()
        },
        special=special,
        holidays=holidays_of(branch.country, branch.state),
        always_open=branch.always_open,
    )


#: The library's name of each of our languages; it knows no Tamil or Chinese names for Malaysia.
_HOLIDAY_LANGUAGES = {"ms": "ms_MY", "en": "en_US"}


def holidays_of(country: str, state: str) -> dict[date, dict[str, str]]:
    """Return the public holidays of a state from last year to next, by date, named in Malay and English.

    A country the `holidays` library does not know has none here: its days are entered as special days.
    """

    this_year = clock.now().year
    found: dict[date, dict[str, str]] = {}
    if country not in public_holidays.list_supported_countries():
        return found
    for short, language in _HOLIDAY_LANGUAGES.items():
        days = public_holidays.country_holidays(
            country, subdiv=state or None, years=range(this_year - 1, this_year + 2), language=language
        )
        for day, name in days.items():
            found.setdefault(day, {})[short] = name
    return found
