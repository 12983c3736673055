"""A whole installation and a real browser for each journey.

`server` starts the product as `layan serve` does, on an empty installation of its own, and lends its database to the
test: builders and commands in the test act on the running office. `browse` opens windows of any size in Chromium.
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 30
#: A telephone with many people before it asks again within ten seconds of an event, at a moment of its own choice.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder as a journey."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.journey)


@dataclass
class Server:
    """A running installation; `stop` and `start` let a test take it away for a while."""

    folder: Path
    port: int
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, and return when it answers."""
        from django.conf import settings

        left_out = {"LAYAN_DATABASE", "LAYAN_DEMO", "LAYAN_HTTPS", "LAYAN_PUBLIC_URL"}
        environment = {name: value for name, value in os.environ.items() if name not in left_out}
        # The same secret as in the test, so that addresses signed here are good there.
        environment |= {"LAYAN_DATA": str(self.folder), "LAYAN_SECRET_KEY": settings.SECRET_KEY}
        with socket.create_server(("127.0.0.1", self.port)) as listener:
            self.port = listener.getsockname()[1]
            self._process = subprocess.Popen(
                [sys.executable, "-m", "layan.app.server", "--fd", str(listener.fileno())],
                pass_fds=[listener.fileno()],
                env=environment,
                cwd=ROOT,
            )
        give_up = monotonic() + START_SECONDS
        while True:
            try:
                httpx.get(self.url, timeout=START_SECONDS)
            except httpx.TransportError:
                assert self._process.poll() is None, "the server ended; see its messages above"
                assert monotonic() < give_up, "the server does not answer"
                sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """End, as when the machine is switched off in order."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=START_SECONDS)
            self._process = None


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty installation, to be copied."""
    folder = tmp_path_factory.mktemp("migrated") / "data"
    environment = {name: value for name, value in os.environ.items() if name != "LAYAN_DATABASE"}
    command = [sys.executable, "-m", "layan.app.cli", "migrate", "--data", str(folder)]
    subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture
def server(
    migrated: Path, tmp_path: Path, django_db_blocker: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """A running office without any branch; what the test does with builders and commands happens in it."""
    from django.db import connections
    from django.db.utils import load_backend

    folder = tmp_path / "data"
    shutil.copytree(migrated, folder)
    monkeypatch.delenv("LAYAN_DATABASE", raising=False)
    # Playwright's own event loop runs in this thread, though nothing here is asynchronous.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    running = Server(folder, 0)
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        own = connections["default"]
        lent = load_backend("django.db.backends.sqlite3").DatabaseWrapper(
            _settings_of(folder, own), "default"
        )
        connections["default"] = lent
        try:
            running.start()
            yield running
        finally:
            running.stop()
            lent.close()
            connections["default"] = own


def _settings_of(folder: Path, own: object) -> dict[str, object]:
    from layan.app.installation import Installation, database

    return {**own.settings_dict, **database(Installation(folder))}  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all journeys."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found is not None, "journeys need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


Browse = Callable[..., Page]


@pytest.fixture
def browse(chromium: Browser, server: Server) -> Iterator[Browse]:
    """Open a window of its own, with its own cookies: `browse(width, height, **context)` returns an empty page.

    A journey fails when a page had a script error or broke its content security policy.
    """
    contexts = []
    faults: list[str] = []

    def opened(width: int, height: int, **options: object) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            base_url=server.url,
            **{"locale": "ms-MY", "timezone_id": "Asia/Kuala_Lumpur", **options},
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if _is_fault(message) else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


def _is_fault(message: object) -> bool:
    """Say whether the console reports an error other than an answer that a journey asked for, such as 404."""
    text = str(message.text)  # type: ignore[attr-defined]
    answers = ("Failed to load resource", "Failed to fetch", "net::ERR_")
    return message.type == "error" and not any(part in text for part in answers)  # type: ignore[attr-defined]


@pytest.fixture
def snap(tmp_path: Path) -> Callable[[Page, str], None]:
    """Keep a picture of a page: in the folder that LAYAN_SCREENSHOTS names, else with the test's files."""
    folder = Path(os.environ.get("LAYAN_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)

    def taken(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png", caret="initial")

    return taken
