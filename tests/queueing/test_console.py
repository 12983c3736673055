"""The counter console through Django's client: every key, its refusals, and its strangers."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from layan.kit import clock
from layan.people.api import Role, person_of_user
from layan.queueing import api as queueing
from layan.queueing.models import OutOfOrderCall, Session
from tests.builders import BuiltBranch, a_branch, a_person, a_ticket, a_user

pytestmark = pytest.mark.django_db


class Console:
    """An officer's browser at one counter: presses keys with what the page showed last."""

    def __init__(self, here: BuiltBranch, code: str = "1", role: Role = Role.OFFICER, name: str = "aminah"):
        self.here = here
        self.counter_id = here.counter(code)
        self.user = a_user(name, role, here)
        self.client = Client(headers={"accept-language": "en"})
        self.client.force_login(self.user)
        self.seen = "closed"

    @property
    def address(self) -> str:
        return f"/counter/{self.counter_id}"

    def page(self) -> str:
        response = self.client.get(self.address)
        assert response.status_code == 200
        self.seen = response.context["here"].sight
        return response.content.decode()

    def press(self, command: str, *, seen: str | None = None, **values: str):
        """Press a key as htmx does and return the response."""
        if seen is None:
            self.page()
        return self.client.post(
            f"{self.address}/do",
            {"command": command, "seen": self.seen if seen is None else seen, **values},
            headers={"HX-Request": "true"},
        )


@pytest.fixture
def here() -> BuiltBranch:
    return a_branch()


@pytest.fixture
def console(here: BuiltBranch) -> Console:
    made = Console(here)
    assert made.press("open").status_code == 200
    return made


def state_of(ticket: queueing.Ticket) -> str:
    ticket.refresh_from_db()
    return ticket.state


def test_an_officer_chooses_a_counter_and_opens_it(here):
    console = Console(here)
    text = console.client.get("/counter").content.decode()
    assert "Counter 4" in text
    assert "Emergency counter" in text
    answer = console.client.post(f"{console.address}/do", {"command": "open", "seen": "closed"}, follow=True)
    assert answer.redirect_chain == [(console.address, 302)]
    assert "Call next" in answer.content.decode()
    assert "You have counter 1 open" in console.client.get("/counter").content.decode()


def test_who_was_set_aside_at_a_counter_that_closed_is_listed_where_the_service_is_given(console, here):
    ticket = a_ticket(here)
    console.press("next")
    console.press("hold")
    colleague = Console(here, "2", name="bala")
    colleague.press("open")
    assert ticket.number not in held(colleague)
    console.press("close")
    assert ticket.number in held(colleague)
    assert colleague.press(f"resume:{ticket.pk}").status_code == 200
    assert state_of(ticket) == "serving"


def held(console: Console) -> list[str]:
    queue = console.client.get(f"{console.address}/queue")
    return [ticket.number for ticket, _since in queue.context["held"]]


def test_a_second_counter_is_refused_with_the_name_of_the_first(console, here):
    answer = console.client.post(
        f"/counter/{here.counter('2')}/do", {"command": "open", "seen": "closed"}, follow=True
    )
    assert "You have counter 1 open. Close it first." in answer.content.decode()


def test_b3_the_whole_visit_by_keys(console, here):
    ticket = a_ticket(here, "A", "B", language="ta", category="oku")
    text = console.press("next").content.decode()
    assert ticket.number in text
    assert "Tamil" in text
    assert "Ask how best to help." in text
    assert "Licence" in text
    assert console.press("recall").status_code == 200
    assert console.press("start").status_code == 200
    answer = console.press("finish:done")
    assert "goes on here with the next service" in answer.content.decode()
    assert state_of(ticket) == "serving"
    assert console.press("finish:referred").status_code == 200
    assert (state_of(ticket), ticket.outcome) == ("done", "referred")


def test_call_next_ends_the_customer_being_served(console, here):
    first, second = a_ticket(here), a_ticket(here)
    console.press("next")
    console.press("start")
    console.press("next")
    assert (state_of(first), state_of(second)) == ("done", "called")


def test_hold_resume_no_show_and_return(console, here):
    ticket = a_ticket(here)
    console.press("next")
    console.press("hold")
    assert state_of(ticket) == "on_hold"
    assert f'value="resume:{ticket.pk}"' in console.page()
    console.press(f"resume:{ticket.pk}")
    assert state_of(ticket) == "serving"
    console.press("undo")
    console.press("undo")
    other = a_ticket(here)
    assert state_of(ticket) == "on_hold"
    console.press("next")
    console.press("no-show")
    assert state_of(other) == "no_show"
    console.press(f"return:{other.pk}")
    assert state_of(other) == "waiting"


def test_transfer_to_a_service_a_counter_and_an_officer(console, here):
    colleague = Console(here, "2", name="siti")
    colleague.press("open")
    ticket = a_ticket(here)
    for destination in (
        "transfer-service:TAX",
        f"transfer-counter:{here.counter('2')}",
        f"transfer-officer:{colleague.user.pk}",
    ):
        since = ticket.waiting_since
        if state_of(ticket) == "waiting" and ticket.lane[0] in "co":
            queueing.call_next(
                branch_id=here.id, counter_id=here.counter("2"), by=person_of_user(colleague.user)
            )
            colleague.press(destination)
        else:
            console.press("next")
            answer = console.press(destination)
            assert "keeps its place" in answer.content.decode()
        assert state_of(ticket) == "waiting"
        assert ticket.waiting_since == since
    assert ticket.lane.startswith(f"o{colleague.user.pk}")


