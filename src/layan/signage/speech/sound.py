"""Sound as numbers: cut, brought to one loudness, joined (B9). Pure; a few seconds of speech take some milliseconds."""

import io
import sys
import wave
from array import array
from functools import lru_cache
from math import exp, pi, sin, sqrt

from layan.signage.speech.api import RATE_HZ, Sound

#: Speech is brought to this loudness (root mean square of 32,767), as far as no peak passes _PEAK.
_LOUDNESS = 3_300.0
_PEAK = 30_000
#: Below this a sample is silence; so much of it stays at either end, so that no consonant is cut.
_SILENCE = 220
_MARGIN_SECONDS = 0.02
#: Speech has to reach loudness within this factor: noise is not blown up.
_GAIN_AT_MOST = 8.0
#: Two soft tones, a falling third: (hertz, begins at second).
_CHIME = ((659.3, 0.0), (523.3, 0.32))
_CHIME_SECONDS = 1.1


class BadSound(ValueError):
    """What was given is no sound that can be used; the text says why."""


def from_wav(data: bytes) -> Sound:
    """Return the sound in a WAV file of our kind: mono, 16 bit, RATE_HZ. Raises BadSound for every other."""
    try:
        with wave.open(io.BytesIO(_with_true_length(data))) as file:
            kind = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            samples = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as wrong:
        raise BadSound(str(wrong)) from wrong
    if kind != (1, 2, RATE_HZ):
        raise BadSound(f"{kind[0]} channels, {8 * kind[1]} bit, {kind[2]} Hz")
    return Sound(samples[: len(samples) // 2 * 2])


def to_wav(sound: Sound) -> bytes:
    """Return a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(sound.samples)
    return out.getvalue()


def silence(seconds: float) -> Sound:
    """Return nothing to hear."""
    return Sound(bytes(2 * round(seconds * RATE_HZ)))


def trimmed(sound: Sound) -> Sound:
    """Return the sound without the silence around it."""
    samples = _numbers(sound)
    heard = [place for place, sample in enumerate(samples) if sample > _SILENCE or sample < -_SILENCE]
    if not heard:
        return Sound(b"")
    margin = round(_MARGIN_SECONDS * RATE_HZ)
    return _sound(samples[max(0, heard[0] - margin) : heard[-1] + 1 + margin])


def levelled(sound: Sound) -> Sound:
    """Return the sound as loud as every other, without a peak cut off."""
    samples = _numbers(sound)
    peak = max(map(abs, samples), default=0)
    if not peak:
        return sound
    loudness = sqrt(sum(sample * sample for sample in samples) / len(samples))
    gain = min(_LOUDNESS / loudness, _PEAK / peak, _GAIN_AT_MOST)
    return _sound(array("h", [round(sample * gain) for sample in samples]))


def joined(sounds: list[Sound], pause_seconds: float) -> Sound:
    """Return sounds one after the other, each pause of this length."""
    return Sound(silence(pause_seconds).samples.join(sound.samples for sound in sounds if sound.samples))


@lru_cache(maxsize=1)
def chime() -> Sound:
    """Return the two tones before an announcement."""
    samples = array("h", bytes(2 * round(_CHIME_SECONDS * RATE_HZ)))
    for hertz, begins in _CHIME:
        start = round(begins * RATE_HZ)
        for place in range(start, len(samples)):
            at = (place - start) / RATE_HZ
            # A soft beginning and a fading end, and silent at the last sample.
            shape = min(1.0, at / 0.01) * exp(-4.5 * at) * min(1.0, (len(samples) - place) / (0.05 * RATE_HZ))
            samples[place] += round(
                9_000 * shape * (sin(2 * pi * hertz * at) + 0.3 * sin(4 * pi * hertz * at))
            )
    return _sound(samples)


def _numbers(sound: Sound) -> "array[int]":
    samples = array("h")
    samples.frombytes(sound.samples)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def _sound(samples: "array[int]") -> Sound:
    if sys.byteorder == "big":
        samples = samples[:]
        samples.byteswap()
    return Sound(samples.tobytes())


def _with_true_length(data: bytes) -> bytes:
    """Return a WAV whose header says its length: a program that writes to a pipe cannot know it beforehand."""
    place = data.find(b"data", 12, 256)
    if place < 0:
        return data
    rest = len(data) - place - 8
    if int.from_bytes(data[place + 4 : place + 8], "little") <= rest:
        return data
    return (
        data[:4]
        + (len(data) - 8).to_bytes(4, "little")
        + data[8 : place + 4]
        + rest.to_bytes(4, "little")
        + data[place + 8 :]
    )
