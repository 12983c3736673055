"""A zone's line of announcements: filled from the log, taken by one speaker at a time, confirmed when heard (B9).

Whoever asks for the next one first brings the line up to date from the log, so no call waits for a worker, none is
missed, and an event is announced once, whichever process saw it first. A zone's row is the lock of its line.

Of several screens with sound in one zone one is its speaker; the others stand in when it no longer asks.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import QuerySet

from layan.kit import clock
from layan.kit.models import Event
from layan.places.api import Layout
from layan.queueing.api import State as TicketState
from layan.queueing.api import Ticket, head
from layan.signage.announcing.rules import (
    GRACE,
    OLDEST,
    SPEAKER_GONE,
    TO_BEGIN,
    TRIES,
    Kind,
    Reason,
    State,
    Waiting,
    choose,
)
from layan.signage.models import Announcement, ZoneVoice
from layan.signage.screens.known import displays

_CALLS = {"ticket.called": Kind.CALL, "ticket.recalled": Kind.RECALL}
_OPEN = (State.WAITING, State.PLAYING)
_ASK_AGAIN = timedelta(seconds=10)
_SIGN_OF_LIFE = timedelta(seconds=5)
#: More events than a branch has in the time for which a call is announced: a zone silent for days is not read through.
_AT_MOST_BACK = 2_000


@dataclass(frozen=True)
class Turn:
    """What a screen does now: say one announcement, or nothing until `again` (a moment, at the latest)."""

    say: Announcement | None
    again: datetime


def take(place: Layout, zone_id: int, *, screen_id: int, urgent_only: bool = False) -> Turn:
    """Hand a screen the next announcement of the zone in which it hangs; nobody else speaks there while it does.

    It has until `playing` says how long the sound lasts, and then that long; what it does not confirm is said once more.
    """
    now = clock.now()
    if not _has_news(place, zone_id, screen_id, now):
        return Turn(None, _later(zone_id, now))
    with transaction.atomic():
        voice = _locked(zone_id)
        if _has_another_speaker(place, voice, screen_id, now):
            return Turn(None, now + _ASK_AGAIN)
        _follow(place, voice, now)
        if voice.screen_id == screen_id or voice.busy_until is None or voice.busy_until <= now:
            _take_back(voice, now)
            voice.busy_until = None
        said = None
        if voice.busy_until is None:
            voice.screen_id, voice.seen_at = screen_id, now
            said = _next(place, zone_id, now, screen_id=screen_id, urgent_only=urgent_only)
            voice.busy_until = now + TO_BEGIN if said else None
        voice.save()
    return Turn(said, now if said else _later(zone_id, now))


def playing(said: Announcement, *, seconds: float) -> None:
    """Keep the zone for as long as the sound lasts."""
    until = clock.now() + timedelta(seconds=seconds) + GRACE
    ZoneVoice.objects.filter(zone=said.zone_id, screen=said.screen_id).update(busy_until=until)


def played(announcement_id: int, *, screen_id: int) -> bool:
    """Note that a screen has said an announcement. False when it was not, or is no longer, that screen's to say."""
    said = Announcement.objects.filter(pk=announcement_id, screen=screen_id).first()
    return said is not None and _end(said, State.PLAYED)


def unsaid(said: Announcement, *, reason: Reason) -> None:
    """Note that an announcement that was taken could not be said."""
    _end(said, State.DROPPED, reason)


def _end(said: Announcement, state: State, reason: str = "") -> bool:
    now = clock.now()
    with transaction.atomic():
        # The zone's row first, as everywhere: two who lock in another order would wait for each other.
        voice = _locked(said.zone_id)
        mine = Announcement.objects.filter(pk=said.pk, screen=said.screen_id, state=State.PLAYING)
        if not mine.update(state=state, reason=reason, ended_at=now):
            return False
        _again(said, now)
        if voice.screen_id == said.screen_id:
            voice.busy_until = None
            voice.save(update_fields=["busy_until"])
    return True


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


def _has_news(place: Layout, zone_id: int, screen_id: int, now: datetime) -> bool:
    """Say, without any lock, whether there may be something to do: most asking is in vain."""
    voice = ZoneVoice.objects.filter(zone=zone_id).first()
    if voice is None:
        return True
    if voice.screen_id != screen_id:
        return not _has_another_speaker(place, voice, screen_id, now)
    if voice.seen_at is None or now - voice.seen_at > _SIGN_OF_LIFE:
        ZoneVoice.objects.filter(zone=zone_id, screen=screen_id).update(seen_at=now)
    if voice.read_seq != head(place.branch_id)[0]:
        return True
    return Announcement.objects.filter(zone=zone_id, state__in=_OPEN, due_at__lte=now).exists()


