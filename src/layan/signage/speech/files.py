"""Sentences as files that are kept: said once, heard as often as needed (B9)."""

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from layan.signage.speech.api import Sound, Utterance, Voices
from layan.signage.speech.sound import chime, from_wav, joined, silence, to_wav

#: Goes into every file's name: changed when sounds are put together in another way.
_MANNER = "1"
_AFTER_CHIME_SECONDS = 0.1
_BETWEEN_SENTENCES_SECONDS = 0.45
#: A sentence that nobody asked for in so long is forgotten: messages may hold what should not stay.
KEPT_DAYS = 30

MakeVoices = Callable[[str], Voices]
_voices: MakeVoices = lambda _agency: ()  # noqa: E731


class NoVoice(Exception):
    """No voice could say a sentence; the text names the language."""


@dataclass(frozen=True)
class SoundFile:
    """A WAV file; `sha` is its name and stands for all that is heard in it."""

    sha: str
    path: Path
    seconds: float


def use_voices(make: MakeVoices) -> None:
    """Let sentences be said from now on by the voices that `make` returns for an agency's code, the best first."""
    global _voices  # noqa: PLW0603 - the one place where the rooms are joined
    _voices = make


def sound_file(utterances: Sequence[Utterance], *, agency: str = "", with_chime: bool = True) -> SoundFile:
    """Return the sentences said one after the other, after a chime; kept, and said only once. Raises NoVoice."""
    voices = _voices(agency)
    said = [(each.language, each.text, [piece.key for piece in each.pieces]) for each in utterances]
    marks = [voice.mark for voice in voices]
    sha = sha256(repr((_MANNER, with_chime, said, marks)).encode()).hexdigest()
    path = _folder() / f"{sha}.wav"
    if path.exists():
        # Its age is counted from when it was last needed.
        os.utime(path)
        return SoundFile(sha, path, from_wav(path.read_bytes()).seconds)
    sentences = [_said(each, voices) for each in utterances]
    spoken = joined(sentences, _BETWEEN_SENTENCES_SECONDS)
    whole = (
        joined([chime(), spoken], _AFTER_CHIME_SECONDS) if with_chime else joined([silence(0.05), spoken], 0)
    )
    _write(path, to_wav(whole))
    return SoundFile(sha, path, whole.seconds)


def kept_sound(sha: str) -> Path | None:
    """Return the file of a sound by its name, if there is one."""
    path = _folder() / f"{sha}.wav"
    return path if len(sha) == 64 and sha.isalnum() and path.is_file() else None


def forget_old_sounds(*, before: datetime) -> int:
    """Erase sounds not needed since KEPT_DAYS before this moment; returns how many."""
    oldest = before.timestamp() - KEPT_DAYS * 86_400
    old = [file for file in _folder().glob("*.wav") if file.stat().st_mtime < oldest]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def _said(utterance: Utterance, voices: Voices) -> Sound:
    for voice in voices:
        sound = voice.say(utterance)
        if sound is not None:
            return sound
    raise NoVoice(utterance.language)


def _folder() -> Path:
    folder: Path = settings.INSTALLATION.sounds
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _write(path: Path, data: bytes) -> None:
    """Write whole or not at all, whoever else writes the same."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    Path(name).replace(path)
