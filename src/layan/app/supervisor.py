"""`layan serve`: one small process that keeps the others running. Imports nothing of Django.

It holds the listening socket, so a port in use is known at once, and while the front is started again after a crash
its callers wait in the socket's queue instead of being refused.
"""

import contextlib
import ctypes
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

#: How long children may take to end before they are killed.
STOP_SECONDS = 12.0
READY_SECONDS = 60.0
#: Status of a child that has said what is wrong with the settings.
BAD_SETTING = 2
#: Rest before a child is started again, in seconds, by how often it died in a row.
PAUSES = (0.2, 1.0, 2.0, 5.0, 10.0)
#: A child that ran this long had a good start: its next death counts as the first.
STEADY_SECONDS = 30.0
_PR_SET_PDEATHSIG = 1
_WATCHED = {signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


@dataclass(frozen=True)
class Child:
    """A program to keep running. `once`: it ends by itself, and is then not started again.

    `after_ready`: it is started when the front answers, so that what is wrong with the installation is said once.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    once: bool = False
    after_ready: bool = False
    sockets: tuple[int, ...] = ()


class _Running:
    """A child's process and its history."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.start_at = 0.0
        self.deaths = 0
        self.ended = False

    def start(self, now: float) -> None:
        self.started_at = now
        self.process = subprocess.Popen(
            list(self.child.command),
            env={**os.environ, **self.child.environment},
            pass_fds=self.child.sockets,
            stdin=subprocess.DEVNULL,
            # Of their own group, so that Ctrl-C in a terminal reaches the supervisor alone, who then stops them in order.
            process_group=0,
            preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509 - the supervisor has one thread
        )

    def reap(self, now: float) -> int | None:
        """Return the status of a process that has ended, negative for a signal, and plan its next start."""
        if self.process is None:
            return None
        status = self.process.poll()
        if status is None:
            return None
        self.process = None
        if self.child.once:
            self.ended = True
            return status
        self.deaths = 1 if now - self.started_at > STEADY_SECONDS else self.deaths + 1
        self.start_at = now + PAUSES[min(self.deaths, len(PAUSES)) - 1]
        return status

    def signal(self, number: int) -> None:
        if self.process is not None:
            self.process.send_signal(number)


class Supervisor:
    """Starts the children, says when the front answers, starts again what dies, and stops all when told to."""

    def __init__(
        self, children: Sequence[Child], *, front: tuple[str, int], ready: Callable[[], None]
    ) -> None:
        self._running = [_Running(child) for child in children]
        self._probe = _Probe(front)
        self._announce = ready
        self._ready = False

    def run(self) -> int:
        """Work until SIGINT, SIGTERM or SIGHUP; return the exit status.

        0: stopped as asked. 1: a child had to be killed, or nothing answered within READY_SECONDS. Otherwise the
        status of the child that ended before everything had ever been ready, such as 2 for a bad setting.
        """
        # Blocked signals wait for sigtimedwait: no handler runs in the middle of something.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
        try:
            status = self._watch()
            return self._stop() or status
        finally:
            self._probe.close()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _watch(self) -> int:
        began = monotonic()
        while True:
            now = monotonic()
            first_answer = not self._ready and self._probe.answers()
            self._ready = self._ready or first_answer
            for each in self._to_start():
                if now >= each.start_at:
                    each.start(now)
            if first_answer:
                self._announce()
            if not self._ready and now - began > READY_SECONDS:
                _say(f"nothing answers after {READY_SECONDS:.0f} s; giving up")
                return 1
            if self._signalled(self._patience(now)):
                return 0
            failed = self._bury(monotonic())
            if failed is not None:
                return failed

    def _to_start(self) -> list[_Running]:
        return [
            each
            for each in self._running
            if each.process is None and not each.ended and (self._ready or not each.child.after_ready)
        ]

    def _patience(self, now: float) -> float:
        """Return how long to wait for a signal, in seconds."""
        starts = [each.start_at - now for each in self._to_start()]
        return max(0.0, min([*starts, 60.0 if self._ready else 0.05]))

    def _signalled(self, seconds: float) -> bool:
        """Wait; return whether we are to stop."""
        arrived = signal.sigtimedwait(_WATCHED, seconds)
        return arrived is not None and arrived.si_signo != signal.SIGCHLD

    def _bury(self, now: float) -> int | None:
        """Take note of the dead; return the status to end with when a start failed."""
        for each in self._running:
            status = each.reap(now)
            if status is None:
                continue
            if each.ended:
                if status:
                    _say(f"{each.child.name} ended ({_cause(status)})")
                continue
            if not self._ready and status > 0:
                if status != BAD_SETTING:
                    _say(f"{each.child.name} could not start (status {status})")
                return status
            _say(
                f"{each.child.name} died ({_cause(status)}); starting it again in {each.start_at - now:.1f} s"
            )
        return None

    def _stop(self) -> int:
        """End all children; return 1 when one had to be killed."""
        for each in self._running:
            each.signal(signal.SIGTERM)
        deadline = monotonic() + STOP_SECONDS
        while alive := [each for each in self._running if each.process is not None]:
            now = monotonic()
            for each in alive:
                each.reap(now)
            alive = [each for each in alive if each.process is not None]
            if alive and (now >= deadline or self._signalled(min(0.1, deadline - now))):
                for each in alive:
                    _say(f"{each.child.name} does not end; killing it")
                    each.signal(signal.SIGKILL)
                    if each.process is not None:
                        each.process.wait()
                return 1
        return 0


class _Probe:
    """Asks the front for its health until it answers, without ever waiting for it."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._socket: socket.socket | None = None

    def answers(self) -> bool:
        """Return whether an HTTP answer has come."""
        try:
            if self._socket is None:
                self._socket = socket.create_connection(self._address, timeout=1)
                self._socket.sendall(
                    b"GET /stream/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                )
            if not select.select([self._socket], [], [], 0)[0]:
                return False
            if self._socket.recv(16).startswith(b"HTTP/1.1 200"):
                return True
        except OSError:
            pass
        self.close()
        return False

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def die_with(parent: int) -> Callable[[], None]:
    """Return what a child calls first so that it is killed when its parent is gone, however that went (Linux)."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def first() -> None:
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return first


def _die_with(supervisor: int) -> Callable[[], None]:
    """Return what a child of the supervisor does first: unblock signals, and be killed when the supervisor is gone."""
    tie = die_with(supervisor)

    def first() -> None:
        tie()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _WATCHED)

    return first


def _cause(status: int) -> str:
    with contextlib.suppress(ValueError):
        if status < 0:
            return signal.Signals(-status).name
    return f"status {status}"


def _say(text: str) -> None:
    sys.stderr.write(f"layan: {text}\n")
    sys.stderr.flush()
