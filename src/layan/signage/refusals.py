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


def no_sound() -> Refusal:
    return Refusal(
        "no-sound",
        _("There is nothing to hear in this file. Give a WAV, FLAC, OGG or MP3 file with one piece spoken."),
        422,
    )


def sound_too_long(seconds: float) -> Refusal:
    return Refusal(
        "sound-too-long",
        _("One piece is a word or a few: give a file of at most %(seconds)d seconds.") % {"seconds": seconds},
        422,
    )


def sox_is_missing() -> Refusal:
    return Refusal(
        "sox-is-missing",
        _("The program sox is not installed on the server, and reads the files: ask whoever runs it."),
        503,
    )


def no_voice(language: str) -> Refusal:
    return Refusal(
        "no-voice",
        _("No voice on the server can say this in %(language)s: ask whoever runs it to install espeak-ng.")
        % {"language": language},
        503,
    )


def unknown_announcement() -> Refusal:
    return Refusal(
        "unknown-announcement", _("There is no such announcement here, or it was said already."), 404
    )


def wrong_announcement(problem: str) -> Refusal:
    return Refusal("wrong-announcement", problem, 422)
