"""Texts that are data: one word, several languages."""

from collections.abc import Mapping

from django.conf import settings
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
