"""What is kept has an end date."""

from datetime import datetime, timedelta

from layan.kit.models import IdempotencyRecord

#: Hours for which a repeated request gets the answer already given.
ANSWERS_KEPT_HOURS = 24


def forget_old_answers(*, before: datetime) -> int:
    """Erase answers to requests with an Idempotency-Key that are too old at `before`; returns how many."""
    oldest = before - timedelta(hours=ANSWERS_KEPT_HOURS)
    erased, _ = IdempotencyRecord.objects.filter(created_at__lt=oldest).delete()
    return erased
