"""Reads one table of a TOML file, checks each value and names the place of every fault."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, TypeVar
from zoneinfo import available_timezones

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

#: A text by language (ms, en, zh, ta); a list in the file becomes one text with a line for each item.
Words = Mapping[str, str]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in the file: where, and what is expected there."""

    place: str
    text: str


class AgencyFileError(Exception):
    """The file cannot be used; `faults` says every place that has to be mended."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(f"{fault.place}: {fault.text}" for fault in faults))
        self.faults = tuple(faults)


def not_one_of(value: object, allowed: Iterable[str]) -> str:
    """Return the words for a value that is not among those allowed."""
    return _("%(value)r is not one of %(allowed)s") % {"value": value, "allowed": ", ".join(allowed)}


class Table:
    """One table of the file at a named place; hands out checked values and collects faults.

    A value that is missing or wrong is reported once and replaced by an empty one of its type, so that
    reading goes on and all faults are found together.
    """

    def __init__(self, data: object, place: str, faults: list[Fault]) -> None:
        self.place = place
        self.faults = faults
        self.left: dict[str, Any] = dict(data) if isinstance(data, dict) else {}
        if not isinstance(data, dict):
            self.fault("", _("write a table here"))

    def at(self, key: str) -> str:
        """Return the full place of `key`."""
        return ".".join(part for part in (self.place, key) if part)

    def fault(self, key: str, text: str) -> None:
        """Report what is wrong at `key`."""
        self.faults.append(Fault(self.at(key), text))

    def _take(self, key: str, kind: type[T], what: Promise, default: T | None) -> T | None:
        if key not in self.left:
            if default is None:
                self.fault(key, _("is missing; give %(what)s") % {"what": what})
            return default
        value = self.left.pop(key)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.fault(key, _("give %(what)s, not %(value)r") % {"what": what, "value": value})
            return None
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; it may be empty only where there is a default."""
        value = self._take(key, str, gettext_lazy("a text"), default)
        if value is not None and default is None and not value.strip():
            self.fault(key, _("is empty; give a text"))
        return value or ""

    def form(self, key: str, pattern: str, default: str | None = None) -> str:
        """Return a text of the form of a regular expression."""
        value = self.text(key, default)
        if value and not re.fullmatch(pattern, value):
            self.fault(
                key, _("%(value)r has not the form %(pattern)s") % {"value": value, "pattern": pattern}
            )
        return value

    def time_zone(self, key: str, default: str) -> str:
        """Return the name of an IANA time zone."""
        value = self.text(key, default)
        if value not in available_timezones():
            self.fault(
                key,
                _("%(value)r is not a time zone; Malaysia's is Asia/Kuala_Lumpur") % {"value": value},
            )
        return value

    def number(self, key: str, default: int | None = None, *, least: int = 0) -> int:
        """Return a whole number not below `least`."""
        value = self._take(key, int, gettext_lazy("a whole number"), default)
        if value is not None and value < least:
            self.fault(key, _("give %(least)s or more, not %(value)s") % {"least": least, "value": value})
        return least if value is None else value

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        return bool(self._take(key, bool, gettext_lazy("true or false"), default))

    def one_of(self, key: str, allowed: Iterable[str], default: str | None = None) -> str:
        """Return a text that is one of `allowed`."""
        value, names = self.text(key, default), list(allowed)
        if value and value not in names:
            self.fault(key, not_one_of(value, names))
        return value

    def some_of(self, key: str, allowed: Iterable[str]) -> tuple[str, ...]:
        """Return a list of texts out of `allowed`, each at most once."""
        values, names = self._take(key, list, gettext_lazy("a list"), []) or [], list(allowed)
        for position, value in enumerate(values):
            if value not in names:
                self.fault(f"{key}[{position}]", not_one_of(value, names))
            elif value in values[:position]:
                self.fault(f"{key}[{position}]", _("%(value)r is there twice") % {"value": value})
        return tuple(str(value) for value in values)

    def weekdays(self, key: str) -> tuple[int, ...]:
        """Return ISO weekdays."""
        values = self._take(key, list, gettext_lazy("a list of weekdays"), None) or []
        good = [value for value in values if type(value) is int and 1 <= value <= 7]
        if len(good) < len(values) or len(set(good)) < len(good):
            self.fault(
                key,
                _("give each weekday once, 1 (Monday) to 7 (Sunday), not %(values)r") % {"values": values},
            )
        return tuple(good)

    def moment(self, key: str) -> time | None:
        """Return a time of day, None when it cannot be read."""
        return self._parse(key, time.fromisoformat, gettext_lazy("a time such as 08:30"))

    def day(self, key: str) -> date | None:
        """Return a date, None when it cannot be read."""
        return self._parse(key, date.fromisoformat, gettext_lazy("a date such as 2026-12-31"))

    def _parse(self, key: str, parse: Callable[[str], T], what: Promise) -> T | None:
        value = self.text(key)
        try:
            return parse(value)
        except ValueError:
            if value:
                self.fault(key, _("give %(what)s, not %(value)r") % {"what": what, "value": value})
            return None

    def words(self, key: str, languages: Sequence[str], *, needed: bool = True) -> Words:
        """Return a text in each of `languages`; {} where it is not needed and not given."""
        if key not in self.left and not needed:
            return {}
        table = self.table(key)
        words = {language: table._lines(language) for language in languages}
        table.end()
        return words

    def _lines(self, key: str) -> str:
        if not isinstance(self.left.get(key), list):
            return self.text(key)
        items = self.left.pop(key)
        for position, item in enumerate(items):
            if not isinstance(item, str) or not item.strip():
                self.fault(f"{key}[{position}]", _("give a text"))
        return "\n".join(str(item) for item in items)

    def table(self, key: str) -> "Table":
        """Return the table at `key`, an empty one when there is none."""
        return Table(self.left.pop(key, {}), self.at(key), self.faults)

    def tables(self, key: str, *, needed: bool = True) -> "list[Table]":
        """Return the tables of a list; at least one where they are needed."""
        items = self._take(key, list, gettext_lazy("at least one"), None if needed else [])
        if items is None:
            return []
        if needed and not items:
            self.fault(key, _("is empty; give at least one"))
        return [
            Table(item, f"{self.at(key)}[{position}]", self.faults) for position, item in enumerate(items)
        ]

    def end(self) -> None:
        """Report every key nobody asked for: a misspelt one would otherwise be lost in silence."""
        for key in self.left:
            self.fault(key, _("is not known here; is it misspelt?"))
