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


def wrong_hours() -> Refusal:
    return Refusal(
        "wrong-hours",
        _("A notice that repeats needs both times of day and at least one weekday."),
        422,
    )


def unknown_screen() -> Refusal:
    return Refusal("unknown-screen", _("There is no such screen here, or it was revoked."), 404)


def unknown_code() -> Refusal:
    return Refusal(
        "unknown-code",
        _(
            "No screen shows this code now. Look at the screen again: a code is good for ten minutes, and once."
        ),
        422,
    )


def too_many_codes(minutes: int) -> Refusal:
    return Refusal(
        "too-many-codes",
        _("Too many codes in a short time. Try again in %(minutes)s minutes.") % {"minutes": minutes},
        429,
    )


def wrong_screen(problem: str) -> Refusal:
    return Refusal("wrong-screen", problem, 422)
