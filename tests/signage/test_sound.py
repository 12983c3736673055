"""Speech as sound: cut, of one loudness, joined without gaps or clicks (B9)."""

import itertools
from array import array
from math import pi, sin, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layan.signage.speech.api import RATE_HZ, Sound
from layan.signage.speech.sound import BadSound, chime, from_wav, joined, levelled, silence, to_wav, trimmed


def a_tone(seconds: float, loudness: float, hertz: float = 440) -> Sound:
    count = round(seconds * RATE_HZ)
    return Sound(
        array("h", [round(loudness * sin(2 * pi * hertz * n / RATE_HZ)) for n in range(count)]).tobytes()
    )


def samples(sound: Sound) -> "array[int]":
    return array("h", sound.samples)


def loudness(sound: Sound) -> float:
    heard = samples(sound)
    return sqrt(sum(sample * sample for sample in heard) / len(heard))


def test_b9_silence_around_a_sound_is_cut_and_nothing_of_the_sound():
    tone = a_tone(0.5, 5000)
    cut = trimmed(Sound(silence(1).samples + tone.samples + silence(2).samples))
    assert tone.samples.strip(b"\0")[100:-100] in cut.samples
    assert 0.5 <= cut.seconds <= 0.55
    assert trimmed(silence(1)).samples == b""


@pytest.mark.parametrize("before", [700, 2_000, 9_000, 32_000])
def test_b9_every_voice_is_as_loud_as_the_others(before):
    assert loudness(levelled(a_tone(0.3, before))) == pytest.approx(3_300, rel=0.02)


@given(st.lists(st.integers(-32_768, 32_767), max_size=300))
def test_b9_no_peak_is_cut_off(numbers):
    after = samples(levelled(Sound(array("h", numbers).tobytes())))
    assert all(-30_001 <= sample <= 30_001 for sample in after)
    assert len(after) == len(numbers)


def test_b9_sounds_are_joined_with_the_same_short_pause():
    parts = [a_tone(0.2, 4000), Sound(b""), a_tone(0.3, 4000)]
    assert joined(parts, 0.1).seconds == pytest.approx(0.6, abs=0.001)
    assert joined([], 0.1).seconds == 0


def test_b9_the_chime_begins_and_ends_softly():
    heard = samples(chime())
    assert max(map(abs, heard[:20])) < 500
    assert max(map(abs, heard[-20:])) < 100
    assert 3_000 < max(map(abs, heard)) < 32_000
    steps = [abs(after - before) for before, after in itertools.pairwise(heard)]
    assert max(steps) < 4_500


def test_a_wav_is_read_as_it_was_written():
    tone = a_tone(0.1, 1000)
    assert from_wav(to_wav(tone)) == tone


def test_a_wav_written_to_a_pipe_has_no_true_length_and_is_read_all_the_same():
    tone = a_tone(0.1, 1000)
    data = bytearray(to_wav(tone))
    data[4:8] = data[40:44] = b"\xff\xff\xff\x7f"
    assert from_wav(bytes(data)) == tone


@pytest.mark.parametrize("data", [b"", b"RIFF", b"no sound at all, but a long enough text to look into " * 5])
def test_what_is_no_wav_is_refused(data):
    with pytest.raises(BadSound):
        from_wav(data)
