"""One number's story, told from the event log: what happened to it, when, and by whom (A3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.utils.translation import gettext as _

from layan.customers.api import CATEGORY_WORDS, Category
from layan.kit.i18n import words
from layan.kit.models import Event
from layan.people.api import names_of
from layan.places.api import Layout
from layan.queueing.models import Ticket
from layan.queueing.words import OUT_OF_ORDER_WORDS, OUTCOME_WORDS, minutes_words

#: The clock may be set back a little while a branch works; look that much further on both sides.
_SLACK = timedelta(hours=1)


@dataclass(frozen=True)
class Happening:
    """One event of a ticket in words; `seq` is its number in the branch's log."""

    seq: int
    at: datetime
    words: str
    actor: str


def story(place: Layout, ticket: Ticket) -> list[Happening]:
    """Return what the log says of a ticket, oldest first."""
    first = _seq_at(place.branch_id, ticket.issued_at - _SLACK)
    events = Event.objects.filter(
        branch_id=place.branch_id, seq__gte=first, payload__contains=str(ticket.pk)
    ).order_by("seq")
    if ticket.ended_at is not None:
        events = events.filter(seq__lte=_seq_at(place.branch_id, ticket.ended_at + _SLACK))
    found = [(event, orjson.loads(event.payload)) for event in events]
    names = _names([event.actor for event, _payload in found])
    return [
        Happening(event.seq, event.at, _told(place, event.type, payload), names.get(event.actor, event.actor))
        for event, payload in found
    ]


def _seq_at(branch_id: int, moment: datetime) -> int:
    """Return the number of the last event before `moment`: a handful of key look-ups, however long the log is."""
    log = Event.objects.filter(branch_id=branch_id)
    low, high = 0, log.order_by("-seq").values_list("seq", flat=True).first() or 0
    if log.filter(seq=high, at__lt=moment).exists():
        return high
    while low < high:
        middle = (low + high) // 2
        at = log.filter(seq=middle).values_list("at", flat=True).first()
        if at is None or at < moment:
            low = middle + 1
        else:
            high = middle
    return low


def _names(actors: list[str]) -> dict[str, str]:
    """Return who each actor of the log is, in words."""
    users = {actor: int(actor[5:]) for actor in actors if actor.startswith("user:")}
    known = names_of(set(users.values()))
    found = {actor: known.get(user_id, actor) for actor, user_id in users.items()}
    for actor in actors:
        if actor.startswith("ticket:"):
            found[actor] = _("the customer")
        elif actor == "system":
            found[actor] = _("the system")
    return found


def _told(place: Layout, event_type: str, payload: Mapping[str, Any]) -> str:
    tell = _TELLING.get(event_type)
    return tell(place, payload) if tell else event_type


def _service(place: Layout, code: str) -> str:
    service = place.service_codes.get(code)
    return words(service.name) if service else code


def _issued(place: Layout, facts: Mapping[str, Any]) -> str:
    services = ", ".join(_service(place, code) for code in facts["services"])
    values = {
        "services": services,
        "category": CATEGORY_WORDS[Category(facts["category"])],
        "ahead": facts["ahead"],
    }
    return _("Number given for: %(services)s (%(category)s); %(ahead)s ahead") % values


def _rearranged(place: Layout, facts: Mapping[str, Any]) -> str:
    services = ", ".join(_service(place, code) for code in facts["services"])
    return _("Services still to come, in their new order: %(services)s") % {"services": services}


def _called(place: Layout, facts: Mapping[str, Any]) -> str:
    values = {"counter": facts["counter"], "wait": minutes_words(facts["waited_seconds"] / 60)}
    if facts["out_of_order"]:
        values["reason"] = str(OUT_OF_ORDER_WORDS[facts["out_of_order"]])
        return _("Called to counter %(counter)s before its turn (%(reason)s) after waiting %(wait)s") % values
    return _("Called to counter %(counter)s after waiting %(wait)s") % values


def _finished(place: Layout, facts: Mapping[str, Any]) -> str:
    values = {
        "service": _service(place, facts["service"]),
        "outcome": OUTCOME_WORDS[facts["outcome"]],
        "minutes": minutes_words(facts["served_seconds"] / 60),
    }
    if facts["assumed"]:
        return _("%(service)s taken as finished when the next customer was called: %(minutes)s") % values
    return _("%(service)s finished: %(outcome)s, %(minutes)s") % values


def _transferred(place: Layout, facts: Mapping[str, Any]) -> str:
    if facts["to_counter"]:
        return _("Sent to counter %(counter)s") % {"counter": facts["to_counter"]}
    if facts["to_officer"]:
        name = names_of({facts["to_officer"]}).get(facts["to_officer"], "")
        return _("Sent to the officer %(name)s") % {"name": name}
    return _("Waits for %(service)s") % {"service": _service(place, facts["service"])}


def _cancelled(place: Layout, facts: Mapping[str, Any]) -> str:
    sentences = {
        "customer": _("Cancelled by the customer"),
        "staff": _("Cancelled by staff"),
        "day-closed": _("Ended with the service day"),
        "not-taken": _("Given up: neither printed nor taken from the screen"),
    }
    return sentences.get(facts["reason"], _("Cancelled"))


def _taken(place: Layout, facts: Mapping[str, Any]) -> str:
    sentences = {
        "printed": _("Slip printed"),
        "screen": _("Number taken from the screen, without a slip"),
        "phone": _("Number opened on the customer's telephone"),
    }
    return sentences.get(str(facts["how"]), str(facts["how"]))


_TELLING: dict[str, Callable[[Layout, Mapping[str, Any]], str]] = {
    "ticket.issued": _issued,
    "ticket.offered": lambda place, facts: _("Slip asked of the printer"),
    "ticket.taken": _taken,
    "ticket.reprinted": lambda place, facts: (
        _("Slip printed again") if facts["outcome"] == "printed" else _("Slip asked for again, not confirmed")
    ),
    "ticket.called": _called,
    "messages.asked": lambda place, facts: _("The customer asked for messages"),
    "messages.stopped": lambda place, facts: _("Messages ended; the address was erased"),
    "ticket.recalled": lambda place, facts: _("Called again to counter %(counter)s") % facts,
    "service.started": lambda place, facts: (
        _("Serving began at counter %(counter)s: %(service)s")
        % {"counter": facts["counter"], "service": _service(place, facts["service"])}
    ),
    "service.added": lambda place, facts: (
        _("Service added to the visit: %(service)s") % {"service": _service(place, facts["service"])}
    ),
    "services.rearranged": _rearranged,
    "service.finished": _finished,
    "ticket.held": lambda place, facts: _("Put on hold at counter %(counter)s") % facts,
    "ticket.resumed": lambda place, facts: _("Resumed at counter %(counter)s") % facts,
    "ticket.transferred": _transferred,
    "ticket.no-show": lambda place, facts: _("Did not come to counter %(counter)s") % facts,
    "ticket.returned": lambda place, facts: (
        _("Came back after %(away)s") % {"away": minutes_words(facts["away_seconds"] / 60)}
    ),
    "ticket.postponed": lambda place, facts: (
        _("Will be late: passed over for %(minutes)s min") % facts
        if facts["minutes"]
        else _("Is here after all: not passed over any longer")
    ),
    "ticket.done": lambda place, facts: _("All business is done"),
    "ticket.cancelled": _cancelled,
    "command.undone": lambda place, facts: _("The last step at counter %(counter)s was taken back") % facts,
}
