"""espeak-ng: four languages in a few megabytes, a sentence in some 15 ms."""

import shutil
import subprocess

from pypinyin import Style, lazy_pinyin

from layan.signage.speech.api import Sound, Utterance
from layan.signage.speech.sound import BadSound, from_wav, levelled, trimmed

#: espeak-ng 1.51 reads Chinese characters as English letters and numbers (its issue 1370); pinyin it reads well.
_VOICES = {"ms": "ms", "en": "en-gb", "zh": "cmn-latn-pinyin", "ta": "ta"}
#: Slower than its 175 words a minute: a hall has an echo.
_WORDS_A_MINUTE = 145
_PATIENCE_SECONDS = 10
_PAUSES = str.maketrans("，。；：、？！", ",.;:,?!")


class EspeakVoice:
    """Speaks with the program espeak-ng."""

    def __init__(self, program: str = "espeak-ng") -> None:
        self._program = shutil.which(program)

    @property
    def is_installed(self) -> bool:
        return self._program is not None

    @property
    def mark(self) -> str:
        return f"espeak {_WORDS_A_MINUTE}" if self._program else ""

    def say(self, utterance: Utterance) -> Sound | None:
        """Return the sentence spoken; None for a language it does not know, or where it is not installed."""
        voice = _VOICES.get(utterance.language)
        if voice is None or self._program is None:
            return None
        text = _pinyin(utterance.text) if utterance.language == "zh" else utterance.text
        command = [self._program, "-v", voice, "-s", str(_WORDS_A_MINUTE), "-b", "1", "--stdin", "--stdout"]
        try:
            done = subprocess.run(
                command, input=text.encode(), capture_output=True, timeout=_PATIENCE_SECONDS, check=True
            )
            return levelled(trimmed(from_wav(done.stdout)))
        except (OSError, subprocess.SubprocessError, BadSound):
            return None


def _pinyin(text: str) -> str:
    """Return Chinese as syllables with their tones, numbered: "号" is "hao4". All else stays as it is."""
    syllables = lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True)
    return " ".join(syllables).translate(_PAUSES)
