"""What a branch is made of: each part with its table, its form and whether a file of it can be read."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.formats import date_format, time_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layan.app.setup import forms, hours_forms
from layan.kit.i18n import words
from layan.places.importing import Kind
from layan.places.models import (
    Branch,
    Counter,
    LunchRule,
    OpeningBlock,
    Service,
    SpecialDay,
    Zone,
    counter_order,
)


@dataclass(frozen=True)
class Section:
    """One part of a branch. `columns` are headings with the text of a row's cell."""

    key: str
    title: Promise
    add: Promise
    hint: Promise
    icon: str
    model: type[models.Model]
    form: type[forms.InBranchForm]
    columns: tuple[tuple[Promise, Callable[[Any], str]], ...]
    rows: Callable[[Branch], list[Any]]
    name: Callable[[Any], str]
    kind: Kind | None = None


def _hours(thing: OpeningBlock | SpecialDay) -> str:
    if thing.opens is None or thing.closes is None:
        return _("closed")
    return f"{time_format(thing.opens, 'H:i')} – {time_format(thing.closes, 'H:i')}"


def _lunch(rule: LunchRule) -> str:
    return f"{time_format(rule.starts, 'H:i')} – {time_format(rule.ends, 'H:i')}"


def _weekday(block: OpeningBlock | LunchRule) -> str:
    return str(dict(forms.WEEKDAYS)[block.weekday])


def _offers(counter: Counter) -> str:
    return " ".join(offer.service.letter for offer in counter.offers.all()) or _("none yet")


def _in_use(*, active: bool) -> str:
    return _("yes") if active else _("no")


ZONES = Section(
    key="zones",
    title=gettext_lazy("Zones"),
    add=gettext_lazy("Add a zone"),
    hint=gettext_lazy("Parts of the building that customers are sent to. Each zone has its board."),
    icon="map-pin",
    model=Zone,
    form=forms.ZoneForm,
    columns=(
        (gettext_lazy("Code"), lambda zone: zone.code),
        (gettext_lazy("Name"), lambda zone: words(zone.name)),
        (gettext_lazy("How to get there"), lambda zone: words(zone.directions)),
    ),
    rows=lambda branch: list(branch.zones.all()),
    name=lambda zone: words(zone.name),
    kind=Kind.ZONES,
)
SERVICES = Section(
    key="services",
    title=gettext_lazy("Services"),
    add=gettext_lazy("Add a service"),
    hint=gettext_lazy(
        "What customers come for, of any agency that works here. The letter begins its numbers."
    ),
    icon="file-text",
    model=Service,
    form=forms.ServiceForm,
    columns=(
        (gettext_lazy("Letter"), lambda service: service.letter),
        (gettext_lazy("Name"), lambda service: words(service.name)),
        (gettext_lazy("Agency"), lambda service: words(service.agency.name)),
        (gettext_lazy("Zone"), lambda service: words(service.zone.name)),
        (gettext_lazy("Norm, minutes"), lambda service: str(service.norm_minutes)),
        (gettext_lazy("Offered"), lambda service: _in_use(active=service.active)),
    ),
    rows=lambda branch: list(branch.services.select_related("agency", "zone")),
    name=lambda service: words(service.name),
    kind=Kind.SERVICES,
)
COUNTERS = Section(
    key="counters",
    title=gettext_lazy("Counters"),
    add=gettext_lazy("Add a counter"),
    hint=gettext_lazy("Where officers serve, and which services each counter gives, the preferred first."),
    icon="monitor",
    model=Counter,
    form=forms.CounterForm,
    columns=(
        (gettext_lazy("Counter"), lambda counter: counter.code),
        (gettext_lazy("Kind"), lambda counter: counter.get_kind_display()),
        (gettext_lazy("Zone"), lambda counter: words(counter.zone.name)),
        (gettext_lazy("Services"), _offers),
        (gettext_lazy("In use"), lambda counter: _in_use(active=counter.active)),
    ),
    rows=lambda branch: sorted(
        branch.counters.select_related("zone").prefetch_related("offers__service"),
        key=lambda counter: counter_order(counter.code),
    ),
    name=lambda counter: _("Counter %(code)s") % {"code": counter.code},
    kind=Kind.COUNTERS,
)
HOURS = Section(
    key="hours",
    title=gettext_lazy("Weekly hours"),
    add=gettext_lazy("Add hours"),
    hint=gettext_lazy(
        "When counters are open in an ordinary week. The same hours appear at the entrance and on the web."
    ),
    icon="clock",
    model=OpeningBlock,
    form=hours_forms.HoursForm,
    columns=(
        (gettext_lazy("Day"), _weekday),
        (gettext_lazy("Hours"), _hours),
        (gettext_lazy("Kind"), lambda block: block.get_kind_display()),
    ),
    rows=lambda branch: list(branch.opening_blocks.all()),
    name=lambda block: f"{_weekday(block)} {_hours(block)}",
)
LUNCH = Section(
    key="lunch",
    title=gettext_lazy("Lunch"),
    add=gettext_lazy("Add a lunch rule"),
    hint=gettext_lazy("Counters stay open through lunch: how many, and when. Friday may have its own times."),
    icon="coffee",
    model=LunchRule,
    form=hours_forms.LunchForm,
    columns=(
        (gettext_lazy("Day"), _weekday),
        (gettext_lazy("Lunch"), _lunch),
        (gettext_lazy("Counters open, at least"), lambda rule: str(rule.counters)),
    ),
    rows=lambda branch: list(branch.lunch_rules.all()),
    name=lambda rule: f"{_weekday(rule)} {_lunch(rule)}",
)
SPECIAL_DAYS = Section(
    key="special-days",
    title=gettext_lazy("Special days"),
    add=gettext_lazy("Add a special day"),
    hint=gettext_lazy("Dates that differ from their weekday. The state's public holidays are known already."),
    icon="calendar",
    model=SpecialDay,
    form=hours_forms.SpecialDayForm,
    columns=(
        (gettext_lazy("Date"), lambda day: date_format(day.date, "j F Y")),
        (gettext_lazy("Name"), lambda day: words(day.name)),
        (gettext_lazy("Hours"), _hours),
    ),
    rows=lambda branch: list(branch.special_days.all()),
    name=lambda day: words(day.name),
)
SECTIONS = {section.key: section for section in (ZONES, SERVICES, COUNTERS, HOURS, LUNCH, SPECIAL_DAYS)}
