"""What an event is: a frozen dataclass in the past tense, with a dotted type."""

from dataclasses import asdict, dataclass
from typing import ClassVar

SYSTEM = "system"

_types: dict[str, type["Event"]] = {}


@dataclass(frozen=True)
class Event:
    """Base of every event. Subclasses give `type` (dotted, past tense) and their facts as fields.

    Facts are ids, codes, numbers and ISO times; never a name, a telephone number or free text about a person.
    """

    type: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if cls.type in _types:
            raise TypeError(f"event type {cls.type!r} exists twice")
        _types[cls.type] = cls

    def facts(self) -> dict[str, object]:
        """Return the payload."""
        return asdict(self)


def event_types() -> dict[str, type[Event]]:
    """Return every event class by its type, for pages that subscribe and for the documentation's test."""
    return dict(_types)
