"""Learning a branch anew: its model and its days are made from the event log and nothing else (B7)."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from layan.kit import clock
from layan.places.api import layout
from layan.queueing.api import head
from layan.waiting.models import Day, Forecast, Model
from layan.waiting.observing import Observer
from layan.waiting.tally import Tally, summed

#: Progress is told after so many seconds of work.
_TURN_SECONDS = 0.5


@dataclass(frozen=True)
class Relearned:
    """What was read and learned."""

    events: int
    days: int
    calls: int
    version: str


def relearn(branch_id: int, *, progress: Callable[[float], object] = lambda _: None) -> Relearned:
    """Forget and replay; `progress` is told the share of the log that is done. A worker at work starts afresh after it."""
    layout(branch_id)
    last, _ = head(branch_id)
    with transaction.atomic():
        Model.objects.filter(branch_id=branch_id).delete()
        Day.objects.filter(branch_id=branch_id).delete()
    observer = Observer(branch_id)
    while not observer.follow(clock.now().timestamp() / 60, seconds=_TURN_SECONDS):
        progress(observer.seq / max(1, last))
    observer.keep_tally(observer.day, observer.floor.tally)
    # Its absence tells a worker to take up what was learned here.
    Forecast.objects.filter(branch_id=branch_id).delete()
    progress(1.0)
    days = [Tally.from_json(day.tally) for day in Day.objects.filter(branch_id=branch_id)]
    calls = summed(hour for day in days for hours in day.hours.values() for hour in hours.values()).visits
    return Relearned(observer.seq, len(days), calls, observer.version)
