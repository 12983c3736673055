"""Printers that are none: one in memory, and one on a TCP port that reads ESC/POS and keeps what it would print."""

import socket
import socketserver
import threading

from PIL import Image, ImageOps

from layan.devices.printers.drawing import draw
from layan.queueing.paper.api import Failure, NotPrinted, PaperState, Printed, Slip


class MemoryPrinter:
    """Keeps slips instead of printing them; `condition` is what it says of itself."""

    def __init__(self, *, width: int = 576) -> None:
        self.condition = PaperState.READY
        self.silent = False  # Takes jobs and never says that they are done.
        self.slips: list[Image.Image] = []
        self._width = width

    def print(self, slip: Slip) -> Printed | NotPrinted:
        """Keep `slip` when the condition lets it."""
        if not self.condition.prints:
            return NotPrinted(Failure(self.condition.value))
        if self.silent:
            return NotPrinted(Failure.UNCONFIRMED)
        self.slips.append(draw(slip, width=self._width))
        return Printed()

    def state(self) -> PaperState:
        """Return the condition it was given."""
        return self.condition


class TcpPrinter:
    """An ESC/POS printer on a free TCP port of this machine, from `with` on; `condition` can change under a job."""

    def __init__(self) -> None:
        self.condition = PaperState.READY
        self.silent = False  # Takes jobs and never says that they are done.
        self.runs_out_within_job = False
        self.slips: list[Image.Image] = []
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return int(self._server.server_address[1])

    def __enter__(self) -> "TcpPrinter":
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[socketserver.BaseRequestHandler]:
        printer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                if printer.condition is not PaperState.OFFLINE:
                    _Job(printer, self.request).run()

        return Handler


class _Job:
    """One connection's commands, in order."""

    def __init__(self, printer: TcpPrinter, line: socket.socket) -> None:
        self._printer, self._line = printer, line
        self._input = line.makefile("rb")
        self._bands: list[Image.Image] = []

    def run(self) -> None:
        try:
            while command := self._input.read(1):
                self._obey(command)
        except (ConnectionError, EOFError):
            return

    def _obey(self, command: bytes) -> None:
        if command == b"\x10":
            self._say_at_once(self._take(2)[1])
        elif command == b"\x1b":
            self._take(1)
        elif command == b"\x1d":
            self._obey_gs(self._take(1))

    def _obey_gs(self, which: bytes) -> None:
        if which == b"v":
            self._dots()
        elif which == b"V":
            self._take(2)
            self._cut()
        elif which == b"r":
            self._take(1)
            # A printer that stands still never comes to this command.
            if not self._printer.silent and self._printer.condition.prints:
                self._line.sendall(bytes([0b11 if self._printer.condition is PaperState.PAPER_LOW else 0]))

    def _dots(self) -> None:
        head = self._take(6)
        across, high = int.from_bytes(head[2:4], "little"), int.from_bytes(head[4:6], "little")
        band = Image.frombytes("1", (across * 8, high), self._take(across * high))
        if self._printer.runs_out_within_job:
            self._printer.condition = PaperState.PAPER_OUT
        self._bands.append(ImageOps.invert(band.convert("L")))

    def _cut(self) -> None:
        if not self._bands or not self._printer.condition.prints:
            return
        slip = Image.new("1", (self._bands[0].width, sum(band.height for band in self._bands)), 1)
        top = 0
        for band in self._bands:
            slip.paste(band, (0, top))
            top += band.height
        self._printer.slips.append(slip)
        self._bands.clear()

    def _say_at_once(self, what: int) -> None:
        condition, answer = self._printer.condition, 0b00010010
        if what == 2:
            answer |= 0b100 if condition is PaperState.COVER_OPEN else 0
            answer |= 0b100000 if condition is PaperState.PAPER_OUT else 0
        elif what == 4:
            answer |= 0b1100 if condition in (PaperState.PAPER_LOW, PaperState.PAPER_OUT) else 0
            answer |= 0b1100000 if condition is PaperState.PAPER_OUT else 0
        self._line.sendall(bytes([answer]))

    def _take(self, count: int) -> bytes:
        data = self._input.read(count)
        if len(data) < count:
            raise EOFError
        return data
