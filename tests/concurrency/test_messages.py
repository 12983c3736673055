"""Several workers at one branch, and one killed while it sends: each customer is told each thing once (B8)."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.concurrency.messages import ASKED, COUNTERS
from tests.concurrency.processes import ROOT
from tests.postgres import cluster

pytestmark = pytest.mark.processes
WORKERS = 4
CHANNELS = 2


class Office:
    """An installation of its own, on which processes act."""

    def __init__(self, folder: Path, database: str) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("LAYAN_")}
        self._environment = {**inherited, "LAYAN_DATA": str(folder)}
        if database:
            self._environment["LAYAN_DATABASE"] = database
        self._file = folder / "sent"
        self._file.parent.mkdir(exist_ok=True)
        self.run("make")

    def start(self, what: str, *options: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.concurrency.messages", what, str(self._file), *options]
        return subprocess.Popen(
            command,
            env=self._environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, what: str, *options: str) -> str:
        process = self.start(what, *options)
        said, wrong = process.communicate(timeout=120)
        assert process.returncode == 0, wrong
        return said

    def sent(self) -> list[str]:
        return self._file.read_text().splitlines() if self._file.exists() else []

    def states(self) -> dict[str, int]:
        found: dict[str, int] = json.loads(self.run("report"))
        return found


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    if request.param == "sqlite":
        yield Office(tmp_path / "data", "")
        return
    with cluster(settings=("fsync=off",)) as address:
        yield Office(tmp_path / "data", address)


def test_b8_workers_side_by_side_tell_each_customer_once(office: Office) -> None:
    workers = [office.start("work") for _ in range(WORKERS)]
    for worker in workers:
        _said, wrong = worker.communicate(timeout=120)
        assert worker.returncode == 0, wrong
    sent = office.sent()
    called = [key for key in sent if "-called-" in key]
    assert len(called) == COUNTERS * CHANNELS
    assert len(sent) == len(set(sent)), "a customer was told twice"
    # After four calls, numbers 8 to 11 of 12 came to have three or fewer before them, or had so from the start.
    nearly = [key for key in sent if "-nearly-" in key]
    assert len(nearly) == min(4, ASKED - 2 * COUNTERS) * CHANNELS
    assert office.states() == {"sent": len(sent)}


def test_b8_what_a_killed_worker_was_sending_is_sent_by_the_next(office: Office) -> None:
    doomed = office.start("hang")
    assert doomed.stdout is not None
    assert doomed.stdout.readline() == "claimed\n"
    office.run("work")
    held = office.states().get("sending", 0)
    assert held, "nobody takes what another may still be sending"
    doomed.kill()
    doomed.communicate()
    before = office.sent()
    office.run("work", "61")
    sent = office.sent()
    assert len(sent) == len(before) + held
    assert len(sent) == len(set(sent))
    assert office.states() == {"sent": len(sent)}
