"""What is said aloud, in four languages (B9)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layan.queueing.rules.numbering import number_of
from layan.signage.speech.api import LANGUAGES
from layan.signage.speech.wording import call_utterance, message_utterance, recordable


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ms", "Nombor A kosong satu dua, sila ke kaunter 3."),
        ("en", "Number A zero one two, please go to counter 3."),
        ("zh", "A 零一二号，请到3号柜台。"),
        ("ta", "எண் A பூஜ்யம் ஒன்று இரண்டு, தயவுசெய்து 3 ஆம் எண் முகப்புக்கு வாருங்கள்."),
    ],
)
def test_b9_a_call_is_said_digit_by_digit(language, said):
    assert call_utterance("A012", "3", language).text == said


@pytest.mark.parametrize(
    ("number", "counter", "said"),
    [
        ("AK007", "12", "Nombor A K kosong kosong tujuh, sila ke kaunter 12."),
        ("B1000", "A2", "Nombor B satu kosong kosong kosong, sila ke kaunter A 2."),
        ("C001", "Khas 1", "Nombor C kosong kosong satu, sila ke kaunter Khas 1."),
    ],
)
def test_b9_marks_and_counters_are_said_as_they_are_read(number, counter, said):
    assert call_utterance(number, counter, "ms").text == said


MESSAGES = [
    # ms
    ("ms", "Nombor A012 sila ke bilik 4", "Nombor A kosong satu dua sila ke bilik 4"),
    ("ms", "Pejabat tutup pada 16:30", "Pejabat tutup pada pukul 4 30 minit petang"),
    ("ms", "Buka pukul 8.00 pagi", "Buka pukul 8 pagi"),
    (
        "ms",
        "Solat Jumaat 12:15 hingga 14:45",
        "Solat Jumaat pukul 12 15 minit tengah hari hingga pukul 2 45 minit petang",
    ),
    ("ms", "Bayaran RM12.50", "Bayaran 12 ringgit 50 sen"),
    ("ms", "Denda RM1,200", "Denda 1200 ringgit"),
    ("ms", "Cuti pada 31/8/2026", "Cuti pada 31 Ogos 2026"),
    ("ms", "Hubungi 03-8888 1234", "Hubungi kosong tiga lapan lapan lapan lapan satu dua tiga empat"),
    # en
    ("en", "We close at 16:05", "We close at 4 oh 5 in the afternoon"),
    ("en", "Back at 2.30 pm", "Back at 2 30 in the afternoon"),
    ("en", "From 12:05 am", "From 12 oh 5 in the morning"),
    ("en", "Closed on 2026-12-25", "Closed on 25 December 2026"),
    ("en", "The fee is RM 5", "The fee is 5 ringgit"),
    # zh
    ("zh", "办公时间至16:30", "办公时间至下午4点30分"),
    ("zh", "8:00开始", "上午8点开始"),
    ("zh", "31/8/2026休息", "2026年8月31日休息"),
    ("zh", "请B045到5号柜台", "请B 零四五到5号柜台"),
    ("zh", "收费RM12.50", "收费12令吉50仙"),
    # ta
    ("ta", "அலுவலகம் 16:30 மூடப்படும்", "அலுவலகம் மாலை 4 மணி 30 நிமிடம் மூடப்படும்"),
    ("ta", "கட்டணம் RM5", "கட்டணம் 5 ரிங்கிட்"),
    ("ta", "31/8/2026 விடுமுறை", "2026 ஆகஸ்ட் 31 விடுமுறை"),
    # What only looks like one of these stays.
    ("en", "Version 3.14, form 10.30, 99:99, 45/13/2026", "Version 3.14, form 10.30, 99:99, 45/13/2026"),
    ("en", "Room B7, MRT, A4 paper", "Room B7, MRT, A4 paper"),
]


@pytest.mark.parametrize(("language", "written", "said"), MESSAGES)
def test_b9_a_message_is_said_as_a_person_would_read_it(language, written, said):
    assert message_utterance(written, language).text == said


@given(
    series=st.from_regex(r"[A-Z]{1,2}[KE]?", fullmatch=True),
    serial=st.integers(1, 9999),
    counter=st.sampled_from(["1", "12", "A2", "Bilik 3"]),
    language=st.sampled_from(LANGUAGES),
)
def test_b9_every_sign_of_a_number_is_said_and_can_be_recorded(series, serial, counter, language):
    number = number_of(series, serial)
    call = call_utterance(number, counter, language)
    signs = [piece for piece in call.pieces if piece.key.startswith(("letter.", "digit."))]
    assert "".join(piece.key[-1] for piece in signs) == number
    assert all(piece.text in call.text for piece in call.pieces)
    at = next(piece for piece in call.pieces if piece.key.startswith("counter."))
    assert not re.search(r"\d", call.text.replace(at.text, ""))
    offered = {piece.key for piece in recordable(language, series={series}, counters=[counter])}
    assert {piece.key for piece in call.pieces} <= offered


@given(text=st.text(max_size=200), language=st.sampled_from(LANGUAGES))
def test_b9_any_message_can_be_said(text, language):
    assert "\n" not in message_utterance(text, language).text
