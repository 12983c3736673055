"""Reads policy.toml: the numbers of the queue's rules, with their source."""

import tomllib
from functools import cache
from importlib.resources import files

from layan.queueing.rules.priority import Policy

_DATA = tomllib.loads(files(__package__).joinpath("policy.toml").read_text(encoding="utf-8"))

UNDO_SECONDS: int = _DATA["times"]["undo_seconds"]
RECALL_LIMIT: int = _DATA["times"]["recall_limit"]


@cache
def policy(kind: str) -> Policy:
    """Return the branch policy `kind`: accumulating, strict or longest."""
    categories = _DATA["categories"]
    return Policy(
        kind,
        rates={name: float(values["rate"]) for name, values in categories.items()},
        ranks={name: int(values["rank"]) for name, values in categories.items()},
    )
