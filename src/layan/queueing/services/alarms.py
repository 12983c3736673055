"""Limits passed and devices in trouble: raised by the watch, acknowledged by the supervisor, cleared when it is over
(B12, H2).
"""

from dataclasses import dataclass
from datetime import timedelta

from layan.kit import clock
from layan.kit.events import SYSTEM
from layan.people.api import Permission, Person
from layan.places.api import ServiceInfo, layout
from layan.queueing import refusals
from layan.queueing.desk import Desk, at_desk
from layan.queueing.devices import Trouble, troubles
from layan.queueing.events import AlarmAcknowledged, AlarmCleared, AlarmRaised
from layan.queueing.models import Alarm
from layan.queueing.reads import service_lines

WATCH = Person(actor=SYSTEM)


@dataclass(frozen=True)
class Passed:
    """A limit that is passed now; without a service it is a device's, whose name `kind` is then."""

    service: ServiceInfo | None
    kind: str
    figure: int
    limit: int


def watch(*, branch_id: int) -> list[Alarm]:
    """Compare every line with its limits and hear of every device; raise and clear alarms.

    Takes the lock only when one changes.
    """
    passed, known = _passed(branch_id), _known(branch_id)
    if passed.keys() == known.keys():
        return []
    with at_desk(branch_id) as desk:
        # Again under the lock: another watch may have been first.
        passed, known = _passed(branch_id), _known(branch_id)
        for key in known.keys() - passed.keys():
            _clear(desk, known[key])
        return [_raise(desk, passed[key]) for key in passed.keys() - known.keys()]


def _known(branch_id: int) -> dict[tuple[int | None, str], Alarm]:
    on = Alarm.objects.filter(branch_id=branch_id, cleared_at=None)
    return {(alarm.service_id, alarm.kind): alarm for alarm in on}


def _passed(branch_id: int) -> dict[tuple[int | None, str], Passed]:
    place, now = layout(branch_id), clock.now()
    found = [_device(trouble) for trouble in troubles(place, now).values()]
    for service, (count, longest) in service_lines(place, now).items():
        info = place.services[service]
        if longest > timedelta(minutes=info.wait_limit_minutes):
            minutes = int(longest.total_seconds() // 60)
            found.append(Passed(info, "wait", minutes, info.wait_limit_minutes))
        if info.queue_limit and count > info.queue_limit:
            found.append(Passed(info, "queue", count, info.queue_limit))
    return {(limit.service.id if limit.service else None, limit.kind): limit for limit in found}


def _device(trouble: Trouble) -> Passed:
    return Passed(None, trouble.device, trouble.minutes, 0)


def _raise(desk: Desk, passed: Passed) -> Alarm:
    alarm = Alarm.objects.create(
        branch_id=desk.place.branch_id,
        service_id=passed.service.id if passed.service else None,
        kind=passed.kind,
        figure=passed.figure,
        limit=passed.limit,
        raised_at=desk.now,
    )
    service = passed.service.code if passed.service else ""
    desk.append(AlarmRaised(alarm.pk, passed.kind, service, passed.figure, passed.limit), WATCH)
    return alarm


def _clear(desk: Desk, alarm: Alarm) -> None:
    alarm.cleared_at = desk.now
    alarm.save(update_fields=["cleared_at"])
    desk.append(AlarmCleared(alarm.pk), WATCH)


def acknowledge(*, branch_id: int, alarm_id: int, by: Person) -> Alarm:
    """The supervisor has seen it; the time from alarm to acknowledgement is recorded once (B12)."""
    with at_desk(branch_id) as desk:
        desk.require(by, Permission.SUPERVISE)
        alarm = Alarm.objects.filter(pk=alarm_id, branch_id=branch_id).first()
        if alarm is None:
            raise refusals.unknown_alarm()
        if alarm.acknowledged_at is None:
            alarm.acknowledged_at, alarm.acknowledged_by_id = desk.now, by.user_id
            alarm.save(update_fields=["acknowledged_at", "acknowledged_by"])
            seconds = round((desk.now - alarm.raised_at).total_seconds())
            desk.append(AlarmAcknowledged(alarm.pk, seconds), by)
    return alarm
