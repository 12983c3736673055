"""Taking a number at a kiosk: a double tap on the same form is one number."""

import re
import secrets
from collections.abc import Sequence
from uuid import UUID

from django.core.cache import cache
from django.db import transaction

from layan.kit import clock
from layan.kit.models import IdempotencyRecord
from layan.people.api import Person
from layan.places.api import Layout
from layan.queueing import refusals
from layan.queueing.models import Ticket
from layan.queueing.rules.states import ENDED
from layan.queueing.services.issuing import issue

_KEY = re.compile(r"^[A-Za-z0-9_-]{16,40}$")
#: Numbers that one address may take at a public kiosk in a period, whatever it does; an office's own screens are not limited.
PUBLIC_NUMBERS = 30
PUBLIC_PERIOD_SECONDS = 300


def form_key() -> str:
    """Return a new key for a form; it is secret to whoever was shown the form."""
    return secrets.token_urlsafe(18)


def take(
    *,
    place: Layout,
    key: str,
    services: Sequence[str],
    by: Person,
    category: str,
    language: str,
    reference: str = "",
    printer_id: int | None = None,
) -> Ticket:
    """Issue a number for a form; the same form sent again gets the same number as long as that one is not ended.

    The key is kept in the transaction of the number, so neither exists alone. Raises bad-value and what `issue` does.
    """
    if not _KEY.match(key):
        raise refusals.bad_value("key")
    scoped = f"number:{place.branch_id}:{key}"
    with transaction.atomic():
        record, _ = IdempotencyRecord.objects.get_or_create(
            key=scoped, defaults={"status": 201, "created_at": clock.now()}
        )
        known = _ticket_of(record)
        if known is not None and known.state not in ENDED:
            return known
        issued = issue(
            branch_id=place.branch_id,
            services=services,
            by=by,
            category=category,
            language=language,
            reference=reference,
            printer_id=printer_id,
        )
        record.body = issued.ticket.pk.hex
        record.save(update_fields=["body"])
    return issued.ticket


def _ticket_of(record: IdempotencyRecord) -> Ticket | None:
    return Ticket.objects.filter(pk=UUID(record.body)).first() if record.body else None


def count_public_number(place: Layout, address: str) -> None:
    """Count a number that an unregistered screen asks for. Raises too-many-numbers past PUBLIC_NUMBERS."""
    counter = f"public-numbers:{place.branch_id}:{address}"
    if cache.add(counter, 1, PUBLIC_PERIOD_SECONDS):
        return
    try:
        taken = cache.incr(counter)
    except ValueError:  # The period ended between the two steps.
        cache.set(counter, 1, PUBLIC_PERIOD_SECONDS)
        return
    if taken > PUBLIC_NUMBERS:
        raise refusals.too_many_numbers(PUBLIC_PERIOD_SECONDS // 60)
