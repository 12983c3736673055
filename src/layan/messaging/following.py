"""Messages are made from the event log: whichever process looks first makes them, and each is made once.

A branch's `Followed` row is the lock; a message is unique by number, channel, kind and event, so following the same
events again makes nothing new.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction

from layan.kit import clock
from layan.kit.models import Event
from layan.messaging.models import Followed, Message, Subscription
from layan.messaging.rules import KIND_OF, OLDEST, Kind, Reason, State, is_nearly
from layan.places.api import Layout
from layan.queueing.api import head, people_ahead

#: More events than a branch has while a message is of use: who was away for days does not read through them.
_AT_MOST_BACK = 2_000


def follow(place: Layout) -> int:
    """Make the messages of what happened since the last look; returns how many. Cheap where nobody asked for any."""
    live = Subscription.objects.filter(branch_id=place.branch_id, erased_at=None)
    if not live.exists():
        return 0
    seq = head(place.branch_id)[0]
    if Followed.objects.filter(branch_id=place.branch_id, seq=seq).exists():
        return 0
    with transaction.atomic():
        mark = Followed.objects.select_for_update().filter(branch_id=place.branch_id).first()
        if mark is None:
            return 0
        now, seq = clock.now(), head(place.branch_id)[0]
        told = list(live.select_related("ticket").order_by("pk"))
        made = _of_events(place, told, mark.seq, seq, now) + _of_the_line(place, told, now)
        mark.seq = seq
        mark.save(update_fields=["seq"])
        return made


def _of_events(place: Layout, told: list[Subscription], after: int, until: int, now: datetime) -> int:
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
    made = 0
    for event in events:
        facts = orjson.loads(event.payload)
        kind = KIND_OF[event.type]
        if kind is Kind.POSTPONED and not facts["minutes"]:
            continue
        for each in by_ticket.get(UUID(facts["ticket"]), ()):
            if event.at >= each.asked_at:
                made += _make(each, kind, event.seq, event.at, counter=facts.get("counter", ""))
    return made


def _of_the_line(place: Layout, told: Iterable[Subscription], now: datetime) -> int:
    known = set(
        Message.objects.filter(branch_id=place.branch_id, kind=Kind.NEARLY, subscription__erased_at=None)
        .values_list("ticket_id", "channel")
        .distinct()
    )
    made = 0
    for each in told:
        ticket = each.ticket
        if (each.ticket_id, each.channel) in known or ticket.state != "waiting":
            continue
        ahead = people_ahead(ticket, place, now)
        later = ticket.not_before is not None and ticket.not_before > now
        if is_nearly(
            state=ticket.state,
            ahead=ahead,
            ahead_when_asked=each.ahead_when_asked,
            is_passed_over=later,
        ):
            made += _make(each, Kind.NEARLY, 0, now, ahead=ahead)
    return made


def _make(subscription: Subscription, kind: Kind, n: int, at: datetime, **facts: Any) -> int:
    message, is_new = Message.objects.get_or_create(
        ticket_id=subscription.ticket_id,
        channel=subscription.channel,
        kind=kind,
        n=n,
        defaults={
            "branch_id": subscription.branch_id,
            "subscription": subscription,
            "state": State.WAITING,
            "made_at": at,
            "due_at": at,
            "not_after": at + OLDEST[kind],
            **facts,
        },
    )
    if is_new:
        earlier = Message.objects.filter(
            ticket_id=message.ticket_id, channel=message.channel, state=State.WAITING, pk__lt=message.pk
        )
        earlier.update(state=State.DROPPED, reason=Reason.SUPERSEDED, ended_at=at)
    return int(is_new)
