"""Staff see how printers are, try them, and print a slip once more; a kiosk never waits for one that is known not to print."""

import pytest
from django.test import Client

from layan.kit.models import Event
from layan.people.api import Role
from layan.queueing import api as queueing
from layan.queueing.models import SlipPrinter, Ticket, Untaken
from layan.queueing.paper.api import PaperState
from layan.queueing.services.paper import ask_printers
from layan.queueing.services.printers import reprint, try_printer
from layan.queueing.story import story
from tests.builders import a_branch, a_person, a_ticket, a_user
from tests.queueing.test_kiosk import take
from tests.queueing.test_paper import a_kiosk_with_printer, a_printer, roll, slip_address
from tests.refusals import refused

pytestmark = pytest.mark.django_db
__all__ = ["roll"]
BROKEN = [PaperState.PAPER_OUT, PaperState.COVER_OPEN, PaperState.OFFLINE]


def of_role(here, role: Role) -> Client:
    client = Client()
    client.force_login(a_user(role.value, role, here))
    client.cookies["layan_language"] = "en"
    return client


def last() -> Ticket:
    return Ticket.objects.latest("issued_at")


@pytest.fixture
def page(here) -> str:
    return f"/floor/{here.code}/printers"


@pytest.mark.parametrize("state", BROKEN)
def test_b8_a_kiosk_whose_printer_does_not_print_says_so_before_and_gives_the_number_on_the_screen(
    here, roll, state
):
    screen, _printer = a_kiosk_with_printer(here)
    screen.cookies["layan_language"] = "en"
    roll.condition = state
    ask_printers(branch_id=here.id)
    before = screen.get(f"/kiosk/{here.code}/services/PASSPORT").content.decode()
    assert "Slips are not printed at the moment" in before
    shown = screen.get(take(screen, here).url).content.decode()
    assert last().not_before is None
    assert not Untaken.objects.exists()
    assert "It is yours." in shown
    assert "qr" in shown
    assert roll.slips == []


def test_b8_a_printer_that_is_well_again_prints_again(here, roll):
    screen, _printer = a_kiosk_with_printer(here)
    roll.condition = PaperState.PAPER_OUT
    ask_printers(branch_id=here.id)
    roll.condition = PaperState.READY
    ask_printers(branch_id=here.id)
    take(screen, here)
    screen.post(slip_address(here, last()), {"do": "print"})
    assert len(roll.slips) == 1


def test_b8_a_browser_prints_the_slip_and_says_when_it_handed_it_on(here, roll):
    screen, printer = a_kiosk_with_printer(here)
    SlipPrinter.objects.filter(pk=printer.pk).update(host="")
    assert "<slip-print" in screen.get(take(screen, here).url).content.decode()
    address = slip_address(here, last())
    slip = screen.get(address.replace("/slip", "/paper"))
    assert last().number in slip.content.decode()
    assert "frame-ancestors 'self'" in slip.headers["Content-Security-Policy"]
    ask_printers(branch_id=here.id)
    screen.post(address, {"do": "print"})
    assert Untaken.objects.exists()
    assert screen.post(address, {"do": "printed"}).status_code == 204
    assert not Untaken.objects.exists()
    assert Event.objects.filter(type="ticket.taken", payload__contains="printed").exists()
    assert roll.slips == []


def test_b8_a_page_cannot_say_that_a_network_printer_printed(here, roll):
    screen, _printer = a_kiosk_with_printer(here)
    take(screen, here)
    screen.post(slip_address(here, last()), {"do": "printed"})
    assert Event.objects.filter(type="ticket.taken", payload__contains="screen").exists()


def test_b8_only_the_kiosk_that_gave_a_number_prints_it(here, roll):
    screen, _printer = a_kiosk_with_printer(here)
    take(screen, here)
    other = Client()
    assert other.get(slip_address(here, last()).replace("/slip", "/paper")).status_code in {403, 404}


