"""The door of places: branches, what they offer, when they are open, whether they are disrupted."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo as TimeZone

from layan.kit import clock
from layan.places import models
from layan.places.layout import (
    CounterInfo,
    Layout,
    ServiceInfo,
    ZoneInfo,
    branch_id_of,
    counter_branch,
    forget_layouts,
    last_layout,
    layout,
)
from layan.places.models import counter_order
from layan.places.rules import Block, DayHours, Opening, hours_on, may_issue_until, opening_at
from layan.places.services import (
    announce_disruption,
    change_counter_services,
    end_disruption,
    layout_changed,
)

__all__ = [
    "Block",
    "CounterInfo",
    "DayHours",
    "Layout",
    "Opening",
    "ServiceInfo",
    "ZoneInfo",
    "announce_disruption",
    "branch_id_of",
    "branch_ids_of_agency",
    "branches",
    "change_counter_services",
    "counter_branch",
    "counter_order",
    "disruption_message",
    "end_disruption",
    "forget_layouts",
    "issuing_ends_at",
    "last_layout",
    "layout",
    "layout_changed",
    "opening",
    "service_day",
    "week_hours",
]


def branches() -> list[Layout]:
    """Return every branch, by code."""
    return [layout(pk) for pk in models.Branch.objects.values_list("pk", flat=True)]


def branch_ids_of_agency(agency_id: int) -> list[int]:
    """Return the ids of the branches this agency hosts, by code."""
    return list(models.Branch.objects.filter(agency_id=agency_id).values_list("pk", flat=True))


def service_day(place: Layout, moment: datetime) -> date:
    """Return the service day: the branch's calendar date at `moment`."""
    return clock.local_date(moment, place.time_zone)


def opening(place: Layout, moment: datetime) -> Opening:
    """Say whether the branch is open at `moment`; the moments in the answer are aware, in branch time."""
    zone = TimeZone(place.time_zone)
    answer = opening_at(place.calendar, moment.astimezone(zone).replace(tzinfo=None))
    return Opening(
        is_open=answer.is_open,
        closes_at=answer.closes_at and answer.closes_at.replace(tzinfo=zone),
        next_opening=answer.next_opening and answer.next_opening.replace(tzinfo=zone),
        occasion=answer.occasion,
    )


def issuing_ends_at(now_open: Opening, service: ServiceInfo) -> datetime | None:
    """Return when the last number of `service` is given today (B13's explicit rule), None without a closing."""
    return may_issue_until(now_open, service.last_ticket_minutes)


def week_hours(place: Layout, first: date, days: int = 7) -> list[DayHours]:
    """Return the hours shown at the entrance and on the web (B11), from `first` on."""
    return [hours_on(place.calendar, first + timedelta(days=offset)) for offset in range(days)]


def disruption_message(branch_id: int) -> dict[str, str] | None:
    """Return what is said of the present disruption (B15), or None when all is well."""
    message: dict[str, str] | None = (
        models.Disruption.objects.filter(branch_id=branch_id, ended_at=None)
        .values_list("message", flat=True)
        .first()
    )
    return message
