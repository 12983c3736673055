"""Rebuild one day of a real office, customer by customer, from snapshots of its public queue display.

    scripts/make_replay_day.py --snapshots warsaw_snapshots.csv.gz --office UD_Bemowo --date 2020-01-13 \\
        --out src/layan/app/demo/day.csv

The snapshots say, for each queue about every five minutes, which number was called last and how many wait.
From them the moments of arrival and call are spread evenly between two snapshots. What the source does not
hold is filled in by rule: the counter, the end of each service, and the customer's category. The same
input always gives the same file. src/layan/app/demo/README.md says more.
"""

import argparse
import csv
import gzip
import hashlib
import heapq
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from layan.app.demo.agency import BranchData, read_agency
from layan.app.replay.plan import COLUMNS

ROOT = Path(__file__).resolve().parent.parent
AGENCY = ROOT / "src/layan/app/demo/agency.toml"

#: For each office, the demonstration's service that takes a queue's place; other queues are left out.
QUEUES: Mapping[str, Mapping[str, str]] = {
    "UD_Bemowo": {
        "P": "MYKAD",  # registration of residence, identity cards
        "S": "SIJIL",  # waste management: stands in for certificates by its volume
        "C": "PASPORT",  # passport applications
        "D": "AMBILPAS",  # passport collection
        "L": "KENDERAAN",  # vehicle registration
        "T": "CUKAIJALAN",  # collection of plates and registration papers
        "M": "LESEN",  # driving licences
        "G": "TAKSIRAN",  # land survey, property, architecture
        "B": "NIAGA",  # business registration
        "H": "BANTUAN",  # family benefits
        "W": "KADOKU",  # resident's card, large-family card
        "F": "SIMPANAN",  # infrastructure, environment, housing: stands in for savings by its volume
    }
}

#: Share of customers in each category (demonstration values), in thousandths; the rest are general.
SHARES = {"senior": 90, "oku": 20, "pregnant": 15, "infant": 25, "appointment": 60, "emergency": 40}
#: An emergency that waited longer than this would not have been treated as one.
EMERGENCY_WAIT = timedelta(minutes=3)

POLL = timedelta(minutes=5)  # assumed before the first snapshot; the source is polled this often
WALK = timedelta(seconds=15)  # from taking the number to the counter
SHORTEST = timedelta(seconds=40)  # from one call of a counter to its next
CHANGE = timedelta(seconds=10)  # from one customer's leaving to the next one's call
MOST_PER_POLL = 60  # more new numbers than this in one interval is a fault of the source, not a crowd


class UnusableDayError(Exception):
    """The snapshots do not hold a day that can be rebuilt; the text says why."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One queue at one poll."""

    at: datetime
    open_counters: int
    waiting: int
    called: int


@dataclass(frozen=True, slots=True)
class Visit:
    """One rebuilt customer; `open_counters` is the source's hint for the moment of the call."""

    queue: str
    number: int
    service: str
    arrived_at: datetime
    served_at: datetime | None = None
    open_counters: int = 1
    category: str = "general"
    counter: str | None = None
    finished_at: datetime | None = None


def read_snapshots(path: Path, *, office: str, day: date) -> dict[str, list[Snapshot]]:
    """Return the office's snapshots of `day` by queue letter, by time.

    Raises UnusableDayError when there are none.
    """
    queues: dict[str, dict[datetime, Snapshot]] = defaultdict(dict)
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["office"] != office or not row["ts"].startswith(day.isoformat()):
                continue
            at = datetime.fromisoformat(row["ts"])
            queues[row["letter"]][at] = Snapshot(
                at, int(row["open_counters"] or 0), int(row["waiting"] or 0), int(row["called_no"] or 0)
            )
    if not queues:
        raise UnusableDayError(f"no snapshots of {office} on {day}")
    return {letter: [polls[at] for at in sorted(polls)] for letter, polls in queues.items()}


