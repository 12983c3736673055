"""Pages and API under the ASGI server: what reaches the application, and what comes back."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from layan.app import bridge
from layan.app.bridge import Bridge

Seen = dict[str, Any]


class Call:
    """One request put to a bridge, and its answer."""

    def __init__(self, *parts: bytes, disconnect: bool = False, **scope: Any) -> None:
        self.scope: Seen = {
            "type": "http",
            "method": "POST",
            "http_version": "1.1",
            "scheme": "http",
            "path": "/",
            "raw_path": b"/",
            "query_string": b"",
            "headers": [],
            "client": ("198.51.100.7", 5000),
            "server": ("127.0.0.1", 8000),
        } | scope
        parts = parts or (b"",)
        self._messages: list[Seen] = [
            {"type": "http.request", "body": part, "more_body": number < len(parts) - 1 or disconnect}
            for number, part in enumerate(parts)
        ]
        if disconnect:
            self._messages.append({"type": "http.disconnect"})
        self.sent: list[Seen] = []

    async def receive(self) -> Seen:
        if not self._messages:
            await asyncio.Event().wait()
        return self._messages.pop(0)

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)


def ask(application: Any, call: Call, *, max_body: int = 1000) -> Call:
    async def run() -> None:
        served = Bridge(application, threads=2, max_body=max_body)
        await served(call.scope, call.receive, call.send)
        served.close()

    asyncio.run(run())
    return call


def echo(seen: Seen) -> Callable[..., Iterable[bytes]]:
    """Return an application that keeps the environment it got, with its body read."""

    def application(environ: Seen, start_response: Any) -> Iterable[bytes]:
        seen.update(environ, body=environ["wsgi.input"].read(), thread=threading.current_thread().name)
        start_response("201 Created", [("Content-Type", "text/plain"), ("X-Name", "caf\xe9")])
        return [b"one ", b"two"]

    return application


def test_a_request_reaches_its_thread_whole_and_its_answer_comes_back() -> None:
    seen: Seen = {}
    call = ask(
        echo(seen),
        Call(
            b"ab",
            b"cd",
            raw_path=b"/b/%E6%96%87%ff",
            query_string=b"q=\xff",
            headers=[
                (b"host", b"layan.test"),
                (b"content-type", b"text/plain"),
                (b"cookie", b"a=1"),
                (b"cookie", b"b=2"),
                (b"transfer-encoding", b"chunked"),
                (b"x_forwarded_for", b"203.0.113.1"),
            ],
        ),
    )
    assert seen["body"] == b"abcd"
    assert seen["CONTENT_LENGTH"] == "4"
    assert seen["PATH_INFO"].encode("latin-1") == "/b/文".encode() + b"\xff"
    assert seen["QUERY_STRING"] == "q=\xff"
    assert (seen["HTTP_HOST"], seen["CONTENT_TYPE"]) == ("layan.test", "text/plain")
    assert seen["HTTP_COOKIE"] == "a=1; b=2"
    assert seen["REMOTE_ADDR"] == "198.51.100.7"
    assert "HTTP_X_FORWARDED_FOR" not in seen
    assert seen["thread"].startswith("web")
    assert (call.status, call.body) == (201, b"one two")
    assert (b"x-name", b"caf\xe9") in call.sent[0]["headers"]


@pytest.mark.parametrize(
    "call",
    [
        Call(headers=[(b"content-length", b"1001")]),
        Call(headers=[(b"content-length", b"9" * 30)]),
        Call(b"x" * 600, b"x" * 600),
    ],
    ids=["declared", "declared beyond measure", "sent in chunks"],
)
def test_a_body_over_the_limit_is_refused_without_a_thread(call: Call) -> None:
    seen: Seen = {}
    ask(echo(seen), call)
    assert call.status == 413
    assert json.loads(call.body)["code"] == "body-too-large"
    assert not seen


def test_a_body_of_exactly_the_limit_is_taken() -> None:
    seen: Seen = {}
    assert ask(echo(seen), Call(b"x" * 1000, headers=[(b"content-length", b"1000")])).status == 201


def test_a_client_that_goes_while_it_sends_is_forgotten() -> None:
    seen: Seen = {}
    assert ask(echo(seen), Call(b"half", disconnect=True)).sent == []
    assert not seen


def test_a_body_that_does_not_arrive_in_time_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "BODY_SECONDS", 0.0)
    call = Call(b"")
    call._messages.clear()
    assert ask(echo({}), call).status == 408


def test_more_requests_than_can_be_held_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "MOST_REQUESTS", 0)
    call = ask(echo({}), Call())
    assert (call.status, dict(call.sent[0]["headers"])[b"retry-after"]) == (503, b"2")


def test_a_long_answer_is_sent_in_parts_and_closed() -> None:
    closed: list[bool] = []

    class Pages:
        def __iter__(self) -> Any:
            return iter([b"x" * 400_000] * 4)

        def close(self) -> None:
            closed.append(True)

    def application(_environ: Seen, start_response: Any) -> Any:
        start_response("200 OK", [])
        return Pages()

    call = ask(application, Call())
    assert len(call.body) == 1_600_000
    assert [message.get("more_body") for message in call.sent] == [None, True, True, False]
    assert closed == [True]


def test_a_failing_application_is_closed_and_its_error_goes_to_the_server() -> None:
    def application(_environ: Seen, _start_response: Any) -> Any:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        ask(application, Call())
