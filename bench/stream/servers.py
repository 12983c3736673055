"""The two sides: Layan's stream over an SQLite log, and nginx with nchan."""

import http.client
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Protocol

from tests.eventlog import sqlite_log
from tests.postgres import free_port

NCHAN_MODULE = "/usr/lib/nginx/modules/ngx_nchan_module.so"


class Side(Protocol):
    """A server under test. `publish` returns when the publisher's own work is done."""

    name: str
    port: int
    path: str
    processes: list[int]

    def publish(self) -> None: ...


class Layan:
    """One process of the stream. Publishing is what a command does: a row and the head, committed, synchronous=FULL."""

    name = "layan"
    path = "/stream/branches/UTC-A"

    def __init__(self, folder: Path) -> None:
        self.log = sqlite_log(folder / "log.sqlite3")
        self.port = free_port()
        command = [
            sys.executable,
            "-m",
            "bench.stream.layan_stream",
            str(folder / "log.sqlite3"),
            str(self.port),
        ]
        self.process = subprocess.Popen(command)
        self.processes = [self.process.pid]

    def publish(self) -> None:
        self.log.append(kind="bench")

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()
        self.log.close()


class Nchan:
    """nginx with one worker and nchan's own memory store; publishing is a POST on a kept connection."""

    name = "nginx+nchan"
    path = "/sub"

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.seq = 0
        configuration = folder / "nginx.conf"
        configuration.write_text(f"""
            load_module {NCHAN_MODULE};
            worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;
            worker_rlimit_nofile 20000;
            events {{ worker_connections 19000; }}
            http {{
              access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
              fastcgi_temp_path {folder}/fcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
              server {{
                listen 127.0.0.1:{self.port} backlog=4096;
                location = /sub {{ nchan_subscriber eventsource; nchan_channel_id bench;
                  nchan_subscriber_first_message newest; nchan_eventsource_ping_interval 15; }}
                location = /pub {{ nchan_publisher; nchan_channel_id bench; nchan_message_buffer_length 500; }}
              }}
            }}""")
        self.process = subprocess.Popen(["/usr/sbin/nginx", "-c", str(configuration), "-p", str(folder)])
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)
        self.processes = [self.process.pid, *children(self.process.pid)]

    def publish(self) -> None:
        self.seq += 1
        body = f'{{"branch":"UTC-A","seq":{self.seq}}}'
        self.connection.request("POST", "/pub", body, {"X-EventSource-Event": "bench"})
        self.connection.getresponse().read()

    def close(self) -> None:
        self.connection.close()
        self.process.terminate()
        self.process.wait()


def children(parent: int) -> list[int]:
    """Return the processes that `parent` started, once there are some."""
    deadline = monotonic() + 10
    while monotonic() < deadline:
        found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        if found:
            return [int(pid) for pid in found]
        sleep(0.05)
    raise TimeoutError("the server started no worker")


@contextmanager
def running(kind: type[Layan] | type[Nchan]) -> Iterator[Side]:
    """Start a side in a folder of its own and stop it afterwards."""
    with tempfile.TemporaryDirectory(prefix="layan-bench-") as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101 - nginx's worker is another user
        side = kind(Path(folder))
        try:
            _wait_for_answer(side.port, side.path)
            yield side
        finally:
            side.close()


def _wait_for_answer(port: int, path: str) -> None:
    deadline = monotonic() + 20
    while monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/stream/health" if path.startswith("/stream") else "/")
            connection.getresponse()
        except OSError:
            sleep(0.1)
        else:
            return
        finally:
            connection.close()
    raise TimeoutError(f"nothing answers on port {port}")


def resident_kb(processes: list[int]) -> int:
    """Return the resident memory of the processes, in KB."""
    total = 0
    for pid in processes:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1])
    return total


def cpu_seconds(processes: list[int]) -> float:
    """Return the processor time that the processes have used, in seconds."""
    ticks = 0
    for pid in processes:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
