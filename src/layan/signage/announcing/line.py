"""A zone's line of announcements: filled from the log, taken by one player at a time, confirmed when heard (B9).

Whoever asks for the next one first brings the line up to date from the log, so no call waits for a worker, none is
missed, and an event is announced once, whichever process saw it first. A zone's row is the lock of its line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import Q

from layan.kit import clock
from layan.kit.models import Event
from layan.places.api import Layout
from layan.queueing.api import State as TicketState
from layan.queueing.api import Ticket, head
from layan.signage.announcing.rules import (
    GRACE,
    OLDEST,
    TO_BEGIN,
    TRIES,
    Kind,
    Reason,
    State,
    Waiting,
    choose,
)
from layan.signage.models import Announcement, ZoneVoice

_CALLS = {"ticket.called": Kind.CALL, "ticket.recalled": Kind.RECALL}
_OPEN = (State.WAITING, State.PLAYING)
#: More events than a branch has in the time for which a call is announced: a zone silent for days is not read through.
_AT_MOST_BACK = 2_000


@dataclass(frozen=True)
class Turn:
    """What a player does now: say one announcement, or nothing until `again` (a moment, at the latest)."""

    say: Announcement | None
    again: datetime


def take(place: Layout, zone_ids: Sequence[int], *, screen_id: int, urgent_only: bool = False) -> Turn:
    """Hand a screen the next announcement of its zones, which nobody else says while it does.

    It has until `playing` says how long the sound lasts, and then that long; what it does not confirm is said once more.
    """
    now = clock.now()
    if not _has_news(place, zone_ids, now):
        return Turn(None, _later(zone_ids, now))
    with transaction.atomic():
        voices = _locked(zone_ids)
        for voice in voices:
            _follow(place, voice, now)
            _end_lost(voice, screen_id, now)
        for voice in voices:
            if voice.busy_until is not None and voice.busy_until > now:
                continue
            said = _next(place, voice.zone_id, now, urgent_only=urgent_only)
            if said is None:
                continue
            together = _together(
                said, [each for each in voices if each.busy_until is None or each.busy_until <= now]
            )
            for each, owner in together:
                each.state, each.screen_id, each.tries = State.PLAYING, screen_id, each.tries + 1
                each.save(update_fields=["state", "screen_id", "tries"])
                _hold(owner, screen_id, now + TO_BEGIN)
            return Turn(said, now)
    return Turn(None, _later(zone_ids, now))


def playing(announcement: Announcement, *, seconds: float) -> None:
    """Keep the zone for as long as the sound lasts."""
    until = clock.now() + timedelta(seconds=seconds) + GRACE
    with transaction.atomic():
        ZoneVoice.objects.filter(zone__in=_zones_of(announcement), screen=announcement.screen_id).update(
            busy_until=until
        )


def played(announcement_id: int, *, screen_id: int) -> bool:
    """Note that a screen has said an announcement, wherever it was said with it. False when it was not that screen's."""
    with transaction.atomic():
        found = (
            Announcement.objects.select_for_update()
            .filter(pk=announcement_id, screen=screen_id, state=State.PLAYING)
            .first()
        )
        if found is None:
            return False
        _end(found, screen_id, State.PLAYED)
        return True


def unsaid(announcement: Announcement, *, screen_id: int, reason: Reason) -> None:
    """Note that an announcement that was taken could not be said."""
    with transaction.atomic():
        _end(announcement, screen_id, State.DROPPED, reason)


def _end(said: Announcement, screen_id: int, state: State, reason: str = "") -> None:
    now, zones = clock.now(), _zones_of(said)
    same = Q(pk=said.pk) | (Q(batch=said.batch) if said.batch else Q(pk=said.pk))
    for each in Announcement.objects.filter(same, screen=screen_id, state=State.PLAYING):
        each.state, each.reason, each.ended_at = state, reason, now
        each.save(update_fields=["state", "reason", "ended_at"])
        _again(each, now)
    ZoneVoice.objects.filter(zone__in=zones, screen=screen_id).update(busy_until=None, screen=None)


def _again(said: Announcement, now: datetime) -> None:
    """Put a message that repeats into the line once more."""
    if not said.every_minutes or said.ends_at is None:
        return
    due = said.due_at
    while due <= now:
        due += timedelta(minutes=said.every_minutes)
    if due >= said.ends_at:
        return
    Announcement.objects.create(
        branch_id=said.branch_id,
        zone_id=said.zone_id,
        kind=said.kind,
        text=said.text,
        batch=said.batch,
        every_minutes=said.every_minutes,
        ends_at=said.ends_at,
        asked_by_id=said.asked_by_id,
        due_at=due,
    )


def _has_news(place: Layout, zone_ids: Sequence[int], now: datetime) -> bool:
    """Say, without any lock, whether there may be something to do: most asking is in vain."""
    known = dict(ZoneVoice.objects.filter(zone__in=zone_ids).values_list("zone", "read_seq"))
    seq = head(place.branch_id)[0]
    if any(known.get(zone) != seq for zone in zone_ids):
        return True
    return Announcement.objects.filter(zone__in=zone_ids, state__in=_OPEN, due_at__lte=now).exists()


