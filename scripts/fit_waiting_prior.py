"""Fits what a new branch starts from (src/layan/waiting/engine/prior.json.gz) on recorded offices.

    pip install numpy lightgbm
    python scripts/fit_waiting_prior.py SNAPSHOTS.csv.gz --version 1 --bench bench/waits/priors
    python scripts/fit_waiting_prior.py SNAPSHOTS.csv.gz --until 2020-01-10 --out bench/waits/priors/to-2020-01-10.json.gz

The engine walks each office with no prior; what it knew at each question and how long the wait became are the sample. Half
the prior is a small forest of regression trees, half a robust linear model (another while nobody serves), both of log wait over
the base. Two more forests say how far below and above it waits go, fitted on errors for days left out of the fit. Neither
library is needed to run Layan.
"""

import argparse
import gzip
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from math import log
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import lightgbm
import numpy
from bench.waits.disruption import closed

from layan.waiting.backtest.files import minutes
from layan.waiting.backtest.snapshots import Office, read_offices
from layan.waiting.engine.branch import Branch, Question
from layan.waiting.engine.features import UNSERVED
from layan.waiting.engine.prior import FEATURES, NARROWEST, SHIPPED, WIDEST
from layan.waiting.engine.spread import LEVELS, group

FOREST = {
    "objective": "l2",
    "learning_rate": 0.06,
    "num_leaves": 8,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.2,
    "bagging_fraction": 0.6,
    "bagging_freq": 1,
    "lambda_l2": 5,
    "max_bin": 63,
    "seed": 1,
    "num_threads": 2,
    "verbose": -1,
}
TREES = 240
RANGE = FOREST | {"objective": "quantile", "learning_rate": 0.1, "num_leaves": 48, "lambda_l2": 1}
RANGE_TREES = 80
#: Trees see every feature but the interactions, which they find themselves.
TREE_FEATURES = 94
#: Days whose errors are judged by what the other days teach, in so many parts.
PARTS = 3
#: What a question of a simulated closure, and of the rest of its day, counts beside a recorded one.
CLOSED, REOPENED = 1.0, 0.6
#: Own coefficients count only after many weeks: on these offices a week of a branch's own outcomes misleads more than it helps.
DOUBT = 50000.0

#: A question, its wait in minutes, and what it counts.
Row = tuple[Question, float, float]


class Recorder(Branch):
    """A branch that keeps every question with its outcome and learns no coefficients."""

    def __init__(self) -> None:
        super().__init__()
        self.sample: list[tuple[Question, float]] = []

    def learn(self, question: Question, wait: float, *, at: float) -> None:
        """Keep the outcome."""
        self.remember(question, wait, at=at)
        self.sample.append((question, wait))


def recorded(office: Office) -> list[tuple[Question, float]]:
    """Return every question of an office with its wait in minutes."""
    branch = Recorder()
    for at, readings in office:
        branch.observe(at, readings)
    return branch.sample


