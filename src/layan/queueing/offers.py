"""What a branch gives numbers for at this moment, and why not for the rest (B13)."""

from dataclasses import dataclass
from datetime import datetime

from layan.kit.refusal import Refusal
from layan.places.api import Layout, Opening, ServiceInfo, issuing_ends_at, opening
from layan.queueing import refusals
from layan.queueing.models import Session
from layan.queueing.reads import head, waiting_per_service


@dataclass(frozen=True)
class Offer:
    """A service at the kiosk: how many wait for it, and why no number is given for it now (None: one is)."""

    service: ServiceInfo
    waiting: int
    refusal: Refusal | None

    @property
    def busy(self) -> bool:
        """Say whether the line is so long that a customer is advised, never refused (B13)."""
        return 0 < self.service.queue_limit <= self.waiting


def why_not(
    service: ServiceInfo, now_open: Opening, now: datetime, staffed: frozenset[int]
) -> Refusal | None:
    """Return why no number is given for a service now, or None when it is.

    Outside the hours none is, except while a counter that gives the service is open; within them the last number
    is given some minutes before closing.
    """
    if not now_open.is_open:
        return None if service.id in staffed else refusals.closed_now(now_open.next_opening)
    last = issuing_ends_at(now_open, service)
    return refusals.last_number_given(last) if last is not None and now >= last else None


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
    waiting = waiting_per_service(place, lanes)
    return [
        Offer(service, waiting[service.id], why_not(service, now_open, now, staffed))
        for service in sorted(place.services.values(), key=lambda each: each.letter)
    ]
