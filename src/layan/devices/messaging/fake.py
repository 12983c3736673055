"""A carrier that is none: keeps what it was given, and can be told to fail. The demonstration sends with it."""

import json
import threading
from pathlib import Path

from layan.messaging.api import Failed, Outgoing, Sent, masked


class FakeCarrier:
    """Keeps messages in memory, and in `file`, one a line, where one is given: their text, never a whole address."""

    def __init__(self, file: Path | None = None) -> None:
        self.answer: Sent | Failed = Sent()
        self.messages: list[Outgoing] = []
        self._known: set[str] = set()
        self._file = file
        self._lock = threading.Lock()

    def send(self, message: Outgoing) -> Sent | Failed:
        """Keep the message, once a key, unless told to fail."""
        with self._lock:
            if isinstance(self.answer, Sent) and message.key not in self._known:
                self._known.add(message.key)
                self.messages.append(message)
                self._write(message)
            return self.answer

    def _write(self, message: Outgoing) -> None:
        if self._file is None:
            return
        line = {
            "channel": message.channel.value,
            "to": masked(message.channel, message.address),
            "text": message.text,
        }
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
