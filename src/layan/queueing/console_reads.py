"""What an officer sees at a counter: the customer there, who comes next and why, who is set aside."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import orjson
from django.db.models import Q

from layan.customers.api import Category
from layan.kit.models import Head
from layan.people.api import Person, names_of
from layan.places.api import CounterInfo, Layout, counter_order, service_day
from layan.queueing import sql
from layan.queueing.line import line, post_of
from layan.queueing.models import Session, Ticket
from layan.queueing.policy import UNDO_SECONDS, policy
from layan.queueing.rules.lanes import is_direct, service_of
from layan.queueing.rules.priority import Choice, Explanation, Post, explain, in_order
from layan.queueing.rules.states import LIVE, State

#: A customer called this long ago has not come.
CALLED_LIMIT = timedelta(minutes=3)


@dataclass(frozen=True)
class AtCounter:
    """A counter as its officer sees it; `sight` names this very state (see services.as_seen)."""

    place: Layout
    counter: CounterInfo
    session: Session | None
    ticket: Ticket | None
    post: Post

    @property
    def officer_id(self) -> int | None:
        """The officer whose session is open here."""
        return self.session.officer_id if self.session else None

    @property
    def sight(self) -> str:
        """What was seen here: whose session, which ticket, and what was done with it last."""
        seen = [f"{self.session.pk}-{self.session.state}" if self.session else "closed"]
        if self.ticket is not None:
            ticket = self.ticket
            seen += [ticket.pk.hex, ticket.state, str(ticket.service_id), str(ticket.recalls)]
            seen.append(str(len(ticket.remaining)))
        return ".".join(seen)


def at_counter(place: Layout, counter: CounterInfo, person: Person) -> AtCounter:
    """Return what stands at a counter now; the post is that of its officer, or of `person` while it is closed."""
    session, ticket = sql.at_counter(counter.id)
    post = post_of(place, counter, session.officer_id if session else person.user_id, person)
    return AtCounter(place, counter, session, ticket, post)


def upcoming(here: AtCounter, now: datetime, limit: int = 5) -> list[tuple[Ticket, Choice]]:
    """Return those this counter would call next, in order, each with the reason for its place (B14)."""
    lanes = _lanes(here, _filled_lanes(here.place.branch_id))
    tickets = {str(ticket.pk): ticket for ticket in sql.firsts(lanes, now, limit)}
    order = in_order(line(tickets.values()), here.post, policy(here.place.policy), now)
    return [(tickets[choice.waiting.ticket_id], choice) for choice in order[:limit]]


def emergencies(here: AtCounter, now: datetime) -> list[Ticket]:
    """Return the emergencies that this counter could call, longest wait first."""
    lanes = _lanes(here, _filled_lanes(here.place.branch_id))
    found = [ticket for ticket in sql.firsts(lanes, now, 3) if ticket.category == Category.EMERGENCY]
    return sorted(found, key=lambda ticket: ticket.waiting_since)


def on_hold(here: AtCounter) -> list[Ticket]:
    """Return who was set aside here, or at a counter that has closed since and waits for a service given here.

    The one set aside first stands at the top.
    """
    open_counters = Session.objects.filter(branch_id=here.place.branch_id, closed_at=None)
    left_behind = ~Q(counter__in=open_counters.values("counter")) & Q(service__in=here.post.preferences)
    held = Ticket.objects.filter(branch_id=here.place.branch_id, state=State.ON_HOLD)
    return list(held.filter(Q(counter=here.counter.id) | left_behind).order_by("started_at"))


def no_shows(here: AtCounter, now: datetime) -> list[Ticket]:
    """Return those who did not come to this counter and may still return (their tolerance is not over)."""
    since = now - timedelta(minutes=here.place.late_minutes)
    missed = Ticket.objects.filter(counter_id=here.counter.id, state=State.NO_SHOW, called_at__gte=since)
    return list(missed.order_by("-called_at"))


def recent(here: AtCounter, now: datetime, limit: int = 5) -> list[Ticket]:
    """Return the last tickets whose business ended at this counter today, newest first."""
    ended = Ticket.objects.filter(
        counter_id=here.counter.id,
        called_at__isnull=False,
        service_day=service_day(here.place, now),
        state=State.DONE,
    )
    return list(ended.order_by("-called_at")[:limit])


def undo_until(branch_id: int, counter_id: int, now: datetime) -> datetime | None:
    """Return until when the last command at a counter can be taken back, None when there is none any more."""
    last = _tally(branch_id).get("last", {}).get(str(counter_id))
    if last is None:
        return None
    until = datetime.fromisoformat(last["at"]) + timedelta(seconds=UNDO_SECONDS)
    return until if until > now else None


def waiting_number(place: Layout, number: str, now: datetime) -> Ticket | None:
    """Return the ticket with this number, as a person types it: today's, else one live since before midnight."""
    plain = "".join(number.split()).upper()
    today = service_day(place, now)
    days = Q(service_day=today) | Q(service_day=today - timedelta(days=1), state__in=LIVE)
    given = Ticket.objects.filter(days, branch_id=place.branch_id, number=plain)
    return given.order_by("-service_day").first()


