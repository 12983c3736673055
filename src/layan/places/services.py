"""Commands that change places. Each appends its event, so that every change of a branch is on record."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from layan.kit.events import SYSTEM, recording, start_log
from layan.places import models
from layan.places.events import (
    CounterServicesChanged,
    DisruptionAnnounced,
    DisruptionEnded,
    LayoutChanged,
)
from layan.places.layout import layout


@contextmanager
def changing_layout(*, branch_id: int, what: str, actor: str) -> Iterator[None]:
    """Open the transaction in which the branch's layout is changed; it is on record, or nothing was changed."""
    start_log(branch_id)
    with recording(branch_id) as record:
        yield
        record.layout_changed()
        record(LayoutChanged(what=what), actor=actor)


def layout_changed(*, branch_id: int, what: str, actor: str = SYSTEM) -> None:
    """Record that something of the branch's layout was changed, so that every process reads it again."""
    with changing_layout(branch_id=branch_id, what=what, actor=actor):
        pass


def change_counter_services(*, counter_id: int, service_ids: Sequence[int], actor: str) -> None:
    """Give a counter these services, in this order of preference. Raises Counter.DoesNotExist."""
    counter = models.Counter.objects.get(pk=counter_id)
    place = layout(counter.branch_id)
    wanted = [service_id for service_id in dict.fromkeys(service_ids) if service_id in place.services]
    with recording(counter.branch_id) as record:
        counter.offers.all().delete()
        models.CounterService.objects.bulk_create(
            models.CounterService(counter=counter, service_id=service_id, preference=rank)
            for rank, service_id in enumerate(wanted, start=1)
        )
        record.layout_changed()
        codes = [place.services[service_id].code for service_id in wanted]
        record(
            CounterServicesChanged(counter=counter.code, services=codes), actor=actor, zone_id=counter.zone_id
        )


def announce_disruption(*, branch_id: int, message: dict[str, str], actor: str) -> int:
    """Say on every board, kiosk and ticket that service is disrupted (B15); returns the disruption's id.

    A disruption that is on already gets the new message.
    """
    with recording(branch_id) as record:
        disruption, _ = models.Disruption.objects.update_or_create(
            branch_id=branch_id,
            ended_at=None,
            defaults={"message": message},
            create_defaults={"message": message, "began_at": record.at},
        )
        record(DisruptionAnnounced(disruption=disruption.pk), actor=actor)
    return disruption.pk


def end_disruption(*, branch_id: int, actor: str) -> bool:
    """End the branch's disruption; returns whether there was one."""
    with recording(branch_id) as record:
        disruption = models.Disruption.objects.filter(branch_id=branch_id, ended_at=None).first()
        if disruption is None:
            return False
        disruption.ended_at = record.at
        disruption.save(update_fields=["ended_at"])
        record(DisruptionEnded(disruption=disruption.pk), actor=actor)
    return True
