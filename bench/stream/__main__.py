"""From a committed event to the last client's socket, beside nginx+nchan in the same run.

    python -m bench.stream [--clients 1000 10000] [--events 30]

Layan's figure holds everything: the commit (synchronous=FULL), the wait for the next look at the heads, and the
delivery. nchan's holds the POST that publishes. Clients live in two processes on the same cores as the servers.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any

from bench.stream.servers import Layan, Nchan, Side, cpu_seconds, resident_kb, running

LOAD_PROCESSES = 2
PATIENCE_SECONDS = 20.0


class Load:
    """The client processes, ordered about together."""

    def __init__(self, side: Side) -> None:
        command = [sys.executable, "-m", "bench.stream.clients", "127.0.0.1", str(side.port), side.path]
        self._processes = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(LOAD_PROCESSES)
        ]

    def order(self, name: str, value: object) -> None:
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(json.dumps([name, value]) + "\n")
            process.stdin.flush()

    def answers(self) -> list[Any]:
        found = []
        for process in self._processes:
            assert process.stdout is not None
            found.append(json.loads(process.stdout.readline()))
        return found

    def close(self) -> None:
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()


@dataclass
class Measured:
    """Medians over the events, in milliseconds; memory in KB a client; the storm in seconds."""

    first: float
    p50: float
    last: float
    last_worst: float
    lost: int
    kb: float
    idle_cpu: float
    storm: float


def measure(side: Side, clients: int, events: int) -> Measured:
    """Measure one side."""
    before = resident_kb(side.processes)
    load = Load(side)
    load.order("connect", clients // LOAD_PROCESSES)
    load.answers()
    firsts, halves, lasts, lost = [], [], [], 0
    for number in range(events + 3):
        load.order("event", PATIENCE_SECONDS)
        sleep(0.2 + random.random() * 0.1)
        began = monotonic()
        side.publish()
        arrivals = sorted(at - began for each in load.answers() for at in each)
        lost += clients - len(arrivals)
        if number >= 3 and arrivals:
            firsts.append(arrivals[0] * 1000)
            halves.append(arrivals[len(arrivals) // 2] * 1000)
            lasts.append(arrivals[-1] * 1000)
    kb = (resident_kb(side.processes) - before) / clients
    used = cpu_seconds(side.processes)
    sleep(5)
    idle = (cpu_seconds(side.processes) - used) / 5 * 100
    load.order("storm", None)
    storm = max(load.answers())
    load.close()
    middle = statistics.median
    return Measured(middle(firsts), middle(halves), middle(lasts), max(lasts), lost, kb, idle, storm)


def main() -> int:
    """Print both sides and their ratio for each number of clients."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--events", type=int, default=30)
    wanted, _ = parser.parse_known_args()
    for clients in wanted.clients:
        print(f"\n{clients} clients, {wanted.events} events, times in ms from the publisher's first step")
        print(
            f"{'':14}{'first':>8}{'p50':>8}{'last':>8}{'worst':>8}{'KB each':>9}{'idle CPU':>10}{'storm s':>9}{'lost':>6}"
        )
        found = {}
        for kind in (Layan, Nchan):
            with running(kind) as side:
                m = found[kind] = measure(side, clients, wanted.events)
            print(
                f"{kind.name:14}{m.first:8.1f}{m.p50:8.1f}{m.last:8.1f}{m.last_worst:8.1f}"
                f"{m.kb:9.1f}{m.idle_cpu:9.1f}%{m.storm:9.2f}{m.lost:6}",
                flush=True,
            )
        ours, theirs = found[Layan], found[Nchan]
        print(f"last client, ours / nchan: {ours.last / theirs.last:.2f} (must be at most 1.25)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
