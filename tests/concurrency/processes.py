"""An installation of its own, real Layan processes on it, and clients that speak plain HTTP."""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import Any

ROOT = Path(__file__).parent.parent.parent
READY_SECONDS = 60


def lasting_port() -> int:
    """Return a free port below those that connections are given: nobody takes it while its server is being killed."""
    while True:
        port = random.randint(20_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


class Installation:
    """One data folder, on SQLite or on the PostgreSQL at `database`, with a busy branch in it."""

    def __init__(self, folder: Path, database: str = "") -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LAYAN_")}
        self.folder = folder
        self.environment = {**inherited, "LAYAN_DATA": str(folder), "PYTHONUNBUFFERED": "1"}
        if database:
            self.environment["LAYAN_DATABASE"] = database
        self.known = self.office("make")

    def office(self, what: str) -> dict[str, Any]:
        """Run `tests.concurrency.office` and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.concurrency.office", what],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    @contextmanager
    def running(self, *commands: str) -> Iterator[list["Program"]]:
        """Start `layan <command>` for each command, each on a free port, and end them all afterwards."""
        programs = [Program(self, command) for command in commands]
        try:
            for program in programs:
                program.wait_until_it_answers()
            yield programs
        finally:
            for program in programs:
                program.stop()


class Program:
    """One `layan` command: started, killed, started again on the same port."""

    def __init__(self, installation: Installation, command: str) -> None:
        self.installation, self.command, self.port = installation, command, lasting_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it in a session of its own, so that what is left of it can be ended as a whole."""
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "layan.app.cli", self.command, "--port", str(self.port)],
                env=self.installation.environment,
                cwd=ROOT,
                start_new_session=True,
                stdout=said,
                stderr=said,
            )

    @property
    def said(self) -> Path:
        """The file of what it has said."""
        return self.installation.folder / f"{self.command}-{self.port}.log"

    def wait_until_it_answers(self) -> None:
        """Ask its port until it answers."""
        path = "/stream/health" if self.command == "stream" else "/api/v1/branches"
        for _ in range(READY_SECONDS * 10):
            self.must_run()
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", path)
                connection.getresponse().read()
            except (OSError, http.client.HTTPException):
                sleep(0.1)
                continue
            return
        raise AssertionError(f"layan {self.command} does not answer: {self.said.read_text()}")

    def must_run(self) -> None:
        """Fail with what it said if it has ended by itself."""
        assert self.process is not None
        assert self.process.poll() is None, f"layan {self.command}: {self.said.read_text()}"

    def children(self) -> list[int]:
        """Return the processes it has started itself."""
        assert self.process is not None
        pid = self.process.pid
        try:
            listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        except OSError:
            return []
        return [int(child) for child in listed.split()]

    def kill(self) -> None:
        """End it as a power cut would, and wait for it to be gone."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ask it to end; kill what does not."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


class Client:
    """One client with one kept-alive connection."""

    def __init__(self, port: int, token: str) -> None:
        self._token = token
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def post(self, path: str, body: dict[str, Any] | None = None, key: str = "") -> tuple[int, Any]:
        """Return status and answer. Raises OSError or HTTPException when the server is gone."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        try:
            text = json.dumps(body) if body is not None else None
            self._connection.request("POST", path, text, headers)
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise
        return answer.status, json.loads(content) if content else None

    def close(self) -> None:
        self._connection.close()
