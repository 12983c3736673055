"""Writes a checked file: all of it or nothing."""

from collections.abc import Mapping
from string import ascii_lowercase
from typing import Any

from django.db import transaction

from layan.kit.events import start_log
from layan.places import models
from layan.places.importing import LANGUAGES, Checked, Kind, Known, Row
from layan.places.services import changing_layout, layout_changed
from layan.places.states import STATES

FRIDAY = 5


def known_in_agency(agency: models.Agency) -> Known:
    """Return what a file of branches may refer to: every branch's code is unique in the installation."""
    mine = agency.branches.values_list("code", flat=True)
    others = models.Branch.objects.exclude(agency=agency).values_list("code", flat=True)
    return Known(existing=frozenset(mine), taken=frozenset(others), states=tuple(STATES))


def known_at_branch(branch: models.Branch, kind: Kind) -> Known:
    """Return what a file of zones, services or counters of this branch may refer to."""
    there = {
        Kind.ZONES: branch.zones.values_list("code", flat=True),
        Kind.SERVICES: branch.services.values_list("code", flat=True),
        Kind.COUNTERS: branch.counters.values_list("code", flat=True),
    }
    return Known(
        existing=frozenset(there[kind]),
        zones=tuple(branch.zones.values_list("code", flat=True)),
        services=tuple(branch.services.values_list("code", flat=True)),
        agencies=tuple(models.Agency.objects.values_list("code", flat=True)),
        letters=dict(branch.services.values_list("letter", "code")),
    )


def import_branches(*, agency: models.Agency, checked: Checked, actor: str) -> None:
    """Write the branches of a file without faults. Raises ValueError for one with faults."""
    _refuse_faults(checked)
    with transaction.atomic():
        for row in checked.rows:
            branch = models.Branch.objects.filter(agency=agency, code=row.code).first()
            branch = branch or models.Branch(agency=agency, code=row.code, weekend=[6, 7])
            lunch = {name: value for name, value in row.values.items() if "lunch" in name}
            _fill(branch, {name: value for name, value in row.values.items() if name not in lunch})
            branch.save()
            _lunch(branch, lunch)
            start_log(branch.pk)
            layout_changed(branch_id=branch.pk, what="branch", actor=actor)


def import_at_branch(*, branch: models.Branch, checked: Checked, actor: str) -> None:
    """Write the zones, services or counters of a file without faults. Raises ValueError for one with faults."""
    _refuse_faults(checked)
    write = {Kind.ZONES: _zone, Kind.SERVICES: _service, Kind.COUNTERS: _counter}[checked.kind]
    with changing_layout(branch_id=branch.pk, what=f"import of {checked.kind.value}", actor=actor):
        if checked.kind is Kind.SERVICES:
            _free_letters(branch, checked)
        for row in checked.rows:
            write(branch, row)


def _lunch(branch: models.Branch, cells: Mapping[str, Any]) -> None:
    """Write the lunch of every working day, and Friday's own where it is given."""
    if "lunch_counters" in cells:
        branch.lunch_rules.update(counters=cells["lunch_counters"])
    spans = {}
    if "lunch_starts" in cells:
        span = (cells["lunch_starts"], cells["lunch_ends"])
        spans = {weekday: span for weekday in range(1, 8) if weekday not in branch.weekend}
    if "friday_lunch_starts" in cells:
        spans[FRIDAY] = (cells["friday_lunch_starts"], cells["friday_lunch_ends"])
    for weekday, (starts, ends) in spans.items():
        times = {"starts": starts, "ends": ends}
        branch.lunch_rules.update_or_create(
            weekday=weekday,
            defaults=times,
            create_defaults={**times, "counters": cells.get("lunch_counters", 1)},
        )


def _refuse_faults(checked: Checked) -> None:
    if checked.faults:
        raise ValueError("a file with faults is not written")


def _free_letters(branch: models.Branch, checked: Checked) -> None:
    """Give services whose letter changes a letter nobody has, so that two may exchange theirs."""
    changing = [row.code for row in checked.rows if not row.is_new and "letter" in row.values]
    for position, service in enumerate(branch.services.filter(code__in=changing)):
        models.Service.objects.filter(pk=service.pk).update(
            letter=ascii_lowercase[position // 26] + ascii_lowercase[position % 26]
        )


def _zone(branch: models.Branch, row: Row) -> None:
    zone = branch.zones.filter(code=row.code).first() or models.Zone(branch=branch, code=row.code)
    _fill(zone, row.values)
    zone.save()


def _service(branch: models.Branch, row: Row) -> None:
    service = branch.services.filter(code=row.code).first()
    service = service or models.Service(branch=branch, code=row.code, agency=branch.agency)
    values = dict(row.values)
    if "zone" in values:
        service.zone = branch.zones.get(code=values.pop("zone"))
    if "agency" in values:
        service.agency = models.Agency.objects.get(code=values.pop("agency"))
    _fill(service, values)
    service.save()


def _counter(branch: models.Branch, row: Row) -> None:
    counter = branch.counters.filter(code=row.code).first() or models.Counter(branch=branch, code=row.code)
    values = dict(row.values)
    if "zone" in values:
        counter.zone = branch.zones.get(code=values.pop("zone"))
    codes = values.pop("services", None)
    _fill(counter, values)
    counter.save()
    if not isinstance(codes, list):
        return
    services = {service.code: service for service in branch.services.filter(code__in=codes)}
    counter.offers.all().delete()
    models.CounterService.objects.bulk_create(
        models.CounterService(counter=counter, service=services[str(code)], preference=rank)
        for rank, code in enumerate(codes, start=1)
    )


def _fill(thing: Any, values: Mapping[str, Any]) -> None:
    """Set the given cells; a text in one language joins the languages that are there already."""
    for name, value in values.items():
        stem, _, language = name.rpartition("_")
        if stem and language in LANGUAGES:
            setattr(thing, stem, {**(getattr(thing, stem) or {}), language: value})
        else:
            setattr(thing, name, value)
