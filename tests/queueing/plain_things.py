"""What the plain model of the rules is made of."""

from dataclasses import dataclass, field
from datetime import date, datetime


class Refused(Exception):
    """The plain model refuses, with the code that the product must give."""


@dataclass
class PlainTicket:
    """One number. `sent_to` is None, ("counter", code) or ("officer", name)."""

    place: int
    number: str
    day: date
    category: str
    service: str
    to_come: list[str]
    since: datetime
    state: str = "waiting"
    given: list[str] = field(default_factory=list)
    sent_to: tuple[str, str] | None = None
    not_before: datetime | None = None
    called_at: datetime | None = None
    recalls: int = 0
    counter: str | None = None
    officer: str | None = None
    changes: int = 0


@dataclass
class PlainSession:
    """An officer at a counter."""

    officer: str
    opened: date
    on_break: bool = False


@dataclass
class Last:
    """The last command at a counter: when, and what its tickets were before and how often changed after."""

    at: datetime
    before: dict[int, PlainTicket]
    changes: dict[int, int]
    passed_over: bool = False
