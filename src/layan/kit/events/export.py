"""The log as CSV or JSON lines, event by event, so that a log of any length can be sent on."""

import csv
import io
from collections.abc import Iterator

import orjson

from layan.kit.events.chain import Line
from layan.kit.events.log import read

COLUMNS = ("seq", "at", "type", "actor", "zone_id", "payload", "hash")


def json_lines(branch_id: int, *, after: int = 0) -> Iterator[bytes]:
    """Yield each event with a number above `after` as one line of JSON."""
    for line in read(branch_id, after=after):
        yield orjson.dumps({**_values(line), "payload": orjson.loads(line.payload)}) + b"\n"


def csv_lines(branch_id: int, *, after: int = 0) -> Iterator[bytes]:
    """Yield a header, then each event with a number above `after` as one line of CSV."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS)
    writer.writeheader()
    for line in read(branch_id, after=after):
        writer.writerow(_values(line))
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def _values(line: Line) -> dict[str, object]:
    return {
        "seq": line.seq,
        "at": line.at.isoformat(),
        "type": line.type,
        "actor": line.actor,
        "zone_id": line.zone_id,
        "payload": line.payload,
        "hash": line.hash,
    }
