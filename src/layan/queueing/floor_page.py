"""What the templates of the floor page are given: sentences with an action, the hall, the lines."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from layan.kit.i18n import words
from layan.people.api import Permission, Person
from layan.places.api import Layout, counter_order, disruption_message
from layan.queueing.console_page import CALLED_SECONDS
from layan.queueing.floor_reads import Concern, concerns, queues
from layan.queueing.reads import BranchState, Serving, branch_state
from layan.queueing.wait_reads import overdue
from layan.queueing.words import BREAK_WORDS, COUNTER_WORDS, KIND_WORDS

Context = dict[str, Any]


@dataclass(frozen=True)
class Alert:
    """A concern as the page says it."""

    concern: Concern
    words: str
    action: str


@dataclass(frozen=True)
class Place:
    """A counter in the plan of the hall."""

    serving: Serving
    state: str
    words: str
    kind: str
    reason: str
    since: datetime | None
    limit: int | None


def floor(place: Layout, person: Person, now: datetime) -> Context:
    """Return what the floor page shows now."""
    state = branch_state(place, now)
    supervises = person.may(Permission.SUPERVISE, place.branch_id, place.agency_id)
    longest = max((line.longest for line in state.lines), default=timedelta(0))
    return {
        "place": place,
        "acts": supervises,
        "opens": supervises and person.may(Permission.SERVE, place.branch_id, place.agency_id),
        "alerts": [_alert(concern) for concern in concerns(state, now)],
        "zones": _zones(state),
        "queues": queues(state, now),
        "overdue": overdue(place, now),
        "waiting": state.waiting,
        "longest": int(longest / timedelta(minutes=1)),
        "working": sum(
            1 for serving in state.counters if serving.session and serving.session.state == "open"
        ),
        "counters": len(state.counters),
        "at_counters": sum(1 for serving in state.counters if serving.ticket),
        "breaks": list(BREAK_WORDS.items()),
        "disruption": disruption_message(place.branch_id),
    }


def _alert(concern: Concern) -> Alert:
    if concern.trouble is not None:
        return Alert(concern, concern.trouble.words, str(concern.trouble.action))
    return Alert(concern, _concern_words(concern), _action_words(concern))


def _concern_words(concern: Concern) -> str:
    values = {
        "figure": concern.figure,
        "limit": concern.limit,
        "service": words(concern.service.name) if concern.service else "",
        "number": concern.ticket.number if concern.ticket else "",
        "counter": concern.serving.counter.code if concern.serving else "",
        "officer": concern.serving.officer if concern.serving else "",
    }
    sentences = {
        "wait": _("%(service)s: longest wait %(figure)s min, limit %(limit)s."),
        "queue": _("%(service)s: %(figure)s people waiting, limit %(limit)s."),
        "unserved": _("%(service)s: %(figure)s waiting and no counter open for it."),
        "emergency": _("Emergency %(number)s has waited %(figure)s min and is not called."),
        "not-started": _(
            "Counter %(counter)s: %(number)s was called %(figure)s min ago and serving has not begun."
        ),
        "overrun": _("Counter %(counter)s: %(number)s served for %(figure)s min, norm %(limit)s."),
        "lunch": _("Lunch: %(figure)s counters open, at least %(limit)s promised."),
    }
    return sentences[concern.kind] % values


def _action_words(concern: Concern) -> str:
    """Return what to do about it."""
    if concern.remedy is not None:
        code = {"counter": concern.remedy.counter.code}
        if concern.remedy.session is not None:
            return _("Counter %(counter)s is on a break: ask for it back.") % code
        return _("Open counter %(counter)s.") % code
    if concern.kind in {"wait", "queue"}:
        return _("Every counter for this service is open. Move staff, or give it to more counters.")
    if concern.kind == "unserved":
        return _("Give this service to a counter.")
    if concern.serving is not None:
        return _("Go and look at counter %(counter)s.") % {"counter": concern.serving.counter.code}
    return ""


def _zones(state: BranchState) -> list[tuple[dict[str, str], list[Place]]]:
    places: dict[int, list[Place]] = {}
    for serving in state.counters:
        places.setdefault(serving.counter.zone_id, []).append(_place(state.place, serving))
    return [
        (zone.name, sorted(places[zone.id], key=lambda place: counter_order(place.serving.counter.code)))
        for zone in state.place.zones.values()
        if zone.id in places
    ]


def _place(place: Layout, serving: Serving) -> Place:
    session, ticket = serving.session, serving.ticket
    state, since, limit = "closed", None, None
    if session is not None:
        state, since = session.state, session.since if session.state == "break" else None
    if ticket is not None:
        state = ticket.state
        service = place.services.get(ticket.service_id)
        since = ticket.started_at if ticket.state == "serving" else ticket.called_at
        limit = service.norm_minutes * 60 if service else None
        if ticket.state == "called":
            limit = CALLED_SECONDS
    return Place(
        serving,
        state,
        str(COUNTER_WORDS[state]),
        str(KIND_WORDS.get(serving.counter.kind, "")),
        str(BREAK_WORDS.get(session.reason, "")) if session else "",
        since,
        limit,
    )
