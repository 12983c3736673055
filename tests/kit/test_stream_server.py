"""The stream in a real server process, over real sockets."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.eventlog import EventLog, sqlite_log

pytestmark = pytest.mark.processes

#: Small kernel buffers, so that a client that does not read is noticed after few events.
SERVER = """
import os, socket, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "layan.app.settings"
from pathlib import Path
from layan.app.asgi import Front
from layan.app.listener import listen
from layan.app.server import serve
from layan.kit.stream.asgi import StreamApp
from layan.kit.stream.source import SqliteSource
listener = listen("127.0.0.1", 0)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
print(listener.getsockname()[1], flush=True)
serve(Front(StreamApp(SqliteSource(Path(sys.argv[1])))), listener)
"""


@contextmanager
def served(folder: Path) -> Iterator[tuple[int, EventLog, subprocess.Popen[str]]]:
    log = sqlite_log(folder / "log.sqlite3")
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(folder / "log.sqlite3")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline()), log, process
    finally:
        process.kill()
        process.communicate()
        log.close()


def listen(port: int, *, after: int | None = None, buffer: int | None = None) -> socket.socket:
    client = socket.socket()
    client.settimeout(20)
    if buffer is not None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    client.connect(("127.0.0.1", port))
    resume = "" if after is None else f"Last-Event-ID: {after}\r\n"
    client.sendall(f"GET /stream/branches/UTC-A HTTP/1.1\r\nHost: x\r\n{resume}\r\n".encode())
    return client


def read_until(client: socket.socket, mark: bytes) -> bytes:
    text = b""
    while mark not in text:
        part = client.recv(65536)
        assert part, text
        text += part
    return text


def health(port: int) -> dict[str, object]:
    with urlopen(f"http://127.0.0.1:{port}/stream/health", timeout=20) as answer:
        found: dict[str, object] = json.load(answer)
    return found


def test_a_stream_is_told_over_a_real_socket_and_ends_properly_when_the_server_stops(tmp_path: Path) -> None:
    with served(tmp_path) as (port, log, process):
        client = listen(port)
        text = read_until(client, b"heartbeat")
        assert text.startswith(b"HTTP/1.1 200 OK\r\n")
        log.append()
        assert b'id: 1\nevent: ticket.issued\ndata: {"branch":"UTC-A","seq":1}\n\n' in read_until(
            client, b'seq":1}\n\n'
        )
        process.terminate()
        assert read_until(client, b"0\r\n\r\n")
        assert process.wait(timeout=20) == 0
        client.close()


def test_a_killed_server_loses_nothing_for_those_who_come_back(tmp_path: Path) -> None:
    with served(tmp_path) as (port, log, process):
        client = listen(port)
        read_until(client, b"heartbeat")
        log.append(3)
        read_until(client, b"id: 3\n")
        process.kill()
        client.close()
        log.append(4)
    with served_again(tmp_path) as port:
        client = listen(port, after=3)
        text = read_until(client, b"heartbeat")
        assert [number for number in range(1, 9) if b"id: %d\n" % number in text] == [4, 5, 6, 7]
        client.close()


@contextmanager
def served_again(folder: Path) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(folder / "log.sqlite3")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def test_a_client_that_stops_reading_loses_its_connection_and_nobody_elses(tmp_path: Path) -> None:
    with served(tmp_path) as (port, log, _):
        slow, quick = listen(port, buffer=2048), listen(port)
        read_until(slow, b"heartbeat")
        read_until(quick, b"heartbeat")
        assert health(port)["clients"] == 2
        last = 0
        for _ in range(200):
            last = log.append(100)
            read_until(quick, b"id: %d\n" % last)
            if health(port)["clients"] == 1:
                break
        assert health(port)["clients"] == 1
        log.append()
        read_until(quick, b"id: %d\n" % (last + 1))
        slow.close()
        quick.close()


@pytest.mark.parametrize("garbage", [b"\x00\xff\xfe\r\n\r\n", b"GET /stream/ HTTP/9\r\n\r\n", b"{}\r\n\r\n"])
def test_garbage_is_answered_or_cut_off_and_the_server_goes_on(tmp_path: Path, garbage: bytes) -> None:
    with served(tmp_path) as (port, _, _process):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            client.sendall(garbage)
            assert client.recv(100)[:12] in {b"", b"HTTP/1.1 400", b"HTTP/1.1 404"}
        assert health(port)["clients"] == 0
