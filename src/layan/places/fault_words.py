"""What is said of each fault in an imported file: what is wrong, and what to do."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from layan.places.importing import Fault

_WORDS: dict[str, Promise] = {
    "bad-code": _("“%(value)s” cannot be a code: use capital letters, digits and hyphens, 20 at most."),
    "bad-counter": _("“%(value)s” cannot be a counter: use capital letters, digits and hyphens, 6 at most."),
    "bad-letter": _(
        "“%(value)s” cannot mark numbers: use one capital letter, or two where the second is not K or E."
    ),
    "bad-time": _("“%(value)s” is not a time: write it as 13:00."),
    "bad-time-zone": _("“%(value)s” is not a time zone; Malaysia's is Asia/Kuala_Lumpur."),
    "bad-weekdays": _("“%(value)s” are not weekdays: write 1 for Monday to 7 for Sunday, such as 6 7."),
    "column-twice": _("The column “%(value)s” is there twice: remove one."),
    "ends-before-start": _("Lunch ends before it starts: correct one of the times."),
    "half-lunch": _("Lunch needs both its start and its end: fill in both or neither."),
    "letter-taken": _("The letter %(value)s belongs to %(allowed)s: choose another."),
    "missing": _("This is needed: fill it in."),
    "missing-column": _("The column “%(value)s” is missing: start from the template."),
    "no-rows": _("There is no row below the header: add one."),
    "not-a-number": _("“%(value)s” is not a whole number: write digits only."),
    "not-one-of": _("“%(value)s” is not known here: use one of %(allowed)s."),
    "out-of-range": _("“%(value)s” is out of range: the least and the most are %(allowed)s."),
    "repeated": _("“%(value)s” stands in line %(allowed)s already: each may be there once."),
    "taken": _("The code %(value)s belongs to a branch of another agency: choose another."),
    "too-long": _("The text is too long: at most %(allowed)s characters."),
    "too-many-cells": _("The line has more cells than the header: put texts that hold a comma in quotes."),
    "unknown-agency": _("There is no agency “%(value)s”: use one of %(allowed)s, or set it up first."),
    "unknown-column": _("The column “%(value)s” is not known: remove it, or name it as in the template."),
    "unknown-service": _("There is no service “%(value)s” here: use %(allowed)s, or set it up first."),
    "unknown-state": _("“%(value)s” is not a state: use one of %(allowed)s."),
    "unknown-zone": _("There is no zone “%(value)s” here: use %(allowed)s, or set it up first."),
}

_UNREADABLE: dict[str, Promise] = {
    "empty": _("There is nothing in it. Start from the template."),
    "encoding": _(
        "It is not written in UTF-8, so letters would come out wrong. Save it as “CSV UTF-8” and try again."
    ),
    "quotes": _("A quotation mark is opened and never closed. Save it anew from the spreadsheet."),
    "too-large": _("It is larger than 256 kB. Divide it."),
    "too-many-rows": _("It has more than 500 rows. Divide it."),
}


def fault_words(fault: Fault) -> str:
    """Return the sentence for a fault, in the active language."""
    allowed = ", ".join(fault.allowed) or "–"
    return str(_WORDS[fault.code]) % {"value": fault.value, "allowed": allowed}


def unreadable_words(code: str) -> str:
    """Return the sentence for a file that cannot be read at all, in the active language."""
    return str(_UNREADABLE[code])
