"""Messages are made from the event log: whichever process looks first makes them, and each is made once.

A branch's `Followed` row says how far, and who moves it on makes the messages; a message is unique by number, channel, kind and event, so following the same
events again makes nothing new.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import Q

from layan.kit import clock
from layan.kit.models import Event
from layan.messaging.models import Followed, Message, Subscription
from layan.messaging.rules import KIND_OF, NEARLY_AT, OLDEST, Kind, Reason, State, is_nearly
from layan.places.api import Layout
from layan.queueing.api import State as TicketState
from layan.queueing.api import Ticket, head, people_ahead

#: More events than a branch has while a message is of use: who was away for days does not read through them.
_AT_MOST_BACK = 2_000


@dataclass(frozen=True)
class _Wanted:
    """A message that is to be made."""

    subscription: Subscription
    kind: Kind
    n: int
    at: datetime
    counter: str = ""
    ahead: int = 0


def follow(place: Layout) -> int:
    """Make the messages of what happened since the last look; returns how many. Cheap where nobody asked for any."""
    mark = Followed.objects.filter(branch_id=place.branch_id).first()
    seq = head(place.branch_id)[0]
    if mark is None or mark.seq == seq:
        return 0
    live = Subscription.objects.filter(branch_id=place.branch_id, erased_at=None)
    told = list(live.select_related("ticket").order_by("pk"))
    if not told:
        return 0
    now = clock.now()
    # Looked up before the lock is taken: on SQLite it would hold up whoever takes or calls a number.
    wanted = [*_of_events(place, told, mark.seq, seq, now), *_of_the_line(place, told, now)]
    with transaction.atomic():
        if Followed.objects.filter(pk=mark.pk, seq=mark.seq).update(seq=seq) != 1:
            return 0
        return sum(_make(each) for each in wanted)


def _of_events(
    place: Layout, told: list[Subscription], after: int, until: int, now: datetime
) -> Iterator[_Wanted]:
    by_ticket: dict[UUID, list[Subscription]] = {}
    for each in told:
        by_ticket.setdefault(each.ticket_id, []).append(each)
    events = Event.objects.filter(
        branch_id=place.branch_id,
        seq__gt=max(after, until - _AT_MOST_BACK),
        seq__lte=until,
        type__in=KIND_OF,
        at__gte=now - max(OLDEST.values()),
    ).order_by("seq")
    for event in events:
        facts = orjson.loads(event.payload)
        kind = KIND_OF[event.type]
        if kind is Kind.POSTPONED and not facts["minutes"]:
            continue
        for each in by_ticket.get(UUID(facts["ticket"]), ()):
            if event.at >= each.asked_at:
                yield _Wanted(each, kind, event.seq, event.at, counter=facts.get("counter", ""))


def _of_the_line(place: Layout, told: Iterable[Subscription], now: datetime) -> Iterator[_Wanted]:
    known = set(
        Message.objects.filter(
            branch_id=place.branch_id, kind=Kind.NEARLY, subscription__erased_at=None
        ).values_list("ticket_id", "channel")
    )
    waiting = [
        each
        for each in told
        if each.ticket.state == TicketState.WAITING and (each.ticket_id, each.channel) not in known
    ]
    first = first_of_lanes({each.ticket.lane for each in waiting}, now)
    for each in waiting:
        if each.ticket_id not in first:
            continue
        ticket = each.ticket
        ahead = people_ahead(ticket, place, now)
        later = ticket.not_before is not None and ticket.not_before > now
        if is_nearly(
            state=ticket.state,
            ahead=ahead,
            ahead_when_asked=each.ahead_when_asked,
            is_passed_over=later,
        ):
            yield _Wanted(each, Kind.NEARLY, 0, now, ahead=ahead)


def first_of_lanes(lanes: Iterable[str], now: datetime) -> set[UUID]:
    """Return the numbers with so few before them in their own lane that they may be near; all others are not."""
    present = Q(not_before=None) | Q(not_before__lte=now)
    found: set[UUID] = set()
    for lane in lanes:
        line = Ticket.objects.filter(present, lane=lane, state=TicketState.WAITING)
        found.update(line.order_by("waiting_since", "pk").values_list("pk", flat=True)[: NEARLY_AT + 1])
    return found


def _make(wanted: _Wanted) -> int:
    subscription = wanted.subscription
    message, is_new = Message.objects.get_or_create(
        ticket_id=subscription.ticket_id,
        channel=subscription.channel,
        kind=wanted.kind,
        n=wanted.n,
        defaults={
            "branch_id": subscription.branch_id,
            "subscription": subscription,
            "state": State.WAITING,
            "made_at": wanted.at,
            "due_at": wanted.at,
            "not_after": wanted.at + OLDEST[wanted.kind],
            "counter": wanted.counter,
            "ahead": wanted.ahead,
        },
    )
    if is_new:
        earlier = Message.objects.filter(
            ticket_id=message.ticket_id, channel=message.channel, state=State.WAITING, pk__lt=message.pk
        )
        earlier.update(state=State.DROPPED, reason=Reason.SUPERSEDED, ended_at=wanted.at)
    return int(is_new)
