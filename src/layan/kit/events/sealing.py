"""Seals the branches' logs; runs in the worker."""

from datetime import date, timedelta
from pathlib import Path

from django.db import transaction

from layan.kit import clock, models
from layan.kit.events.seal import SealedHead, sign, signing_key, write_seal


def seal_past_days(
    *, branch_id: int, code: str, today: date, zone: str, keys: Path, seals: Path
) -> list[date]:
    """Seal every service day before `today` that has events and no seal yet; returns those days.

    `zone` is the branch's time zone. A day is sealed with its last event, so that a worker that was away for a week
    seals each of its days when it is back. Raises OSError when the seal cannot be written; nothing is kept then.
    """
    last = models.Seal.objects.filter(branch_id=branch_id).order_by("-day").first()
    previous = last.signature if last else ""
    sealed: list[date] = []
    for day, seq, digest in _last_of_each_day(branch_id, last, zone):
        if day >= today:
            break
        head = SealedHead(code, day, seq, digest, previous)
        previous = sign(signing_key(keys), head)
        with transaction.atomic():
            models.Seal.objects.create(
                branch_id=branch_id,
                day=day,
                seq=seq,
                hash=digest,
                sealed_at=clock.now(),
                signature=previous,
            )
            write_seal(seals, head, previous)
        sealed.append(day)
    return sealed


def unsealed_since(*, branch_id: int, today: date, zone: str) -> date | None:
    """Return the oldest day before yesterday that should have been sealed and is not, or None."""
    last = models.Seal.objects.filter(branch_id=branch_id).order_by("-day").first()
    oldest = next(iter(_last_of_each_day(branch_id, last, zone)), None)
    return oldest[0] if oldest is not None and oldest[0] < today - timedelta(days=1) else None


def _last_of_each_day(branch_id: int, sealed: models.Seal | None, zone: str) -> list[tuple[date, int, str]]:
    """Return (day, seq, hash) of the last event of each branch-local day that is not sealed yet, oldest first.

    A clock set back does not reopen a day: the log's order counts, and what follows a seal belongs to a later day.
    """
    found: dict[date, tuple[int, str]] = {}
    events = models.Event.objects.filter(branch_id=branch_id, seq__gt=sealed.seq if sealed else 0).order_by(
        "seq"
    )
    highest = sealed.day + timedelta(days=1) if sealed else date.min
    for seq, at, digest in events.values_list("seq", "at", "hash").iterator():
        highest = max(highest, clock.local_date(at, zone))
        found[highest] = (seq, digest)
    return [(day, *found[day]) for day in sorted(found)]
