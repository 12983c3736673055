"""Waits in templates: `{{ wait|wait_words }}` and the like (B7)."""

from django import template

from layan.queueing import wait_words

register = template.Library()
register.filter("wait_words", wait_words.wait_words)
register.filter("wait_short", wait_words.short_words)
register.filter("wait_now", wait_words.now_words)
register.filter("wait_basis", wait_words.basis_words)
