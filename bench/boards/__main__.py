"""From the officer's key to the last of 1,000 boards, through the real server on SQLite with synchronous=FULL.

    python -m bench.boards [--boards 1000] [--calls 40]

An officer calls the next customer over the public API; time runs from the moment the request is sent. "told" is when a
board has the event; "shown" when it has fetched the fragment with the new number on top (the first row's boards fetch
nothing, the second row's do what a screen does). "CPU" is what the server spent on one call and all it led to. Clients
share the machine's cores with the server.
"""

import argparse
import http.client
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import monotonic, sleep
from typing import Any

from bench.stream.servers import cpu_seconds

LOAD_PROCESSES = 2
PATIENCE_SECONDS = 20.0
STREAM = "/stream/branches/HTTP"
FRAGMENT = "/board/HTTP/HALL/now?languages=ms,en"


class Office:
    """A running installation with an open counter."""

    def __init__(self, folder: Path) -> None:
        environment = {
            **{name: value for name, value in os.environ.items() if name != "LAYAN_DATABASE"},
            "LAYAN_DATA": str(folder),
            "DJANGO_SETTINGS_MODULE": "layan.app.settings",
        }
        made = subprocess.run(
            [sys.executable, "-m", "bench.api.office", "make"],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        )
        office = json.loads(made.stdout.splitlines()[-1])["HTTP"]
        self.counter = office["counters"][0]
        self.service = next(iter(office["services"]))
        self._headers = {"Authorization": f"Bearer {office['token']}", "Content-Type": "application/json"}
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
            descriptor = str(listener.fileno())
            self.process = subprocess.Popen(
                [sys.executable, "-m", "layan.app.server", "--fd", descriptor],
                pass_fds=[listener.fileno()],
                env=environment,
            )
        self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        for _ in range(3):
            self.issue()

    def _post(self, path: str, body: dict[str, Any]) -> tuple[int, bytes]:
        # The server closes a connection that was quiet for a while; a new one costs well under a millisecond.
        self._connection.close()
        self._connection.request("POST", path, json.dumps(body), self._headers)
        response = self._connection.getresponse()
        return response.status, response.read()

    def issue(self) -> None:
        """A customer takes a number."""
        ticket = {"branch": "HTTP", "services": [self.service], "category": "general", "language": "ms"}
        status, body = self._post("/api/v1/tickets", ticket)
        if status != 201:
            raise RuntimeError(f"no number was issued: {status} {body[:200]!r}")

    def call(self) -> None:
        """The officer presses the key."""
        status, body = self._post(f"/api/v1/counters/{self.counter}/next", {})
        if status != 200:
            raise RuntimeError(f"nobody was called: {status} {body[:200]!r}")

    def close(self) -> None:
        """Stop the server."""
        self.process.terminate()
        self.process.wait()


class Boards:
    """The client processes, ordered about together."""

    def __init__(self, office: Office, kind: str) -> None:
        command = [sys.executable, "-m", "bench.boards.clients", str(office.port), STREAM, FRAGMENT, kind]
        self._processes = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(LOAD_PROCESSES)
        ]

    def order(self, *order: object) -> None:
        """Tell every process to do something."""
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()

    def answers(self) -> list[Any]:
        """Return every process's answer."""
        assert all(process.stdout is not None for process in self._processes)
        return [json.loads(process.stdout.readline()) for process in self._processes if process.stdout]

    def close(self) -> None:
        """End the processes."""
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()


@contextmanager
def an_office() -> Iterator[Office]:
    """Run an installation in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="layan-bench-") as folder:
        office = Office(Path(folder))
        try:
            yield office
        finally:
            office.close()


def measure(office: Office, kind: str, boards: int, calls: int) -> None:
    """Print one row."""
    load = Boards(office, kind)
    load.order("connect", boards // LOAD_PROCESSES)
    load.answers()
    halves, lasts = [], []
    missing = requests = refused = 0
    used = 0.0
    for number in range(calls + 3):
        office.issue()
        sleep(0.8 + random.random() * 0.2)  # the boards have the issue behind them
        load.order("begin")
        load.answers()
        load.order("call", PATIENCE_SECONDS)
        before = cpu_seconds([office.process.pid])
        began = monotonic()
        office.call()
        found = load.answers()
        spent = cpu_seconds([office.process.pid]) - before
        if number < 3:
            continue
        arrivals = sorted(at - began for each in found for at in each["at"])
        used += spent
        missing += boards - len(arrivals)
        requests += sum(each["requests"] for each in found)
        refused += sum(each["refused"] for each in found)
        halves.append(arrivals[len(arrivals) // 2] * 1000)
        lasts.append(arrivals[-1] * 1000)
    load.close()
    lasts.sort()
    p99 = lasts[min(len(lasts) - 1, int(len(lasts) * 0.99))]
    name = "told" if kind == "told" else "shown"
    print(
        f"{name:8}{median(halves):12.0f}{median(lasts):12.0f}{p99:12.0f}{used / calls * 1000:10.0f}{requests / calls:14.0f}{refused:9}{missing:9}",
        flush=True,
    )


def main() -> int:
    """Print both rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--boards", type=int, default=1000)
    parser.add_argument("--calls", type=int, default=40)
    wanted, _ = parser.parse_known_args()
    busy = os.getloadavg()[0]
    print(
        f"{wanted.boards} boards, {wanted.calls} calls, ms from the officer's key; {os.cpu_count()} cores, load {busy:.1f} before"
    )
    print(
        f"{'':8}{'p50 board':>12}{'last, p50':>12}{'last, p99':>12}{'CPU ms':>10}{'fetches/call':>14}{'refused':>9}{'missing':>9}"
    )
    with an_office() as office:
        for kind in ("told", "fetching"):
            measure(office, kind, wanted.boards, wanted.calls)
    return 0


if __name__ == "__main__":
    sys.exit(main())
