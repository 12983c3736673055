"""The door of waiting: the worker's job, how good the promises were."""

from layan.waiting.drifting import Drift, drift, drift_words
from layan.waiting.promises import forget_forecasts, published
from layan.waiting.publishing import publish
from layan.waiting.reads import PromiseReport, promise_quality
from layan.waiting.relearning import Relearned, relearn
from layan.waiting.tally import Quality

__all__ = [
    "Drift",
    "PromiseReport",
    "Quality",
    "Relearned",
    "drift",
    "drift_words",
    "forget_forecasts",
    "promise_quality",
    "publish",
    "published",
    "relearn",
]
