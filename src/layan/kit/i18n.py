"""Texts that are data: one word, several languages; days and hours as their readers write them."""

from collections.abc import Mapping
from datetime import date, datetime

from django.conf import settings
from django.utils import formats
from django.utils.translation import get_language

Words = Mapping[str, str]

#: Django's language codes against the keys that data and the API use.
SHORT_CODES = {"ms": "ms", "en": "en", "zh-hans": "zh", "ta": "ta"}
DJANGO_CODES = {short: code for code, short in SHORT_CODES.items()}


def short_code(language: str | None = None) -> str:
    """Return the short code (ms, en, zh, ta) of a Django language code, by default of the active one."""
    return SHORT_CODES.get((language or get_language() or settings.LANGUAGE_CODE).lower(), "ms")


def words(text: Words | None, language: str | None = None) -> str:
    """Return `text` in `language` (short code; default the active one), else in Malay, else in English."""
    if not text:
        return ""
    wanted = language or short_code()
    return text.get(wanted) or text.get("ms") or text.get("en") or next(iter(text.values()), "")


def day_words(day: date) -> str:
    """Return a day with its weekday in the active language."""
    # Django's English would write the American order.
    written = "DATE_FORMAT" if short_code() == "zh" else "j F Y"
    return f"{formats.date_format(day, 'l')}, {formats.date_format(day, written)}"


def moment_words(when: datetime) -> str:
    """Return a day and the hour, of 24, in the active language; `when` bears the zone it is told in."""
    # Django's Malay calls every hour after noon night.
    return f"{day_words(when.date())}, {when:%H:%M}"
