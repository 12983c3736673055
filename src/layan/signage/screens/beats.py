"""Signs of life of screens (H2): every fetch is one. Written for all screens together, at most twice a minute."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic

from django.utils.translation import gettext_lazy as _

from layan.kit import clock
from layan.places.api import Layout, opening
from layan.queueing.api import Trouble
from layan.signage.models import Screen

WRITE_EVERY_SECONDS = 30.0
LOST_AFTER = timedelta(minutes=2)
_AT_ONCE = 500


class Beats:
    """What this process heard since it wrote last. No event: a sign of life is not what happens to a customer."""

    def __init__(self, ticks: Callable[[], float] = monotonic) -> None:
        self._ticks = ticks
        self.forget()

    def forget(self) -> None:
        """Begin anew, as after a start."""
        self._heard: dict[int, tuple[datetime, str]] = {}
        self._lock = Lock()
        self._written = -WRITE_EVERY_SECONDS

    def note(self, screen_id: int, version: str) -> bool:
        """Note that a screen asked, with the version of the page it shows; say whether it is time to `write`."""
        with self._lock:
            self._heard[screen_id] = (clock.now(), version[:20])
            if self._ticks() - self._written < WRITE_EVERY_SECONDS:
                return False
            self._written = self._ticks()
            return True

    def write(self) -> None:
        """Write what was heard: one statement for each version and minute's half, however many screens there are."""
        with self._lock:
            heard, self._heard = self._heard, {}
        together: dict[str, list[int]] = {}
        for screen_id, (_at, version) in heard.items():
            together.setdefault(version, []).append(screen_id)
        for version, ids in together.items():
            last = max(heard[screen_id][0] for screen_id in ids)
            for start in range(0, len(ids), _AT_ONCE):
                Screen.objects.filter(pk__in=ids[start : start + _AT_ONCE]).update(
                    last_seen=last, version=version
                )


beats = Beats()


def lost_screens(place: Layout, now: datetime) -> list[Trouble]:
    """Return the screens not heard of for two minutes while the office is open, for the alarms of the floor (H2)."""
    if not opening(place, now).is_open:
        return []
    silent = Screen.objects.filter(branch_id=place.branch_id, revoked_at=None, last_seen__lt=now - LOST_AFTER)
    return [
        Trouble(
            device=f"screen:{screen.pk}",
            name=screen.name,
            sentence=_("Screen %(device)s has not been heard of for %(figure)s min."),
            action=_("See whether it has power and network."),
            minutes=int(clock.minutes_between(screen.last_seen, now)),
        )
        for screen in silent
    ]
