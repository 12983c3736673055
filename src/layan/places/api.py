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
from layan.places.rules import (
    Block,
    DayHours,
    Opening,
    business_ends,
    hours_on,
    last_closing,
    opening_at,
    promised_at,
)
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
    "business_ends_at",
    "change_counter_services",
    "counter_branch",
    "counter_order",
    "counters_promised",
    "disruption_message",
    "end_disruption",
    "forget_layouts",
    "last_closing_at",
    "last_layout",
    "layout",
    "layout_changed",
    "opening",
    "opening_after",
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


def business_ends_at(place: Layout, day: date) -> datetime:
    """Return when the business of a service day is over, so that what is left of it is closed (aware, branch time)."""
    return business_ends(place.calendar, day).replace(tzinfo=TimeZone(place.time_zone))


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


def opening_after(place: Layout, closing: datetime) -> datetime | None:
    """Return the next opening after a moment of closing, None when none is known."""
    return opening(place, closing).next_opening


def counters_promised(place: Layout, moment: datetime) -> int:
    """Return how many counters are to be open at `moment` by the lunch rule (B5), 0 outside lunch and hours."""
    return promised_at(place.calendar, clock.local(moment, place.time_zone).replace(tzinfo=None))


def last_closing_at(place: Layout, moment: datetime) -> datetime | None:
    """Return when the branch last closed on the day of `moment`, None when it has not closed yet that day."""
    zone = TimeZone(place.time_zone)
    closed = last_closing(place.calendar, moment.astimezone(zone).replace(tzinfo=None))
    return closed and closed.replace(tzinfo=zone)


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
