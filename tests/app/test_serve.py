"""`layan serve`: a small installation as its office starts it."""

import http.client
import os
import select
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.app.command import environment, layan, run

pytestmark = pytest.mark.processes

IDLE_LIMIT_KB = 250 * 1024


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("office")
    subprocess.run(layan("migrate", data=data), env=environment(), check=True, stdout=subprocess.DEVNULL)
    return data


@contextmanager
def serving(data: Path, **changes: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    process = subprocess.Popen(
        layan("serve", "--port", "0", data=data),
        env=environment(**changes),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        assert said.startswith("Layan is ready at http://127.0.0.1:"), said
        yield process, int(said.split()[4].rpartition(":")[2])
    finally:
        process.terminate()
        process.communicate(timeout=30)


def ask(port: int, method: str, path: str, body: bytes | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, answer.headers["content-type"]
    finally:
        connection.close()


def resident_kb(supervisor: int) -> dict[int, int]:
    """Return the resident memory of a supervisor and its children, by process id."""
    children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
    found = {}
    for pid in [supervisor, *map(int, children)]:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        found[pid] = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
    return found


def test_pages_and_stream_answer_on_one_port_within_the_memory_of_an_office_box(installation: Path) -> None:
    with serving(installation) as (process, port):
        assert ask(port, "GET", "/accounts/login/") == (200, "text/html; charset=utf-8")
        assert ask(port, "GET", "/stream/health") == (200, "application/json")
        assert ask(port, "GET", "/stream/branches/NOWHERE") == (404, "application/problem+json")
        assert ask(port, "POST", "/accounts/login/", b"x" * 10_000_000) == (413, "application/problem+json")
        assert ask(port, "GET", "/%ff%fe%00")[0] == 404
        resident = resident_kb(process.pid)
        assert len(resident) == 3
        assert sum(resident.values()) <= IDLE_LIMIT_KB
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0


def test_the_port_answers_again_after_the_front_was_killed(installation: Path) -> None:
    with serving(installation) as (process, port):
        _, front, _ = resident_kb(process.pid)
        watch = os.pidfd_open(front)
        os.kill(front, signal.SIGKILL)
        assert select.select([watch], [], [], 30)[0]
        os.close(watch)
        assert ask(port, "GET", "/stream/health")[0] == 200


def test_a_port_in_use_is_one_clear_line(installation: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            layan("serve", "--port", port, data=installation),
            env=environment(),
            capture_output=True,
            text=True,
        )
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: Cannot listen on 127.0.0.1:{port} (Address already in use)")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"LAYAN_HTTPS": "yes"}, "LAYAN_HTTPS is on: set LAYAN_PUBLIC_URL"),
        ({"LAYAN_WEB_THREADS": "many"}, "LAYAN_WEB_THREADS is 'many'"),
        ({"LAYAN_DATABASE": "mysql://x"}, "LAYAN_DATABASE must look like"),
    ],
)
def test_a_start_that_cannot_succeed_says_how_to_mend_it(
    installation: Path, changes: dict[str, str], words: str
) -> None:
    done = run("serve", "--port", "0", data=installation, **changes)
    assert done.returncode == 2
    assert done.stderr.startswith(f"layan: {words}")
    assert len(done.stderr.splitlines()) == 1, "it is said once"
