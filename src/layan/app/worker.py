"""The worker: what must happen without anybody asking. One process; every job can be run again at any time.

A job that fails for one branch is logged and tried again at its next turn; the others go on.
"""

import logging
import signal
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from threading import Event
from time import monotonic
from types import FrameType

from django.conf import settings
from django.core.management import call_command
from django.db import close_old_connections, connections

from layan.kit import clock
from layan.kit.events.sealing import seal_past_days
from layan.kit.retention import forget_old_answers
from layan.messaging.following import follow
from layan.messaging.posting import has_due, post
from layan.messaging.services import erase_after_visits, forget_old_messages
from layan.places.api import Layout, branches, service_day
from layan.queueing.api import ask_printers, close_past_days, give_up_untaken, has_printers, watch
from layan.signage.announcing.services import end_unheard
from layan.signage.speech.files import forget_old_sounds
from layan.waiting.api import publish

log = logging.getLogger("layan.worker")


@dataclass(frozen=True)
class Job:
    """Something done every so many seconds, for each branch."""

    name: str
    every_seconds: float
    run: Callable[[Layout], object]


def _watch_limits(place: Layout) -> None:
    watch(branch_id=place.branch_id)


def _close_days(place: Layout) -> None:
    close_past_days(branch_id=place.branch_id)


def _seal_days(place: Layout) -> None:
    installation = settings.INSTALLATION
    seal_past_days(
        branch_id=place.branch_id,
        code=place.code,
        today=service_day(place, clock.now()),
        zone=place.time_zone,
        keys=installation.keys,
        seals=installation.seals,
    )


def _give_up_untaken(place: Layout) -> None:
    give_up_untaken(branch_id=place.branch_id)


def _erase_after_visits(place: Layout) -> None:
    erase_after_visits(place=place)


class Aside:
    """Runs a job in a thread of its own, for each branch one at a time: it waits for machines that are not ours.

    Nothing is started where there is no work, so that the thread and its connection are there only when needed.
    """

    def __init__(self, has_work: Callable[[Layout], bool], run: Callable[[Layout], object]) -> None:
        self._has_work = has_work
        self._run = run
        self._going: dict[int, Future[None]] = {}
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="aside")

    def __call__(self, place: Layout) -> None:
        """Start the job for a branch, unless it is still at it or has nothing to do."""
        going = self._going.get(place.branch_id)
        if (going is None or going.done()) and self._has_work(place):
            self._going[place.branch_id] = self._pool.submit(self._guarded, place)

    def finish(self) -> None:
        """Wait for what is going on."""
        wait(self._going.values())

    def _guarded(self, place: Layout) -> None:
        try:
            self._run(place)
        except Exception:
            log.exception("a job beside the others failed for %s; it will be tried again", place.code)
        finally:
            connections.close_all()


_SENDING = Aside(has_due, post)
_ASKING = Aside(
    lambda place: has_printers(branch_id=place.branch_id),
    lambda place: ask_printers(branch_id=place.branch_id),
)

JOBS = (
    Job("publish waiting times", 1, publish),
    Job("make messages", 1, follow),
    Job("send messages", 1, _SENDING),
    Job("erase addresses", 5, _erase_after_visits),
    Job("watch limits", 5, _watch_limits),
    Job("give up numbers not taken", 5, _give_up_untaken),
    Job("ask printers", 15, _ASKING),
    Job("close past days", 60, _close_days),
    Job("seal past days", 300, _seal_days),
)
HOUSEKEEPING_SECONDS = 3600.0


class Worker:
    """Runs the jobs until it is told to stop."""

    def __init__(self) -> None:
        self._stop = Event()
        self._due = dict.fromkeys((job.name for job in JOBS), 0.0)
        self._housekeeping_due = 0.0

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """End after the job at hand."""
        self._stop.set()

    def run(self) -> None:
        """Work until stopped."""
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, self.stop)
        while not self._stop.is_set():
            self.turn(monotonic())
            self._stop.wait(1.0)
        _SENDING.finish()
        _ASKING.finish()

    def turn(self, now: float) -> None:
        """Run the jobs that are due at `now` (seconds of a clock that only goes forward)."""
        close_old_connections()
        due = [job for job in JOBS if now >= self._due[job.name]]
        for job in due:
            self._due[job.name] = now + job.every_seconds
        if due:
            self._run(due)
        if now >= self._housekeeping_due:
            self._housekeeping_due = now + HOUSEKEEPING_SECONDS
            self._guarded("housekeeping", housekeeping)

    def _run(self, due: list[Job]) -> None:
        places: list[Layout] = []
        self._guarded("read branches", lambda: places.extend(branches()))
        for place in places:
            for job in due:
                self._guarded(f"{job.name} of {place.code}", partial(job.run, place))

    def _guarded(self, name: str, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception:
            log.exception("%s failed; it will be tried again", name)


def housekeeping() -> None:
    """Erase what has served its purpose: old answers to repeated requests, sounds, messages, ended sessions (end dates)."""
    now = clock.now()
    forget_old_answers(before=now)
    forget_old_sounds(before=now)
    end_unheard(before=now)
    forget_old_messages(before=now)
    call_command("clearsessions")