@pytest.mark.parametrize("state", list(PaperState))
def test_h2_the_page_says_how_each_printer_is(here, roll, page, state):
    a_printer(here)
    roll.condition = state
    ask_printers(branch_id=here.id)
    shown = of_role(here, Role.OFFICER).get(page).content.decode()
    words = ["ready", "little paper left", "out of paper", "cover open", "does not answer"]
    assert words[list(PaperState).index(state)] in shown
    assert "Print a test" not in shown


def test_a_supervisor_tries_a_printer_and_reads_how_it_went(here, roll, page):
    printer = a_printer(here)
    siti = of_role(here, Role.SUPERVISOR)
    assert "The test is printed." in siti.post(f"{page}/{printer.pk}/test", follow=True).content.decode()
    assert len(roll.slips) == 1
    roll.condition = PaperState.PAPER_OUT
    assert "out of paper" in siti.post(f"{page}/{printer.pk}/test", follow=True).content.decode()
    assert not Ticket.objects.exists()


def test_b8_a_slip_is_printed_again_and_it_is_written_down_who_asked(here, roll, page):
    ticket, printer = a_ticket(here), a_printer(here)
    before = Ticket.objects.values().get()
    answer = of_role(here, Role.OFFICER).post(
        f"{page}/again", {"number": ticket.number.lower(), "printer": printer.pk}, follow=True
    )
    assert "The slip is printed again." in answer.content.decode()
    assert len(roll.slips) == 1
    assert Ticket.objects.values().get() == before
    event = Event.objects.get(type="ticket.reprinted")
    assert event.actor.startswith("user:")
    assert story(here.place, ticket)[-1].words == "Slip printed again"


def test_b8_a_slip_that_did_not_come_out_is_written_down_as_such(here, roll, page):
    ticket, printer = a_ticket(here), a_printer(here)
    roll.silent = True
    answer = of_role(here, Role.OFFICER).post(
        f"{page}/again", {"number": ticket.number, "printer": printer.pk}, follow=True
    )
    assert "Look whether it came out." in answer.content.decode()
    assert "unconfirmed" in Event.objects.get(type="ticket.reprinted").payload


def test_b8_no_slip_for_a_number_that_is_over_unknown_or_of_another_branch(here, roll, page):
    elsewhere = a_branch("UTC-B")
    foreign = a_printer(elsewhere)
    officer = a_person(Role.OFFICER, here)
    ticket, printer = a_ticket(here), a_printer(here)

    def again(number: str = ticket.number, printer_id: int = printer.pk) -> None:
        reprint(
            branch_id=here.id,
            number=number,
            printer_id=printer_id,
            address=lambda _one: "https://x",
            by=officer,
        )

    with refused("unknown-ticket"):
        again("Z999")
    with refused("unknown-printer"):
        again(printer_id=foreign.pk)
    queueing.cancel(branch_id=here.id, ticket_id=ticket.pk, by=a_person(Role.SUPERVISOR, here))
    with refused("number-is-over"):
        again()
    refusal = of_role(here, Role.OFFICER).post(f"{page}/again", {"number": "Z999", "printer": "x"})
    assert refusal.status_code == 404
    assert "Z999" in refusal.content.decode()
    assert roll.slips == []


@pytest.mark.parametrize("role", [Role.QUALITY, Role.AUDITOR, Role.BOARD])
def test_b8_who_may_not_give_numbers_prints_none(here, roll, role):
    with refused("not-allowed"):
        reprint(
            branch_id=here.id,
            number=a_ticket(here).number,
            printer_id=a_printer(here).pk,
            address=lambda _one: "https://x",
            by=a_person(role, here),
        )
    with refused("not-allowed"):
        try_printer(branch_id=here.id, printer_id=1, address="https://x", by=a_person(role, here))


def test_without_a_printer_the_page_says_what_happens_then(here, page):
    shown = of_role(here, Role.ADMINISTRATOR).get(page).content.decode()
    assert "No printer is set up" in shown
    assert "Add a printer" in shown
    assert "Add a printer" not in of_role(here, Role.OFFICER).get(page).content.decode()
