"""What the templates of the counter console are given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from layan.customers.api import CUSTOMER_TYPE_WORDS, CustomerType
from layan.kit import clock
from layan.kit.i18n import words
from layan.people.api import Permission, Person, names_of
from layan.places.api import Layout, ServiceInfo
from layan.queueing.console_reads import (
    CALLED_LIMIT,
    AtCounter,
    emergencies,
    no_shows,
    on_hold,
    others_at_work,
    recent,
    undo_until,
    upcoming,
)
from layan.queueing.models import Ticket
from layan.queueing.policy import RECALL_LIMIT
from layan.queueing.rules.priority import Explanation
from layan.queueing.rules.states import Command, State, commands_for
from layan.queueing.words import (
    BREAK_WORDS,
    LANGUAGE_WORDS,
    NEED_WORDS,
    OUT_OF_ORDER_WORDS,
    OUTCOME_WORDS,
    STATE_WORDS,
    category_words,
    minutes_words,
    policy_words,
    why_words,
)

Context = dict[str, Any]
#: Keys that choose an entry of a list in a dialog, in the list's order.
_LIST_KEYS = "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#: Seconds after which the timer of a call is marked.
CALLED_SECONDS = int(CALLED_LIMIT.total_seconds())
_AHEAD_SHOWN = 30


@dataclass(frozen=True)
class Entry:
    """A choice in a dialog: the key that picks it, the command it gives, and its words."""

    key: str
    command: str
    words: str
    note: str = ""


def is_mine(person: Person, here: AtCounter) -> bool:
    """Say whether `person` may press the keys of this counter: its own officer's, or any for a supervisor."""
    if person.may(Permission.SUPERVISE, here.place.branch_id, here.place.agency_id):
        return True
    return here.session is None or here.session.officer_id == person.user_id


def face(here: AtCounter, person: Person, now: datetime) -> Context:
    """Return what the left and the middle of the console show."""
    mine = is_mine(person, here)
    until = undo_until(here.place.branch_id, here.counter.id, now) if mine and here.session else None
    return {
        "here": here,
        "place": here.place,
        "counter": here.counter,
        "state": _state(here),
        "mine": mine,
        "officer": _officer(here),
        "break_words": BREAK_WORDS.get(here.session.reason) if here.session else None,
        "undo_until": until,
        "now": now,
        "can": _can(here) if mine else frozenset(),
        **(_customer(here.place, here.ticket, now) if here.ticket else {}),
        "dialogs": _dialogs(here) if mine else {},
    }


def queue(here: AtCounter, person: Person, now: datetime) -> Context:
    """Return what the right of the console shows: who is next and why, who is set aside, who may still return."""
    mine = is_mine(person, here)
    urgent = emergencies(here, now) if here.counter.kind == "emergency" else []
    working = mine and here.session is not None and here.session.state == "open"
    return {
        "here": here,
        "place": here.place,
        "counter": here.counter,
        "upcoming": [
            (ticket, choice, here.place.services[ticket.service_id], why_words(choice))
            for ticket, choice in upcoming(here, now)
            if ticket.service_id in here.place.services
        ],
        "urgent": [(ticket, _since(ticket.waiting_since, now)) for ticket in urgent],
        "held": [(ticket, _since(ticket.started_at, now)) for ticket in on_hold(here)],
        "missed": [(ticket, here.place.services.get(ticket.service_id)) for ticket in no_shows(here, now)],
        "recent": recent(here, now),
        "may_resume": working and here.ticket is None,
        "may_return": working,
        "policy": policy_words(here.place.policy),
    }


def explained(place: Layout, ticket: Ticket, explanation: Explanation | None) -> Context:
    """Return what the explanation of a number's place shows: position, points, and who is ahead and why."""
    context: Context = {
        "place": place,
        "ticket": ticket,
        "service": place.services.get(ticket.service_id),
        "category": category_words(ticket.category),
        "state": STATE_WORDS[ticket.state],
        "policy": policy_words(place.policy),
        "explanation": explanation,
    }
    if explanation is not None:
        reason = explanation.reason
        shown = explanation.ahead[:_AHEAD_SHOWN]
        context |= {
            "waited": minutes_words(reason.waited_minutes),
            "points": round(reason.points),
            "rate": reason.rate,
            "ahead": [(choice, why_words(choice), round(choice.reason.points)) for choice in shown],
            "more": len(explanation.ahead) - len(shown),
            "later": _hour(explanation.passed_over_until, place),
        }
    return context


