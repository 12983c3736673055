"""Fits what a new branch starts from (src/layan/waiting/engine/prior.json) on recorded offices.

    pip install numpy lightgbm
    python scripts/fit_waiting_prior.py SNAPSHOTS.csv.gz [--until 2020-01-10] [--without OFFICE] [--out FILE]

The engine walks each office with no prior; what it knew at each question and how long the wait became are the sample. Half
the prior is a small forest of median regression trees, half a robust linear model, both of log wait over the base. Scale and
quantiles are fitted on errors for offices left out of the fit. Neither library is needed to run Layan.
"""

import argparse
import json
import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import lightgbm
import numpy
from bench.waits.disruption import closed

from layan.waiting.backtest.files import minutes
from layan.waiting.backtest.snapshots import Office, read_offices
from layan.waiting.engine.branch import Branch, Question
from layan.waiting.engine.prior import FEATURES, SHIPPED
from layan.waiting.engine.spread import LEVELS, group

FOREST = {
    "objective": "quantile",
    "alpha": 0.5,
    "learning_rate": 0.06,
    "num_leaves": 16,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.2,
    "bagging_fraction": 0.6,
    "bagging_freq": 1,
    "lambda_l2": 5,
    "max_bin": 63,
    "seed": 1,
    "num_threads": 1,
    "verbose": -1,
}
TREES = 150
#: Trees see every feature but the interactions, which they find themselves.
TREE_FEATURES = 88
#: Own coefficients count only after many weeks: on these offices a week of a branch's own outcomes misleads more than it helps.
DOUBT = 50000.0


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


def disturbed(office: Office, chance: random.Random) -> list[tuple[Question, float]]:
    """Return the questions asked around closures of 20 to 90 minutes, simulated on every second day."""
    windows = []
    for day in sorted({at // 1440 for at, _ in office})[3::2]:
        start = day * 1440 + chance.uniform(9, 14) * 60
        length = chance.uniform(20, 90)
        office = closed(office, start=start, minutes=length)
        windows.append((start, start + length + 20))
    return [
        (question, wait)
        for question, wait in recorded(office)
        if any(start <= question.at <= end for start, end in windows)
    ]


class Sample:
    """Questions as arrays."""

    def __init__(self, found: dict[str, list[tuple[Question, float]]]) -> None:
        flat = [(office, *pair) for office, pairs in found.items() for pair in pairs]
        self.office = numpy.array([office for office, _, _ in flat])
        self.values = numpy.array([question.values for _, question, _ in flat])
        base = numpy.array([question.base for _, question, _ in flat])
        wait = numpy.array([wait for _, _, wait in flat])
        self.target = numpy.clip(numpy.log((wait + 1) / (base + 1)), -3, 3)
        self.group = numpy.array([group(question.rank) for _, question, _ in flat])


def fit_linear(values: Any, target: Any, *, doubt: float = 300.0, huber: float = 0.35) -> Any:
    """Return weights of a ridge regression with Huber's loss."""
    weight, found = numpy.ones(len(target)), numpy.zeros(values.shape[1])
    for _ in range(5):
        weighted = (values * weight[:, None]).T
        found = numpy.linalg.solve(weighted @ values + numpy.eye(values.shape[1]) * doubt, weighted @ target)
        weight = numpy.minimum(1, huber / numpy.maximum(numpy.abs(target - values @ found), 1e-6))
    return found


def fit_forest(values: Any, target: Any) -> Any:
    """Return a forest of median regression trees."""
    data = lightgbm.Dataset(values[:, :TREE_FEATURES], target)
    return lightgbm.train(FOREST, data, TREES)


def written(node: dict[str, Any]) -> Any:
    """Return a tree as the nested lists that the engine reads."""
    if "leaf_value" in node:
        return round(node["leaf_value"], 5)
    threshold = float(f"{node['threshold']:.6g}")
    return [node["split_feature"], threshold, written(node["left_child"]), written(node["right_child"])]


def fit(sample: Sample, version: str) -> dict[str, Any]:
    """Return the prior as JSON values."""
    error = numpy.zeros(len(sample.target))
    for office in sorted(set(sample.office)):
        out = sample.office == office
        forest = fit_forest(sample.values[~out], sample.target[~out])
        linear = fit_linear(sample.values[~out], sample.target[~out])
        said = (forest.predict(sample.values[out][:, :TREE_FEATURES]) + sample.values[out] @ linear) / 2
        error[out] = sample.target[out] - said
    scale = fit_linear(sample.values, numpy.log(numpy.abs(error) + 0.05), huber=9.0)
    scaled = error / numpy.exp(numpy.clip(sample.values @ scale, -3, 1))
    quantiles = [numpy.quantile(scaled[sample.group == number], LEVELS).round(4) for number in range(5)]
    forest = fit_forest(sample.values, sample.target)
    return {
        "version": version,
        "features": FEATURES,
        "doubt": DOUBT,
        "quantiles": [[float(low), 0.0, float(high), float(higher)] for low, _, high, higher in quantiles],
        "linear": [round(float(value), 6) for value in fit_linear(sample.values, sample.target)],
        "scale": [round(float(value), 6) for value in scale],
        "forest": [written(tree["tree_structure"]) for tree in forest.dump_model()["tree_info"]],
    }


def main() -> None:
    """Fit and write one prior."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("history", type=Path, nargs="+")
    parser.add_argument("--until", default="9999-12-30", help="last day used")
    parser.add_argument("--without", default="", help="office left out")
    parser.add_argument("--version", default="1")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    chosen = parser.parse_args()
    end = minutes(chosen.until) + 1440
    found: dict[str, list[tuple[Question, float]]] = defaultdict(list)
    for name, office in read_offices(chosen.history).items():
        if name != chosen.without:
            past = [(at, readings) for at, readings in office if at < end]
            found[name] = recorded(past) + disturbed(past, random.Random(name))
    chosen.out.write_text(json.dumps(fit(Sample(found), chosen.version), separators=(",", ":")) + "\n")
    print(f"{chosen.out}: {sum(map(len, found.values()))} waits of {len(found)} offices")


if __name__ == "__main__":
    main()
