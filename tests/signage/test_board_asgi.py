"""Many screens that ask at once share a look, and nobody is shown what was before they asked."""

import asyncio
import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from layan.signage import asgi, refusals
from layan.signage.asgi import Boards
from layan.signage.rendering import Fragment
from layan.signage.screens.beats import Beats
from layan.signage.screens.known import Display, digest_of
from layan.signage.view import View


class Looks:
    """A look at the database that a test can hold up; each sees what was so when it began."""

    def __init__(self) -> None:
        self.seq = 1
        self.count = 0
        self.held = threading.Event()
        self.held.set()
        self.began = threading.Semaphore(0)

    def __call__(self, view: View) -> Fragment:
        if view.zones == ("NOWHERE",):
            raise refusals.unknown_zone()
        self.count += 1
        seen = self.seq
        self.began.release()
        assert self.held.wait(10)
        html = f"{view.code} {view.zones[0]} {','.join(view.languages)} {seen}"
        return Fragment(html, f'"{seen}"', seen, datetime.max.replace(tzinfo=UTC))


async def pages(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b"the pages"})


async def get(
    boards: Boards, path: str, query: str = "", etag: str = "", method: str = "GET", key: str = ""
) -> tuple[int, str]:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"if-none-match", etag.encode())] if etag else []
    if key:
        headers.append((b"cookie", f"other=1; layan_screen={key}".encode()))
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": headers,
    }
    await boards(scope, lambda: None, send)  # type: ignore[arg-type]
    return sent[0]["status"], sent[1]["body"].decode()


NOW = "/board/UTC-A/HALL/now"


@pytest.fixture
def looks() -> Looks:
    return Looks()


@pytest.fixture
def boards(looks) -> Boards:
    return Boards(pages, looks)


def test_a_screen_gets_its_board_in_its_languages(boards):
    assert asyncio.run(get(boards, NOW, "languages=zh,ta")) == (200, "UTC-A HALL zh,ta 1")
    assert asyncio.run(get(boards, NOW)) == (200, "UTC-A HALL ms,en 1")


def test_an_unchanged_board_is_not_sent_again(boards, looks):
    assert asyncio.run(get(boards, NOW, etag='"1"')) == (304, "")
    looks.seq = 2
    assert asyncio.run(get(boards, NOW, etag='"1"'))[0] == 200


def test_a_thousand_screens_that_ask_at_once_cost_two_looks_at_most(boards, looks):
    async def ask() -> list[tuple[int, str]]:
        return await asyncio.gather(*(get(boards, NOW) for _ in range(1000)))

    assert set(asyncio.run(ask())) == {(200, "UTC-A HALL ms,en 1")}
    assert looks.count <= 2


def test_who_asks_during_a_look_is_shown_a_later_one(boards, looks):
    async def ask() -> tuple[str, str]:
        looks.held.clear()
        first = asyncio.create_task(get(boards, NOW))
        await asyncio.to_thread(looks.began.acquire)
        looks.seq = 2
        later = [asyncio.create_task(get(boards, NOW)) for _ in range(50)]
        await asyncio.sleep(0)
        looks.held.set()
        seen = {(await each)[1] for each in later}
        assert len(seen) == 1
        return (await first)[1], seen.pop()

    assert asyncio.run(ask()) == ("UTC-A HALL ms,en 1", "UTC-A HALL ms,en 2")
    assert looks.count == 2


def test_a_screen_that_leaves_does_not_take_the_look_from_the_others(boards, looks):
    async def ask() -> str:
        looks.held.clear()
        leaving = asyncio.create_task(get(boards, NOW))
        staying = asyncio.create_task(get(boards, NOW))
        await asyncio.to_thread(looks.began.acquire)
        leaving.cancel()
        looks.held.set()
        return (await staying)[1]

    assert asyncio.run(ask()) == "UTC-A HALL ms,en 1"


def test_nothing_is_kept_of_those_who_have_their_answer(boards):
    asyncio.run(get(boards, NOW))
    asyncio.run(get(boards, "/board/UTC-A/NOWHERE/now"))
    assert boards._lines == {}


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/board/UTC-A/NOWHERE/now", "GET"),
        ("/board/UTC-A/HALL", "GET"),
        ("/board/UTC-A/HALL/now/x", "GET"),
        (NOW, "POST"),
        (NOW, "HEAD"),
        ("/", "GET"),
    ],
)
def test_all_else_is_for_the_pages(boards, path, method):
    assert asyncio.run(get(boards, path, method=method)) == (404, "the pages")


class Screens:
    """The paired screens of branch 7, as the database would tell of them, and how often it was asked."""

    def __init__(self, *keys: str) -> None:
        view = View("UTC-A", ("HALL",), ("ms", "en"))
        moment = datetime.max.replace(tzinfo=UTC)
        self.known = {
            digest_of(key): Display(number, 7, key, view, 1, 0, None, None, moment, "")
            for number, key in enumerate(keys)
        }
        self.asked = 0
        self.learned: set[str] = set()
        self.looked_up = 0

    def known_branch(self, digest: str) -> int | None:
        return 7 if digest in self.learned else None

    def learn_branches(self, digests: list[str]) -> None:
        self.looked_up += 1
        self.learned |= self.known.keys() & digests

    def displays(self, _branch_id: int) -> dict[str, Display]:
        self.asked += 1
        return dict(self.known)


@pytest.fixture
def screens(monkeypatch) -> Screens:
    paired = Screens(*(f"key-{number}" for number in range(1000)))
    monkeypatch.setattr(asgi, "known_branch", paired.known_branch)
    monkeypatch.setattr(asgi, "learn_branches", paired.learn_branches)
    monkeypatch.setattr(asgi, "displays", paired.displays)
    return paired


class Heard(Beats):
    """Signs of life that are written nowhere but counted."""

    def __init__(self) -> None:
        self.written = 0
        super().__init__()

    def write(self) -> None:
        self.written += 1


SCREEN = "/screen/now"


def test_a_thousand_paired_screens_share_their_looks_and_write_their_signs_of_life_once(looks, screens):
    heard = Heard()
    boards = Boards(pages, looks, heard)

    async def ask() -> list[tuple[int, str]]:
        return await asyncio.gather(*(get(boards, SCREEN, key=f"key-{number}") for number in range(1000)))

    assert set(asyncio.run(ask())) == {(200, "UTC-A HALL ms,en 1")}
    assert (screens.looked_up <= 2, screens.asked <= 3, looks.count <= 4, heard.written) == (
        True,
        True,
        True,
        1,
    )


def test_a_revoked_screen_and_a_display_without_a_key_are_for_the_pages(looks, screens):
    boards = Boards(pages, looks, Heard())
    assert asyncio.run(get(boards, SCREEN, key="key-3"))[0] == 200
    del screens.known[digest_of("key-3")]
    for key in ("key-3", "", "stranger"):
        assert asyncio.run(get(boards, SCREEN, key=key)) == (404, "the pages")
    assert boards._lines == {}
