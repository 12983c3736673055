"""Why a customer's wish to be told is not taken. Codes are listed in docs/refusals.md."""

from django.utils.translation import gettext as _

from layan.kit.refusal import Refusal


def bad_phone() -> Refusal:
    return Refusal(
        "bad-phone", _("This is not a mobile number we can reach. Write it like 012-345 6789."), 422
    )


def bad_email() -> Refusal:
    return Refusal("bad-email", _("This is not an e-mail address. Write it like name@example.my."), 422)


def channel_not_offered() -> Refusal:
    return Refusal("channel-not-offered", _("Messages are not sent that way here."), 422)


def visit_over() -> Refusal:
    return Refusal("visit-over", _("This visit is over, so there is nothing left to tell."))


def asked_too_often() -> Refusal:
    return Refusal(
        "asked-too-often",
        _("This was asked many times today already. Please follow your number on this page instead."),
        429,
    )
