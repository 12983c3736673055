"""What an agency recorded for its calls: one file a piece, taken in from any kind of sound file (B9)."""

import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from layan.signage import refusals
from layan.signage.speech.api import RATE_HZ
from layan.signage.speech.sound import BadSound, from_wav, levelled, to_wav, trimmed

#: A piece is a word or a few.
LONGEST_SECONDS = 6.0
LARGEST_BYTES = 3_000_000
_PATIENCE_SECONDS = 20


def converted(file: Path) -> bytes:
    """Return any sound file that sox reads as a WAV of our kind. Raises OSError or SubprocessError."""
    kind = ["-r", str(RATE_HZ), "-c", "1", "-b", "16", "-e", "signed-integer", "-t", "wav", "-"]
    command = ["sox", "-V0", str(file), *kind]
    return subprocess.run(command, capture_output=True, timeout=_PATIENCE_SECONDS, check=True).stdout


def clip_of(agency: str, language: str, key: str) -> Path | None:
    """Return the file of a recorded piece, if there is one."""
    path = _path(agency, language, key)
    return path if path.is_file() else None


def keep_clip(agency: str, language: str, key: str, data: Iterable[bytes], name: str) -> float:
    """Keep a recording, cut and brought to the common loudness; returns its seconds.

    `name` is what the file was called: sox tells kinds by their ending. Raises no-sound and sound-too-long.
    """
    with tempfile.TemporaryDirectory() as folder:
        ending = "".join(sign for sign in Path(name).suffix.lower() if sign.isalnum() or sign == ".")
        given = Path(folder) / f"given{ending or '.wav'}"
        given.write_bytes(b"".join(data))
        if given.stat().st_size > LARGEST_BYTES:
            raise refusals.sound_too_long(LONGEST_SECONDS)
        try:
            sound = levelled(trimmed(from_wav(converted(given))))
        except FileNotFoundError as missing:
            raise refusals.sox_is_missing() from missing
        except (OSError, subprocess.SubprocessError, BadSound) as wrong:
            raise refusals.no_sound() from wrong
    if not sound.samples:
        raise refusals.no_sound()
    if sound.seconds > LONGEST_SECONDS:
        raise refusals.sound_too_long(LONGEST_SECONDS)
    path = _path(agency, language, key)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    whole = path.with_suffix(".part")
    whole.write_bytes(to_wav(sound))
    whole.replace(path)
    return sound.seconds


def remove_clip(agency: str, language: str, key: str) -> None:
    """Forget a recording; the machine's voice says the sentence again."""
    _path(agency, language, key).unlink(missing_ok=True)


def clips_folder(agency: str) -> Path:
    """Return where an agency's recordings are."""
    folder: Path = settings.INSTALLATION.clips
    return folder / agency


def voices_folder() -> Path:
    """Return where voice files for Piper are, `<language>.onnx`."""
    folder: Path = settings.INSTALLATION.voices
    return folder


def _path(agency: str, language: str, key: str) -> Path:
    """Return where a piece is kept. Keys come from `wording.recordable`, never from a form."""
    return clips_folder(agency) / language / f"{key}.wav"