def test_a_service_is_added_to_the_visit(console, here):
    ticket = a_ticket(here)
    console.press("next")
    assert console.press("add:TAX").status_code == 200
    ticket.refresh_from_db()
    assert ticket.remaining == ["TAX"]


def test_b14_a_number_called_before_its_turn_is_listed_with_its_reason(console, here):
    a_ticket(here)
    later = a_ticket(here)
    answer = console.press("number", number=f" {later.number.lower()} ", reason="frail")
    assert later.number in answer.content.decode()
    call = OutOfOrderCall.objects.get()
    assert (call.ticket_id, call.reason, call.passed_over, call.officer_id) == (
        later.pk,
        "frail",
        1,
        console.user.pk,
    )


def test_b14_a_number_is_not_called_before_its_turn_without_a_reason(console, here):
    ticket = a_ticket(here)
    answer = console.press("number", number=ticket.number, reason="")
    assert answer.status_code == 422
    assert "Give a reason" in answer.content.decode()
    assert state_of(ticket) == "waiting"


def test_an_unknown_number_is_refused_in_words(console):
    answer = console.press("number", number="Z999", reason="frail")
    assert answer.status_code == 404
    assert "There is no such number here." in answer.content.decode()


def test_undo_within_ten_seconds_and_not_after(console, here):
    ticket = a_ticket(here)
    console.press("next")
    assert "data-undo-until" in console.page()
    answer = console.press("undo")
    assert "is waiting again" in answer.content.decode()
    assert state_of(ticket) == "waiting"
    console.press("next")
    with time_machine.travel(clock.now() + timedelta(seconds=11), tick=False):
        assert "data-undo-until" not in console.page()
        answer = console.press("undo")
        assert answer.status_code == 409
        assert "nothing to undo" in answer.content.decode()


def test_break_with_its_reason_and_back(console):
    console.press("break:prayer")
    session = Session.objects.get(closed_at=None)
    assert (session.state, session.reason) == ("break", "prayer")
    assert "End the break" in console.page()
    assert console.press("next").status_code == 409
    console.press("open")
    session.refresh_from_db()
    assert session.state == "open"


def test_an_invented_break_reason_is_refused(console):
    assert console.press("break:golf").status_code == 422


def test_close_and_what_a_closed_counter_refuses(console, here):
    ticket = a_ticket(here)
    console.press("close")
    assert "Open this counter" in console.page()
    for command in ("next", "break:rest", "close", "undo"):
        answer = console.press(command)
        assert answer.status_code == 409
        assert "not open" in answer.content.decode()
    assert state_of(ticket) == "waiting"


def test_a_counter_with_a_customer_neither_closes_nor_pauses(console, here):
    a_ticket(here)
    console.press("next")
    for command in ("close", "break:lunch"):
        answer = console.press(command)
        assert answer.status_code == 409
        assert "is still at this counter" in answer.content.decode()


def test_the_second_click_does_nothing_and_shows_the_counter_as_it_is(console, here):
    first, second = a_ticket(here), a_ticket(here)
    console.page()
    assert console.press("next", seen=console.seen).status_code == 200
    answer = console.press("next", seen=console.seen)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "changed in the meantime" in text
    assert first.number in text
    assert (state_of(first), state_of(second)) == ("called", "waiting")


def test_call_next_pressed_again_at_once_is_a_slip(console, here):
    first, second = a_ticket(here), a_ticket(here)
    with time_machine.travel(clock.now(), tick=False) as at:
        console.press("next")
        answer = console.press("next")
        assert answer.status_code == 409
        assert "was called just now" in answer.content.decode()
        assert (state_of(first), state_of(second)) == ("called", "waiting")
        at.shift(2)
        console.press("next")
    assert (state_of(first), state_of(second)) == ("done", "called")


def test_an_old_tab_after_the_supervisor_closed_the_counter_is_told_so(console, here):
    a_ticket(here)
    console.page()
    supervisor = a_person(Role.SUPERVISOR, here)
    queueing.close_counter(branch_id=here.id, counter_id=console.counter_id, by=supervisor)
    answer = console.press("next", seen=console.seen)
    assert answer.status_code == 409
    assert "Open this counter" in answer.content.decode()


@pytest.mark.parametrize(
    "command", ["recall", "start", "hold", "no-show", "finish:done", "add:TAX", "transfer-service:TAX"]
)
def test_keys_for_a_customer_are_refused_when_nobody_is_here(console, command):
    answer = console.press(command)
    assert answer.status_code == 409
    assert "Nobody is at this counter" in answer.content.decode()


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("dance", 422),
        ("", 422),
        ("resume:nonsense", 404),
        ("return:nonsense", 404),
        ("resume:00000000-0000-0000-0000-000000000000", 404),
        ("finish:invented", 422),
        ("transfer-counter:x", 422),
        ("transfer-counter:999999", 404),
        ("transfer-officer:999999", 422),
        ("transfer-service:NONE", 422),
        ("add:NONE", 422),
    ],
)
def test_bad_input_has_its_clear_answer(console, here, command, status):
    a_ticket(here)
    console.press("next")
    assert console.press(command).status_code == status


def test_start_twice_is_refused_as_a_wrong_state(console, here):
    a_ticket(here)
    console.press("next")
    console.press("start")
    answer = console.press("start")
    assert answer.status_code == 409
    assert "cannot be done now" in answer.content.decode()


def test_without_htmx_a_key_leads_back_to_the_console_with_its_message(console):
    console.page()
    answer = console.client.post(
        f"{console.address}/do", {"command": "start", "seen": console.seen}, follow=True
    )
    assert answer.redirect_chain == [(console.address, 302)]
    assert "Nobody is at this counter" in answer.content.decode()
