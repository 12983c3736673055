"""Piper: a natural voice from a file that the agency supplies, one for each language."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from layan.signage.speech.api import RATE_HZ, Sound, Utterance
from layan.signage.speech.clips import converted
from layan.signage.speech.sound import BadSound, from_wav, levelled, trimmed

_PATIENCE_SECONDS = 30


class PiperVoice:
    """Speaks with the program piper and the files `<language>.onnx` in a folder (each beside its .onnx.json)."""

    def __init__(self, folder: Path, program: str = "piper") -> None:
        self._folder = folder
        self._program = shutil.which(program)

    @property
    def mark(self) -> str:
        files = sorted(self._folder.glob("*.onnx")) if self._program else []
        return (
            "piper " + " ".join(f"{file.name} {file.stat().st_mtime_ns}" for file in files) if files else ""
        )

    def say(self, utterance: Utterance) -> Sound | None:
        """Return the sentence spoken; None without the program or the language's file, or when its rate is not ours."""
        model = self._folder / f"{utterance.language}.onnx"
        if self._program is None or not model.exists():
            return None
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "said.wav"
            command = [self._program, "--model", str(model), "--output_file", str(out)]
            try:
                subprocess.run(
                    command,
                    input=utterance.text.encode() + b"\n",
                    capture_output=True,
                    timeout=_PATIENCE_SECONDS,
                    check=True,
                )
                return levelled(trimmed(from_wav(_at_our_rate(out))))
            except (OSError, subprocess.SubprocessError, BadSound):
                return None


def _at_our_rate(file: Path) -> bytes:
    """Return a file's sound at RATE_HZ: "low" voices speak at 16 kHz."""
    data = file.read_bytes()
    if int.from_bytes(data[24:28], "little") == RATE_HZ:
        return data
    return converted(file)
