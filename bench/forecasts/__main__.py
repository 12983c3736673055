"""`python -m bench.forecasts`: what waiting times cost the worker after an event, and the kiosk with each number.

Re-estimates everyone who waits (places under the calling rule, windows, the published row) at 50, 500 and 5,000 waiting
in 10 lines at 12 counters, with three past days; then once with the lines' curves made anew, as every half minute. Issues
numbers with and without the promise, in turns. SQLite with fsync on; processor time of this process.
"""

import os
import random
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import timedelta
from statistics import median
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.builders import BuiltBranch

    from layan.waiting.observing import Observer
    from layan.waiting.publishing import Publisher

WAITING = (50, 500, 5000)
SERVICES, COUNTERS = 10, 12
ISSUES = int(os.environ.get("BENCH_ISSUES", "400"))
REPEATS = 15


def make(code: str) -> "BuiltBranch":
    """Make a branch of ten services and twelve counters that give four of them each, one of them special."""
    from tests.builders import a_branch

    from layan.places import models as places
    from layan.places.api import layout_changed

    branch = a_branch(code)
    for extra in range(SERVICES - 3):
        branch.services[chr(68 + extra)] = places.Service.objects.create(
            branch=branch.branch,
            agency=branch.branch.agency,
            zone=branch.counters["1"].zone,
            code=f"S{extra}",
            letter=chr(68 + extra),
            name={"ms": f"S{extra}", "en": f"S{extra}"},
        )
    for number in range(5, COUNTERS + 1):
        branch.counters[str(number)] = places.Counter.objects.create(
            branch=branch.branch, zone=branch.counters["1"].zone, code=str(number), kind="general"
        )
    places.CounterService.objects.all().filter(counter__branch=branch.branch).delete()
    services = list(branch.services.values())
    for index, counter in enumerate(branch.counters.values()):
        for step in range(4):
            service = services[(index + step * 3) % SERVICES]
            places.CounterService.objects.create(counter=counter, service=service, preference=1 + step // 2)
    layout_changed(branch_id=branch.id, what="bench")
    return branch


class Log:
    """Feeds an observer with events that nobody wrote: days of the past in seconds."""

    def __init__(self, publisher: "Publisher", branch: "BuiltBranch") -> None:
        self.publisher, self.branch, self.seq = publisher, branch, 0
        self.chance = random.Random(1)
        self.codes = [service.code for service in branch.services.values()]
        self.waiting: dict[str, list[str]] = {code: [] for code in self.codes}
        place = branch.place
        self.counters = {
            service.code: [each.code for each in place.counters.values() if service.id in each.offers]
            for service in place.services.values()
        }

    def add(self, at: Any, kind: str, **facts: Any) -> None:
        """Add one event."""
        import orjson

        from layan.kit.events.chain import Line

        self.seq += 1
        line = Line(self.branch.id, self.seq, at, "bench", kind, None, orjson.dumps(facts).decode(), "")
        self.publisher.observer.take(self.branch.place, line)

    def issue(self, at: Any) -> None:
        """Let somebody come."""
        service = self.chance.choice(self.codes)
        ticket = f"{self.seq:032x}"
        self.waiting[service].append(ticket)
        category = self.chance.choice(["general"] * 7 + ["senior", "oku", "appointment"])
        self.add(
            at, "ticket.issued", ticket=ticket, services=[service], category=category, promised=[5, 15, 40]
        )

    def call(self, at: Any) -> None:
        """Let the longest line's first be called."""
        service = max(self.waiting, key=lambda code: len(self.waiting[code]))
        if self.waiting[service]:
            counter = self.chance.choice(self.counters[service])
            ticket = self.waiting[service].pop(0)
            self.add(at, "ticket.called", ticket=ticket, service=service, counter=counter, officer=None)

    def day(self, start: Any, minutes: int) -> None:
        """Let a day pass: one comes and one is called about every minute."""
        for code in self.branch.counters:
            self.add(start, "counter.opened", counter=code, officer=None)
        for minute in range(minutes):
            at = start + timedelta(minutes=minute)
            self.issue(at)
            if self.chance.random() < 0.97:
                self.call(at + timedelta(seconds=20))


def estimates() -> None:
    """Print what an event costs the worker at each number of people waiting."""
    from layan.kit import clock
    from layan.waiting.publishing import Publisher

    branch = make("WAITS")
    Publisher(branch.id).observer.posts(branch.place)
    publisher = Publisher(branch.id)
    log = Log(publisher, branch)
    now = clock.now()
    for ago in (3, 2, 1):
        start = now - timedelta(days=ago, hours=2)
        log.day(start, 180)
        for code, queue in log.waiting.items():
            while queue:
                log.add(start + timedelta(hours=4), "ticket.cancelled", ticket=queue.pop())
            assert not log.waiting[code]
        for code in branch.counters:
            log.add(start + timedelta(hours=4), "counter.closed", counter=code, officer=None)
    log.day(now - timedelta(minutes=60), 55)
    kept = publisher.observer.state()
    import orjson

    while sum(map(len, log.waiting.values())) < WAITING[1]:
        log.issue(clock.now())
    print(f"\na branch of {SERVICES} lines with {WAITING[1]} waiting, in the worker's memory", end=" ")
    print(f"{_memory(publisher.observer):.1f} MB; its model as JSON {len(orjson.dumps(kept)) / 1e6:.2f} MB")
    print(
        "\nan event, processor time in ms    everyone's place and window    writing the row    with the curves, every 30 s"
    )
    for waiting in WAITING:
        while sum(map(len, log.waiting.values())) > waiting:
            log.call(clock.now())
        while sum(map(len, log.waiting.values())) < waiting:
            log.issue(clock.now())
        _event(publisher, branch, waiting)


def _memory(observer: "Observer") -> float:
    """Return the memory of a branch as the worker follows it, in MB, but for the prior, which all branches share."""
    tracemalloc.start()
    copied = deepcopy(observer, {id(observer.engine.prior): observer.engine.prior})
    taken = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    assert copied.seq == observer.seq
    return taken


def _event(publisher: "Publisher", branch: "BuiltBranch", waiting: int) -> None:
    from layan.queueing.api import head
    from layan.waiting.young import Young

    place = branch.place
    whole, writing, curves = [], [], []
    publisher.observer.seq, _ = head(branch.id)
    publisher.young = Young()
    tick = max(0.0, publisher._published) + 100
    while not publisher.publish(place, tick=tick):
        pass
    for repeat in range(REPEATS):
        if repeat % 3 == 0:
            publisher._curves.clear()
        spent = process_time()
        with _timed(publisher, "_write") as written:
            tick += 100
            assert publisher.publish(place, tick=tick)
        passed = (process_time() - spent) * 1e3
        if repeat % 3 == 0:
            curves.append(passed)
        else:
            whole.append(passed - written[0])
            writing.append(written[0])
    print(
        f"  {waiting:5} waiting   {median(whole):7.1f} ms {median(writing):37.1f} ms {median(curves):30.1f} ms"
    )


@contextmanager
def _timed(publisher: "Publisher", name: str) -> Iterator[list[float]]:
    """Note the processor time of a method, in milliseconds."""
    method: Callable[..., Any] = getattr(publisher, name)
    spent = [0.0]

    def timed(*values: Any) -> Any:
        start = process_time()
        try:
            return method(*values)
        finally:
            spent[0] += (process_time() - start) * 1e3

    setattr(publisher, name, timed)
    try:
        yield spent
    finally:
        delattr(publisher, name)


def issuing() -> None:
    """Print what a number costs with the promise and without it, and the promise alone."""
    from tests.builders import a_person, a_ticket, open_counter

    from layan.kit import clock
    from layan.people.api import Role
    from layan.queueing import api as queueing
    from layan.queueing.promises import NoWaits, Waits
    from layan.waiting.promises import Forecasts
    from layan.waiting.publishing import Publisher

    branch = make("ISSUE")
    supervisor = a_person(Role.SUPERVISOR, branch, actor="bench")
    for code in branch.counters:
        open_counter(branch, code, supervisor)
    branch.branch.services.update(norm_minutes=8)
    from layan.places.api import layout_changed

    layout_changed(branch_id=branch.id, what="norms")
    for _ in range(200):
        a_ticket(branch)
    publisher = Publisher(branch.id)
    while not publisher.publish(branch.place, tick=0):
        pass
    sides: dict[str, tuple[Waits, list[float]]] = {"without": (NoWaits(), []), "with": (Forecasts(), [])}
    for batch in range(ISSUES // 10):
        publisher.publish(branch.place, tick=30 * batch + 30)
        for waits, spent in sides.values():
            queueing.use_waits(waits)
            for _ in range(10):
                start = process_time()
                a_ticket(branch)
                spent.append((process_time() - start) * 1e6)
    told = a_ticket(branch).promised
    assert "likely" in told, told
    print("\nissuing a number, processor time in this process")
    for name, (_, spent) in sides.items():
        print(f"  {name:8} the promise {median(spent):7.0f} us")
    forecasts, service, now = Forecasts(), branch.services["A"].pk, clock.now()
    start = perf_counter()
    for _ in range(2000):
        forecasts.new(branch.place, service_id=service, category="senior", ahead=200, now=now).promised()
    layouts = perf_counter() - start
    start = perf_counter()
    for _ in range(2000):
        assert branch.place
    alone = (layouts - (perf_counter() - start)) / 2000 * 1e6
    print(f"  the promise alone {alone:7.1f} us (at most 50)")


def main() -> None:
    """Measure in an installation of its own."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.pop("LAYAN_DATABASE", None)
        os.environ["LAYAN_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "layan.app.settings"
        import django

        django.setup()
        from layan.app.database import bring_up_to_date

        for _step in bring_up_to_date():
            pass
        estimates()
        issuing()


if __name__ == "__main__":
    sys.exit(main())
