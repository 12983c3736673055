"""What a kiosk reads aloud: sentences made here of what its page shows, signed, so that nobody has other words said (B9)."""

from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlencode

from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from layan.kit.i18n import short_code, words
from layan.places.api import Layout
from layan.queueing.offers import Offer
from layan.queueing.promises import Wait
from layan.queueing.wait_words import wait_words

_SALT = "layan.queueing.aloud"
#: A page of a kiosk is left long before.
_SECONDS = 3600
#: Choices that a digit of the keypad reaches.
CHOICES = 9

#: Text, language and agency to a WAV file; None when no voice can say it.
Reader = Callable[[str, str, str], Path | None]
_reader: Reader | None = None


def use_reader(reader: Reader) -> None:
    """Read aloud by `reader` from now on."""
    global _reader  # noqa: PLW0603 - the one place where the rooms are joined
    _reader = reader


def aloud_address(place: Layout, sentences: Sequence[str]) -> str:
    """Return where the sentences are heard in the language of the page; empty when nothing here reads."""
    if _reader is None:
        return ""
    said = signing.dumps([place.branch_id, short_code(), " ".join(sentences)], salt=_SALT, compress=True)
    return f"{reverse('queueing:kiosk-aloud', args=[place.code])}?{urlencode({'said': said})}"


def read_aloud(place: Layout, said: str) -> Path | None:
    """Return the sound of sentences that a page of this branch signed; None for all others, or when no voice can."""
    try:
        branch_id, language, text = signing.loads(said, salt=_SALT, max_age=_SECONDS)
    except signing.BadSignature:
        return None
    if _reader is None or branch_id != place.branch_id:
        return None
    return _reader(text, language, str(place.agency_id))


def languages_aloud(names: Sequence[str]) -> list[str]:
    """Return the question of the first page."""
    return [f"{_('Choose your language')}.", *_pressed(names)]


def services_aloud(offered: Sequence[Offer], *, more: bool) -> list[str]:
    """Return the question for the service, or for one more under the same number, with the choices."""
    names = [words(offer.service.name) for offer in offered if offer.refusal is None]
    return [_("What else do you come for?") if more else _("What do you come for?"), *_pressed(names)]


def service_aloud(offer: Offer, groups: Sequence[str]) -> list[str]:
    """Return what a service's page says: what to bring and the groups in which a number is given, or why none is."""
    name = f"{words(offer.service.name)}."
    if offer.refusal is not None:
        return [name, str(offer.refusal.words)]
    bring = ", ".join(words(offer.service.bring).split("\n"))
    return [name, *([_("Bring: %(things)s.") % {"things": bring}] if bring else []), *_pressed(groups)]


def _pressed(choices: Sequence[str]) -> list[str]:
    return [
        _("Press %(digit)d: %(choice)s.") % {"digit": at, "choice": each}
        for at, each in enumerate(choices[:CHOICES], 1)
    ]


def number_aloud(number: str, zone: str, ahead: int, wait: Wait | None) -> list[str]:
    """Return what a number's page says."""
    told = [f"{wait_words(wait)}."] if wait else []
    where = [_("Please wait in %(zone)s.") % {"zone": zone}] if zone else []
    people = _("People ahead of you: %(n)d.") % {"n": ahead}
    return [_("Your number is %(number)s.") % {"number": number}, people, *told, *where]
