"""Whoever tells waits, for tests of what is shown of them: says always the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from layan.queueing import promises
from layan.queueing.promises import UsualHour, Wait

#: "15–25 min", "6 ahead" and so on come from here; the people ahead are the true ones.
RANGE = Wait(0, low=15, likely=20, high=25, counters=3, minutes_each=7.2, as_of="2027-03-01T08:05:00+08:00")


class Told:
    """Tells `wait` to whoever asks, and `hours` as the usual shape of every day."""

    def __init__(self, wait: Wait = RANGE, hours: tuple[UsualHour, ...] = ()) -> None:
        self.wait, self.hours = wait, hours

    def new(self, place, *, service_id, category, ahead, now) -> Wait:
        """Return the wait."""
        return replace(self.wait, ahead=ahead)

    def standing(self, place, *, ticket, ahead, now) -> Wait:
        """Return the wait."""
        return replace(self.wait, ahead=ahead)

    def usual(self, place, *, weekday, service_id) -> tuple[UsualHour, ...]:
        """Return the hours."""
        return self.hours


@contextmanager
def told(wait: Wait = RANGE, hours: tuple[UsualHour, ...] = ()) -> Iterator[None]:
    """Let every page say this wait."""
    before = promises.waits()
    promises.use(Told(wait, hours))
    try:
        yield
    finally:
        promises.use(before)
