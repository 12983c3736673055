"""The door of speech: what is to be said, and what a voice must be able to do (B9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

#: In the order in which announcements are made (B9).
LANGUAGES = ("ms", "en", "zh", "ta")

#: Every sound here is mono, 16 bit, at this rate: what espeak-ng and most Piper voices speak.
RATE_HZ = 22_050


@dataclass(frozen=True)
class Piece:
    """A part of a sentence that an agency can record: `digit.0`, `letter.A`, `counter.3`, `piece.nombor`."""

    key: str
    text: str


@dataclass(frozen=True)
class Utterance:
    """One sentence in one language: `text` for a voice that reads, `pieces` for recordings (none for free text)."""

    language: str
    text: str
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Sound:
    """Mono, 16 bit little-endian samples at RATE_HZ, without a header."""

    samples: bytes

    @property
    def seconds(self) -> float:
        return len(self.samples) / 2 / RATE_HZ


class Voice(Protocol):
    """Says sentences, or says that it cannot."""

    #: Differs when the same sentence would sound different, so that a kept sound is not used for another voice.
    @property
    def mark(self) -> str: ...

    def say(self, utterance: Utterance) -> Sound | None:
        """Return the sentence spoken; None when this voice cannot, whatever the reason."""
        ...


Voices = Sequence[Voice]
