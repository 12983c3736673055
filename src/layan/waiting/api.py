"""The door of waiting: the worker's job, how good the promises were."""

from layan.waiting.promises import forget_forecasts, published
from layan.waiting.publishing import publish
from layan.waiting.reads import Drift, PromiseReport, drift, promise_quality
from layan.waiting.tally import Quality

__all__ = [
    "Drift",
    "PromiseReport",
    "Quality",
    "drift",
    "forget_forecasts",
    "promise_quality",
    "publish",
    "published",
]
