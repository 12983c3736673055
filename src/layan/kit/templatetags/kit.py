"""Template tags every room uses: icons, texts that are data, clocks, and the list of event types."""

from collections.abc import Mapping
from datetime import datetime

from django import template
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from layan.kit import clock
from layan.kit.events.base import event_types as registered_event_types
from layan.kit.i18n import DJANGO_CODES
from layan.kit.i18n import words as words_of

register = template.Library()

#: The cookie in which display.js keeps what a person chose for their eyes and reach.
DISPLAY_COOKIE = "layan_display"
DISPLAY_MODES = {"contrast": "high", "text": "large", "reach": "low"}


@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """Draw the icon `name` of the sprite; with `label` it speaks, without it is decoration. `size`: large or huge."""
    extra = format_html(' role="img" aria-label="{}"', label) if label else SafeString(' aria-hidden="true"')
    return format_html(
        '<svg class="icon{}"{} focusable="false"><use href="{}#{}"></use></svg>',
        f" icon--{size}" if size else "",
        extra,
        static("kit/icons.svg"),
        name,
    )


@register.filter
def words(text: Mapping[str, str] | None, language: str | None = None) -> str:
    """Show a data text such as {"ms": ..., "en": ...} in the active language (or in `language`)."""
    return words_of(text, language)


@register.filter
def in_a_line(text: str) -> str:
    """Set a list of lines, such as what to bring, as one line."""
    return " · ".join(line.strip() for line in text.splitlines() if line.strip())


@register.simple_tag
def event_types(*prefixes: str) -> str:
    """Return the registered event types, space separated, for `<live-region types>`; only those with a prefix given."""
    names = sorted(registered_event_types())
    return " ".join(name for name in names if name and (not prefixes or name.startswith(prefixes)))


@register.simple_tag
def moment() -> str:
    """Return the server's time as a script reads it."""
    return clock.now().isoformat(timespec="milliseconds")


@register.simple_tag
def live_clock(time_zone: str) -> SafeString:
    """Show a running clock of the branch's wall time, started from the server's clock."""
    now = clock.now()
    return format_html(
        '<live-clock class="num" tz="{}" now="{}"><time datetime="{}">{}</time></live-clock>',
        time_zone,
        now.isoformat(timespec="milliseconds"),
        now.isoformat(timespec="minutes"),
        clock.local(now, time_zone).strftime("%H:%M"),
    )


@register.simple_tag
def elapsed(since: datetime | None, limit: int | None = None) -> SafeString:
    """Show a running timer from `since`; after `limit` seconds it is marked as over."""
    if since is None:
        return SafeString("")
    now = clock.now()
    seconds = max(0, int((now - since).total_seconds()))
    return format_html(
        '<elapsed-time class="num" role="timer" since="{}" now="{}"{}>{}</elapsed-time>',
        since.isoformat(timespec="milliseconds"),
        now.isoformat(timespec="milliseconds"),
        "" if limit is None else format_html(' limit="{}"', limit),
        _duration(seconds),
    )


@register.simple_tag(takes_context=True)
def display_modes(context: template.Context) -> SafeString:
    """Return the attributes of `<html>` for the chosen contrast, text size and reach."""
    request = context.get("request")
    if not isinstance(request, HttpRequest):
        return SafeString("")
    chosen = request.COOKIES.get(DISPLAY_COOKIE, "").split(".")
    return format_html_join(
        "", ' data-{}="{}"', ((mode, value) for mode, value in DISPLAY_MODES.items() if mode in chosen)
    )


@register.simple_tag
def html_language() -> str:
    """Return the active language as the BCP 47 tag for `lang`, such as zh-Hans."""
    return language_tag(get_language() or "ms")


@register.simple_tag
def language_tag(code: str) -> str:
    """Return a Django or short language code (zh, zh-hans) as the BCP 47 tag for a `lang` attribute."""
    code = DJANGO_CODES.get(code, code)
    return "zh-Hans" if code == "zh-hans" else code


def _duration(seconds: int) -> str:
    """Return seconds as m:ss, or h:mm:ss from an hour."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
