"""A person at a kiosk calls a member of staff: an alarm of the floor, until somebody came or some minutes passed (B14, H2)."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from layan.kit import clock
from layan.people.api import Permission, Person
from layan.places.api import Layout
from layan.queueing.desk import at_desk
from layan.queueing.devices import Trouble
from layan.queueing.events import StaffCalled
from layan.queueing.models import Alarm, StaffCall
from layan.queueing.services.alarms import watch

#: Whoever called and saw nobody in so long calls again.
OPEN_FOR = timedelta(minutes=5)


class Call(StrEnum):
    """What a kiosk knows of the call made there."""

    NONE = "none"
    OPEN = "open"
    SEEN = "seen"


def call_staff(*, branch_id: int, kiosk_id: int, by: Person) -> None:
    """Call somebody to a kiosk; called again while the call is open, it is the same one. Raises not-allowed."""
    # An older call's alarm, acknowledged long ago, is not this one's.
    watch(branch_id=branch_id)
    with at_desk(branch_id) as desk:
        desk.require(by, Permission.ISSUE)
        open_since = StaffCall.objects.filter(kiosk=kiosk_id, asked_at__gt=desk.now - OPEN_FOR)
        if open_since.exists():
            return
        StaffCall.objects.update_or_create(
            kiosk_id=kiosk_id, defaults={"branch_id": branch_id, "asked_at": desk.now}
        )
        desk.append(StaffCalled(kiosk_id), by)
    watch(branch_id=branch_id)


def state_of_call(*, branch_id: int, kiosk_id: int) -> Call:
    """Return whether somebody was called to a kiosk, and whether staff have seen it."""
    if not StaffCall.objects.filter(kiosk=kiosk_id, asked_at__gt=clock.now() - OPEN_FOR).exists():
        return Call.NONE
    alarm = Alarm.objects.filter(branch_id=branch_id, kind=_device(kiosk_id), cleared_at=None).first()
    return Call.SEEN if alarm is not None and alarm.acknowledged_at else Call.OPEN


def staff_calls(place: Layout, now: datetime) -> list[Trouble]:
    """Return where somebody waits for a member of staff."""
    calls = StaffCall.objects.filter(branch_id=place.branch_id, asked_at__gt=now - OPEN_FOR)
    return [
        Trouble(
            device=_device(call.kiosk_id),
            name=call.kiosk.name,
            sentence=_("Somebody at kiosk %(device)s asks for a member of staff."),
            action=_("Go there, and confirm here that you do: the kiosk then says so."),
        )
        for call in calls.select_related("kiosk")
    ]


def _device(kiosk_id: int) -> str:
    return f"call:{kiosk_id}"
