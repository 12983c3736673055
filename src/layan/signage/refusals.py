"""What boards and notices refuse. Codes are listed in docs/refusals.md."""

from django.utils.translation import gettext as _

from layan.kit.refusal import Refusal


def unknown_zone() -> Refusal:
    return Refusal("unknown-zone", _("There is no such zone in this branch."), 404)


def unknown_notice() -> Refusal:
    return Refusal("unknown-notice", _("There is no such notice here."), 404)


def text_needed() -> Refusal:
    return Refusal("text-needed", _("Give the Malay text; the other languages may follow."), 422)


def text_too_long(limit: int) -> Refusal:
    return Refusal(
        "text-too-long",
        _("A notice is read in passing: use at most %(limit)s characters in a language.") % {"limit": limit},
        422,
    )


def ends_too_soon() -> Refusal:
    return Refusal("ends-too-soon", _("The notice must end later than it starts, and later than now."), 422)
