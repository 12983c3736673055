"""A number at a kiosk with a printer counts as taken when its print is confirmed or waived, and not before (B7, B8)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layan.devices.printers.fake import MemoryPrinter
from layan.kit.models import Event
from layan.people.api import Person, Role, create_token
from layan.people.models import Token
from layan.queueing import api as queueing
from layan.queueing.access import track_token
from layan.queueing.models import SlipPrinter, Ticket, Untaken
from layan.queueing.paper import makes
from layan.queueing.paper.api import PaperState
from layan.queueing.paper.slips import slip_of
from layan.queueing.rules.states import State
from layan.queueing.rules.taking import TO_CALL, TO_TAKE, Fate, How, fate, times
from layan.queueing.services.paper import confirm, give_up_untaken
from layan.queueing.story import story
from tests.builders import BuiltBranch, a_branch, a_ticket, open_counter
from tests.queueing.test_kiosk import a_visitor, take

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 7, 8, 4, 0, tzinfo=UTC)


@pytest.fixture
def roll(monkeypatch) -> Iterator[MemoryPrinter]:
    """The printer behind every address."""
    memory = MemoryPrinter()
    monkeypatch.setattr(makes, "_in_use", lambda _address: memory)
    return memory


def a_kiosk_with_printer(here: BuiltBranch) -> tuple[Client, SlipPrinter]:
    screen = a_visitor()
    key = create_token(role=Role.KIOSK, name="entrance", branch_id=here.id)
    assert screen.post("/device", {"token": key}).status_code == 302
    return screen, a_printer(here, Token.objects.latest("pk"))


def a_printer(here: BuiltBranch, kiosk: Token | None = None) -> SlipPrinter:
    return SlipPrinter.objects.create(branch=here.branch, name="Door", host="192.0.2.9", kiosk=kiosk)


def slip_address(here: BuiltBranch, ticket: Ticket) -> str:
    return f"/kiosk/{here.code}/numbers/{track_token(ticket.pk)}/slip"


def types() -> list[str]:
    return list(
        Event.objects.filter(type__startswith="ticket.").order_by("seq").values_list("type", flat=True)
    )


def test_b8_a_number_is_called_only_after_its_print_is_confirmed(here, aminah, roll):
    screen, _printer = a_kiosk_with_printer(here)
    counter = open_counter(here, "1", aminah)
    page = screen.get(take(screen, here)["Location"]).content.decode()
    ticket = Ticket.objects.get()
    assert 'hx-trigger="load"' in page
    assert queueing.call_next(branch_id=here.id, counter_id=counter, by=aminah) is None
    answer = screen.post(slip_address(here, ticket), {"do": "print"}).content.decode()
    assert "Please take your slip" in answer
    assert len(roll.slips) == 1
    assert queueing.call_next(branch_id=here.id, counter_id=counter, by=aminah) == ticket
    assert types() == ["ticket.issued", "ticket.offered", "ticket.taken", "ticket.called"]


def test_b8_a_print_that_failed_leaves_the_screen_and_one_touch(here, roll):
    screen, printer = a_kiosk_with_printer(here)
    roll.condition = PaperState.PAPER_OUT
    location = take(screen, here)["Location"]
    ticket = Ticket.objects.get()
    answer = screen.post(slip_address(here, ticket), {"do": "print"}).content.decode()
    assert "could not be printed" in answer
    assert "I have my number" in answer
    assert "<svg" in screen.get(location).content.decode()
    printer.refresh_from_db()
    assert printer.state == "paper_out"
    assert screen.post(slip_address(here, ticket), {"do": "waive"})["Location"] == f"/kiosk/{here.code}"
    ticket.refresh_from_db()
    assert ticket.not_before is None
    assert [each.words for each in story(here.place, ticket)][-1]
    assert Event.objects.get(type="ticket.taken").payload.count("screen") == 1


def test_b8_a_slip_is_sent_once_however_often_the_page_asks(here, roll):
    screen, _printer = a_kiosk_with_printer(here)
    roll.silent = True
    take(screen, here)
    ticket = Ticket.objects.get()
    screen.post(slip_address(here, ticket), {"do": "print"})
    roll.silent = False
    screen.post(slip_address(here, ticket), {"do": "print"})
    assert roll.slips == []


def test_b8_opening_the_ticket_page_takes_the_number(here, roll):
    screen, _printer = a_kiosk_with_printer(here)
    take(screen, here)
    ticket = Ticket.objects.get()
    address = f"/t/{track_token(ticket.pk)}"
    Client().head(address)
    assert Untaken.objects.exists()
    assert Client().get(address).status_code == 200
    ticket.refresh_from_db()
    assert (ticket.not_before, Untaken.objects.count()) == (None, 0)


def test_b8_a_number_that_nobody_took_is_given_up_with_its_reason(here, roll):
    screen, _printer = a_kiosk_with_printer(here)
    with time_machine.travel(NOON, tick=False):
        take(screen, here)
        assert give_up_untaken(branch_id=here.id) == 0
    with time_machine.travel(NOON + TO_TAKE, tick=False):
        assert give_up_untaken(branch_id=here.id) == 1
        assert give_up_untaken(branch_id=here.id) == 0
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.outcome) == ("cancelled", "not-taken")
    assert types()[-1] == "ticket.cancelled"
    assert confirm(ticket=ticket, how=How.SCREEN, by=queueing.holder(ticket.pk)) is False


def test_b8_with_no_worker_at_work_the_number_is_called_all_the_same(here, aminah, roll):
    screen, _printer = a_kiosk_with_printer(here)
    counter = open_counter(here, "1", aminah)
    with time_machine.travel(NOON, tick=False):
        take(screen, here)
    with time_machine.travel(NOON + TO_CALL, tick=False):
        called = queueing.call_next(branch_id=here.id, counter_id=counter, by=aminah)
        assert called == Ticket.objects.get()
        assert give_up_untaken(branch_id=here.id) == 0


def test_b8_where_no_printer_is_a_number_is_taken_at_once(here, kiosk):
    a_printer(here)
    ticket = a_ticket(here, by=kiosk)
    assert ticket.not_before is None
    assert not Untaken.objects.exists()
    assert types() == ["ticket.issued"]


def test_b8_seniority_counts_from_the_number_not_from_the_slip(here, aminah, kiosk):
    printer = a_printer(here)
    counter = open_counter(here, "1", aminah)
    first = _offered(here, printer, kiosk)
    a_ticket(here)
    confirm(ticket=first, how=How.PRINTED, by=kiosk)
    assert queueing.call_next(branch_id=here.id, counter_id=counter, by=aminah) == first


def test_strangers_neither_print_nor_waive(here, roll):
    screen, _printer = a_kiosk_with_printer(here)
    take(screen, here)
    ticket = Ticket.objects.get()
    elsewhere, _theirs = a_kiosk_with_printer(a_branch("UTC-B"))
    neighbour, _other = a_kiosk_with_printer(here)
    assert Client().post(slip_address(here, ticket), {"do": "waive"}).status_code == 403
    assert elsewhere.post(slip_address(here, ticket), {"do": "waive"}).status_code == 403
    assert neighbour.post(slip_address(here, ticket), {"do": "waive"}).status_code == 404
    assert Untaken.objects.count() == 1


def test_h2_a_printer_in_trouble_is_an_alarm_until_it_is_well(here, roll):
    a_printer(here)
    roll.condition = PaperState.COVER_OPEN
    queueing.ask_printers(branch_id=here.id)
    (alarm,) = queueing.watch(branch_id=here.id)
    roll.condition = PaperState.READY
    queueing.ask_printers(branch_id=here.id)
    queueing.watch(branch_id=here.id)
    alarm.refresh_from_db()
    assert alarm.kind.startswith("printer:")
    assert alarm.cleared_at is not None


def test_a_printer_is_not_asked_while_someone_else_talks_to_it(here, roll):
    printer = a_printer(here)
    SlipPrinter.objects.update(busy_until=datetime(2999, 1, 1, tzinfo=UTC))
    queueing.ask_printers(branch_id=here.id)
    printer.refresh_from_db()
    assert printer.state == ""


@pytest.mark.parametrize("language", ["ms", "en", "zh", "ta"])
def test_b7_a_slip_speaks_the_customers_language(here, language):
    a_ticket(here)
    ticket = a_ticket(here, "A", "B", language=language)
    slip = slip_of(ticket, here.place, address="https://layan.example/t/x", now=NOON)
    names = {"ms": "Pasport", "en": "Passport", "zh": "护照", "ta": "கடவுச்சீட்டு"}
    assert (slip.language, slip.number, slip.services[0]) == (language, "A002", names[language])
    assert len(slip.services) == 2
    assert "1" in slip.ahead


def test_what_was_called_postponed_or_ended_meanwhile_is_not_given_up():
    until, held = times(NOON).until, times(NOON).not_before
    late = NOON + timedelta(hours=1)
    assert fate(state=State.WAITING, not_before=held, until=until, now=NOON) is Fate.WAIT
    assert fate(state=State.WAITING, not_before=held, until=until, now=late) is Fate.GIVE_UP
    assert fate(state=State.WAITING, not_before=late, until=until, now=late) is Fate.MOOT
    assert fate(state=State.CALLED, not_before=None, until=until, now=late) is Fate.MOOT


STEPS = st.lists(st.sampled_from(["offer", "issue", "confirm", "wait", "worker", "call"]), max_size=14)


@given(steps=STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_b8_whatever_happens_no_number_is_lost_doubled_or_called_untaken(steps, here, aminah, kiosk):
    """Numbers have no gap; one is called only if taken; one not taken ends as given up, once its time is over."""
    Untaken.objects.all().delete()
    before = Ticket.objects.count()
    printer = SlipPrinter.objects.first() or a_printer(here)
    session = queueing.Session.objects.filter(closed_at=None).first()
    counter = session.counter_id if session else open_counter(here, "1", aminah)
    now, offered, taken = NOON, [], set()
    for step in [*steps, "wait", "wait", "worker"]:
        with time_machine.travel(now, tick=False):
            if step == "offer":
                offered.append(_offered(here, printer, kiosk))
            elif step == "issue":
                taken.add(a_ticket(here, by=kiosk).pk)
            elif step == "confirm" and offered:
                if confirm(ticket=offered[-1], how=How.PRINTED, by=kiosk):
                    taken.add(offered[-1].pk)
            elif step == "worker":
                give_up_untaken(branch_id=here.id)
            elif step == "call":
                give_up_untaken(branch_id=here.id)
                called = queueing.call_next(branch_id=here.id, counter_id=counter, by=aminah)
                untaken_ones = {each.pk for each in offered} - taken
                assert called is None or called.pk not in untaken_ones
        now += timedelta(seconds=60) if step == "wait" else timedelta(seconds=1)
    assert not Untaken.objects.exists()
    for ticket in offered:
        ticket.refresh_from_db()
        assert (ticket.outcome == "not-taken") is (ticket.pk not in taken)
    serials = sorted(Ticket.objects.filter(series="A").values_list("service_day", "serial"))
    assert [serial for _day, serial in serials] == list(range(1, len(serials) + 1))
    assert Ticket.objects.count() == before + steps.count("offer") + steps.count("issue")


def _offered(here: BuiltBranch, printer: SlipPrinter, kiosk: Person) -> Ticket:
    return queueing.issue(branch_id=here.id, services=["PASSPORT"], by=kiosk, printer_id=printer.pk).ticket
