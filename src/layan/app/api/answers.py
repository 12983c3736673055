"""Responses, built as plain data and serialised once: no second validation on the busiest path."""

from datetime import datetime
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from layan.kit import clock
from layan.places.api import (
    CounterInfo,
    DayHours,
    Layout,
    ServiceInfo,
    disruption_message,
    opening,
    week_hours,
)
from layan.queueing.api import (
    BranchState,
    Explanation,
    Reason,
    Session,
    State,
    Ticket,
    Wait,
    people_ahead,
    reason_words,
    track_token,
    wait_of,
    waits_now,
)

Data = dict[str, Any]
_OPTIONS = orjson.OPT_UTC_Z
_JSON = "application/json"


def answer(data: Data, status: int = 200) -> HttpResponse:
    """Return `data` as the response."""
    response = HttpResponse(orjson.dumps(data, option=_OPTIONS), status=status, content_type=_JSON)
    # A live state: nobody between us and the client keeps it.
    response.headers["Cache-Control"] = "no-store"
    return response


def nothing() -> HttpResponse:
    """Return 204: all is well and there is nothing to tell."""
    response = HttpResponse(status=204)
    del response.headers["Content-Type"]
    return response


def ticket_data(
    request: HttpRequest, ticket: Ticket, place: Layout, *, ahead: int | None = None, advice: str = ""
) -> Data:
    """Return a ticket; `ahead` is counted when it is not known."""
    if ahead is None:
        ahead = people_ahead(ticket, place, clock.now())
    counter = place.counters.get(ticket.counter_id or 0)
    return {
        "id": ticket.pk,
        "number": ticket.number,
        "state": ticket.state,
        "ahead": ahead,
        "track_url": f"{_origin(request)}/t/{track_token(ticket.pk)}",
        "branch": place.code,
        "services": _services(ticket, place),
        "category": ticket.category,
        "language": ticket.language,
        "customer_type": ticket.customer_type,
        "counter": counter_place(counter, place) if counter else None,
        "issued_at": ticket.issued_at,
        "called_at": ticket.called_at,
        "started_at": ticket.started_at,
        "ended_at": ticket.ended_at,
        "service_day": ticket.service_day,
        "passed_over_until": _passed_over_until(ticket),
        "advice": advice,
        **wait_data(wait_of(ticket, place, ahead, clock.now())),
    }


def wait_data(wait: Wait | None) -> Data:
    """Return how long it will take, or why that cannot be said; both null for who does not wait."""
    if wait is None:
        return {"wait": None, "wait_reason": None}
    if wait.reason:
        return {"wait": None, "wait_reason": {"code": wait.reason, "words": reason_words(wait.reason)}}
    basis = {"ahead": wait.ahead, "counters": wait.counters, "minutes_each": wait.minutes_each}
    told = {"likely": wait.likely, "low": wait.low, "high": wait.high, "as_of": wait.as_of, "basis": basis}
    return {"wait": told, "wait_reason": None}


def _waits_now(place: Layout) -> dict[int, Data]:
    """Return, by service id, the wait of someone of the general category who came now."""
    return {service_id: wait_data(wait) for service_id, wait in waits_now(place, clock.now()).items()}


def _passed_over_until(ticket: Ticket) -> datetime | None:
    """Return until when a customer asked not to be called, None when it is over."""
    if ticket.state != State.WAITING or ticket.not_before is None or ticket.not_before <= clock.now():
        return None
    return ticket.not_before


def _origin(request: HttpRequest) -> str:
    return settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"


def _services(ticket: Ticket, place: Layout) -> list[Data]:
    """Return the visit's services in their order, each with how far it is."""
    listed = [{"code": code, "state": "done"} for code in ticket.finished_services]
    if ticket.state == State.DONE:
        return listed
    present = place.services.get(ticket.service_id)
    later = "cancelled" if ticket.state == State.CANCELLED else "later"
    # A service taken out of use today still has its customers.
    code = present.code if present else ticket.service.code
    listed.append({"code": code, "state": ticket.state})
    return listed + [{"code": each, "state": later} for each in ticket.remaining]


def counter_place(counter: CounterInfo, place: Layout) -> Data:
    """Return which counter it is and where."""
    return {"id": counter.id, "code": counter.code, "zone": place.zones[counter.zone_id].code}