def rebuild_queue(letter: str, service: str, polls: Sequence[Snapshot]) -> list[Visit]:
    """Return one queue's customers in order of their numbers, first come first served.

    A count that falls back (a number withdrawn) is read as its highest value so far. Raises UnusableDayError when it
    leaps further than people could have come.
    """
    if not polls:
        return []
    arrivals: list[datetime] = []
    calls: list[tuple[datetime, int]] = []
    before = polls[0].at - POLL
    for poll in polls:
        arrivals += _spread(before, poll.at, poll.called + poll.waiting - len(arrivals), letter)
        called = _spread(before, poll.at, poll.called - len(calls), letter)
        calls += [(at, poll.open_counters) for at in called]
        before = poll.at
    visits: list[Visit] = []
    earliest = arrivals[0] if arrivals else before
    for position, arrived_at in enumerate(arrivals):
        visit = Visit(letter, position + 1, service, arrived_at)
        if position < len(calls):
            called_at, open_counters = calls[position]
            earliest = max(called_at, arrived_at + WALK, earliest)
            visit = replace(visit, served_at=earliest, open_counters=open_counters)
        visits.append(visit)
    return visits


def _spread(after: datetime, until: datetime, count: int, letter: str) -> list[datetime]:
    if count > MOST_PER_POLL:
        raise UnusableDayError(f"queue {letter} leaps by {count} at {until:%H:%M}")
    step = (until - after) / (max(count, 0) + 1)
    return [(after + step * (k + 1)).replace(microsecond=0) for k in range(count)]


def choose_category(visit: Visit, *, day: date) -> str:
    """Return a category that depends on nothing but the day, the queue, the number and the wait."""
    point = _point("category", day, visit) * 1000
    for category, share in SHARES.items():
        point -= share
        if point < 0:
            urgent = visit.served_at is not None and visit.served_at - visit.arrived_at <= EMERGENCY_WAIT
            return category if category != "emergency" or urgent else "general"
    return "general"


def _point(purpose: str, day: date, visit: Visit) -> float:
    """Return a number in [0, 1) that is as good as random, and the same in every run."""
    seed = f"{purpose} {day.isoformat()} {visit.queue} {visit.number}"
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:6]) / 2**48


def seat(visits: Iterable[Visit], branch: BranchData) -> list[Visit]:
    """Return the visits with a counter each, keeping the order within every queue.

    A call goes to a counter that gives the service and has had time since its last call; when none has, it is put
    off until one has.
    """
    lanes: dict[str, list[tuple[datetime, Visit]]] = defaultdict(list)
    seated = []
    for visit in visits:
        if visit.served_at is None:
            seated.append(visit)
        else:
            lanes[visit.queue].append((visit.served_at, visit))
    reserve = {counter.code for counter in branch.counters if counter.kind == "emergency"}
    last_call: dict[str, datetime] = {}
    heads = [(lane[0][0], letter, 0) for letter, lane in lanes.items()]
    heapq.heapify(heads)
    while heads:
        at, letter, position = heapq.heappop(heads)
        visit = lanes[letter][position][1]
        counters = _candidates(visit, branch)
        free = [code for code in counters if code not in last_call or last_call[code] + SHORTEST <= at]
        if not free:
            heapq.heappush(heads, (min(last_call[code] for code in counters) + SHORTEST, letter, position))
            continue
        counter = _choose(counters[: visit.open_counters], free, reserve, last_call)
        last_call[counter] = at
        seated.append(replace(visit, served_at=at, counter=counter))
        if position + 1 < len(lanes[letter]):
            heapq.heappush(heads, (max(lanes[letter][position + 1][0], at), letter, position + 1))
    return seated


def _choose(
    hinted: Sequence[str], free: Sequence[str], reserve: Collection[str], last_call: Mapping[str, datetime]
) -> str:
    """Return the free counter that called longest ago, of those the source's number of open counters allows."""
    usual = [code for code in free if code in hinted and code not in reserve]
    new = [code for code in usual if code not in last_call]
    if new or not usual:
        return (new or free)[0]
    return min(usual, key=lambda code: last_call[code])