def explanation(here: AtCounter, ticket: Ticket, now: datetime) -> Explanation | None:
    """Say why a waiting ticket stands where it does at this counter; None when it is not one for this counter."""
    if ticket.state != State.WAITING or ticket.lane not in _lanes(here, [ticket.lane]):
        return None
    return _explained(ticket, _lanes(here, _filled_lanes(here.place.branch_id)), here.post, here.place, now)


def explanation_in_line(place: Layout, ticket: Ticket, now: datetime) -> Explanation | None:
    """Say why a waiting ticket stands where it does among all who wait for the same thing, at no counter's view."""
    if ticket.state != State.WAITING:
        return None
    alike = [lane for lane in _filled_lanes(place.branch_id) if _what_for(lane) == _what_for(ticket.lane)]
    return _explained(ticket, alike, Post("general", {ticket.service_id: 1}), place, now)


def others_at_work(place: Layout, counter_id: int) -> list[tuple[CounterInfo, Session, str]]:
    """Return the other counters that are open or on a break, with the officer's name: where a customer can be sent."""
    sessions = list(
        Session.objects.filter(branch_id=place.branch_id, closed_at=None).exclude(counter_id=counter_id)
    )
    names = names_of({session.officer_id for session in sessions if session.officer_id is not None})
    return sorted(
        (
            (place.counters[session.counter_id], session, names.get(session.officer_id or 0, ""))
            for session in sessions
            if session.counter_id in place.counters
        ),
        key=lambda entry: counter_order(entry[0].code),
    )


def _explained(ticket: Ticket, lanes: Iterable[str], post: Post, place: Layout, now: datetime) -> Explanation:
    others = Ticket.objects.filter(state=State.WAITING, lane__in=list(lanes)).exclude(pk=ticket.pk)
    present = [other for other in others if other.not_before is None or other.not_before <= now]
    found = explain(line([ticket])[0], line(present), post, policy(place.policy), now)
    later = ticket.not_before if ticket.not_before is not None and ticket.not_before > now else None
    return replace(found, passed_over_until=later)


def _lanes(here: AtCounter, lanes: Iterable[str]) -> list[str]:
    """Return those of the lanes that this counter calls from."""
    direct = {f"c{here.counter.id}", f"o{here.officer_id}"}
    return [
        lane
        for lane in lanes
        if (_what_for(lane) in direct if is_direct(lane) else service_of(lane) in here.post.preferences)
    ]


def _what_for(lane: str) -> str:
    """Return what a lane waits for, whatever the category."""
    return lane.partition(":")[0]


def _filled_lanes(branch_id: int) -> list[str]:
    return list(_tally(branch_id).get("lanes", {}))


def _tally(branch_id: int) -> dict[str, dict[str, dict[str, str]]]:
    row = Head.objects.filter(branch_id=branch_id).values_list("tally", flat=True).first()
    tally: dict[str, dict[str, dict[str, str]]] = orjson.loads(row or "{}")
    return tally