def counter_data(counter: CounterInfo, place: Layout) -> Data:
    """Return a counter with the codes of its services, the preferred first."""
    offers = sorted(counter.offers.items(), key=lambda offer: offer[1])
    codes = [place.services[service_id].code for service_id, _ in offers if service_id in place.services]
    return {**counter_place(counter, place), "kind": counter.kind, "services": codes}


def session_data(counter: CounterInfo, place: Layout, session: Session) -> Data:
    """Return a counter with its session."""
    return {
        **counter_place(counter, place),
        "kind": counter.kind,
        "session": {
            "state": session.state,
            "officer": session.officer_id,
            "reason": session.reason,
            "since": session.since,
            "opened_at": session.opened_at,
            "closed_at": session.closed_at,
        },
    }


def branch_data(place: Layout) -> Data:
    """Return a branch in a list of branches."""
    return {"code": place.code, "name": place.name, "time_zone": place.time_zone}


def branch_detail(place: Layout) -> Data:
    """Return a branch with its hours, zones, services and counters."""
    now = clock.now()
    now_open = opening(place, now)
    today = clock.local_date(now, place.time_zone)
    services = place.services.values()
    told = _waits_now(place)
    return {
        **branch_data(place),
        "agencies": sorted({service.agency_code for service in services}),
        "address": place.address,
        "hours": {
            "open_now": now_open.is_open,
            "closes_at": now_open.closes_at,
            "next_opening": now_open.next_opening,
            "days": [_day(hours) for hours in week_hours(place, today)],
        },
        "zones": [
            {"code": zone.code, "name": zone.name, "directions": zone.directions}
            for zone in place.zones.values()
        ],
        "services": [{**_service(service, place), **told[service.id]} for service in services],
        "counters": [counter_data(counter, place) for counter in place.counters.values()],
    }


def _day(hours: DayHours) -> Data:
    return {
        "date": hours.day,
        "blocks": [
            {"opens": f"{block.opens:%H:%M}", "closes": f"{block.closes:%H:%M}", "kind": block.kind}
            for block in hours.blocks
        ],
        "occasion": hours.occasion,
    }


def _service(service: ServiceInfo, place: Layout) -> Data:
    return {
        "code": service.code,
        "letter": service.letter,
        "agency": service.agency_code,
        "zone": place.zones[service.zone_id].code,
        "name": service.name,
        "bring": service.bring,
        "fee": service.fee,
        "norm_minutes": service.norm_minutes,
    }


def state_data(state: BranchState, *, officers: bool) -> Data:
    """Return who is served where and how many wait for what; who sits where only with `officers`."""
    place = state.place
    told = _waits_now(place)
    return {
        "branch": place.code,
        "seq": state.seq,
        "waiting": state.waiting,
        "serving": [
            {
                "counter": counter_place(serving.counter, place),
                "state": serving.session.state if serving.session else "closed",
                "officer": serving.session.officer_id if serving.session and officers else None,
                "ticket": _shown(serving.ticket, place) if serving.ticket else None,
                "on_hold": serving.on_hold,
            }
            for serving in state.counters
        ],
        "services": [
            {
                "service": line.service.code,
                "waiting": line.waiting,
                "longest_seconds": int(line.longest.total_seconds()),
                **told[line.service.id],
            }
            for line in state.lines
        ],
        "disruption": disruption_message(place.branch_id),
    }


def _shown(ticket: Ticket, place: Layout) -> Data:
    service = place.services.get(ticket.service_id)
    return {
        "id": ticket.pk,
        "number": ticket.number,
        "state": ticket.state,
        "service": service.code if service else ticket.service.code,
        "called_at": ticket.called_at,
    }


def explanation_data(explanation: Explanation) -> Data:
    """Return why a ticket stands where it does, and who is before it and why."""
    return {
        "number": explanation.number,
        "position": explanation.position,
        "passed_over_until": explanation.passed_over_until,
        "reason": _reason(explanation.reason),
        "ahead": [
            {"number": choice.waiting.number, "reason": _reason(choice.reason)}
            for choice in explanation.ahead
        ],
    }


def _reason(reason: Reason) -> Data:
    return {
        "code": reason.code,
        "category": reason.category,
        "waited_minutes": round(reason.waited_minutes, 2),
        "rate": reason.rate,
        "points": round(reason.points, 2),
    }
