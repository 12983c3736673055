"""The bytes of the stream (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

from typing import NamedTuple

RETRY = b"retry: 2000\n\n"
#: Keeps the line open without claiming that anything is known: the database does not answer.
SILENCE = b": waiting for the database\n\n"


class Frame(NamedTuple):
    """One event of a branch's log as it goes out."""

    seq: int
    zone_id: int | None
    bytes: bytes

    def concerns(self, zone_id: int | None) -> bool:
        """Return whether a client sees this event; a client without a zone (None) sees all of the branch."""
        return zone_id is None or self.zone_id is None or self.zone_id == zone_id


def event(code: str, seq: int, event_type: str, zone_id: int | None) -> Frame:
    """Frame event number `seq` of branch `code`."""
    text = f'id: {seq}\nevent: {event_type}\ndata: {{"branch":"{code}","seq":{seq}}}\n\n'
    return Frame(seq, zone_id, text.encode())


def heartbeat(code: str, seq: int) -> bytes:
    """Say that the branch's last event is `seq`; not an event itself, so it carries no id."""
    return f'event: heartbeat\ndata: {{"branch":"{code}","seq":{seq}}}\n\n'.encode()


def resync(code: str, seq: int) -> bytes:
    """Say that too much was missed to be told: load afresh, then go on from `seq`."""
    return f'id: {seq}\nevent: resync\ndata: {{"branch":"{code}","seq":{seq}}}\n\n'.encode()