def _has_another_speaker(place: Layout, voice: ZoneVoice, screen_id: int, now: datetime) -> bool:
    """Say whether another screen speaks in the zone: it was heard of lately, hangs there still and has its sound on."""
    if voice.screen_id in {None, screen_id} or voice.seen_at is None or now - voice.seen_at > SPEAKER_GONE:
        return False
    return any(
        each.id == voice.screen_id and each.volume and each.zone_id == voice.zone_id
        for each in displays(place.branch_id).values()
    )


def _later(zone_id: int, now: datetime) -> datetime:
    """Return when to ask again if no event comes before: when the zone is free again or a message is due."""
    voice = ZoneVoice.objects.filter(zone=zone_id, busy_until__gt=now).first()
    moments = [now + _ASK_AGAIN]
    if voice is not None and voice.busy_until is not None:
        moments.append(voice.busy_until)
    due = Announcement.objects.filter(zone=zone_id, state=State.WAITING, due_at__gt=now).order_by("due_at")
    moments += due.values_list("due_at", flat=True)[:1]
    return min(moments)


def _locked(zone_id: int) -> ZoneVoice:
    """Return the zone's row, locked. A zone that never spoke begins with what is still true; `_follow` sees to that."""
    ZoneVoice.objects.bulk_create([ZoneVoice(zone_id=zone_id, read_seq=0)], ignore_conflicts=True)
    return ZoneVoice.objects.select_for_update(of=("self",)).get(zone=zone_id)


def _follow(place: Layout, voice: ZoneVoice, now: datetime) -> None:
    """Put the calls since the last look into the zone's line: those of all zones that its screens with sound show."""
    seq = head(place.branch_id)[0]
    if voice.read_seq == seq:
        return
    calls = Event.objects.filter(
        branch_id=place.branch_id,
        seq__gt=max(voice.read_seq, seq - _AT_MOST_BACK),
        seq__lte=seq,
        type__in=_CALLS,
        zone_id__in=_heard_in(place, voice.zone_id),
        at__gte=now - OLDEST[Kind.CALL],
    )
    for event in calls.order_by("seq"):
        facts = orjson.loads(event.payload)
        ticket = UUID(facts["ticket"])
        Announcement.objects.filter(
            zone=voice.zone_id, ticket=ticket, state=State.WAITING, seq__lt=event.seq
        ).update(state=State.DROPPED, reason=Reason.SUPERSEDED, ended_at=now)
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


def _heard_in(place: Layout, zone_id: int) -> set[int]:
    shown = {
        code
        for screen in displays(place.branch_id).values()
        if screen.zone_id == zone_id and screen.volume
        for code in screen.view.zones
    }
    return {place.zone_codes[code].id for code in shown if code in place.zone_codes}


def _take_back(voice: ZoneVoice, now: datetime) -> None:
    """Take back what was not confirmed: in time, or because its screen asks for more without having done so."""
    for each in Announcement.objects.filter(zone=voice.zone_id, state=State.PLAYING):
        if each.tries < TRIES:
            each.state = State.WAITING
        else:
            each.state, each.reason, each.ended_at = State.DROPPED, Reason.UNCONFIRMED, now
        each.save(update_fields=["state", "reason", "ended_at"])
        if each.state == State.DROPPED:
            _again(each, now)


def _next(
    place: Layout, zone_id: int, now: datetime, *, screen_id: int, urgent_only: bool
) -> Announcement | None:
    waiting = Announcement.objects.filter(zone=zone_id, state=State.WAITING, due_at__lte=now)
    if urgent_only:
        waiting = waiting.filter(kind=Kind.URGENT)
    rows = {each.pk: each for each in waiting}
    while rows:
        line = [Waiting(each.pk, Kind(each.kind), each.due_at, each.pk) for each in rows.values()]
        choice = choose(line, now, lambda one: _is_true(place, rows[one.id]))
        for identity, reason in choice.dropped:
            row = rows.pop(identity)
            if _waiting(row).update(state=State.DROPPED, reason=reason, ended_at=now):
                _again(row, now)
        if choice.next is None:
            return None
        said = rows.pop(choice.next.id)
        # A supervisor may take it back in this moment, without the zone's lock.
        if _waiting(said).update(state=State.PLAYING, screen=screen_id, tries=said.tries + 1):
            said.state, said.screen_id, said.tries = State.PLAYING, screen_id, said.tries + 1
            return said
    return None


def _waiting(row: Announcement) -> QuerySet[Announcement]:
    return Announcement.objects.filter(pk=row.pk, state=State.WAITING)


def _is_true(place: Layout, row: Announcement) -> bool:
    """Say whether a call still stands: the number is called, to that counter, and nobody came yet."""
    if row.ticket is None:
        return True
    ticket = Ticket.objects.filter(pk=row.ticket).only("state", "counter").first()
    if ticket is None or ticket.state != TicketState.CALLED:
        return False
    counter = place.counters.get(ticket.counter_id or 0)
    return counter is not None and counter.code == row.counter
