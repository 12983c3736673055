"""Asking to be told, stopping it, and erasing addresses when a visit is over."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from layan.kit import clock
from layan.kit.events import SYSTEM, recording
from layan.messaging import refusals
from layan.messaging.addresses import digest_of, normalised
from layan.messaging.api import carrier_of
from layan.messaging.events import MessagesAsked, MessagesStopped
from layan.messaging.models import Followed, Message, Subscription
from layan.messaging.rules import LONGEST_KEPT, Channel, Reason, State, is_over
from layan.places.api import Layout, layout
from layan.queueing.api import State as TicketState
from layan.queueing.api import Ticket, holder, people_ahead

#: Months later nobody asks any more whether a message was sent.
MESSAGES_KEPT = timedelta(days=90)
#: Wishes for one number, and numbers that one address may be named for within a day: nobody is pestered through us.
A_NUMBER, AN_ADDRESS = 6, 5


def ask(*, ticket: Ticket, channel: Channel, typed: str, language: str) -> Subscription:
    """Tell the holder of `ticket` by `channel` from now on, in `language` (ms, en, zh, ta); replaces an earlier address.

    Raises channel-not-offered, bad-phone, bad-email, asked-too-often, visit-over.
    """
    if carrier_of(channel) is None:
        raise refusals.channel_not_offered()
    address = normalised(channel, typed)
    if _is_over(ticket, layout(ticket.branch_id), clock.now(), clock.now()):
        raise refusals.visit_over()
    by = holder(ticket.pk).actor
    with recording(branch_id=ticket.branch_id) as record:
        place = layout(ticket.branch_id)
        current = Ticket.objects.get(pk=ticket.pk)
        if _is_over(current, place, record.at, record.at):
            raise refusals.visit_over()
        _count(ticket, digest_of(address), record.at)
        # What was called before is on the page that they are reading.
        Followed.objects.get_or_create(branch_id=ticket.branch_id, defaults={"seq": record.seq})
        for earlier in _live(ticket.branch_id).filter(ticket=ticket, channel=channel):
            _erase(earlier, record.at)
            record(MessagesStopped(str(ticket.pk), channel, "replaced"), actor=by)
        made = Subscription.objects.create(
            branch_id=ticket.branch_id,
            ticket=ticket,
            channel=channel,
            address=address,
            digest=digest_of(address),
            language=language,
            ahead_when_asked=people_ahead(current, place, record.at),
            asked_at=record.at,
        )
        record(MessagesAsked(str(ticket.pk), channel), actor=by)
    return made


def stop(*, ticket: Ticket, channel: str) -> None:
    """Erase the address at once, at its owner's wish. Stopping what is stopped changes nothing."""
    by = holder(ticket.pk).actor
    with recording(branch_id=ticket.branch_id) as record:
        for each in _live(ticket.branch_id).filter(ticket=ticket, channel=channel):
            _erase(each, record.at)
            record(MessagesStopped(str(ticket.pk), each.channel, "customer"), actor=by)


def erase_after_visits(*, place: Layout) -> int:
    """Erase the addresses of visits that are over; returns how many. Takes the branch's lock only when there is one."""
    if not _over(place, clock.now()):
        return 0
    with recording(branch_id=place.branch_id) as record:
        over = _over(place, record.at)
        for each in over:
            reason = "too-long" if record.at - each.asked_at >= LONGEST_KEPT else "visit-over"
            _erase(each, record.at)
            record(MessagesStopped(str(each.ticket_id), each.channel, reason), actor=SYSTEM)
        return len(over)


def forget_old_messages(*, before: datetime) -> int:
    """Erase addresses older than a day at `before`, whatever their visit, and the traces of messages past their time."""
    Subscription.objects.filter(erased_at=None, asked_at__lt=before - LONGEST_KEPT).update(
        address="", erased_at=before
    )
    # The hash counts how often an address is named in a day, and serves nothing else.
    Subscription.objects.filter(asked_at__lt=before - LONGEST_KEPT).exclude(digest="").update(digest="")
    erased, _ = (
        Subscription.objects.exclude(erased_at=None).filter(asked_at__lt=before - MESSAGES_KEPT).delete()
    )
    return erased


def told_of(ticket: Ticket) -> list[Subscription]:
    """Return how the holder of a number is told now."""
    return list(_live(ticket.branch_id).filter(ticket=ticket).order_by("pk"))


def _count(ticket: Ticket, digest: str, now: datetime) -> None:
    """Raise asked-too-often when this was asked often enough, for the number or for the address."""
    others = (
        Subscription.objects.filter(digest=digest, asked_at__gt=now - LONGEST_KEPT)
        .exclude(ticket=ticket)
        .values("ticket")
        .distinct()
    )
    if Subscription.objects.filter(ticket=ticket).count() >= A_NUMBER or others.count() >= AN_ADDRESS:
        raise refusals.asked_too_often()


def _live(branch_id: int) -> QuerySet[Subscription]:
    return Subscription.objects.filter(branch_id=branch_id, erased_at=None)


def _over(place: Layout, now: datetime) -> list[Subscription]:
    live = _live(place.branch_id).select_related("ticket").order_by("pk")
    return [each for each in live if _is_over(each.ticket, place, each.asked_at, now)]


def _is_over(ticket: Ticket, place: Layout, asked_at: datetime, now: datetime) -> bool:
    missed = ticket.state == TicketState.NO_SHOW and ticket.called_at is not None
    until = ticket.called_at + timedelta(minutes=place.late_minutes) if missed and ticket.called_at else None
    return is_over(state=ticket.state, return_until=until, asked_at=asked_at, now=now)


def _erase(subscription: Subscription, now: datetime) -> None:
    subscription.address, subscription.erased_at = "", now
    subscription.save(update_fields=["address", "erased_at"])
    Message.objects.filter(subscription=subscription, state=State.WAITING).update(
        state=State.DROPPED, reason=Reason.STOPPED, ended_at=now
    )
