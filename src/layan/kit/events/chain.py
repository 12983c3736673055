"""The hash chain: each event carries the hash of itself and of the one before it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import orjson


@dataclass(frozen=True, slots=True)
class Line:
    """One event as it stands in the log; `payload` is canonical JSON text."""

    branch_id: int
    seq: int
    at: datetime
    actor: str
    type: str
    zone_id: int | None
    payload: str
    hash: str = ""


def canonical(payload: Mapping[str, object]) -> str:
    """Return the payload as JSON text with sorted keys, so that equal facts have equal hashes."""
    return orjson.dumps(payload, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z).decode()


def link(previous: str, line: Line) -> str:
    """Return the SHA-256 (hex) that ties `line` to the hash of the line before it."""
    at = line.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    # JSON keeps the fields apart: no text inside one can pass for the border to the next.
    text = orjson.dumps(
        [previous, line.branch_id, line.seq, at, line.actor, line.type, line.zone_id, line.payload]
    )
    return sha256(text).hexdigest()
