"""The live stream over a real log, through its ASGI application."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from layan.kit.stream.asgi import Limits, StreamApp
from layan.kit.stream.source import SqliteSource
from tests.eventlog import EventLog, a_log
from tests.kit.browsers import Browser, listening

A = "/stream/branches/UTC-A"


@asynccontextmanager
async def running(folder: Path, **options: Any) -> AsyncIterator[tuple[StreamApp, EventLog]]:
    with a_log(folder) as (log, source):
        app = StreamApp(source, look_seconds=0.001, **options)
        app.start()
        try:
            yield app, log
        finally:
            app.stop()


def in_loop(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(story())


def numbers(browser: Browser) -> list[int]:
    return [message.seq for message in browser.events]


def after(seq: int) -> list[tuple[bytes, bytes]]:
    return [(b"last-event-id", str(seq).encode())]


def test_a_new_client_learns_its_position_and_then_each_event(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as (app, log):
            log.append(3)
            async with listening(app, A) as browser:
                assert browser.status == 200
                assert browser.headers["content-type"].startswith("text/event-stream")
                assert browser.headers["cache-control"] == "no-store"
                assert browser.headers["x-accel-buffering"] == "no"
                assert browser.text.startswith("retry: 2000\n\n")
                assert [(m.id, m.event, m.seq) for m in browser.said] == [(None, "heartbeat", 3)]
                log.append(kind="ticket.called")
                (told,) = await browser.heard(4)
                assert told == (4, "ticket.called", '{"branch":"UTC-A","seq":4}')

    in_loop(story)


def test_many_events_of_one_moment_arrive_each_once_and_in_order(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as (app, log), listening(app, A) as browser:
            for _ in range(30):
                log.append(7)
            await browser.heard(210)
            assert numbers(browser) == list(range(1, 211))

    in_loop(story)


def test_a_client_that_comes_back_is_told_exactly_what_it_missed(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as (app, log):
            log.append(600)
            async with listening(app, A, headers=after(100)) as browser:
                assert numbers(browser) == list(range(101, 601))
                log.append()
                await browser.heard(601)
            async with listening(app, f"{A}?last-event-id=599") as browser:
                assert numbers(browser) == [600, 601]
            async with listening(app, A, headers=after(601)) as browser:
                assert numbers(browser) == []

    in_loop(story)


@pytest.mark.parametrize("claimed", ["99", "602", "-1", "soon", "9" * 40, "٣"])
def test_who_missed_too_much_or_names_no_event_of_ours_is_told_to_load_afresh(
    tmp_path: Path, claimed: str
) -> None:
    async def story() -> None:
        async with running(tmp_path) as (app, log):
            log.append(600)
            headers = [(b"last-event-id", claimed.encode())]
            async with listening(app, A, headers=headers) as browser:
                assert [(m.event, m.id, m.seq) for m in browser.events] == [("resync", 600, 600)]
                log.append()
                await browser.heard(601)

    in_loop(story)


def test_a_zone_hears_of_itself_and_of_the_whole_branch_only(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            running(tmp_path) as (app, log),
            listening(app, f"{A}?zone=Z1") as one,
            listening(app, f"{A}?zone=Z2") as two,
            listening(app, A) as whole,
        ):
            for zone in (11, 12, None, 12, 11):
                log.append(zone=zone)
            await one.heard(5)
            await two.heard(4)
            await whole.heard(5)
            assert numbers(one) == [1, 3, 5]
            assert numbers(two) == [2, 3, 4]
            assert numbers(whole) == [1, 2, 3, 4, 5]
            async with listening(app, f"{A}?zone=Z2", headers=after(2)) as back:
                assert numbers(back) == [3, 4]

    in_loop(story)


def test_branches_do_not_hear_each_other(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            running(tmp_path) as (app, log),
            listening(app, A) as a,
            listening(app, "/stream/branches/UTC-B") as b,
        ):
            log.append(2, branch=1)
            log.append(1, branch=2)
            await a.heard(2)
            await b.heard(1)
            assert (numbers(a), numbers(b)) == ([1, 2], [1])
            assert '"branch":"UTC-B"' in b.events[0].data

    in_loop(story)


@pytest.mark.parametrize(
    ("path", "scope", "status", "code"),
    [
        ("/stream/branches/NOWHERE", {}, 404, "unknown-branch"),
        ("/stream/branches/utc-a", {}, 404, "unknown-branch"),
        ("/stream/branches/UTC-A/x", {}, 404, "unknown-branch"),
        ("/stream/branches/" + "A" * 5000, {}, 404, "unknown-branch"),
        ("/stream/", {}, 404, "unknown-branch"),
        (f"{A}?zone=Z9", {}, 404, "unknown-zone"),
        (f"{A}?zone=%00%ff", {}, 404, "unknown-zone"),
        (f"{A}?zone=Z9&" + "a=1&" * 500, {}, 404, "unknown-zone"),
        (A, {"method": "POST"}, 405, "method-not-allowed"),
        (A, {"method": "HEAD"}, 405, "method-not-allowed"),
    ],
)
def test_a_request_for_no_stream_gets_a_problem_that_says_so(
    tmp_path: Path, path: str, scope: dict[str, Any], status: int, code: str
) -> None:
    async def story() -> None:
        async with running(tmp_path) as (app, _), listening(app, path, **scope) as browser:
            problem = json.loads(browser.text)
            assert (browser.status, problem["status"], problem["code"]) == (status, status, code)
            assert browser.headers["content-type"] == "application/problem+json"
            assert ("allow" in browser.headers) == (status == 405)
            assert app.hub.count == 0

    in_loop(story)


def test_a_full_process_refuses_and_says_when_to_try_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path, limits=Limits(clients=1)) as (app, _):
            async with listening(app, A):
                async with listening(app, A) as refused:
                    assert (refused.status, refused.headers["retry-after"]) == (503, "30")
                assert app.hub.count == 1
            async with listening(app, A) as admitted:
                assert admitted.status == 200

    in_loop(story)


@pytest.mark.parametrize(
    ("trusted_proxy", "second", "status"),
    [
        (False, {"client": ("203.0.113.9", 1)}, 429),
        (False, {"client": ("203.0.113.8", 1)}, 200),
        (False, {"client": ("203.0.113.9", 1), "headers": [(b"x-forwarded-for", b"203.0.113.1")]}, 429),
        (True, {"client": ("203.0.113.9", 1), "headers": [(b"x-forwarded-for", b"x, 203.0.113.1")]}, 200),
        (True, {"headers": [(b"x-forwarded-for", b"203.0.113.1, 203.0.113.9")]}, 429),
    ],
)
def test_one_address_may_hold_only_so_many_streams(
    tmp_path: Path, trusted_proxy: bool, second: dict[str, Any], status: int
) -> None:
    async def story() -> None:
        options = {"limits": Limits(per_address=1), "trusted_proxy": trusted_proxy}
        async with (
            running(tmp_path, **options) as (app, _),
            listening(app, A, client=("203.0.113.9", 1)),
            listening(app, A, **second) as browser,
        ):
            assert browser.status == status

    in_loop(story)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_itself_may_hold_any_number(tmp_path: Path, address: str) -> None:
    async def story() -> None:
        async with (
            running(tmp_path, limits=Limits(per_address=1)) as (app, _),
            listening(app, A, client=(address, 1)),
            listening(app, A, client=(address, 2)) as browser,
        ):
            assert browser.status == 200

    in_loop(story)


def test_a_client_that_stops_reading_is_dropped_and_the_others_hear_on(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            running(tmp_path) as (app, log),
            listening(app, A) as slow,
            listening(app, A) as quick,
        ):
            assert slow.buffer <= 65_536
            log.append()
            await slow.heard(1)
            slow.stuck.set()
            log.append()
            await quick.heard(2)
            log.append()
            await quick.heard(3)
            assert slow.aborted
            assert numbers(slow) == [1]
            assert app.hub.count == 1
            async with listening(app, A, headers=after(1)) as back:
                assert numbers(back) == [2, 3]

    in_loop(story)


def test_a_log_put_back_to_an_earlier_state_makes_everyone_load_afresh(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as (app, log):
            log.append(9)
            async with listening(app, A) as browser:
                log.cut(4)
                await browser.until(lambda said: said[-1].event == "resync")
                assert browser.events[-1].seq == 4
                log.append()
                assert (await browser.heard(5))[-1].event == "ticket.issued"

    in_loop(story)


def test_more_events_than_are_kept_become_one_word_to_load_afresh(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as (app, log), listening(app, A) as browser:
            log.append(501)
            await browser.heard(501)
            assert [message.event for message in browser.events] == ["resync"]

    in_loop(story)


def test_stopping_ends_each_stream_properly(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path) as (app, _), listening(app, A) as browser:
            app.stop()
            await browser.until(lambda _: browser.ended)
            assert app.hub.count == 0
            async with listening(app, A) as late:
                assert late.status == 503

    in_loop(story)


def test_clients_keep_their_stream_through_an_outage_and_hear_what_happened_meanwhile(tmp_path: Path) -> None:
    async def story() -> None:
        file, away = tmp_path / "log.sqlite3", tmp_path / "away"
        with a_log_file(file) as log:
            app = StreamApp(SqliteSource(file), look_seconds=0.001)
            app.start()
            async with listening(app, A) as browser:
                log.append()
                await browser.heard(1)
                file.rename(away)
                async with listening(app, "/stream/branches/UTC-B") as unknown:
                    assert (unknown.status, unknown.headers["retry-after"]) == (503, "2")
                async with listening(app, A) as newcomer:
                    assert ": waiting for the database" in newcomer.text
                    assert newcomer.said == []
                log.append(2)
                away.rename(file)
                await browser.heard(3)
                assert numbers(browser) == [1, 2, 3]
                assert not browser.ended
            app.stop()

    in_loop(story)


def a_log_file(file: Path) -> Any:
    from contextlib import closing

    from tests.eventlog import sqlite_log

    return closing(sqlite_log(file))


def test_health_says_how_many_listen_and_whether_the_log_is_read(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            running(tmp_path) as (app, _),
            listening(app, A),
            listening(app, "/stream/health") as health,
        ):
            assert json.loads(health.text) == {"clients": 1, "current": True}

    in_loop(story)
