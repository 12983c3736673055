"""The agency's own recordings, piece by piece: `<folder>/<language>/<key>.wav`."""

from pathlib import Path

from layan.signage.speech.api import Sound, Utterance
from layan.signage.speech.sound import BadSound, from_wav, joined

#: Between two recorded pieces: enough for the ear to part digits.
_BETWEEN_SECONDS = 0.06


class RecordedVoice:
    """Says a sentence when all its pieces were recorded, and else leaves the whole sentence to the next voice.

    Half a person and half a machine in one sentence is harder to follow than either.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def mark(self) -> str:
        files = sorted(self._folder.glob("*/*.wav"))
        return " ".join(f"{file.parent.name}/{file.name} {file.stat().st_mtime_ns}" for file in files)

    def say(self, utterance: Utterance) -> Sound | None:
        """Return the recorded pieces in order; None for free text and while one of them is missing."""
        folder = self._folder / utterance.language
        files = [folder / f"{piece.key}.wav" for piece in utterance.pieces]
        if not files or not all(file.is_file() for file in files):
            return None
        try:
            return joined([from_wav(file.read_bytes()) for file in files], _BETWEEN_SECONDS)
        except (OSError, BadSound):
            return None
