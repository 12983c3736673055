"""What every printer promises, of the one in memory and of ESC/POS over TCP alike (B7, B8)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from layan.devices.printers import drawing
from layan.devices.printers.drawing import WIDTHS, draw
from layan.devices.printers.escpos import EscposPrinter
from layan.devices.printers.fake import MemoryPrinter, TcpPrinter
from layan.queueing.paper.api import Failure, NotPrinted, PaperState, Printed, Printer, Slip

SLIP = Slip(
    language="en",
    branch="Kuala Lumpur Office",
    number="A012",
    services=("Passport renewal",),
    ahead="3 people ahead of you",
    wait="about 15–25 min",
    bring=("Identity card", "Old passport"),
    time="9:41 am, 23 November 2026",
    address="https://layan.example/t/3f8KQ2xJr0aV7mZs",
)
TEXTS = {
    "ms": replace(SLIP, language="ms", services=("Pembaharuan pasport",), ahead="3 orang di hadapan anda"),
    "en": SLIP,
    "zh": replace(
        SLIP, language="zh", services=("更换护照",), ahead="您前面有 3 人", bring=("身份证", "旧护照")
    ),
    "ta": replace(SLIP, language="ta", services=("கடவுச்சீட்டு புதுப்பித்தல்",), ahead="உங்களுக்கு முன் 3 பேர்"),
}


@dataclass
class Stand:
    """A printer and the thing that stands behind it."""

    printer: Printer
    behind: MemoryPrinter | TcpPrinter


@pytest.fixture(params=["memory", "escpos"])
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    if request.param == "memory":
        memory = MemoryPrinter()
        yield Stand(memory, memory)
        return
    with TcpPrinter() as fake:
        yield Stand(EscposPrinter("127.0.0.1", port=fake.port, patience=2), fake)


@pytest.mark.parametrize("language", TEXTS)
def test_b8_a_confirmed_slip_came_out_dot_for_dot(stand: Stand, language: str) -> None:
    assert stand.printer.print(TEXTS[language]) == Printed()
    (slip,) = stand.behind.slips
    assert slip.tobytes() == draw(TEXTS[language], width=576).tobytes()


@pytest.mark.parametrize("condition", PaperState)
def test_b8_a_printer_says_what_state_it_is_in(stand: Stand, condition: PaperState) -> None:
    stand.behind.condition = condition
    assert stand.printer.state() is condition


@pytest.mark.parametrize("condition", [state for state in PaperState if not state.prints])
def test_b8_a_printer_that_cannot_print_says_why_and_prints_nothing(
    stand: Stand, condition: PaperState
) -> None:
    stand.behind.condition = condition
    assert stand.printer.print(SLIP) == NotPrinted(Failure(condition.value))
    assert stand.behind.slips == []


def test_b8_low_paper_still_prints(stand: Stand) -> None:
    stand.behind.condition = PaperState.PAPER_LOW
    assert stand.printer.print(SLIP) == Printed()


def test_b8_a_printer_back_from_trouble_prints_again(stand: Stand) -> None:
    stand.behind.condition = PaperState.COVER_OPEN
    stand.printer.print(SLIP)
    stand.behind.condition = PaperState.READY
    assert stand.printer.print(SLIP) == Printed()
    assert len(stand.behind.slips) == 1


def test_b8_a_printer_that_never_says_done_has_not_printed(stand: Stand) -> None:
    if isinstance(stand.printer, EscposPrinter):
        stand.printer = EscposPrinter("127.0.0.1", port=stand.behind.port, patience=0.3)  # type: ignore[union-attr]
    stand.behind.silent = True
    assert stand.printer.print(SLIP) == NotPrinted(Failure.UNCONFIRMED)


def test_b8_paper_that_ends_within_a_slip_is_told() -> None:
    with TcpPrinter() as fake:
        fake.runs_out_within_job = True
        printer = EscposPrinter("127.0.0.1", port=fake.port, patience=0.3)
        assert printer.print(SLIP) == NotPrinted(Failure.PAPER_OUT)
        assert fake.slips == []


def test_b8_a_printer_nobody_answers_for_is_offline() -> None:
    with TcpPrinter() as fake:
        port = fake.port
    printer = EscposPrinter("127.0.0.1", port=port, patience=1)
    assert printer.state() is PaperState.OFFLINE
    assert printer.print(SLIP) == NotPrinted(Failure.OFFLINE)


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("width", WIDTHS.values())
def test_b7_nothing_of_a_slip_touches_the_edge_of_the_paper(language: str, width: int) -> None:
    slip = draw(TEXTS[language], width=width)
    grey = slip.convert("L")
    assert slip.width == width
    assert grey.crop((0, 0, 4, grey.height)).getextrema() == (255, 255)
    assert grey.crop((width - 4, 0, width, grey.height)).getextrema() == (255, 255)


def test_b7_a_tamil_sign_is_shaped_with_its_letter_and_figures_keep_their_own_face() -> None:
    word = "கடவுச்சீட்டு"
    assert [run.text for run in drawing._runs(word, 30, 450)] == [word]
    assert [run.text for run in drawing._runs(f"3 {word}", 30, 450)] == ["3 ", word]
