"""How a board says the same in several languages."""

from collections.abc import Mapping

from django import template
from django.template import Context
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from layan.kit.i18n import DJANGO_CODES
from layan.kit.templatetags.kit import language_tag
from layan.queueing.api import Wait
from layan.signage.labels import AT_ONCE, spoken, wait_line

register = template.Library()


@register.filter
def django_language(code: str) -> str:
    """Return Django's code of a short language code, for `get_language_info`."""
    return DJANGO_CODES[code]


@register.simple_tag(takes_context=True)
def say(context: Context, text: Mapping[str, str] | Promise | str) -> SafeString:
    """Write `text` in the board's languages: two side by side, further ones taking turns with them."""
    said = list(spoken(text, context["languages"]).items()) if text else []
    together = [said[start : start + AT_ONCE] for start in range(0, len(said), AT_ONCE)]
    if len(together) <= 1:
        return format_html('<span class="say">{}</span>', _side_by_side(said))
    turns = format_html_join(
        "", '<span class="turn say">{}</span>', ((_side_by_side(pair),) for pair in together)
    )
    return format_html('<span class="turns">{}</span>', turns)


@register.simple_tag(takes_context=True)
def say_wait(context: Context, wait: Wait) -> SafeString:
    """Write a wait in the board's languages, as `say` does."""
    return say(context, wait_line(wait, context["languages"]))


def _side_by_side(said: list[tuple[str, str]]) -> SafeString:
    return format_html_join(
        " ", '<span lang="{}">{}</span>', ((language_tag(code), line) for code, line in said)
    )
