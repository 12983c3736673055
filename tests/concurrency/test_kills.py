"""`kill -9` of any process at random moments under load, fifty times: nothing that was accepted is missing."""

import http.client
import os
import random
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Condition, Event, Thread
from time import monotonic

import pytest

from tests.concurrency.processes import Client, Installation, Program
from tests.postgres import cluster

pytestmark = [pytest.mark.processes, pytest.mark.slow]
KILLS = 50
#: How often each process is killed: `layan serve` as a whole and its two children, and the parts run alone.
TARGETS = {"supervisor": 8, "front": 8, "worker": 8, "web": 13, "web process": 5, "stream": 8}
GONE = (OSError, http.client.HTTPException)
PATIENCE_SECONDS = 120


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    if request.param == "sqlite":
        yield Installation(tmp_path)
        return
    with cluster() as address:
        yield Installation(tmp_path, address)


class Load:
    """Clients that repeat a request with the same key until it is answered, as a careful kiosk does."""

    def __init__(self, installation: Installation) -> None:
        self.known = installation.known
        self.accepted: list[str] = []
        self.called: list[str] = []
        self.wrong: list[object] = []
        self._progress = Condition()
        self._stop = Event()
        self._threads: list[Thread] = []

    def start(self, ports: list[int]) -> None:
        """Let three clients at each port take numbers and one call."""
        for port in ports:
            work = [self._issue, self._issue, self._issue, self._call]
            for number, each in enumerate(work):
                self._threads.append(Thread(target=each, args=(port, f"{port}-{number}"), daemon=True))
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive()

    def wait_for(self, more: int) -> None:
        """Return when so many more tickets have been accepted."""
        with self._progress:
            wanted = len(self.accepted) + more
            assert self._progress.wait_for(lambda: len(self.accepted) >= wanted, PATIENCE_SECONDS)

    def _issue(self, port: int, name: str) -> None:
        client, turn = Client(port, self.known["token"]), 0
        while not self._stop.is_set():
            turn += 1
            services = [self.known["services"][turn % 3]]
            body = {"branch": self.known["branch"], "services": services}
            answer = self._insist(client, "/api/v1/tickets", body, f"{name}-{turn}", 201)
            if answer is not None:
                with self._progress:
                    self.accepted.append(answer["id"])
                    self._progress.notify_all()

    def _call(self, port: int, name: str) -> None:
        client, turn = Client(port, self.known["token"]), 0
        counter = self.known["counters"][port % len(self.known["counters"])]
        while not self._stop.is_set():
            turn += 1
            answer = self._insist(client, f"/api/v1/counters/{counter}/next", None, f"{name}-{turn}", 200)
            if answer is not None:
                with self._progress:
                    self.called.append(answer["id"])

    def _insist(
        self, client: Client, path: str, body: object, key: str, success: int
    ) -> dict[str, str] | None:
        """Ask until there is an answer; a server that starts or a database that is away is asked again."""
        until = monotonic() + PATIENCE_SECONDS
        while monotonic() < until:
            try:
                status, answer = client.post(path, body, key)
            except GONE:
                self._stop.wait(0.05)
                continue
            if status == success:
                return answer
            if status == 204:
                return None
            if status == 503:
                self._stop.wait(0.05)
                continue
            self.wrong.append((path, status, answer))
            return None
        self.wrong.append((path, "no answer"))
        return None


class Screen:
    """A board that listens to the stream and comes back by itself with the last number it saw."""

    def __init__(self, port: int, branch: str) -> None:
        self._port, self._path = port, f"/stream/branches/{branch}"
        self.seen: list[int] = []
        self.resyncs = 0
        self.connections = 0
        self._news = Condition()
        self._stop = False
        self._thread = Thread(target=self._listen, daemon=True)
        self._thread.start()

    def wait_for(self, seq: int) -> None:
        """Return when the event with this number has been seen."""
        with self._news:
            assert self._news.wait_for(lambda: bool(self.seen) and self.seen[-1] >= seq, PATIENCE_SECONDS)

    def stop(self) -> None:
        self._stop = True

    def _listen(self) -> None:
        while not self._stop:
            try:
                self._follow()
            except GONE:
                Event().wait(0.05)

    def _follow(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=40)
        headers = {"Last-Event-ID": str(self.seen[-1])} if self.seen else {}
        connection.request("GET", self._path, headers=headers)
        answer = connection.getresponse()
        if answer.status != 200:
            raise http.client.HTTPException
        self.connections += 1
        number, kind = None, ""
        while not self._stop:
            line = answer.readline().decode().rstrip("\n")
            if not line and answer.isclosed():
                raise http.client.HTTPException
            if line.startswith("id:"):
                number = int(line[3:])
            elif line.startswith("event:"):
                kind = line[6:].strip()
            elif not line and number is not None:
                with self._news:
                    self.resyncs += kind == "resync"
                    self.seen.append(number)
                    self._news.notify_all()
                number, kind = None, ""


