"""One process keeps the others running."""

import os
import select
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

pytestmark = pytest.mark.processes

#: A front that answers every request with 200 and says its process id, in one write: several share the pipe.
FRONT = """
import os, socket, sys
listener = socket.socket(fileno=int(sys.argv[1]))
os.write(1, b"front %d\\n" % os.getpid())
while True:
    caller, _ = listener.accept()
    caller.recv(4096)
    caller.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n")
    caller.close()
"""
WORKER = "import os, time\nos.write(1, b'worker %d\\n' % os.getpid())\ntime.sleep(600)"
DEAF = "import os, signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nos.write(1, b'worker %d\\n' % os.getpid())\ntime.sleep(600)"


@contextmanager
def supervised(worker: str = WORKER, *, front: str = FRONT, once: bool = False) -> Iterator["Supervised"]:
    program = textwrap.dedent(f"""
        import os, sys
        from layan.app import supervisor
        from layan.app.listener import listen
        from layan.app.supervisor import Child, Supervisor
        supervisor.STOP_SECONDS = 1.0
        listener = listen("127.0.0.1", 0)
        fd = listener.fileno()
        children = [
            Child("front", [sys.executable, "-c", {front!r}, str(fd)], sockets=(fd,)),
            Child("worker", [sys.executable, "-c", {worker!r}], once={once}),
        ]
        ready = lambda: os.write(1, b"ready %d\\n" % listener.getsockname()[1])
        sys.exit(Supervisor(children, front=listener.getsockname(), ready=ready).run())
    """)
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    supervised = Supervised(process)
    try:
        yield supervised
    finally:
        process.kill()
        process.communicate()


class Supervised:
    """A supervisor under test and what its children said."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.facts: dict[str, int] = {}

    def until(self, *words: str) -> None:
        """Read on until each of these words has been said anew."""
        wanted = set(words)
        out: IO[str] | None = self.process.stdout
        assert out is not None
        while wanted:
            line = out.readline()
            assert line, self.process.communicate()[1]
            word, number = line.split()
            self.facts[word] = int(number)
            wanted.discard(word)

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(number)
        said = self.process.communicate(timeout=30)[1]
        return self.process.returncode, said


def ended(watch: int) -> bool:
    """Wait for the end of the process that the descriptor watches."""
    try:
        return bool(select.select([watch], [], [], 20)[0])
    finally:
        os.close(watch)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_says_when_the_port_answers_and_ends_everything_when_told(number: int) -> None:
    with supervised() as it:
        it.until("front", "worker", "ready")
        assert it.stop(number) == (0, "")
        assert not alive(it.facts["front"])
        assert not alive(it.facts["worker"])


@pytest.mark.parametrize("name", ["front", "worker"])
def test_a_child_that_is_killed_is_started_again_and_that_is_said(name: str) -> None:
    with supervised() as it:
        it.until("front", "worker", "ready")
        before = it.facts[name]
        os.kill(before, signal.SIGKILL)
        it.until(name)
        assert it.facts[name] != before
        status, said = it.stop()
        assert status == 0
        assert f"layan: {name} died (SIGKILL); starting it again" in said


def test_callers_wait_while_the_front_starts_again() -> None:
    with supervised() as it:
        it.until("front", "worker", "ready")
        watch = os.pidfd_open(it.facts["front"])
        os.kill(it.facts["front"], signal.SIGKILL)
        assert ended(watch)
        with socket.create_connection(("127.0.0.1", it.facts["ready"]), timeout=20) as caller:
            caller.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert caller.recv(100).startswith(b"HTTP/1.1 200")


def test_children_die_with_a_supervisor_that_is_killed() -> None:
    with supervised() as it:
        it.until("front", "worker", "ready")
        watches = [os.pidfd_open(it.facts[name]) for name in ("front", "worker")]
        it.process.kill()
        assert all(ended(watch) for watch in watches)


def test_a_child_that_does_not_end_is_killed_and_the_status_says_so() -> None:
    with supervised(DEAF) as it:
        it.until("front", "worker", "ready")
        status, said = it.stop()
        assert status == 1
        assert "worker does not end; killing it" in said
        assert not alive(it.facts["worker"])


def test_a_child_that_cannot_start_ends_all_with_its_status() -> None:
    with supervised("import sys; sys.exit(3)", front="import time; time.sleep(600)") as it:
        said = it.process.communicate(timeout=30)[1]
        assert it.process.returncode == 3
        assert "worker could not start (status 3)" in said


def test_a_child_that_said_what_is_wrong_with_the_settings_has_the_last_word() -> None:
    with supervised("import sys; sys.exit(2)", front="import time; time.sleep(600)") as it:
        said = it.process.communicate(timeout=30)[1]
        assert (it.process.returncode, said) == (2, "")


def test_a_child_meant_to_end_is_not_started_again() -> None:
    with supervised("import os; os.write(1, b'worker %d\\n' % os.getpid())", once=True) as it:
        it.until("front", "worker", "ready")
        before = it.facts["worker"]
        assert it.stop() == (0, "")
        assert it.facts["worker"] == before