def _later(zone_ids: Sequence[int], now: datetime) -> datetime:
    """Return when to ask again if no event comes before: when a zone is free again or a message is due."""
    moments = [now + timedelta(seconds=10)]
    busy = ZoneVoice.objects.filter(zone__in=zone_ids, busy_until__gt=now).values_list(
        "busy_until", flat=True
    )
    due = Announcement.objects.filter(zone__in=zone_ids, state=State.WAITING, due_at__gt=now)
    moments += [
        moment for moment in (*busy, *due.order_by("due_at").values_list("due_at", flat=True)[:1]) if moment
    ]
    return min(moments)


def _locked(zone_ids: Sequence[int]) -> list[ZoneVoice]:
    """Return the zones' rows, locked, always in the same order; a zone that never spoke begins with what is still true."""
    missing = set(zone_ids) - set(ZoneVoice.objects.filter(zone__in=zone_ids).values_list("zone", flat=True))
    if missing:
        # What was called shortly before the first screen was there is still announced; `_follow` looks no further back.
        ZoneVoice.objects.bulk_create(
            [ZoneVoice(zone_id=zone, read_seq=0) for zone in sorted(missing)], ignore_conflicts=True
        )
    return list(ZoneVoice.objects.select_for_update(of=("self",)).filter(zone__in=zone_ids).order_by("zone"))


def _follow(place: Layout, voice: ZoneVoice, now: datetime) -> None:
    """Put the calls since the last look into the zone's line."""
    seq = head(place.branch_id)[0]
    if voice.read_seq == seq:
        return
    calls = Event.objects.filter(
        branch_id=place.branch_id,
        seq__gt=max(voice.read_seq, seq - _AT_MOST_BACK),
        seq__lte=seq,
        type__in=_CALLS,
        zone_id=voice.zone_id,
        at__gte=now - max(OLDEST.values()),
    ).order_by("seq")
    for event in calls:
        facts = orjson.loads(event.payload)
        ticket = UUID(facts["ticket"])
        earlier = Announcement.objects.filter(
            zone=voice.zone_id, ticket=ticket, state=State.WAITING, seq__lt=event.seq
        )
        earlier.update(state=State.DROPPED, reason=Reason.SUPERSEDED, ended_at=now)
        Announcement.objects.get_or_create(
            zone_id=voice.zone_id,
            seq=event.seq,
            defaults={
                "branch_id": place.branch_id,
                "kind": _CALLS[event.type],
                "ticket": ticket,
                "number": facts["number"],
                "counter": facts["counter"],
                "due_at": event.at,
            },
        )
    voice.read_seq = seq
    voice.save(update_fields=["read_seq"])


def _end_lost(voice: ZoneVoice, screen_id: int, now: datetime) -> None:
    """Take back what a player did not confirm: in time, or because it asks for more without having done so."""
    gone = voice.busy_until is None or voice.busy_until <= now or voice.screen_id == screen_id
    if not gone:
        return
    for each in Announcement.objects.filter(zone=voice.zone_id, state=State.PLAYING):
        if each.tries < TRIES:
            each.state = State.WAITING
        else:
            each.state, each.reason, each.ended_at = State.DROPPED, Reason.UNCONFIRMED, now
        each.save(update_fields=["state", "reason", "ended_at"])
        if each.state == State.DROPPED:
            _again(each, now)
    _hold(voice, None, None)


def _hold(voice: ZoneVoice, screen_id: int | None, until: datetime | None) -> None:
    if (voice.screen_id, voice.busy_until) != (screen_id, until):
        voice.screen_id, voice.busy_until = screen_id, until
        voice.save(update_fields=["screen_id", "busy_until"])


def _next(place: Layout, zone_id: int, now: datetime, *, urgent_only: bool) -> Announcement | None:
    waiting = Announcement.objects.filter(zone=zone_id, state=State.WAITING, due_at__lte=now)
    if urgent_only:
        waiting = waiting.filter(kind=Kind.URGENT)
    rows = {each.pk: each for each in waiting}
    line = [Waiting(each.pk, Kind(each.kind), each.due_at, each.pk) for each in rows.values()]
    choice = choose(line, now, lambda one: _is_true(place, rows[one.id]))
    for identity, reason in choice.dropped:
        row = rows[identity]
        row.state, row.reason, row.ended_at = State.DROPPED, reason, now
        row.save(update_fields=["state", "reason", "ended_at"])
        _again(row, now)
    return rows[choice.next.id] if choice.next else None


def _is_true(place: Layout, row: Announcement) -> bool:
    """Say whether a call still stands: the number is called, to that counter, and nobody came yet."""
    if row.ticket is None:
        return True
    ticket = Ticket.objects.filter(pk=row.ticket).only("state", "counter").first()
    if ticket is None or ticket.state != TicketState.CALLED:
        return False
    counter = place.counters.get(ticket.counter_id or 0)
    return counter is not None and counter.code == row.counter


def _together(said: Announcement, free: list[ZoneVoice]) -> list[tuple[Announcement, ZoneVoice]]:
    """Return what one saying serves: a message to several zones is said once by a screen that speaks for all of them."""
    owners = {voice.zone_id: voice for voice in free}
    if said.batch is None:
        return [(said, owners[said.zone_id])]
    others = Announcement.objects.filter(
        batch=said.batch, due_at=said.due_at, state=State.WAITING, zone__in=owners
    ).exclude(pk=said.pk)
    return [(said, owners[said.zone_id]), *((each, owners[each.zone_id]) for each in others)]


def _zones_of(said: Announcement) -> list[int]:
    if said.batch is None:
        return [said.zone_id]
    return list(
        Announcement.objects.filter(batch=said.batch, state=State.PLAYING, screen=said.screen_id).values_list(
            "zone", flat=True
        )
    )
