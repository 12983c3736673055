"""Prints how far from the truth our waiting times are, beside what others say.

    python -m bench.waits [DIRECTORY]     (default: LAYAN_WAITS_DATA) with warsaw_*.csv.gz and bank_*.csv.gz

"later weeks": a prior fitted to 10 January, asked on 13-15 January. "never seen": a prior fitted on the six other offices,
first days (30 December - 3 January) and 13-15 January with their own history. "calls": no prior; 15-21 February.
"""

import csv
import gzip
import heapq
import os
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.waits.baselines import CALLS, OFFICES, Ranged
from bench.waits.disrupted import disrupted
from layan.waiting.backtest import calls, snapshots
from layan.waiting.backtest.files import minutes
from layan.waiting.engine.prior import Prior, read_prior

PRIORS = Path(__file__).parent / "priors"
#: What is wanted, beside each table.
LATER = "MAE 7.035 (25 % below the fair naive of 9.38; aim 6.38), cover 77-83 %, width 21, each office 74-86 %, <=p80 78-82 %, <=p90 88-92 %"
UNSEEN = "MAE 7.035 (aim 6.28), width 22"
CALLS_WANTED = "MAE 0.821 (24 % below naive of 1.080; aim 0.767), cover 77-83 %"
GROUPS = {"1": (1, 1), "2-3": (2, 3), "4-7": (4, 7), "8+": (8, 9999)}


@dataclass(frozen=True, slots=True)
class Truth:
    """What became of one query."""

    office: str
    day: str
    ahead: int
    wait: float
    known: float
    valid: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What one method said: point, p10, p50, p80, p90 in minutes."""

    method: str
    query: str
    said: tuple[float, ...]


def truths(path: Path) -> dict[str, Truth]:
    """Read what became of every query that is scored."""
    found = {}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row.get("scored") == "1" and row.get("outcome", "served") == "served":
                wait = float(row["wait_est"])
                known = minutes(row["ts"]) + float(row.get("wait_hi") or wait)
                found[row["query_id"]] = Truth(
                    row.get("office", "calls"),
                    row["ts"][:10],
                    int(row.get("ahead") or 0),
                    wait,
                    known,
                    row["split"] == "valid",
                )
    return found


class Others:
    """Baselines with ranges; every outcome is learned only when it was known."""

    def __init__(self, truth: dict[str, Truth]) -> None:
        self._truth = truth
        self._ranges: dict[tuple[str, str], Ranged] = defaultdict(Ranged)
        self._due: dict[str, list[tuple[float, str, str, int, float]]] = defaultdict(list)

    def answer(
        self, office: str, query: str, at: float, ahead: int, points: dict[str, float]
    ) -> Iterable[Answer]:
        """Yield what each baseline says."""
        due = self._due[office]
        while due and due[0][0] <= at:
            _, known, method, before, point = heapq.heappop(due)
            self._ranges[office, method].learn(before, point, self._truth[known].wait)
        for method, point in points.items():
            yield Answer(method, query, (point, *self._ranges[office, method].around(ahead, point)))
            heapq.heappush(due, (self._truth[query].known, query, method, ahead, point))


def offices(data: Path, truth: dict[str, Truth], prior: Prior | dict[str, Prior]) -> Iterable[Answer]:
    """Yield every method's answer to every query of the offices."""
    others = Others(truth)
    for asked in snapshots.walk([data / "warsaw_snapshots.csv.gz"], data / "warsaw_truth.csv.gz", prior):
        if asked.query not in truth:
            continue
        found = asked.branch.estimate(asked.line, asked.ahead)
        yield Answer("ours", asked.query, (found.point, found.p10, found.p50, found.p80, found.p90))
        line = asked.branch.lines[asked.line]
        points = {name: say(line, asked.ahead) for name, say in OFFICES.items()}
        yield from others.answer(asked.office, asked.query, asked.branch.totals.at, asked.ahead, points)


def bank(data: Path, truth: dict[str, Truth]) -> Iterable[Answer]:
    """Yield every method's answer to every query of the call centre."""
    others = Others(truth)
    for asked in calls.walk([data / "bank_events.csv.gz"], data / "bank_truth.csv.gz", Prior()):
        if asked.query not in truth:
            continue
        found = asked.branch.estimate(asked.line, asked.ahead)
        yield Answer("ours", asked.query, (found.point, found.p10, found.p50, found.p80, found.p90))
        at = asked.branch.totals.at
        points = {name: say(asked.centre, asked.ahead, at) for name, say in CALLS.items()}
        yield from others.answer("calls", asked.query, at, asked.ahead, points)


