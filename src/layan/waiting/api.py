"""The door of waiting: the worker's job, what a wait is told as, how good the promises were."""

from layan.waiting.promises import forget_forecasts, published
from layan.waiting.publishing import publish
from layan.waiting.reads import Quality, drift, promise_quality
from layan.waiting.words import reason_words, wait_words

__all__ = [
    "Quality",
    "drift",
    "forget_forecasts",
    "promise_quality",
    "publish",
    "published",
    "reason_words",
    "wait_words",
]
