"""Draw a slip as black dots: every language alike, whatever characters the printer knows (B7, B8)."""

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

import layan.kit
from layan.queueing.paper.api import Slip

#: Dots across the printable part of paper 80 mm and 58 mm wide, at 203 dots an inch.
WIDTHS = {80: 576, 58: 384}

_FONTS = Path(layan.kit.__file__).parent / "static" / "kit" / "fonts"
_FILES = (
    "atkinson-hyperlegible-next-latin",
    "noto-sans-sc-common",
    "noto-sans-sc-more",
    "noto-sans-sc-rare",
    "noto-sans-tamil",
)
_REGULAR, _BOLD = 450, 700
#: No character: what a font draws for it is what it draws for all that it lacks.
_ABSENT = "\U0010ffff"
#: Chinese may break a line between any two of these.
_IDEOGRAPHS = ("\u3400", "\u9fff")
_NEVER_FIRST = "\u3001\u3002\uff0c\uff1a\uff1b\uff01\uff1f\uff09"


@dataclass(frozen=True, slots=True)
class _Run:
    text: str
    font: ImageFont.FreeTypeFont


def draw(slip: Slip, *, width: int) -> Image.Image:
    """Return `slip` as an image of one bit a dot, `width` dots wide and as high as it needs to be."""
    # Narrow paper is held as near as wide paper: its words shrink less than its number.
    unit, text = width / 576, max(width / 576, 0.85)
    page = _Page(width)
    page.line(slip.branch, size=round(30 * text), weight=_BOLD)
    page.gap(8)
    if slip.mark:
        page.band(slip.mark, size=round(34 * text))
    page.number(slip.number, largest=round(230 * unit))
    page.gap(12)
    for service in slip.services:
        page.line(service, size=round(36 * text), weight=_BOLD)
    page.gap(10)
    page.line(slip.ahead, size=round(30 * text), weight=_REGULAR)
    page.line(slip.wait, size=round(30 * text), weight=_REGULAR)
    if slip.bring:
        page.rule()
        for thing in slip.bring:
            page.line(thing, size=round(27 * text), weight=_REGULAR)
    page.rule()
    page.code(slip.address, side=round(250 * unit))
    page.line(slip.time, size=round(26 * text), weight=_REGULAR)
    return page.image()


class _Page:
    """Rows from top to bottom, centred, each as high as what stands in it."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._margin = width // 48
        self._rows: list[Image.Image] = []

    def gap(self, height: int) -> None:
        self._rows.append(Image.new("L", (self._width, height), 255))

    def rule(self) -> None:
        row = Image.new("L", (self._width, 27), 255)
        ImageDraw.Draw(row).rectangle((self._margin, 12, self._width - self._margin, 14), fill=0)
        self._rows.append(row)

    def line(self, text: str, *, size: int, weight: int, ink: int = 0) -> None:
        for runs in _wrapped(text, size, weight, self._width - 2 * self._margin):
            self._rows.append(self._row(runs, round(size * 1.5), round(size * 1.1), ink))

    def band(self, text: str, *, size: int) -> None:
        self.line(text, size=size, weight=_BOLD, ink=255)

    def number(self, text: str, *, largest: int) -> None:
        size = largest
        while _length(_runs(text, size, _BOLD)) > self._width - 2 * self._margin:
            size -= 4
        # Numbers have no tails below the line.
        self._rows.append(self._row(_runs(text, size, _BOLD), round(size * 0.92), round(size * 0.8), 0))

    def code(self, address: str, *, side: int) -> None:
        modules = [list(row) for row in segno.make(address, error="m", micro=False).matrix_iter(border=2)]
        scale = max(3, side // len(modules))
        drawing = Image.new("L", (len(modules), len(modules)), 255)
        drawing.putdata([0 if module else 255 for row in modules for module in row])
        big = drawing.resize((len(modules) * scale,) * 2, Image.Resampling.NEAREST)
        row = Image.new("L", (self._width, big.height), 255)
        row.paste(big, ((self._width - big.width) // 2, 0))
        self._rows.append(row)

    def image(self) -> Image.Image:
        whole = Image.new("L", (self._width, sum(row.height for row in self._rows)), 255)
        top = 0
        for row in self._rows:
            whole.paste(row, (0, top))
            top += row.height
        return whole.point(lambda grey: 0 if grey < 150 else 255).convert("1", dither=Image.Dither.NONE)

    def _row(self, runs: list[_Run], height: int, baseline: int, ink: int) -> Image.Image:
        row = Image.new("L", (self._width, height), 255 - ink)
        pen, left = ImageDraw.Draw(row), (self._width - _length(runs)) / 2
        for run in runs:
            pen.text((left, baseline), run.text, font=run.font, fill=ink, anchor="ls")
            left += run.font.getlength(run.text)
        return row


def _wrapped(text: str, size: int, weight: int, room: int) -> list[list[_Run]]:
    lines, line = [], ""
    for piece in _pieces(text):
        if line and _length(_runs((line + piece).rstrip(), size, weight)) > room:
            lines.append(_runs(line.strip(), size, weight))
            line = ""
        line += piece
    return [*lines, _runs(line.strip(), size, weight)] if line.strip() else lines


def _pieces(text: str) -> list[str]:
    pieces, word = [], ""
    for character in text:
        word += character
        if character == " " or _IDEOGRAPHS[0] <= character <= _IDEOGRAPHS[1]:
            pieces.append(word)
            word = ""
        elif character in _NEVER_FIRST and len(word) == 1 and pieces:
            pieces[-1] += word
            word = ""
    return [*pieces, word] if word else pieces


def _runs(text: str, size: int, weight: int) -> list[_Run]:
    runs: list[_Run] = []
    for character in text:
        # Signs belong to the letter before them: apart from it they are shaped as signs without a letter.
        sign = unicodedata.category(character).startswith("M")
        font = runs[-1].font if runs and sign else _font_for(character, size, weight)
        if runs and runs[-1].font is font:
            runs[-1] = _Run(runs[-1].text + character, runs[-1].font)
        else:
            runs.append(_Run(character, font))
    return runs


def _length(runs: list[_Run]) -> float:
    return sum(run.font.getlength(run.text) for run in runs)


@cache
def _font_for(character: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    fonts = [_font(file, size, weight) for file in _FILES]
    return next((font for font in fonts if character == " " or _covers(font, character)), fonts[0])


@cache
def _font(file: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(_FONTS / f"{file}.woff2", size, layout_engine=ImageFont.Layout.RAQM)
    font.set_variation_by_axes([weight])
    return font


@cache
def _covers(font: ImageFont.FreeTypeFont, character: str) -> bool:
    return bytes(font.getmask(character)) != bytes(font.getmask(_ABSENT))
