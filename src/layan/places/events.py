"""What happens to a branch as a place."""

from dataclasses import dataclass

from layan.kit.events import Event


@dataclass(frozen=True)
class LayoutChanged(Event):
    """Counters, services, zones or hours were changed; `what` names the kind of thing, never its content."""

    type = "layout.changed"
    what: str


@dataclass(frozen=True)
class CounterServicesChanged(Event):
    """A supervisor gave a counter other services, in this order of preference (service codes)."""

    type = "counter.services-changed"
    counter: str
    services: list[str]


@dataclass(frozen=True)
class DisruptionAnnounced(Event):
    """The branch cannot serve as usual from now on (B15)."""

    type = "disruption.announced"
    disruption: int


@dataclass(frozen=True)
class DisruptionEnded(Event):
    """The branch serves as usual again (B15)."""

    type = "disruption.ended"
    disruption: int