def _hour(moment: datetime | None, place: Layout) -> str:
    return f"{clock.local(moment, place.time_zone):%H:%M}" if moment is not None else ""


def _customer(place: Layout, ticket: Ticket, now: datetime) -> Context:
    service = place.services.get(ticket.service_id)
    return {
        "ticket": ticket,
        "service": service,
        "category": category_words(ticket.category),
        "need": NEED_WORDS.get(ticket.category),
        "language": LANGUAGE_WORDS.get(ticket.language, ticket.language),
        "customer_type": CUSTOMER_TYPE_WORDS[CustomerType(ticket.customer_type)],
        "remaining": [place.service_codes[code] for code in ticket.remaining if code in place.service_codes],
        "finished": [
            place.service_codes[code] for code in ticket.finished_services if code in place.service_codes
        ],
        "waited": _since(ticket.waiting_since, ticket.called_at or now),
        "norm_seconds": service.norm_minutes * 60 if service else None,
        "called_seconds": CALLED_SECONDS,
    }


def _state(here: AtCounter) -> str:
    """Return closed, break, open, called or serving."""
    if here.session is None:
        return "closed"
    if here.session.state != "open":
        return "break"
    return here.ticket.state if here.ticket else "open"


def _can(here: AtCounter) -> frozenset[str]:
    """Return the keys that can be pressed now."""
    state = _state(here)
    keys = {"closed": {"open"}, "break": {"open", "close"}, "open": {"next", "number", "break", "close"}}
    if here.ticket is None:
        return frozenset(keys.get(state, set()))
    able = {str(command) for command in commands_for(State(here.ticket.state))}
    if here.ticket.recalls >= RECALL_LIMIT:
        able.discard(Command.RECALL)
    return frozenset(able | {"next"})


def _dialogs(here: AtCounter) -> Context:
    if here.session is None:
        return {}
    return {
        "outcomes": _entries("finish", OUTCOME_WORDS),
        "breaks": _entries("break", BREAK_WORDS),
        "reasons": list(OUT_OF_ORDER_WORDS.items()),
        **(_destinations(here, here.ticket) if here.ticket else {}),
    }


def _entries(command: str, table: Mapping[str, str | Promise]) -> list[Entry]:
    return [
        Entry(key, f"{command}:{code}", str(text))
        for key, (code, text) in zip(_LIST_KEYS, table.items(), strict=False)
    ]


def _destinations(here: AtCounter, ticket: Ticket) -> Context:
    """Return where this customer can be sent, and what can be added to the visit."""
    services = sorted(here.place.services.values(), key=lambda service: service.letter)
    others = [service for service in services if service.id != ticket.service_id]
    addable = [service for service in others if service.code not in ticket.remaining]
    at_work = others_at_work(here.place, here.counter.id)
    return {
        "to_services": [_service_entry("transfer-service", service) for service in others],
        "addable": [_service_entry("add", service) for service in addable],
        "to_counters": [
            Entry(_key(place), f"transfer-counter:{counter.id}", counter.code, name)
            for place, (counter, _session, name) in enumerate(at_work)
        ],
        "to_officers": [
            Entry(_key(place), f"transfer-officer:{session.officer_id}", name, counter.code)
            for place, (counter, session, name) in enumerate(
                entry for entry in at_work if entry[1].officer_id is not None
            )
        ],
    }


def _service_entry(command: str, service: ServiceInfo) -> Entry:
    """A service is chosen by its letter, the one on the tickets."""
    key = service.letter if len(service.letter) == 1 else ""
    return Entry(key, f"{command}:{service.code}", words(service.name))


def _key(place: int) -> str:
    return _LIST_KEYS[place] if place < len(_LIST_KEYS) else ""


def _officer(here: AtCounter) -> str:
    officer_id = here.officer_id
    return names_of({officer_id}).get(officer_id, "") if officer_id is not None else ""


def _since(moment: datetime | None, now: datetime) -> str:
    return minutes_words(max(0.0, (now - moment).total_seconds() / 60)) if moment else ""
