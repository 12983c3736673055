"""A voice for tests: every sentence is a tone as long as its text."""

from array import array
from math import pi, sin

from layan.signage.speech.api import RATE_HZ, Sound, Utterance

#: A calm reader's pace.
_SECONDS_A_SIGN = 0.06


class ToneVoice:
    """Speaks in tones, and keeps what it was asked to say."""

    def __init__(self, *languages: str) -> None:
        self.languages = languages or ("ms", "en", "zh", "ta")
        self.mark = "tone"
        self.said: list[Utterance] = []

    def say(self, utterance: Utterance) -> Sound | None:
        """Return a tone; None for a language it was not given."""
        if utterance.language not in self.languages:
            return None
        self.said.append(utterance)
        count = round(_SECONDS_A_SIGN * max(4, len(utterance.text)) * RATE_HZ)
        return Sound(
            array("h", [round(4_600 * sin(2 * pi * 440 * n / RATE_HZ)) for n in range(count)]).tobytes()
        )
