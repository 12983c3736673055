"""Takes a picture of each face from the running demonstration, for the README and for looking at.

    .venv/bin/python scripts/screenshots.py [--out docs/images] [--languages ms en] [--only board floor]

Needs Debian's chromium. Each face is taken at the sizes it is used at, in each language.
"""

import argparse
import contextlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, DESKTOP = (360, 780), (1280, 800)
PORTRAIT, HALL = (1080, 1920), (1920, 1080)


@dataclass(frozen=True)
class Demonstration:
    """A running demonstration: its address and the passwords it printed."""

    address: str
    passwords: dict[str, str]
    ticket: str


@dataclass(frozen=True)
class Shot:
    """One picture: a path, a size, who is signed in, and what is done before it is taken."""

    name: str
    path: str
    size: tuple[int, int]
    user: str = ""
    prepare: Callable[[Page], None] = lambda _: None


@contextlib.contextmanager
def demonstration(speed: float = 4) -> Iterator[Demonstration]:
    """Start `layan demo` in a folder of its own and stop it at the end."""
    with tempfile.TemporaryDirectory() as data:
        command = [
            sys.executable,
            "-m",
            "layan.app.cli",
            "demo",
            "--data",
            data,
            "--port",
            "0",
            "--speed",
            str(speed),
        ]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        text = ""
        for line in process.stdout:
            text += line
            if "Ctrl-C" in line:
                break
        try:
            address = re.search(r"open at (\S+)", text)
            ticket = re.search(r"Ticket\s+\S+?(/t/\S+)", text)
            assert address is not None, text
            assert ticket is not None, text
            passwords = dict(re.findall(r"^  (\w+)\s+(\S+)\s+\w+\s+[A-Z]", text, flags=re.MULTILINE))
            yield Demonstration(address[1], passwords, ticket[1])
        finally:
            process.terminate()
            process.wait()


def open_counter(page: Page) -> None:
    """Open the free counter from the list of counters and call the first customer."""
    page.locator("form button, a.button").filter(has_text=re.compile(r"1\b|Buka|Open")).first.click()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("F2")
    page.wait_for_timeout(800)
    page.keyboard.press("F4")
    page.wait_for_timeout(800)


def promises_measured(page: Page) -> None:
    """Come back until the first promises of the run were measured: at the call of a number given since it began."""
    for _ in range(80):
        if page.locator(".figure").count():
            return
        page.wait_for_timeout(5000)
        page.reload()
    raise TimeoutError("no promise was measured")


def shots(demo: Demonstration) -> list[Shot]:
    """Return every picture to take."""
    return [
        Shot("kiosk-portrait", "/kiosk/SENTOSA", PORTRAIT),
        Shot("kiosk-landscape", "/kiosk/SENTOSA", HALL),
        Shot("kiosk-services", "/kiosk/SENTOSA/services", PORTRAIT),
        Shot("branch-phone", "/b/SENTOSA", PHONE),
        Shot("branch", "/b/SENTOSA", DESKTOP),
        Shot("ticket", demo.ticket, PHONE),
        Shot("board", "/board/SENTOSA/A", HALL),
        Shot("board-portrait", "/board/SENTOSA/B", PORTRAIT),
        Shot("floor", "/floor/SENTOSA", DESKTOP, "aminah"),
        Shot("floor-phone", "/floor/SENTOSA", PHONE, "aminah"),
        Shot("counters", "/counter", DESKTOP, "siti"),
        Shot("console", "/counter", DESKTOP, "siti", open_counter),
        Shot("setup", "/setup/", DESKTOP, "farid"),
        Shot("sign-in", "/accounts/login/", PHONE),
        Shot("api", "/api/v1/docs", DESKTOP),
        Shot("home", "/", DESKTOP),
        Shot("promises", "/floor/SENTOSA/promises", DESKTOP, "aminah", promises_measured),
    ]


def sign_in(page: Page, demo: Demonstration, user: str) -> None:
    """Sign in as a demonstration account."""
    page.goto(f"{demo.address}/accounts/login/")
    page.fill("input[name=login]", user)
    page.fill("input[name=password]", demo.passwords[user])
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state("networkidle")


def take(browser: Browser, demo: Demonstration, shot: Shot, language: str, out: Path) -> None:
    """Take one picture."""
    width, height = shot.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, reduced_motion="reduce", timezone_id="Asia/Kuala_Lumpur"
    )
    context.add_cookies([{"name": "layan_language", "value": language, "url": demo.address}])
    page = context.new_page()
    if shot.user:
        sign_in(page, demo, shot.user)
    page.goto(f"{demo.address}{shot.path}")
    page.wait_for_timeout(900)
    shot.prepare(page)
    page.screenshot(path=out / f"{shot.name}.{language}.png", full_page=shot.size in {PHONE, DESKTOP})
    context.close()


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--languages", nargs="+", default=["ms", "en"])
    parser.add_argument("--only", nargs="*", default=[])
    wanted = parser.parse_args()
    wanted.out.mkdir(parents=True, exist_ok=True)
    with demonstration() as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for language in wanted.languages:
            for shot in shots(demo):
                if not wanted.only or shot.name.startswith(tuple(wanted.only)):
                    take(browser, demo, shot, language, wanted.out)
                    print(shot.name, language, flush=True)
        browser.close()


if __name__ == "__main__":
    main()
