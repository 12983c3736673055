"""What a branch gives numbers for at this moment, and why not for the rest (B13)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from layan.kit.refusal import Refusal
from layan.places.api import Layout, Opening, ServiceInfo, last_closing_at, opening, opening_after
from layan.queueing import refusals
from layan.queueing.models import Session
from layan.queueing.promises import Wait
from layan.queueing.reads import head, waiting_per_service
from layan.queueing.wait_reads import waits_now

#: Why no time can be told that one should know before a number is taken.
_TELLING = frozenset({"no_counter", "after_closing"})


@dataclass(frozen=True)
class Offer:
    """A service at the kiosk: how many wait, how long it would take, why no number is given now (None: one is)."""

    service: ServiceInfo
    waiting: int
    wait: Wait
    refusal: Refusal | None

    @property
    def busy(self) -> bool:
        """Say whether the line is so long that a customer is advised, never refused (B13)."""
        return 0 < self.service.queue_limit <= self.waiting

    @property
    def advice(self) -> bool:
        """Say whether who takes a number should first know why no time is told (B7)."""
        return self.wait.reason in _TELLING


def why_not(
    place: Layout, service: ServiceInfo, now_open: Opening, now: datetime, staffed: frozenset[int]
) -> Refusal | None:
    """Return why no number is given for a service now, or None when it is.

    Outside the hours none is, except while a counter that gives the service is open. A service may have its last number
    some minutes before closing: from then on none is given, whoever still works.
    """
    rule = timedelta(minutes=service.last_ticket_minutes)
    closing = now_open.closes_at if now_open.is_open else last_closing_at(place, now)
    if rule and closing is not None and now >= closing - rule:
        return refusals.last_number_given(closing - rule, opening_after(place, max(now, closing)))
    if now_open.is_open or service.id in staffed:
        return None
    return refusals.closed_now(now_open.next_opening)


def staffed_services(place: Layout) -> frozenset[int]:
    """Return the services that some counter open now gives."""
    open_counters = Session.objects.filter(
        branch_id=place.branch_id, closed_at=None, state="open"
    ).values_list("counter_id", flat=True)
    return frozenset(
        service_id
        for counter_id in open_counters
        if counter_id in place.counters
        for service_id in place.counters[counter_id].offers
    )


def offers(place: Layout, now: datetime) -> list[Offer]:
    """Return every service of the branch by its letter."""
    now_open = opening(place, now)
    staffed = frozenset[int]() if now_open.is_open else staffed_services(place)
    _, lanes = head(place.branch_id)
    waiting, told = waiting_per_service(place, lanes), waits_now(place, now)
    return [
        Offer(
            service,
            waiting[service.id],
            told[service.id],
            why_not(place, service, now_open, now, staffed),
        )
        for service in sorted(place.services.values(), key=lambda each: each.letter)
    ]
