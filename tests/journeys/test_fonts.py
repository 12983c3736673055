"""What the product says in its four languages is drawn with the fonts that it ships, on a machine that has no others."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import Browser, Page, Route

ROOT = Path(__file__).parents[2] / "src" / "layan"
STATIC = ROOT / "kit" / "static"
ADDRESS = "http://fonts.test"
PAGE = (
    '<!DOCTYPE html><link rel="stylesheet" href="/kit/fonts.css"><link rel="stylesheet" href="/kit/tokens.css">'
    '<style>p{{font-family:var(--font);font-weight:{weight}}} i{{font-style:normal}}</style><p lang="{language}">{text}</p>'
)
#: Names of places and people in Malaysia that an agency may type, beyond what we say ourselves.
TYPED = {"zh_Hans": "峇都槟城霹雳雪兰莪芙蓉淼鑫嫦翡", "ta": "கோலாலம்பூர் ஸ்ரீ ஜோகூர் ஹஜ் க்ஷ"}


@pytest.mark.parametrize("weight", [400, 700])
@pytest.mark.parametrize("language", ["ms", "zh_Hans", "ta"])
def test_every_word_is_drawn_with_a_shipped_font(chromium: Browser, language: str, weight: int):
    page = chromium.new_page()
    page.route(f"{ADDRESS}/**", answer)
    words = sorted({word for text in texts(language) for word in pieces(text)})
    text = " ".join(f"<i>{word}</i>" for word in words)
    page.goto(f"{ADDRESS}/")
    page.set_content(PAGE.format(weight=weight, language=language.partition("_")[0], text=text))
    page.evaluate("() => Promise.all(Array.from(document.fonts, (font) => font.load()))")

    widths = page.evaluate(
        "() => Array.from(document.querySelectorAll('i'), (i) => i.getBoundingClientRect().width)"
    )
    assert [word for word, width in zip(words, widths, strict=True) if width == 0] == []
    assert [font["familyName"] for font in fonts(page) if not font["isCustomFont"]] == []
    page.close()


def answer(route: Route) -> None:
    """Give the shipped file of this address, and an empty page for any other."""
    file = STATIC / route.request.url.removeprefix(f"{ADDRESS}/")
    if file.is_file():
        route.fulfill(path=file)
    else:
        route.fulfill(body="", content_type="text/html")


def texts(language: str) -> list[str]:
    """Return what the product says in a language, what its demonstration does, and what is typed."""
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        said = [part for message in read_po(file) if message.id for part in strings(message.string)]
    demonstration = (ROOT / "app" / "demo" / "agency.toml").read_text(encoding="utf-8")
    return [*said, demonstration, TYPED.get(language, "")]


def strings(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else text


def pieces(text: str) -> list[str]:
    """Return words, and each Chinese character alone; without the signs of mark-up."""
    spaced = "".join(f" {sign} " if "\u4e00" <= sign <= "\u9fff" else sign for sign in text)
    return ["".join(sign for sign in word if sign not in "<>&") for word in spaced.split()]


def fonts(page: Page) -> list[dict[str, object]]:
    """Return the fonts that Chromium drew the page's text with."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    paragraph = session.send("DOM.querySelector", {"nodeId": root, "selector": "p"})["nodeId"]
    return list(session.send("CSS.getPlatformFontsForNode", {"nodeId": paragraph})["fonts"])
