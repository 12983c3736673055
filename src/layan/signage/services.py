"""Commands that change notices (hebahan). Each appends its event, so that boards hear of it at once."""

from collections.abc import Mapping
from datetime import datetime, time

from layan.kit import clock
from layan.kit.events import recording
from layan.kit.i18n import DJANGO_CODES
from layan.people.api import Permission, Person, require
from layan.places.api import layout
from layan.signage import refusals
from layan.signage.events import NoticeEnded, NoticePosted
from layan.signage.models import Notice

#: Characters of one language that a board can show in two lines.
TEXT_LIMIT = 160
EVERY_DAY = "1234567"


def post_notice(
    *,
    branch_id: int,
    text: Mapping[str, str],
    by: Person,
    zone_id: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    weekdays: str = EVERY_DAY,
    from_time: time | None = None,
    until_time: time | None = None,
    open_days_only: bool = False,
) -> Notice:
    """Put a line of text on the boards of a zone, or of the whole branch without one.

    Shown from `starts_at` (default: now) until `ends_at` (default: until ended by hand). Languages are ms (needed),
    en, zh and ta. With `from_time` and `until_time` (branch time) it repeats on these `weekdays` ("1" is Monday).
    Raises the refusals not-allowed, text-needed, text-too-long, unknown-zone, wrong-hours and ends-too-soon.
    """
    place = layout(branch_id)
    require(by, Permission.SUPERVISE, branch_id=branch_id, agency_id=place.agency_id)
    if zone_id is not None and zone_id not in place.zones:
        raise refusals.unknown_zone()
    said = _tidy(text)
    days, begins, ends = _hours(weekdays, from_time, until_time)
    now = clock.now()
    starts = starts_at or now
    if ends_at is not None and ends_at <= max(starts, now):
        raise refusals.ends_too_soon()
    with recording(branch_id) as record:
        notice = Notice.objects.create(
            branch_id=branch_id,
            zone_id=zone_id,
            text=said,
            starts_at=starts,
            ends_at=ends_at,
            weekdays=days,
            from_time=begins,
            until_time=ends,
            open_days_only=open_days_only,
        )
        record(NoticePosted(notice=notice.pk), actor=by.actor, zone_id=zone_id)
    return notice


def end_notice(*, branch_id: int, notice_id: int, by: Person) -> None:
    """Take a notice off the boards now; one that has ended already stays as it was.

    Raises the refusals not-allowed and unknown-notice.
    """
    place = layout(branch_id)
    require(by, Permission.SUPERVISE, branch_id=branch_id, agency_id=place.agency_id)
    with recording(branch_id) as record:
        notice = Notice.objects.filter(pk=notice_id, branch_id=branch_id).first()
        if notice is None:
            raise refusals.unknown_notice()
        if notice.ends_at is not None and notice.ends_at <= record.at:
            return
        notice.ends_at = record.at
        notice.save(update_fields=["ends_at"])
        record(NoticeEnded(notice=notice.pk), actor=by.actor, zone_id=notice.zone_id)


def _hours(
    weekdays: str, from_time: time | None, until_time: time | None
) -> tuple[str, time | None, time | None]:
    """Return when a notice repeats; weekdays alone mean the whole day."""
    days = "".join(day for day in EVERY_DAY if day in weekdays)
    if from_time is None and until_time is None:
        return (days, time(0), time(0)) if days not in {"", EVERY_DAY} else (EVERY_DAY, None, None)
    if from_time is None or until_time is None or not days:
        raise refusals.wrong_hours()
    return days, from_time, until_time


def _tidy(text: Mapping[str, str]) -> dict[str, str]:
    """Return the text of each language we serve on one line, without empty ones."""
    said = {code: " ".join(text.get(code, "").split()) for code in DJANGO_CODES}
    said = {code: line for code, line in said.items() if line}
    if "ms" not in said:
        raise refusals.text_needed()
    if max(map(len, said.values())) > TEXT_LIMIT:
        raise refusals.text_too_long(TEXT_LIMIT)
    return said
