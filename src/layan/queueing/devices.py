"""Devices that report health by themselves (H2): whoever looks after some tells the floor what is wrong with them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from layan.places.api import Layout


@dataclass(frozen=True)
class Trouble:
    """Something is wrong with a device now. `device` is its kind and id, such as "screen:12", at most 20 characters.

    `sentence` may use %(device)s (its name) and %(figure)s (for how many minutes); `action` says what to do.
    """

    device: str
    name: str
    sentence: str | Promise
    action: str | Promise
    minutes: int = 0

    @property
    def words(self) -> str:
        """The sentence in the active language."""
        return str(self.sentence) % {"device": self.name, "figure": self.minutes}


Look = Callable[[Layout, datetime], list[Trouble]]
_looks: dict[str, Look] = {}


def watch_devices(kind: str, look: Look) -> None:
    """Let `look` say, each time that limits are watched, what is wrong with the devices of a kind; it must be cheap."""
    _looks[kind] = look


def troubles(place: Layout, now: datetime) -> dict[str, Trouble]:
    """Return what is wrong with the branch's devices at `now`, by device."""
    return {trouble.device: trouble for look in _looks.values() for trouble in look(place, now)}
