"""Makes the Chinese fonts anew from the slices of Fontsource's variable Noto Sans SC.

    npm pack @fontsource-variable/noto-sans-sc@5.3.1 && tar xzf fontsource-variable-noto-sans-sc-5.3.1.tgz
    pip install fonttools==4.68.0 brotli==1.2.1
    python scripts/fonts.py package

Every Chinese character of the catalogues and of the demonstration is in the first file, so that our own pages need
no other. Advances are written into a table of their own (HVAR): without it Chromium measures some characters as empty.
"""

import argparse
import re
from collections.abc import Iterable
from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.varLib.hvar import add_HVAR

SOURCE = Path(__file__).parent.parent / "src" / "layan"
KIT = SOURCE / "kit" / "static" / "kit"
PUNCTUATION = (
    "·—‘’“”…　、。〈〉《》「」『』【】〔〕！＃％＆（）＋，－．／０１２３４５６７８９：；＜＝＞？＠～￥"
)
#: Slices that hold the most common characters; the higher the number, the more common.
COMMON_SLICES = range(112, 119)
#: In names of Malaysian places, but not in GB 2312.
PLACES = "峇"
DROPPED = ("GSUB", "GPOS", "GDEF", "BASE", "vhea", "vmtx", "prep", "HVAR", "STAT")
BEGINS = "/* Simplified Chinese"
FACE = """@font-face {{
  font-family: "Noto Sans SC";
  src: url("fonts/{name}.woff2") format("woff2");
  font-weight: 100 900;
  font-display: swap;
  unicode-range: {ranges};
}}
"""
#: A browser asks the face that stands last first, and goes on when its file lacks the character: only the common
#: characters have to be named one by one, and the sheet stays short.
ANY_HAN = "U+4E00-9FFF"
Slices = dict[int, tuple[TTFont, str]]


def main() -> None:
    """Write the three files and the part of fonts.css that tells when each is needed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("package", type=Path, help="the unpacked npm package")
    slices, common = read(parser.parse_args().package / "files")
    first, second = level(0xB0, 0xD8), level(0xD8, 0xF8) | set(map(ord, PLACES))
    ours = {ord(character) for text in texts() for character in text if is_han(ord(character))}
    parts = {
        "noto-sans-sc-rare": second - ours,
        "noto-sans-sc-more": first - common - ours,
        "noto-sans-sc-common": (first & common) | ours | set(map(ord, PUNCTUATION)),
    }
    faces = ""
    for name, wanted in parts.items():
        kept = sorted(wanted & slices.keys())
        join(slices, kept).save(KIT / "fonts" / f"{name}.woff2")
        named = ranges(kept) if name.endswith("common") else ANY_HAN
        faces += "\n" + FACE.format(name=name, ranges=named)
        print(name, len(kept), "characters;", len(wanted) - len(kept), "not in the source")
    sheet = KIT / "fonts.css"
    before = sheet.read_text(encoding="utf-8").split(BEGINS)[0]
    told = f"{BEGINS} in three files by how common a character is; made by scripts/fonts.py. */"
    sheet.write_text(before + told + faces, encoding="utf-8")


def texts() -> Iterable[str]:
    """Return what the product itself says in Chinese."""
    for file in [*SOURCE.glob("locale/zh_Hans/*/*.po"), *SOURCE.glob("app/demo/*.toml")]:
        yield file.read_text(encoding="utf-8")


def is_han(code: int) -> bool:
    """Say whether this is a Chinese character."""
    return 0x4E00 <= code <= 0x9FFF


def level(first: int, end: int) -> set[int]:
    """Return the characters of these rows of GB 2312."""
    found = set()
    for row in range(first, end):
        for cell in range(0xA1, 0xFF):
            found |= set(map(ord, bytes([row, cell]).decode("gb2312", errors="ignore")))
    return found


def read(folder: Path) -> tuple[Slices, set[int]]:
    """Return for each character its font and glyph, and which characters are in the most common slices."""
    slices: Slices = {}
    common: set[int] = set()
    for file in sorted(folder.glob("*.woff2")):
        font = TTFont(file)
        glyphs = font.getBestCmap()
        for code, glyph in glyphs.items():
            slices.setdefault(code, (font, glyph))
        number = re.search(r"-(\d+)-wght", file.name)
        if number and int(number[1]) in COMMON_SLICES:
            common |= {code for code in glyphs if is_han(code)}
    return slices, common


def join(slices: Slices, codes: list[int]) -> TTFont:
    """Return one variable font of these characters."""
    font, _ = slices[codes[0]]
    new = TTFont(font.reader.file)  # the first slice again, untouched: its tables become those of the whole
    empty = new["glyf"][".notdef"], new["hmtx"][".notdef"], new["gvar"].variations.get(".notdef", [])
    glyphs, widths, changes = {".notdef": empty[0]}, {".notdef": empty[1]}, {".notdef": empty[2]}
    for code in codes:
        old, name = slices[code]
        if old["glyf"][name].isComposite():
            raise SystemExit(f"{name} is made of other glyphs, which this does not copy.")
        own = f"uni{code:04X}"
        glyphs[own] = old["glyf"][name]
        widths[own] = old["hmtx"][name]
        changes[own] = old["gvar"].variations.get(name, [])
    order = list(glyphs)
    new.setGlyphOrder(order)
    new["glyf"].glyphs, new["glyf"].glyphOrder = glyphs, order
    new["hmtx"].metrics = widths
    new["gvar"].variations, new["gvar"].glyphCount = changes, len(order)
    for table in new["cmap"].tables:
        table.cmap = {code: f"uni{code:04X}" for code in codes}
    for table in DROPPED:
        if table in new:
            del new[table]
    new["post"].formatType = 3.0
    add_HVAR(new)
    new.flavor = "woff2"
    return new


def ranges(codes: list[int]) -> str:
    """Return the characters as a unicode-range, in lines."""
    runs: list[list[int]] = []
    for code in codes:
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    words = [f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in runs]
    return ",\n    ".join(", ".join(words[at : at + 12]) for at in range(0, len(words), 12))


if __name__ == "__main__":
    main()
