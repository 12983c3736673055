"""Any text read aloud, without a chime: for kiosks and whoever else listens alone (B9)."""

from pathlib import Path

from layan.signage.speech.files import NoVoice, sound_file
from layan.signage.speech.wording import message_utterance


def read_text(text: str, language: str, agency: str) -> Path | None:
    """Return the sound of a text in a language (ms, en, zh, ta); None when no voice can say it."""
    try:
        return sound_file([message_utterance(text, language)], agency=agency, with_chime=False).path
    except NoVoice:
        return None
