"""What every voice promises, of recordings, espeak-ng, Piper and the one for tests alike (B9)."""

import shutil
import stat
import sys
from pathlib import Path

import pytest

from layan.devices.voices.espeak import EspeakVoice
from layan.devices.voices.fake import ToneVoice
from layan.devices.voices.piper import PiperVoice
from layan.devices.voices.recorded import RecordedVoice
from layan.signage.speech.api import LANGUAGES, Sound, Utterance, Voice
from layan.signage.speech.sound import to_wav
from layan.signage.speech.wording import call_utterance, recordable

#: Obeys Piper's command line and speaks a tone at the 16 kHz of its "low" voices.
PIPER = """#!{python}
import math, struct, sys, wave
text = sys.stdin.read().strip()
model, out = sys.argv[sys.argv.index("--model") + 1], sys.argv[sys.argv.index("--output_file") + 1]
assert text and model.endswith(".onnx")
with wave.open(out, "wb") as file:
    file.setnchannels(1); file.setsampwidth(2); file.setframerate(16000)
    file.writeframes(b"".join(struct.pack("<h", round(5000 * math.sin(n / 6))) for n in range(800 * len(text))))
"""


def an_espeak(_folder: Path) -> Voice:
    assert shutil.which("espeak-ng"), "voices need espeak-ng: apt-get install espeak-ng"
    return EspeakVoice()


def a_piper(folder: Path) -> Voice:
    assert shutil.which("sox"), "voices at another rate need sox: apt-get install sox"
    program = folder / "piper"
    program.write_text(PIPER.format(python=sys.executable))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    for language in LANGUAGES:
        (folder / f"{language}.onnx").write_bytes(b"")
    return PiperVoice(folder, str(program))


def a_recording(folder: Path) -> Voice:
    tone = to_wav(ToneVoice().say(Utterance("ms", "piece")) or Sound(b""))
    for language in LANGUAGES:
        (folder / language).mkdir()
        for piece in recordable(language, series={"A"}, counters=["3"]):
            (folder / language / f"{piece.key}.wav").write_bytes(tone)
    return RecordedVoice(folder)


def a_tone(_folder: Path) -> Voice:
    return ToneVoice()


MAKES = [a_tone, a_recording, an_espeak, a_piper]


@pytest.fixture(params=MAKES, ids=lambda make: make.__name__)
def voice(request, tmp_path) -> Voice:
    return request.param(tmp_path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_b9_a_call_is_said_in_every_language(voice, language):
    sound = voice.say(call_utterance("A012", "3", language))
    assert sound is not None
    assert 0.5 < sound.seconds < 15
    assert any(sound.samples)


def test_b9_what_cannot_be_said_is_left_to_the_next_voice(voice):
    assert voice.say(Utterance("xx", "nothing we know")) is None


def test_the_mark_tells_one_voice_from_another_and_stays(voice):
    assert voice.mark
    assert voice.mark == voice.mark


def test_b9_a_longer_sentence_takes_longer(voice):
    short = voice.say(call_utterance("A1", "3", "ms"))
    long = voice.say(call_utterance("A1111", "3", "ms"))
    assert short is not None
    assert long is not None
    assert long.seconds > short.seconds + 0.2


def test_b9_one_missing_piece_leaves_the_whole_sentence_to_another_voice(tmp_path):
    voice = a_recording(tmp_path)
    mark = voice.mark
    (tmp_path / "ms" / "digit.1.wav").unlink()
    assert voice.say(call_utterance("A012", "3", "ms")) is None
    assert voice.say(call_utterance("A022", "3", "ms")) is not None
    assert voice.mark != mark


def test_b9_free_text_is_never_recorded(tmp_path):
    assert a_recording(tmp_path).say(Utterance("ms", "Pejabat tutup")) is None


def test_b9_a_program_that_is_missing_or_fails_says_nothing(tmp_path):
    assert EspeakVoice("no-such-program").say(call_utterance("A012", "3", "ms")) is None
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o700)
    assert EspeakVoice(str(broken)).say(call_utterance("A012", "3", "ms")) is None
    (tmp_path / "ms.onnx").write_bytes(b"")
    assert PiperVoice(tmp_path, str(broken)).say(call_utterance("A012", "3", "ms")) is None


def test_b9_espeak_is_handed_chinese_as_syllables_with_tones(tmp_path):
    heard = tmp_path / "heard"
    program = tmp_path / "espeak"
    program.write_text(f'#!/bin/sh\necho "$*" > {heard}.words\ncat > {heard}\n')
    program.chmod(0o700)
    EspeakVoice(str(program)).say(call_utterance("A012", "3", "zh"))
    assert heard.read_text() == "A  ling2 yi1 er4 hao4 , qing3 dao4 3 hao4 gui4 tai2 ."
    assert "cmn-latn-pinyin" in Path(f"{heard}.words").read_text()


def test_b9_piper_at_another_rate_is_brought_to_ours(tmp_path):
    sound = a_piper(tmp_path).say(Utterance("ms", "x" * 20))
    assert sound is not None
    assert sound.seconds == pytest.approx(800 * 20 / 16_000, abs=0.05)
