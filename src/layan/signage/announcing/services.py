"""Commands of supervisors on announcements: ask for one, take one back. And the end of what is kept (B9)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from layan.kit import clock
from layan.kit.events import recording
from layan.kit.i18n import DJANGO_CODES
from layan.people.api import Permission, Person, require
from layan.places.api import Layout, layout
from layan.signage import refusals
from layan.signage.announcing.rules import OLDEST, Kind, Reason, State
from layan.signage.events import AnnouncementAsked, AnnouncementCancelled
from layan.signage.models import Announcement

#: Characters in one language: what is said in about twenty seconds, and remembered.
TEXT_LIMIT = 240
#: How long it is kept what was said, when and where: long enough to answer a complaint about the last quarter.
KEPT_DAYS = 100
#: A message said more often than this is no longer listened to.
LEAST_MINUTES = 5


def announce(
    *,
    branch_id: int,
    text: Mapping[str, str],
    zone_ids: Sequence[int],
    by: Person,
    due_at: datetime | None = None,
    urgent: bool = False,
    every_minutes: int = 0,
    ends_at: datetime | None = None,
) -> UUID:
    """Have a message said in zones, at once or at `due_at`, once or every so many minutes until `ends_at`.

    Urgent ones go before calls, and are heard in quiet hours too. Returns what all its sayings share. Raises the refusals
    not-allowed, text-needed, text-too-long, unknown-zone and wrong-announcement.
    """
    place = _allowed(branch_id, by)
    said = tidy(text)
    if not zone_ids or not set(zone_ids) <= place.zones.keys():
        raise refusals.unknown_zone()
    due = max(due_at or clock.now(), clock.now())
    if every_minutes and (every_minutes < LEAST_MINUTES or ends_at is None):
        raise refusals.wrong_announcement(
            _("A message that repeats needs an end, and at least %(minutes)d minutes between.")
            % {"minutes": LEAST_MINUTES}
        )
    if ends_at is not None and ends_at <= due:
        raise refusals.wrong_announcement(_("It must end later than it is first said."))
    batch = uuid7()
    with recording(branch_id) as record:
        for zone_id in zone_ids:
            Announcement.objects.create(
                branch_id=branch_id,
                zone_id=zone_id,
                kind=Kind.URGENT if urgent else Kind.MESSAGE,
                text=said,
                batch=batch,
                every_minutes=every_minutes,
                ends_at=ends_at,
                asked_by_id=by.user_id,
                due_at=due,
            )
        record(AnnouncementAsked(announcement=str(batch)), actor=by.actor)
    return batch


def cancel_announcement(*, branch_id: int, batch: UUID, by: Person) -> None:
    """Take back a message that was not said yet, in all its zones; one taken back stays so.

    Raises not-allowed and unknown-announcement.
    """
    _allowed(branch_id, by)
    with recording(branch_id) as record:
        sayings = Announcement.objects.filter(branch_id=branch_id, batch=batch)
        if sayings.filter(reason=Reason.CANCELLED).exists():
            return
        # One that is being said now is not said again.
        stopped = sayings.filter(state__in=(State.WAITING, State.PLAYING)).update(every_minutes=0)
        waiting = sayings.filter(state=State.WAITING)
        if (
            not waiting.update(state=State.DROPPED, reason=Reason.CANCELLED, ended_at=record.at)
            and not stopped
        ):
            raise refusals.unknown_announcement()
        record(AnnouncementCancelled(announcement=str(batch)), actor=by.actor)


def tidy(text: Mapping[str, str]) -> dict[str, str]:
    """Return the text of each language on one line. Raises text-needed and text-too-long."""
    said = {code: " ".join(text.get(code, "").split()) for code in DJANGO_CODES}
    said = {code: line for code, line in said.items() if line}
    if "ms" not in said:
        raise refusals.text_needed()
    if max(map(len, said.values())) > TEXT_LIMIT:
        raise refusals.text_too_long(TEXT_LIMIT)
    return said


def end_unheard(*, before: datetime) -> None:
    """Give up what is too old to be said, where no player asks any more; erase what is too old to be kept."""
    for kind, oldest in OLDEST.items():
        late = Announcement.objects.filter(kind=kind, state=State.WAITING, due_at__lt=before - oldest)
        late.filter(Q(every_minutes=0) | Q(ends_at__lte=before)).update(
            state=State.DROPPED, reason=Reason.TOO_OLD, ended_at=before
        )
    Announcement.objects.filter(due_at__lt=before - timedelta(days=KEPT_DAYS)).delete()


def _allowed(branch_id: int, by: Person) -> Layout:
    place = layout(branch_id)
    require(by, Permission.SUPERVISE, branch_id=branch_id, agency_id=place.agency_id)
    return place
