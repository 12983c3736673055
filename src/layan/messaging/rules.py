"""Which event makes which message, whether it still is true, when it is tried again, when a visit is over. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum


class Channel(StrEnum):
    """A way to reach a customer who asked for it."""

    SMS = "sms"
    WHATSAPP = "whatsapp"
    EMAIL = "email"


class Kind(StrEnum):
    """What a customer is told."""

    NEARLY = "nearly"
    CALLED = "called"
    RECALLED = "recalled"
    MISSED = "missed"
    POSTPONED = "postponed"


class State(StrEnum):
    """Where a message is; `failed` and `dropped` have their reason."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class Reason(StrEnum):
    """Why a message was not sent, or not yet. None of them repeats what the other side said: it may name the address."""

    UNREACHABLE = "unreachable"  # Nobody answered in time.
    REFUSED = "refused"  # The carrier itself does not work for us now: password, quota, fault.
    BAD_ADDRESS = "bad-address"  # The carrier cannot reach this customer, and never will.
    UNCONFIRMED = "unconfirmed"  # The process that sent it died before it could note the answer.
    TOO_OLD = "too-old"
    MOOT = "moot"
    SUPERSEDED = "superseded"
    STOPPED = "stopped"


#: So many people ahead, or fewer, is nearly.
NEARLY_AT = 3
#: What the log says, and what is told of it; "nearly" is told when the line moved, whatever moved it.
KIND_OF = {
    "ticket.called": Kind.CALLED,
    "ticket.recalled": Kind.RECALLED,
    "ticket.no-show": Kind.MISSED,
    "ticket.postponed": Kind.POSTPONED,
}
#: How old each may become before it is sent: a call that arrives when the officer has given up sends people in vain.
OLDEST = {
    Kind.NEARLY: timedelta(minutes=5),
    Kind.CALLED: timedelta(minutes=3),
    Kind.RECALLED: timedelta(minutes=3),
    Kind.MISSED: timedelta(minutes=10),
    Kind.POSTPONED: timedelta(minutes=15),
}
#: Rest before each further try; a call has three minutes in all.
RESTS = (timedelta(seconds=5), timedelta(seconds=20), timedelta(seconds=60))
MOST_TRIES = len(RESTS) + 1
#: Longer than any carrier may take; who holds a message longer has died.
CLAIM = timedelta(seconds=60)
#: No address is kept longer than this, whatever becomes of the visit.
LONGEST_KEPT = timedelta(hours=24)
#: So many failures in a row, of one message or several, and staff hear of it; until nothing was tried for so long.
FAILURES_TO_ALARM = 3
ALARM_FORGOTTEN = timedelta(hours=1)

_TRUE_IN = {
    Kind.NEARLY: "waiting",
    Kind.CALLED: "called",
    Kind.RECALLED: "called",
    Kind.MISSED: "no_show",
    Kind.POSTPONED: "waiting",
}
_ENDED = frozenset({"done", "cancelled"})


def is_nearly(*, state: str, ahead: int, ahead_when_asked: int, is_passed_over: bool) -> bool:
    """Say whether the customer now comes near: the line was longer when they asked, and they are not called yet.

    Who had so few people ahead when asking has read it on the page.
    """
    return state == "waiting" and not is_passed_over and ahead <= NEARLY_AT < ahead_when_asked


def is_true(kind: Kind, *, state: str, is_same_counter: bool) -> bool:
    """Say whether a message made earlier still tells how things are."""
    if kind in (Kind.CALLED, Kind.RECALLED) and not is_same_counter:
        return False
    return state == _TRUE_IN[kind]


def next_try(*, tries: int, now: datetime, not_after: datetime) -> datetime | None:
    """Return when a message is tried again after `tries` failures; None when it would be too late, or too often."""
    if tries >= MOST_TRIES:
        return None
    again = now + RESTS[tries - 1]
    return again if again <= not_after else None


def is_over(*, state: str, return_until: datetime | None, asked_at: datetime, now: datetime) -> bool:
    """Say whether the address has served its purpose. `return_until` is set for a customer who missed the call."""
    if state in _ENDED or now - asked_at >= LONGEST_KEPT:
        return True
    return return_until is not None and return_until < now


def masked(channel: Channel, address: str) -> str:
    """Return an address so that its owner knows it again and nobody else learns it."""
    if channel is Channel.EMAIL:
        name, _at, domain = address.partition("@")
        return f"{name[:1]}•••@•••.{domain.rpartition('.')[2]}"
    return f"••• {address[-4:]}"
