"""A branch in the hands of a test of waits: publish, open counters, let people come, call them."""

from layan.people.api import Person, Role
from layan.places import models as places
from layan.places.api import layout_changed
from layan.queueing import api as queueing
from layan.waiting.models import Forecast
from layan.waiting.promises import forget_forecasts
from layan.waiting.publishing import Publisher
from tests.builders import BuiltBranch, a_person


def published(here: BuiltBranch, by: Publisher | None = None, tick: float = 0.0) -> Forecast:
    """Publish, in as many turns as it takes to follow the log, and forget what was read before."""
    worker, seq = by or Publisher(here.id), queueing.head(here.id)[0]
    worker.publish(here.place, tick=tick)
    # A turn that took too long publishes nothing and leaves the rest to the next, however slow this machine is.
    while worker.published_seq < seq:
        worker.publish(here.place, tick=tick)
    forget_forecasts()
    return Forecast.objects.get(branch_id=here.id)


def with_norm(here: BuiltBranch, minutes: int) -> None:
    """Give every service a norm."""
    places.Service.objects.filter(branch_id=here.id).update(norm_minutes=minutes)
    layout_changed(branch_id=here.id, what="norms")


def opened(here: BuiltBranch, *codes: str) -> None:
    """Open counters."""
    for code in codes:
        queueing.open_counter(branch_id=here.id, counter_id=here.counter(code), by=at(here, code))


def called(here: BuiltBranch, code: str) -> queueing.Ticket | None:
    """Let a counter call whoever is next."""
    return queueing.call_next(branch_id=here.id, counter_id=here.counter(code), by=at(here, code))


def at(here: BuiltBranch, code: str) -> Person:
    """Return who works at a counter."""
    return a_person(Role.SUPERVISOR, here, actor=f"user:{code}")
