"""Real processes: the same command sent many times at the same moment with one key; and bodies on the wire."""

import http.client
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from bench.api.installed import Office

from tests.postgres import cluster

pytestmark = pytest.mark.processes

AT_ONCE = 8


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(request, tmp_path_factory) -> Iterator[Office]:
    """An installation on each database."""
    folder = str(tmp_path_factory.mktemp("office"))
    if request.param == "sqlite":
        yield Office(folder)
    else:
        with cluster(settings=("fsync=off",)) as address:
            yield Office(folder, address)


@pytest.fixture(scope="module", params=["serve", "web"])
def port(request, office) -> Iterator[int]:
    """A server on that installation, of a small site and of a large one."""
    with office.server(request.param) as (found, _process):
        yield found


def post(port: int, office: Office, path: str, body: bytes, **headers: str):
    """Send one request on a connection of its own; return status, headers and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    token = {"Authorization": f"Bearer {office.known['HTTP']['token']}", "Content-Type": "application/json"}
    connection.request("POST", f"/api/v1{path}", body, {**token, **headers})
    response = connection.getresponse()
    answer = response.status, response.headers, response.read()
    connection.close()
    return answer


def test_the_same_key_at_the_same_moment_gives_one_number(office, port):
    body = json.dumps({"branch": "HTTP", "services": ["PASSPORT"]}).encode()
    for _attempt in range(5):
        together, key = Barrier(AT_ONCE), os.urandom(8).hex()

        def take(_: int, key=key, together=together):
            together.wait()
            return post(port, office, "/tickets", body, **{"Idempotency-Key": key})

        with ThreadPoolExecutor(AT_ONCE) as clients:
            answers = list(clients.map(take, range(AT_ONCE)))
        assert {status for status, _, _ in answers} == {201}, answers
        assert len({answer for _, _, answer in answers}) == 1
        replays = [headers for _, headers, _ in answers if headers["Idempotent-Replay"] == "true"]
        assert len(replays) == AT_ONCE - 1


def test_the_same_key_at_the_same_moment_calls_one_customer(office, port):
    path = f"/counters/{office.known['HTTP']['counters'][0]}/next"
    body = json.dumps({"branch": "HTTP", "services": ["TAX"]}).encode()
    for _ in range(AT_ONCE):
        post(port, office, "/tickets", body)
    key = os.urandom(8).hex()

    def call(_: int):
        return post(port, office, path, b"", **{"Idempotency-Key": key})

    with ThreadPoolExecutor(AT_ONCE) as clients:
        answers = list(clients.map(call, range(AT_ONCE)))
    assert {status for status, _, _ in answers} == {200}
    assert len({json.loads(answer)["id"] for _, _, answer in answers}) == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"branch": "' + b"x" * 10_000_000 + b'"}', 413, "body-too-large"),
        (b'{"branch": "\xff\xfe"}', 400, "bad-json"),
        (b"", 422, "invalid-request"),
    ],
    ids=["10 MB", "not UTF-8", "empty"],
)
def test_a_body_that_cannot_be_used_is_refused_on_the_wire(office, port, body, status, code):
    found, headers, answer = post(port, office, "/tickets", body)
    assert (found, headers["Content-Type"]) == (status, "application/problem+json")
    assert json.loads(answer)["code"] == code


def test_a_body_sent_in_chunks_is_read_or_refused(office, port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body = json.dumps({"branch": "HTTP", "services": ["PASSPORT"]}).encode()
    token = {"Authorization": f"Bearer {office.known['HTTP']['token']}", "Content-Type": "application/json"}
    connection.request("POST", "/api/v1/tickets", iter([body]), token, encode_chunked=True)
    assert connection.getresponse().status in {201, 411}
