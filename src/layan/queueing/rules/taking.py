"""When a number given at a kiosk with a printer counts as taken (B8)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from layan.queueing.rules.states import State

#: How long a person has at the kiosk for slip, screen or telephone.
TO_TAKE = timedelta(seconds=90)
#: Longer than TO_TAKE by more than the worker's turn: a number not taken is given up before it could be called. With
#: no worker at work it is called all the same, for someone may hold it.
TO_CALL = timedelta(seconds=150)


class How(StrEnum):
    """In what way a person has the number."""

    PRINTED = "printed"
    SCREEN = "screen"
    PHONE = "phone"


class Fate(StrEnum):
    """What becomes of a number whose print is neither confirmed nor waived."""

    WAIT = "wait"
    GIVE_UP = "give-up"
    MOOT = "moot"


@dataclass(frozen=True)
class Times:
    """Until when a number can be taken, and before when it is not called."""

    until: datetime
    not_before: datetime


def times(issued_at: datetime) -> Times:
    """Return the times of a number issued then."""
    return Times(issued_at + TO_TAKE, issued_at + TO_CALL)


def fate(*, state: State, not_before: datetime | None, until: datetime, now: datetime) -> Fate:
    """Say what becomes of it at `now`: called by hand, postponed or ended meanwhile, there is nothing left to take."""
    if state is not State.WAITING or not_before != times(until - TO_TAKE).not_before:
        return Fate.MOOT
    return Fate.WAIT if now < until else Fate.GIVE_UP