def rehearsed(office: Office, sample: list[tuple[Question, float]]) -> list[tuple[Question, float]]:
    """Return the questions of each day as the engine would ask them with all other days as its history.

    There are only a few recorded days; so each one also teaches what waits are like where more history is known.
    `sample`: what `recorded` returned, for the usual error of each line on each day.
    """
    days = sorted({int(at // 1440) for at, _ in office})
    bias: dict[tuple[int, str], list[float]] = defaultdict(list)
    for question, wait in sample:
        bias[int(question.at // 1440), question.line].append(log((wait + 2) / (question.base + 2)))
    found = []
    for day in days:
        others = [other for other in days if other > day] + [other for other in days if other < day]
        branch = Recorder()
        for other in others:
            for at, readings in office:
                if at // 1440 == other:
                    branch.observe(at, readings, ask=False)
            branch.close_day()
            for name, line in branch.lines.items():
                line.bias[0] += 0.97 * sum(bias[other, name])
                line.bias[1] += 0.97 * len(bias[other, name])
        for at, readings in office:
            if at // 1440 == day:
                branch.observe(at, readings)
        found += branch.sample
    return found


def disturbed(office: Office, chance: random.Random) -> list[Row]:
    """Return the questions asked from closures of 20 to 90 minutes to the night, simulated on every second day."""
    closures = {}
    for day in sorted({at // 1440 for at, _ in office})[3::2]:
        start = day * 1440 + chance.uniform(9, 14) * 60
        length = chance.uniform(20, 90)
        office = closed(office, start=start, minutes=length)
        closures[day] = (start, start + length)
    never = (float("inf"), float("inf"))
    found = []
    for question, wait in recorded(office):
        start, end = closures.get(question.at // 1440, never)
        if question.at >= start:
            found.append((question, wait, CLOSED if question.at < end else REOPENED))
    return found


class Sample:
    """Questions as arrays."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.values = numpy.array([question.values for question, _, _ in rows])
        self.base = numpy.array([question.base for question, _, _ in rows])
        wait = numpy.array([wait for _, wait, _ in rows])
        self.target = numpy.clip(numpy.log((wait + 1) / (self.base + 1)), -3, 3)
        self.weight = numpy.array([weight for _, _, weight in rows])
        self.group = numpy.array([group(question.rank) for question, _, _ in rows])
        self.day = numpy.array([question.at // 1440 for question, _, _ in rows])


def fit_linear(values: Any, target: Any, counts: Any, *, doubt: float = 300.0, huber: float = 0.35) -> Any:
    """Return weights of a ridge regression with Huber's loss."""
    weight, found = counts, numpy.zeros(values.shape[1])
    for _ in range(5):
        weighted = (values * weight[:, None]).T
        found = numpy.linalg.solve(weighted @ values + numpy.eye(values.shape[1]) * doubt, weighted @ target)
        weight = counts * numpy.minimum(1, huber / numpy.maximum(numpy.abs(target - values @ found), 1e-6))
    return found


def fit_forest(values: Any, target: Any, counts: Any, trees: int = TREES, **changed: Any) -> Any:
    """Return a forest of regression trees."""
    data = lightgbm.Dataset(values[:, :TREE_FEATURES], target, weight=counts)
    return lightgbm.train(FOREST | changed, data, trees)


class Middle:
    """The middle of the wait: half forest, half linear, as the engine's `Prior.correction` adds them up."""

    def __init__(self, sample: Sample, chosen: Any) -> None:
        values, target, weight = sample.values[chosen], sample.target[chosen], sample.weight[chosen]
        self.forest = fit_forest(values, target, weight)
        # One line cannot bend around a closure: closures count little for days that go on, and have one of their own.
        self.linear = fit_linear(values, target, numpy.where(weight < 1, REOPENED, 1.0))
        unserved = values[:, UNSERVED] == 1
        self.unserved = fit_linear(
            values[unserved], target[unserved], numpy.ones(unserved.sum()), doubt=100.0
        )

    def at(self, values: Any) -> Any:
        """Return the log of the wait over the base."""
        straight = numpy.where(values[:, UNSERVED] == 1, values @ self.unserved, values @ self.linear)
        return (self.forest.predict(values[:, :TREE_FEATURES]) + straight) / 2


class Ends:
    """How far waits go below and above the middle, as the engine's `Prior.reach` says it."""

    def __init__(self, sample: Sample, error: Any, chosen: Any) -> None:
        values, error = sample.values[chosen], error[chosen]
        # Long waits count for more: it is their ranges that are wide.
        counts = sample.weight[chosen] * numpy.sqrt(sample.base[chosen] + 3)
        self.low, self.high = (
            fit_forest(values, error, counts, RANGE_TREES, **RANGE, alpha=level) for level in (0.1, 0.9)
        )

    def scaled(self, values: Any, error: Any) -> Any:
        """Return errors in units of what was expected."""
        seen = values[:, :TREE_FEATURES]
        reach = numpy.where(error > 0, self.high.predict(seen), -self.low.predict(seen))
        return error / numpy.clip(reach, NARROWEST, WIDEST)


def parts(sample: Sample) -> Iterator[Any]:
    """Yield which questions belong to each part of the days."""
    days = numpy.unique(sample.day)
    for part in range(PARTS):
        yield numpy.isin(sample.day, days[part::PARTS])


def written(node: dict[str, Any]) -> Any:
    """Return a tree as the nested lists that the engine reads."""
    if "leaf_value" in node:
        return round(node["leaf_value"], 4)
    threshold = float(f"{node['threshold']:.5g}")
    return [node["split_feature"], threshold, written(node["left_child"]), written(node["right_child"])]


def trees(forest: Any) -> list[Any]:
    """Return the trees of a forest as the engine reads them."""
    return [written(tree["tree_structure"]) for tree in forest.dump_model()["tree_info"]]


def fit(sample: Sample, version: str) -> dict[str, Any]:
    """Return the prior as JSON values."""
    error, scaled = numpy.zeros((2, len(sample.target)))
    for out in parts(sample):
        error[out] = sample.target[out] - Middle(sample, ~out).at(sample.values[out])
    for out in parts(sample):
        scaled[out] = Ends(sample, error, ~out).scaled(sample.values[out], error[out])
    usual = sample.weight == 1
    quantiles = [
        numpy.quantile(scaled[usual & (sample.group == number)], LEVELS).round(4) for number in range(5)
    ]
    everything = numpy.ones(len(error), dtype=bool)
    middle, ends = Middle(sample, everything), Ends(sample, error, everything)
    return {
        "version": version,
        "features": FEATURES,
        "doubt": DOUBT,
        "quantiles": [[float(p10), 0.0, float(p80), float(p90)] for p10, _, p80, p90 in quantiles],
        "linear": [round(float(value), 5) for value in middle.linear],
        "unserved": [round(float(value), 5) for value in middle.unserved],
        "forest": trees(middle.forest),
        "low": trees(ends.low),
        "high": trees(ends.high),
    }


def rows_of(office: Office, name: str) -> list[Row]:
    """Return all that one office teaches."""
    sample = recorded(office)
    usual = [(question, wait, 1.0) for question, wait in sample + rehearsed(office, sample)]
    return usual + disturbed(office, random.Random(name))


def save(prior: dict[str, Any], path: Path) -> None:
    """Write a prior; compressed, and the same bytes for the same prior, when the name ends so."""
    content = (json.dumps(prior, separators=(",", ":")) + "\n").encode()
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
    print(path)


def main() -> None:
    """Fit and write the shipped prior, or those of the measurements."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("history", type=Path, nargs="+")
    parser.add_argument(
        "--until", default="", help="last day used, for the prior of the later weeks' measurement"
    )
    parser.add_argument("--version", default="1")
    parser.add_argument(
        "--bench", type=Path, help="write one prior without each office into this directory too"
    )
    parser.add_argument("--out", type=Path, default=SHIPPED)
    chosen = parser.parse_args()
    end = minutes(chosen.until) + 1440 if chosen.until else float("inf")
    past = {
        name: [(at, readings) for at, readings in office if at < end]
        for name, office in read_offices(chosen.history).items()
    }
    with Pool() as pool:
        found = dict(zip(past, pool.starmap(rows_of, zip(past.values(), past, strict=True), 1), strict=True))
    save(fit(Sample(list(chain(*found.values()))), chosen.version), chosen.out)
    for name in found if chosen.bench else ():
        others = Sample([row for other, rows in found.items() if other != name for row in rows])
        save(fit(others, f"without-{name}"), chosen.bench / f"without-{name}.json.gz")


if __name__ == "__main__":
    main()
