"""Four real web processes, eight clients at each: no number twice, no ticket called twice, none lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path
from threading import Lock

import pytest

from tests.concurrency.processes import Client, Installation
from tests.postgres import cluster

pytestmark = [pytest.mark.processes, pytest.mark.slow]
PROCESSES, CLIENTS, TICKETS = 4, 8, 5_000
CATEGORIES = ("general", "general", "senior", "general", "oku", "appointment", "emergency")


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    if request.param == "sqlite":
        yield Installation(tmp_path)
        return
    with cluster() as address:
        yield Installation(tmp_path, address)


class Shares:
    """Work that is given out piece by piece to whichever client asks first."""

    def __init__(self, pieces: int) -> None:
        self._left, self._lock = pieces, Lock()

    def take(self) -> bool:
        with self._lock:
            self._left -= 1
            return self._left >= 0


def test_5000_tickets_issued_and_called_each_exactly_once(installation: Installation) -> None:
    known = installation.known
    with installation.running(*["web"] * PROCESSES) as programs:
        ports = [program.port for program in programs for _ in range(CLIENTS)]

        def issue(number: int, port: int, shares: Shares) -> list[str]:
            """Issue until nothing is left to issue; return the ids of the tickets."""
            client, wanted = Client(port, known["token"]), cycle(CATEGORIES)
            ids = []
            for turn, category in enumerate(wanted, start=number):
                if not shares.take():
                    client.close()
                    return ids
                service = known["services"][turn % len(known["services"])]
                body = {"branch": known["branch"], "services": [service], "category": category}
                status, answer = client.post("/api/v1/tickets", body)
                assert status == 201, answer
                ids.append(answer["id"])
            raise AssertionError

        def call(number: int, port: int, _: Shares) -> list[str]:
            """Call at a counter that three other clients call at too, until nobody waits; return the ids called."""
            client, counter = Client(port, known["token"]), known["counters"][number % len(known["counters"])]
            ids = []
            while True:
                status, answer = client.post(f"/api/v1/counters/{counter}/next")
                if status == 204:
                    client.close()
                    return ids
                assert status == 200, answer
                ids.append(answer["id"])

        shares = Shares(TICKETS)
        with ThreadPoolExecutor(len(ports)) as clients:
            issued = [
                each
                for ids in clients.map(issue, range(len(ports)), ports, [shares] * len(ports))
                for each in ids
            ]
            called = [
                each
                for ids in clients.map(call, range(len(ports)), ports, [shares] * len(ports))
                for each in ids
            ]
    found = installation.office("report")
    assert len(issued) == len(set(issued)) == TICKETS
    assert sorted(called) == sorted(issued)
    assert set(found["ids"]) == set(issued)
    assert found["numbers"] == TICKETS
    assert found["gaps"] == []
    assert set(found["issued_events"].values()) == set(found["called_events"].values()) == {1}
    assert set(found["called_events"]) == set(issued)
    assert found["states"] == {"done": TICKETS}
    assert found["waiting_tally"] == 0
    assert found["findings"] == []
