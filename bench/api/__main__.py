"""`python -m bench.api`: issue and call-next over HTTP, beside the raw driver, on PostgreSQL and SQLite.

Prints operations a second, CPU of the web process an operation, the share of the raw driver's rate, and how much
slower it gets with 10,000 waiting and with 1,000,000 past tickets. All in one run; 8 clients; fsync on.
"""

import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg
from tests.postgres import cluster

from bench.api.installed import Office

SECONDS = float(os.environ.get("BENCH_SECONDS", "5"))
PAST = int(os.environ.get("BENCH_PAST", "1000000"))
WAITING = 10_000
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Measured:
    """One measurement: operations a second, CPU an operation in microseconds, latencies in milliseconds."""

    rate: float
    cpu: float
    p50: float = 0.0
    p99: float = 0.0

    def __str__(self) -> str:
        latency = f"  p50 {self.p50:6.1f} ms  p99 {self.p99:6.1f} ms" if self.p99 else ""
        return f"{self.rate:7.0f}/s  CPU {self.cpu:6.0f} us{latency}"


def http(office: Office, what: str, port: int, process: int, seconds: float = SECONDS) -> Measured:
    """Measure eight clients; the CPU is that of the server's processes."""
    known = office.known["HTTP"]
    before = _cpu(process)
    counters = ",".join(map(str, known["counters"]))
    seen = json.loads(
        office.run("bench.api.clients", str(port), known["token"], str(seconds), what, counters)
    )
    if seen["failures"]:
        raise RuntimeError(f"answers that were no success: {seen['failures']}")
    operations = seen["operations"]
    cpu = (_cpu(process) - before) / operations * 1e6
    return Measured(operations / seen["seconds"], cpu, seen["p50"], seen["p99"])


def raw(office: Office, what: str) -> Measured:
    """Measure eight clients of the driver alone; the CPU is that of the clients."""
    seen = json.loads(
        office.run("bench.api.raw", office.database, str(SECONDS), what, json.dumps(office.known["RAW"]))
    )
    return Measured(seen["operations"] / seen["seconds"], seen["cpu"] / seen["operations"] * 1e6)


def _cpu(process: int) -> float:
    """Return the CPU seconds used so far by a process and those it started."""
    used, waiting = 0.0, [process]
    while waiting:
        pid = waiting.pop()
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        used += (int(fields[11]) + int(fields[12])) / _TICKS
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            waiting += map(int, children.read_text().split())
    return used


def compare(office: Office) -> None:
    """Print the API beside the raw driver, alternating so that a busy moment of the machine hits both."""
    print("\nPostgreSQL, 8 clients, one web process (layan web), one branch")
    with office.server("web") as (port, process):
        http(office, "issue", port, process, 1.0)
        for what in ("issue", "next"):
            pairs = [(raw(office, what), http(office, what, port, process)) for _ in range(2)]
            ceiling, api = max((p[0] for p in pairs), key=_rate), max((p[1] for p in pairs), key=_rate)
            print(f"  {what:5}  raw driver {ceiling}\n         HTTP       {api}")
            print(f"         share of the raw driver {api.rate / ceiling.rate:.2f} (at least 0.15, aim 0.25)")


def _rate(measured: Measured) -> float:
    return measured.rate


def growth(office: Office, name: str) -> None:
    """Print how much slower it gets as the line and the past grow."""
    print(f"\n{name}: growth (share of the first rate; at least 0.80)")
    with office.server("web") as (port, process):
        http(office, "issue", port, process, 1.0)
        first = {what: http(office, what, port, process) for what in ("issue", "next")}
        for title, step in (
            (f"{WAITING:,} waiting", ("waiting", str(WAITING))),
            (f"{PAST:,} past tickets besides", ("past", str(PAST))),
        ):
            office.run("bench.api.office", *step)
            for what in ("issue", "next"):
                now = http(office, what, port, process)
                print(
                    f"  {what:5} {title:30} {now}  share {now.rate / first[what].rate:.2f}"
                    f"  CPU x {now.cpu / first[what].cpu:.2f}"
                )


def sqlite(office: Office) -> None:
    """Print SQLite with synchronous=FULL, by both servers."""
    print("\nSQLite, synchronous=FULL, 8 clients (at least 400/s)")
    for command in ("serve", "web"):
        with office.server(command) as (port, process):
            http(office, "issue", port, process, 1.0)
            for what in ("issue", "next"):
                print(f"  {what:5}  layan {command:5} {http(office, what, port, process)}")


def main() -> int:
    """Measure and print."""
    with cluster() as address, tempfile.TemporaryDirectory() as folder:
        with psycopg.connect(address, autocommit=True) as admin:
            admin.execute("CREATE DATABASE office")
        office = Office(folder, address.rpartition("/")[0] + "/office")
        compare(office)
        growth(office, "PostgreSQL")
    with tempfile.TemporaryDirectory() as folder:
        office = Office(folder)
        sqlite(office)
        growth(office, "SQLite")
    return 0


if __name__ == "__main__":
    sys.exit(main())
