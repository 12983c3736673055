"""Turns numbers, counters, times, dates and money into what is said (B9). Pure; the words are data, `words.toml`."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from layan.signage.speech.api import Piece, Utterance

_WORDS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))

_TICKET = re.compile(r"(?<![A-Za-z0-9])([A-Z]{1,3})(\d{3,5})(?![A-Za-z0-9])")
_LONG = re.compile(r"(?<![\w+])\+?\d(?:[ -]?\d){6,}(?!\w)")
_MONEY = re.compile(r"(?<![A-Za-z])RM ?(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{2}))?(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_TIME = re.compile(
    r"(?P<before>\b(?:pukul|jam) )?(?<![\d.:])(?P<hour>\d{1,2})(?P<mark>[:.])(?P<minute>\d{2})(?![\d:])"
    r"(?P<part> ?(?:pagi|tengah hari|petang|malam|a\.?m\.?|p\.?m\.?)(?![a-z]))?",
    re.IGNORECASE,
)


def call_utterance(number: str, counter: str, language: str) -> Utterance:
    """Return the call of a number to a counter: "Nombor A kosong satu dua, sila ke kaunter 3." """
    words = _WORDS[language]
    spelled = list(_spelled(number, language))
    at = _counter(counter, language)
    pieces: list[Piece] = []
    for part in words["parts"]:
        if part == "{number}":
            pieces += spelled
        elif part == "{counter}":
            pieces.append(at)
        else:
            pieces.append(Piece(f"piece.{part}", words["pieces"][part]))
    text = words["call"].format(number=_read(spelled, language), counter=at.text)
    return Utterance(language, text, tuple(pieces))


def message_utterance(text: str, language: str) -> Utterance:
    """Return a message as it is read out: numbers digit by digit, times, dates and money in words."""
    said = " ".join(text.split())
    for shape, spoken in (
        (_YEAR_FIRST, lambda m: _date(m, language, year=1, month=2, day=3)),
        (_DAY_FIRST, lambda m: _date(m, language, year=3, month=2, day=1)),
        (_MONEY, lambda m: _money(m, language)),
        (_LONG, lambda m: _read(list(_spelled(m[0], language)), language)),
        (_TIME, lambda m: _time(m, language)),
        (_TICKET, lambda m: _read(list(_spelled(m[0], language)), language)),
    ):
        said = shape.sub(spoken, said)
    return Utterance(language, said)


def recordable(language: str, *, series: set[str], counters: list[str]) -> list[Piece]:
    """Return every piece that the calls of an office need: its words, the digits, its letters and its counters."""
    words = _WORDS[language]
    letters = sorted({letter for text in series for letter in text})
    return [
        *(Piece(f"piece.{name}", text) for name, text in words["pieces"].items()),
        *(Piece(f"digit.{digit}", text) for digit, text in enumerate(words["digits"])),
        *(Piece(f"letter.{letter}", letter) for letter in letters),
        *(_counter(counter, language) for counter in counters),
    ]


def _spelled(number: str, language: str) -> Iterator[Piece]:
    """Yield a number letter by letter and digit by digit; what is neither is not said."""
    for sign in number:
        if sign.isascii() and sign.isdigit():
            yield Piece(f"digit.{sign}", _WORDS[language]["digits"][int(sign)])
        elif sign.isalpha():
            yield Piece(f"letter.{sign.upper()}", sign.upper())


def _counter(code: str, language: str) -> Piece:
    """Return a counter as said: a plain number as such, since voices know how to count; letters apart from digits."""
    return Piece(f"counter.{code}", re.sub(r"(?<=[^\W\d])(?=\d)|(?<=\d)(?=[^\W\d])", " ", code))


def _read(pieces: list[Piece], language: str) -> str:
    """Return pieces as text; a letter stands apart from a word that follows, in every script."""
    texts = [piece.text for piece in pieces]
    if _WORDS[language]["between"]:
        return " ".join(texts)
    return re.sub(r"(?<=[A-Z])(?=[^A-Z])|(?<=[A-Z])(?=[A-Z])", " ", "".join(texts))


def _date(found: re.Match[str], language: str, *, year: int, month: int, day: int) -> str:
    words = _WORDS[language]
    if not 1 <= int(found[month]) <= 12 or not 1 <= int(found[day]) <= 31:
        return found[0]
    said: str = words["date"].format(
        day=int(found[day]), month=words["months"][int(found[month]) - 1], year=int(found[year])
    )
    return said


def _money(found: re.Match[str], language: str) -> str:
    whole, with_sen = _WORDS[language]["money"]
    ringgit, sen = found[1].replace(",", ""), int(found[2] or 0)
    said: str = with_sen.format(ringgit=ringgit, sen=sen) if sen else whole.format(ringgit=ringgit)
    return said


def _time(found: re.Match[str], language: str) -> str:
    """Return a time as said. "10.30" without "pagi" or the like may be anything, and stays."""
    hour, minute, part = int(found["hour"]), int(found["minute"]), (found["part"] or "").strip()
    if hour > 23 or minute > 59 or (found["mark"] == "." and not part and not found["before"]):
        return found[0]
    hour = _on_the_clock_of_24(hour, part)
    words = _WORDS[language]
    said = [text for start, text in words["parts_of_day"].items() if hour >= int(start)][-1]
    whole, with_minutes = words["time"]
    told = words["minute_of_one_digit"].format(minute=minute) if minute < 10 else minute
    spoken: str = (with_minutes if minute else whole).format(hour=(hour - 1) % 12 + 1, minute=told, part=said)
    before = found["before"] or ""
    return spoken if before.strip().lower() in words["time_words"] else before + spoken


def _on_the_clock_of_24(hour: int, part: str) -> int:
    later = {"petang", "malam", "tengah hari"}
    word = part.lower().replace(".", "")
    if (word in later or word == "pm") and 1 <= hour < 12:
        return hour if word == "tengah hari" and hour > 10 else hour + 12
    return 0 if word == "am" and hour == 12 else hour
