"""Which announcement a zone hears next, and which it no longer hears. Pure (B9)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What is announced, the first in line first."""

    URGENT = "urgent"
    CALL = "call"
    RECALL = "recall"
    MESSAGE = "message"


class State(StrEnum):
    """Where an announcement is; `dropped` has its reason."""

    WAITING = "waiting"
    PLAYING = "playing"
    PLAYED = "played"
    DROPPED = "dropped"


class Reason(StrEnum):
    """Why an announcement was not heard."""

    MOOT = "moot"
    TOO_OLD = "too-old"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    NO_VOICE = "no-voice"
    UNCONFIRMED = "unconfirmed"


#: How old each may become before it is spoken. A call loses its sense when the officer's patience has (the no-show
#: key is ready after one to two minutes in most offices); a message is for those who are here now.
OLDEST = {
    Kind.URGENT: timedelta(minutes=15),
    Kind.CALL: timedelta(seconds=90),
    Kind.RECALL: timedelta(seconds=90),
    Kind.MESSAGE: timedelta(minutes=15),
}
ORDER = {kind: place for place, kind in enumerate(Kind)}
#: Attempts: one whose player died is spoken once more, as long as it still is true.
TRIES = 2
#: A speaker that did not ask for so long is gone; it asks every ten seconds at least.
SPEAKER_GONE = timedelta(seconds=25)
#: What a player may take, beside the sound itself, to fetch it and to confirm.
GRACE = timedelta(seconds=6)
#: While a sound is being made; a voice takes well under a second.
TO_BEGIN = timedelta(seconds=15)


@dataclass(frozen=True)
class Waiting:
    """An announcement in a zone's line; `order` counts up as they were asked for."""

    id: int
    kind: Kind
    due_at: datetime
    order: int

    @property
    def until(self) -> datetime:
        return self.due_at + OLDEST[self.kind]


@dataclass(frozen=True)
class Choice:
    """Who is next, and who will not be spoken any more, with the reason."""

    next: Waiting | None
    dropped: tuple[tuple[int, Reason], ...]


def choose(line: Iterable[Waiting], now: datetime, is_true: Callable[[Waiting], bool]) -> Choice:
    """Return the next announcement at `now`: by kind, then as asked for. What is too old or no longer true is dropped."""
    dropped = []
    for each in sorted(line, key=lambda one: (ORDER[one.kind], one.due_at, one.order)):
        if now < each.due_at:
            continue
        if now > each.until:
            dropped.append((each.id, Reason.TOO_OLD))
        elif not is_true(each):
            dropped.append((each.id, Reason.MOOT))
        else:
            return Choice(each, tuple(dropped))
    return Choice(None, tuple(dropped))


def is_quiet(moment: time, quiet_from: time | None, quiet_until: time | None) -> bool:
    """Say whether a screen keeps quiet at `moment` of the branch's day; hours may go past midnight."""
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return False
    if quiet_from < quiet_until:
        return quiet_from <= moment < quiet_until
    return moment >= quiet_from or moment < quiet_until
