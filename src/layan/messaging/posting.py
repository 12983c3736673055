"""Sending: a message is claimed, handed to its carrier outside every transaction, and what came of it is noted.

A claim has an end, so a message whose sender died is tried again, under the same key.
"""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from layan.kit import clock
from layan.kit.i18n import words
from layan.messaging.api import Failed, Outgoing, Sent, carrier_of
from layan.messaging.health import note_outcome
from layan.messaging.models import Message
from layan.messaging.rules import CLAIM, MOST_TRIES, Channel, Kind, Reason, State, is_true, next_try
from layan.messaging.words import Facts, text_of
from layan.places.api import Layout
from layan.queueing.api import Ticket, track_token

log = logging.getLogger("layan.messages")
#: Messages of one turn, and how many of them wait for a carrier side by side.
_A_TURN, _AT_ONCE = 24, 8


@dataclass(frozen=True)
class _Claimed:
    row: Message
    tries: int
    outgoing: Outgoing


def has_due(place: Layout) -> bool:
    """Say whether anything is to be sent now."""
    return _due(place, clock.now()).exists()


def post(place: Layout) -> int:
    """Send what is due; returns how many messages went out. Not to be called in a transaction: carriers take seconds."""
    claimed = list(_claim(place, clock.now()))
    if not claimed:
        return 0
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        answers = list(pool.map(_send, (each.outgoing for each in claimed)))
    for each, answer in zip(claimed, answers, strict=True):
        _note(each, answer)
    return sum(isinstance(answer, Sent) for answer in answers)


def _due(place: Layout, now: datetime) -> QuerySet[Message]:
    free = Q(state=State.WAITING) | Q(state=State.SENDING, claimed_until__lte=now)
    return Message.objects.filter(free, branch_id=place.branch_id, due_at__lte=now)


def _claim(place: Layout, now: datetime) -> Iterator[_Claimed]:
    due = _due(place, now).select_related("subscription", "ticket").order_by("due_at", "pk")
    for row in due[:_A_TURN]:
        reason = _why_not(row, place, now)
        if reason is not None:
            lost = reason is Reason.UNCONFIRMED
            _change(
                row, row.tries, state=State.FAILED if lost else State.DROPPED, reason=reason, ended_at=now
            )
            continue
        # The one who changes the row is the one who sends it.
        if _change(row, row.tries, state=State.SENDING, tries=row.tries + 1, claimed_until=now + CLAIM):
            yield _Claimed(row, row.tries + 1, _outgoing(row, place))


def _why_not(row: Message, place: Layout, now: datetime) -> Reason | None:
    """Return why a message is not to be sent, None when it is."""
    if not row.subscription.address:
        return Reason.STOPPED
    if row.tries >= MOST_TRIES:
        return Reason.UNCONFIRMED
    if row.not_after < now:
        return Reason.TOO_OLD
    counter = place.counters.get(row.ticket.counter_id or 0)
    same = counter is not None and counter.code == row.counter
    return None if is_true(Kind(row.kind), state=row.ticket.state, is_same_counter=same) else Reason.MOOT


def _change(row: Message, tried: int, /, **values: object) -> bool:
    """Change a message nobody else changed since it was read."""
    return Message.objects.filter(pk=row.pk, state=row.state, tries=tried).update(**values) == 1


def _outgoing(row: Message, place: Layout) -> Outgoing:
    subscription, ticket = row.subscription, row.ticket
    facts = Facts(
        branch=words(place.name, subscription.language),
        number=ticket.number,
        counter=row.counter,
        ahead=row.ahead,
        until=_until(row, ticket, place),
    )
    subject, text = text_of(Kind(row.kind), facts, subscription.language)
    public = settings.PUBLIC_URL
    return Outgoing(
        key=f"{ticket.pk.hex}-{row.channel}-{row.kind}-{row.n}",
        channel=Channel(row.channel),
        address=subscription.address,
        language=subscription.language,
        subject=subject,
        text=text,
        link=f"{public}/t/{track_token(ticket.pk)}" if public else "",
        not_after=row.not_after,
    )


def _until(row: Message, ticket: Ticket, place: Layout) -> datetime | None:
    moment = ticket.not_before if row.kind == Kind.POSTPONED else None
    if row.kind == Kind.MISSED and ticket.called_at is not None:
        moment = ticket.called_at + timedelta(minutes=place.late_minutes)
    return clock.local(moment, place.time_zone) if moment else None


def _send(outgoing: Outgoing) -> Sent | Failed:
    carrier = carrier_of(outgoing.channel)
    if carrier is None:
        return Failed(Reason.REFUSED, retry=True)
    try:
        return carrier.send(outgoing)
    except Exception as fault:  # noqa: BLE001 - one carrier's fault is not the others', and its text may name the address
        log.error("The carrier of %s failed with %s", outgoing.channel.value, type(fault).__name__)  # noqa: TRY400
        return Failed(Reason.REFUSED, retry=True)


def _note(claimed: _Claimed, answer: Sent | Failed) -> None:
    now = clock.now()
    claimed.row.state = State.SENDING
    channel = Channel(claimed.row.channel)
    if isinstance(answer, Sent):
        _change(claimed.row, claimed.tries, state=State.SENT, reason="", claimed_until=None, ended_at=now)
        note_outcome(channel, is_well=True)
        return
    again = next_try(tries=claimed.tries, now=now, not_after=claimed.row.not_after) if answer.retry else None
    values: dict[str, object] = {"state": State.WAITING, "due_at": again}
    if again is None:
        values = {"state": State.FAILED, "ended_at": now}
    _change(claimed.row, claimed.tries, reason=answer.reason, claimed_until=None, **values)
    if answer.reason is not Reason.BAD_ADDRESS:
        note_outcome(channel, is_well=False)