class Killer:
    """Knows where each process is, kills it and starts again what nobody else does."""

    def __init__(self, serve: Program, web: Program, stream: Program) -> None:
        self._serve, self._web, self._stream = serve, web, stream
        self.done = dict.fromkeys(TARGETS, 0)

    def kill(self, target: str) -> bool:
        """Kill it; False when it is not there just now, because it is being started again."""
        for program in (self._serve, self._web, self._stream):
            program.must_run()
        if target in {"front", "worker", "web process"}:
            pid = self._child(target)
            if pid is None:
                return False
            os.kill(pid, signal.SIGKILL)
        else:
            program = {"supervisor": self._serve, "web": self._web, "stream": self._stream}[target]
            program.kill()
            program.start()
        self.done[target] += 1
        return True

    def _child(self, target: str) -> int | None:
        program = self._web if target == "web process" else self._serve
        word = {"front": "layan.app.server", "worker": "worker", "web process": "web"}[target]
        for pid in program.children():
            try:
                words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            except OSError:
                continue
            if word in words:
                return pid
        return None


def test_nothing_accepted_is_lost_whatever_is_killed(installation: Installation) -> None:
    dice = random.Random(random.random())  # The suite prints the seed that this follows from.
    targets = [target for target, times in TARGETS.items() for _ in range(times)]
    assert len(targets) == KILLS
    dice.shuffle(targets)
    with installation.running("serve", "web", "stream") as programs:
        serve, web, stream = programs
        branch = installation.known["branch"]
        screens = [Screen(serve.port, branch), Screen(stream.port, branch)]
        load, killer = Load(installation), Killer(serve, web, stream)
        load.start([serve.port, web.port])
        while targets:
            # The moment is random because it depends on what the load has come to, not on the clock.
            load.wait_for(dice.randint(1, 40))
            if not killer.kill(targets[-1]):
                dice.shuffle(targets)
                continue
            targets.pop()
        load.wait_for(100)
        for program in programs:
            program.wait_until_it_answers()
        load.stop()
        found = installation.office("report")
        for screen in screens:
            screen.wait_for(found["seq"])
            screen.stop()
    assert killer.done == TARGETS
    assert load.wrong == []
    assert len(load.accepted) == len(set(load.accepted)) > KILLS
    assert set(load.accepted) <= set(found["ids"])
    # Each request was repeated with its key until it was answered, so there is not one ticket more.
    assert set(found["ids"]) == set(load.accepted)
    assert found["numbers"] == len(found["ids"])
    assert found["gaps"] == []
    assert set(found["issued_events"]) == set(found["ids"])
    assert set(found["issued_events"].values()) == set(found["called_events"].values()) == {1}
    assert set(load.called) <= set(found["called_events"])
    assert len(load.called) == len(set(load.called))
    assert found["waiting_tally"] == found["states"].get("waiting", 0)
    assert found["findings"] == []
    for screen in screens:
        assert screen.connections > 1
        assert screen.seen == sorted(set(screen.seen))
        if not screen.resyncs:
            assert screen.seen == list(range(screen.seen[0], screen.seen[-1] + 1))


def test_a_web_process_comes_back_however_often_it_dies(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    with installation.running("web") as (web,):
        killer = Killer(web, web, web)
        for _ in range(4):
            wait_until(lambda: killer.kill("web process"))
        web.wait_until_it_answers()
    assert killer.done["web process"] == 4


def wait_until(done: Callable[[], bool]) -> None:
    """Return when it is done."""
    until = monotonic() + PATIENCE_SECONDS
    while not done():
        assert monotonic() < until
        Event().wait(0.02)