def _candidates(visit: Visit, branch: BranchData) -> list[str]:
    """Return the counters that give the service, the most fitting first."""
    fitting = []
    for order, counter in enumerate(branch.counters):
        if visit.service not in counter.services:
            continue
        own = visit.category in counter.groups or (visit.category == counter.kind == "emergency")
        reserve = counter.kind == "emergency"
        fitting.append((not own, reserve, counter.services.index(visit.service), order, counter.code))
    if not fitting:
        raise UnusableDayError(f"no counter gives {visit.service}")
    return [code for *_, code in sorted(fitting)]


def close(visits: Sequence[Visit], branch: BranchData, *, day: date) -> list[Visit]:
    """Return the visits with an end each.

    The length of a service is drawn around the service's norm. When the counter's next customer was already waiting
    the officer is taken to have been busy until the next call, up to three times the norm.
    """
    norms = {service.code: timedelta(minutes=service.norm_minutes) for service in branch.services}
    #: For each counter, its next call and when that customer arrived.
    following: dict[str, tuple[datetime, datetime]] = {}
    closed = [visit for visit in visits if visit.served_at is None]
    served = [(visit.served_at, visit) for visit in visits if visit.served_at is not None]
    for served_at, visit in sorted(served, key=lambda pair: pair[0], reverse=True):
        counter, norm = visit.counter or "", norms[visit.service]
        ends = served_at + norm * (0.4 + 1.2 * _point("length", day, visit))
        if counter in following:
            next_call, next_arrival = following[counter]
            ends = min(next_call - CHANGE, served_at + norm * 3 if next_arrival <= ends else ends)
        closed.append(replace(visit, finished_at=ends.replace(microsecond=0)))
        following[counter] = (served_at, visit.arrived_at)
    return closed


def rebuild_day(
    queues: Mapping[str, Sequence[Snapshot]], branch: BranchData, services: Mapping[str, str], *, day: date
) -> list[Visit]:
    """Return the whole day by arrival; `services` names the service of each queue that is used."""
    visits = [
        replace(visit, category=choose_category(visit, day=day))
        for letter, service in services.items()
        for visit in rebuild_queue(letter, service, queues.get(letter, ()))
    ]
    closed = close(seat(visits, branch), branch, day=day)
    return sorted(closed, key=lambda visit: (visit.arrived_at, visit.service, visit.number))


def write_day(visits: Iterable[Visit], path: Path) -> None:
    """Write the day in the form of docs/replay-format.md."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for visit in visits:
            writer.writerow(
                {
                    "arrived_at": visit.arrived_at.isoformat(),
                    "service": visit.service,
                    "category": visit.category,
                    "served_at": visit.served_at.isoformat() if visit.served_at else "",
                    "finished_at": visit.finished_at.isoformat() if visit.finished_at else "",
                    "counter": visit.counter or "",
                }
            )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 with the reason on standard error."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--snapshots", type=Path, required=True, help="CSV of the source, may be .gz")
    parser.add_argument("--office", required=True, choices=sorted(QUEUES), help="office in the source")
    parser.add_argument("--date", type=date.fromisoformat, required=True, help="day, such as 2020-01-13")
    parser.add_argument("--out", type=Path, required=True, help="file to write")
    parser.add_argument("--agency", type=Path, default=AGENCY, help="TOML; its first branch takes the day")
    wanted = parser.parse_args(arguments)
    branch = read_agency(wanted.agency).branches[0]
    try:
        queues = read_snapshots(wanted.snapshots, office=wanted.office, day=wanted.date)
        visits = rebuild_day(queues, branch, QUEUES[wanted.office], day=wanted.date)
    except UnusableDayError as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    write_day(visits, wanted.out)
    sys.stderr.write(f"{len(visits)} customers written to {wanted.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
