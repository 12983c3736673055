"""ESC/POS printers on the network, TCP port 9100: "printed" is what the printer said, not what was sent (B8)."""

import socket
import time
from collections.abc import Iterator

from PIL import Image, ImageOps

from layan.devices.printers.drawing import WIDTHS, draw
from layan.queueing.paper.api import Failure, NotPrinted, PaperState, Printed, Slip

_START, _FEED_AND_CUT = b"\x1b@", b"\x1dV\x42\x00"
#: Answered at once, past whatever waits to be printed.
_WHY_OFFLINE, _PAPER = b"\x10\x04\x02", b"\x10\x04\x04"
#: Answered in its turn: only after everything sent before it has been printed.
_WHEN_DONE = b"\x1dr\x01"
_BAND = 128
#: Seconds: the question for the state is answered at once or not at all.
_TO_ANSWER = 2.0


class EscposPrinter:
    """A printer at `host`:`port` with paper 80 or 58 mm wide; every exchange ends within `patience` seconds."""

    def __init__(self, host: str, *, port: int = 9100, paper_mm: int = 80, patience: float = 8.0) -> None:
        self._place = (host, port)
        self._width = WIDTHS[paper_mm]
        self._patience = patience

    def print(self, slip: Slip) -> Printed | NotPrinted:
        """Ask, print, and wait for the printer to say that it is done (at most `patience` seconds)."""
        job = _START + b"".join(_bands(draw(slip, width=self._width))) + _FEED_AND_CUT + _WHEN_DONE
        sent = False
        try:
            with _Line(self._place, self._patience) as line:
                before = _state(line)
                if not before.prints:
                    return NotPrinted(_failure(before))
                sent = True
                line.send(job)
                line.answer(in_turn=True)
        except OSError:
            return self._broken_off() if sent else NotPrinted(Failure.OFFLINE)
        # Asked in its turn, the answer itself is the proof: what the roll or the cover does next is the next slip's.
        return Printed()

    def state(self) -> PaperState:
        """Return what the printer says of itself, `OFFLINE` when it does not answer in time."""
        try:
            with _Line(self._place, min(self._patience, _TO_ANSWER)) as line:
                return _state(line)
        except OSError:
            return PaperState.OFFLINE

    def _broken_off(self) -> NotPrinted:
        state = self.state()
        return NotPrinted(Failure.UNCONFIRMED if state.prints else _failure(state))


class _Line:
    """One connection, closed at its deadline whatever the printer does."""

    def __init__(self, place: tuple[str, int], patience: float) -> None:
        self._deadline = time.monotonic() + patience
        self._socket = socket.create_connection(place, timeout=patience)

    def __enter__(self) -> "_Line":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.settimeout(self._left())
        self._socket.sendall(data)

    def answer(self, *, in_turn: bool) -> int:
        """Return the next status byte of the kind asked for; others on the way are not meant for us."""
        while True:
            self._socket.settimeout(self._left())
            got = self._socket.recv(1)
            if not got:
                raise ConnectionError
            # Answers at once carry 0xx1xx10 in fixed bits, answers in turn carry 0 in the middle one.
            if (got[0] & 0b10010011 == 0b00010010) is not in_turn:
                return got[0]

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def _state(line: _Line) -> PaperState:
    line.send(_WHY_OFFLINE)
    why = line.answer(in_turn=False)
    line.send(_PAPER)
    paper = line.answer(in_turn=False)
    if why & 0b00000100:
        return PaperState.COVER_OPEN
    if why & 0b00100000 or paper & 0b01100000:
        return PaperState.PAPER_OUT
    if why & 0b01000000:
        return PaperState.OFFLINE
    return PaperState.PAPER_LOW if paper & 0b00001100 else PaperState.READY


def _failure(state: PaperState) -> Failure:
    return Failure(state.value)


def _bands(slip: Image.Image) -> Iterator[bytes]:
    """Yield the dots in bands that fit the buffer of a small printer."""
    black = ImageOps.invert(slip.convert("L")).convert("1")
    across = black.width // 8
    for top in range(0, black.height, _BAND):
        band = black.crop((0, top, black.width, min(top + _BAND, black.height)))
        size = across.to_bytes(2, "little") + band.height.to_bytes(2, "little")
        yield b"\x1dv0\x00" + size + band.tobytes()
