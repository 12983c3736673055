"""What boards say, in every language the board was set to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils import formats, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layan.kit.i18n import DJANGO_CODES, day_words, moment_words, words
from layan.places.api import Block, DayHours
from layan.queueing.api import Wait, board_words
from layan.signage.reads import Board

#: Short codes, in the order in which a board shows them.
Languages = tuple[str, ...]
DEFAULT_LANGUAGES: Languages = ("ms", "en")
#: Languages that stand side by side; further ones take turns with them.
AT_ONCE = 2

LABELS: dict[str, Promise] = {
    "number": gettext_lazy("Number"),
    "counter": gettext_lazy("Counter"),
    "counters": gettext_lazy("At the counters"),
    "waiting": gettext_lazy("Wait, people"),
    "on_break": gettext_lazy("Break"),
    "take_a_number": gettext_lazy("Please take a number at the kiosk"),
    "closed_now": gettext_lazy("We are closed now"),
    "reconnecting": gettext_lazy("Connecting again"),
    "not_current": gettext_lazy("Not current"),
    "last_updated": gettext_lazy("last updated"),
    "counter_closed": gettext_lazy("This counter is closed"),
    "please_wait": gettext_lazy("Please wait for your number"),
    "please_come": gettext_lazy("Please come to this counter"),
    "now_serving": gettext_lazy("Now being served"),
    "touch_for_sound": gettext_lazy("Touch this screen once for sound"),
    "hours": gettext_lazy("Opening hours"),
    "waits": gettext_lazy("Waiting time now"),
    "people": gettext_lazy("People waiting"),
}


#: What a display says while it waits to be paired.
PAIRING: dict[str, Promise] = {
    "title": gettext_lazy("Pair this screen"),
    "how": gettext_lazy("A supervisor types this code on the floor page, under Screens."),
    "away": gettext_lazy("Connecting again"),
    "later": gettext_lazy("Too many codes were shown. The next one comes by itself in some minutes."),
}


def chosen_languages(asked: str) -> Languages:
    """Return the languages a board's address asks for ("ms,en,zh"), the usual ones when it names none we speak."""
    known = tuple(code for code in dict.fromkeys(asked.split(",")) if code in DJANGO_CODES)
    return known or DEFAULT_LANGUAGES


def in_each(languages: Sequence[str], make: Callable[[], str]) -> dict[str, str]:
    """Return what `make` says with each language active, by short code."""
    said = {}
    for code in languages:
        with translation.override(DJANGO_CODES[code]):
            said[code] = make()
    return said


def spoken(text: Mapping[str, str] | Promise | str, languages: Sequence[str]) -> dict[str, str]:
    """Return a label or a data text in each language, without repeating what is written alike.

    A data text that lacks a language is left out there; one that has none of them falls back as everywhere else.
    """
    if isinstance(text, Mapping):
        said = {code: text[code] for code in languages if text.get(code)}
        said = said or {languages[0]: words(text, languages[0])}
    else:
        said = in_each(languages, lambda: str(text))
    first = {line: code for code, line in reversed(said.items())}
    return {code: line for code, line in said.items() if line and first[line] == code}


def today_line(board: Board, languages: Sequence[str]) -> dict[str, str]:
    """Return the date and today's hours (B11), or why the branch is closed."""
    return in_each(languages, lambda: f"{day_words(board.hours.day)} · {_hours(board)}")


@dataclass(frozen=True)
class WeekLine:
    """One day of the week's hours, today's first."""

    day: dict[str, str]
    hours: dict[str, str]
    is_today: bool


def week_lines(board: Board, languages: Sequence[str]) -> list[WeekLine]:
    """Return the hours of seven days from today on (B11); a day that is not as usual says why."""
    return [
        WeekLine(
            in_each(languages, lambda day=hours.day: formats.date_format(day, "l")),  # type: ignore[misc]
            _day_hours(board, hours, languages),
            hours.day == board.hours.day,
        )
        for hours in board.week
    ]


def _day_hours(board: Board, hours: DayHours, languages: Sequence[str]) -> dict[str, str]:
    if hours.blocks:
        return {languages[0]: ", ".join(_stretches(hours.blocks))}
    if board.place.calendar.always_open:
        return in_each(languages, lambda: _("Open"))
    if hours.occasion:
        return spoken(hours.occasion, languages)
    return in_each(languages, lambda: _("Closed"))


def wait_line(wait: Wait, languages: Sequence[str]) -> dict[str, str]:
    """Return how long someone who came now would wait, or in short why that is not known (B7).

    Figures are read alike in every language: they stand once, and do not take turns.
    """
    return in_each(languages if wait.reason else languages[:1], lambda: board_words(wait))


def opens_again(board: Board, languages: Sequence[str]) -> dict[str, str]:
    """Return when the branch opens next; empty while it is open, or when no day is known."""
    when = board.opening.next_opening
    if when is None:
        return {}
    return in_each(languages, lambda: _("We open again: %(when)s") % {"when": moment_words(when)})


def _hours(board: Board) -> str:
    if board.hours.blocks:
        return _("Open today %(hours)s") % {"hours": ", ".join(_stretches(board.hours.blocks))}
    if board.opening.is_open:
        return _("Open now")
    if board.hours.occasion:
        return _("Closed today: %(occasion)s") % {"occasion": words(board.hours.occasion)}
    return _("Closed today")


def _stretches(blocks: Sequence[Block]) -> list[str]:
    """Return "08:00–19:00" for each stretch; office hours and an evening session that touch are one."""
    joined: list[list[str]] = []
    for block in blocks:
        opens, closes = f"{block.opens:%H:%M}", f"{block.closes:%H:%M}"
        if joined and opens <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], closes)
        else:
            joined.append([opens, closes])
    return [f"{opens}–{closes}" for opens, closes in joined]