def share(kept: list[bool]) -> float:
    """Return a share in percent."""
    return 100 * sum(kept) / max(1, len(kept))


def table(title: str, must: str, answers: list[Answer], truth: dict[str, Truth], chosen: set[str]) -> None:
    """Print one table over the chosen queries, and what is wanted of ours."""
    print(f"\n{title} ({len(chosen)} waits; minutes)\nwanted: {must}")
    print(
        f"{'method':8}{'MAE':>7}{'below naive':>13}{'cover':>8}{'width':>8}{'<=p80':>8}{'<=p90':>8}  offices' cover"
    )
    by_method: dict[str, list[tuple[Truth, tuple[float, ...]]]] = defaultdict(list)
    for answer in answers:
        if answer.query in chosen:
            by_method[answer.method].append((truth[answer.query], answer.said))
    error = {
        method: sum(abs(t.wait - s[0]) for t, s in rows) / len(rows) for method, rows in by_method.items()
    }
    for method, rows in sorted(by_method.items(), key=lambda item: error[item[0]]):
        inside = [s[1] <= t.wait <= s[4] for t, s in rows]
        width = sum(s[4] - s[1] for _, s in rows) / len(rows)
        offices_cover = defaultdict(list)
        for (t, _), kept in zip(rows, inside, strict=True):
            offices_cover[t.office].append(kept)
        covers = sorted(share(kept) for kept in offices_cover.values() if len(kept) >= 100)
        print(
            f"{method:8}{error[method]:7.3f}{100 - 100 * error[method] / error['naive']:12.1f}%{share(inside):7.1f}%{width:8.2f}"
            f"{share([t.wait <= s[3] for t, s in rows]):7.1f}%{share([t.wait <= s[4] for t, s in rows]):7.1f}%"
            f"  {covers[0]:.0f}-{covers[-1]:.0f}%"
        )
    ours = by_method["ours"]
    for name, (low, high) in GROUPS.items():
        rows = [(t, s) for t, s in ours if low <= t.ahead <= high]
        if rows:
            p80, p90 = (share([t.wait <= s[level] for t, s in rows]) for level in (3, 4))
            print(f"  ours, {name:>3} ahead: <=p80 {p80:.1f}%  <=p90 {p90:.1f}%  ({len(rows)})")


def main() -> int:
    """Print all tables."""
    where = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("LAYAN_WAITS_DATA", "")
    data = Path(where)
    if not where or not (data / "warsaw_truth.csv.gz").exists():
        print("no recorded histories: give their directory, or set LAYAN_WAITS_DATA")
        return 0
    truth = truths(data / "warsaw_truth.csv.gz")
    valid = {query for query, known in truth.items() if known.valid}
    answers = list(offices(data, truth, read_prior(PRIORS / "to-2020-01-10.json.gz")))
    table("Offices, later weeks: 13-15 January", LATER, answers, truth, valid)
    disrupted(data, read_prior(PRIORS / "to-2020-01-10.json.gz"))
    left_out = {
        path.name.removeprefix("without-").removesuffix(".json.gz"): read_prior(path)
        for path in PRIORS.glob("without-*")
    }
    answers = list(offices(data, truth, left_out))
    first = {query for query, known in truth.items() if known.day <= "2020-01-03"}
    table(
        "Offices never seen, first days: 30 December - 3 January",
        "MAE 15 % below naive",
        answers,
        truth,
        first,
    )
    table("Offices never seen, with their own history: 13-15 January", UNSEEN, answers, truth, valid)
    table(
        "Offices never seen, 7-15 January",
        "nothing more",
        answers,
        truth,
        {q for q, t in truth.items() if t.day >= "2020-01-07"},
    )
    if (data / "bank_truth.csv.gz").exists():
        truth = truths(data / "bank_truth.csv.gz")
        answers = list(bank(data, truth))
        table(
            "Calls: 15-21 February",
            CALLS_WANTED,
            answers,
            truth,
            {query for query, known in truth.items() if known.valid},
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
