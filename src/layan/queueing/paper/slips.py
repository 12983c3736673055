"""A ticket as a slip of paper, in the customer's own language (B7)."""

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from layan.customers.api import CATEGORY_WORDS, Category
from layan.kit import clock
from layan.kit.i18n import DJANGO_CODES, moment_words, short_code, words
from layan.places.api import Layout
from layan.queueing.models import Ticket
from layan.queueing.paper.api import Slip
from layan.queueing.reads import people_ahead
from layan.queueing.wait_reads import wait_of
from layan.queueing.wait_words import wait_words

#: What to bring is told in so many lines; the page behind the QR code has all.
_LINES = 6


def slip_of(ticket: Ticket, place: Layout, *, address: str, now: datetime) -> Slip:
    """Return the slip of a ticket as things stand at `now`; `address` is that of its page."""
    first = place.services.get(ticket.service_id)
    others = [place.service_codes[code] for code in ticket.remaining if code in place.service_codes]
    services = [service for service in (first, *others) if service is not None]
    ahead = people_ahead(ticket, place, now)
    wait = wait_of(ticket, place, ahead, now)
    language = ticket.language if ticket.language in DJANGO_CODES else "ms"
    with translation.override(DJANGO_CODES[language]):
        return Slip(
            language=language,
            branch=words(place.name),
            number=ticket.number,
            services=tuple(words(service.name) for service in services),
            ahead=_ahead(ahead),
            wait=wait_words(wait) if wait else "",
            bring=_bring([words(service.bring) for service in services]),
            time=moment_words(clock.local(ticket.issued_at, place.time_zone)),
            address=address,
            mark=""
            if ticket.category == Category.GENERAL
            else str(CATEGORY_WORDS[Category(ticket.category)]),
        )


def test_slip(place: Layout, *, address: str, now: datetime) -> Slip:
    """Return a slip that is no number, in the language of whoever asks: to see whether a printer prints."""
    return Slip(
        language=short_code(),
        branch=words(place.name),
        number=_("TEST"),
        services=(_("This is no queue number."),),
        ahead="",
        wait="",
        bring=(),
        time=moment_words(clock.local(now, place.time_zone)),
        address=address,
    )


def _ahead(ahead: int) -> str:
    if not ahead:
        return _("You are next")
    return ngettext("%(n)s person ahead of you", "%(n)s people ahead of you", ahead) % {"n": ahead}


def _bring(texts: list[str]) -> tuple[str, ...]:
    """Return what to bring, each thing once."""
    lines = [line.strip() for text in texts for line in text.splitlines()]
    return tuple(dict.fromkeys(line for line in lines if line))[:_LINES]
