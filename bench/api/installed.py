"""An installation of its own with two branches, and the servers that are started on it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from tests.postgres import free_port

HERE = Path(__file__).parent.parent.parent


class Office:
    """An installation of its own with the two branches, and the servers that are measured on it."""

    def __init__(self, folder: str, database: str = "") -> None:
        self.database = database
        self.environment = {**os.environ, "LAYAN_DATA": folder, "LAYAN_LOG_LEVEL": "ERROR"}
        self.environment.pop("LAYAN_DATABASE", None)
        if database:
            self.environment["LAYAN_DATABASE"] = database
        self.known: dict[str, Any] = json.loads(self.run("bench.api.office", "make"))

    def run(self, *command: str) -> str:
        """Run a module to its end and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", *command], env=self.environment, cwd=HERE, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout

    @contextmanager
    def server(self, command: str) -> Iterator[tuple[int, int]]:
        """Start `layan web` or `layan serve`; yield its port and its process."""
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "layan.app.cli", command, "--port", str(port)],
            env=self.environment,
            cwd=HERE,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_for(port)
            yield port, process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def wait_for(port: int) -> None:
    end = monotonic() + 60
    while monotonic() < end:
        try:
            urlopen(f"http://127.0.0.1:{port}/api/v1/branches", timeout=2)
        except HTTPError:
            return
        except OSError:
            sleep(0.1)
    raise RuntimeError("the server does not answer")
