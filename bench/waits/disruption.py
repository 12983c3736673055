"""A recorded office day on which every counter closes for a while, as it would have been read."""

from bisect import bisect_right
from collections import defaultdict

from layan.waiting.backtest.snapshots import Office
from layan.waiting.engine.line import Reading


def closed(office: Office, *, start: float, minutes: float) -> Office:
    """Return the readings with all counters closed from `start` for `minutes`; that day's later calls come so much later."""
    end, night = start + minutes, (start // 1440 + 1) * 1440
    times = defaultdict(list)
    called = defaultdict(list)
    for at, readings in office:
        if start // 1440 == at // 1440:
            for reading in readings:
                times[reading.line].append(at)
                called[reading.line].append(reading.called)

    def moved(at: float, reading: Reading) -> Reading:
        source = start if at < end else at - minutes
        index = bisect_right(times[reading.line], source) - 1
        number = called[reading.line][index] if index >= 0 else 0
        waiting = max(0, reading.called + reading.waiting - number)
        return Reading(reading.line, number, waiting, 0 if at < end else reading.counters, reading.issuing)

    return [
        (at, [moved(at, reading) for reading in readings] if start <= at < night else readings)
        for at, readings in office
    ]
