"""The floor page through Django's client: exceptions, commands, lists, and who may look or act."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from layan.kit import clock
from layan.people.api import Role, person_of_user
from layan.places.api import disruption_message
from layan.queueing import api as queueing
from layan.queueing.models import Alarm, Session, Ticket
from tests.builders import BuiltBranch, a_branch, a_person, a_ticket, a_user, keep_lunch, open_counter

pytestmark = pytest.mark.django_db


def browser(here: BuiltBranch, role: Role, name: str = "") -> Client:
    """Sign in a member of staff with this role at the branch."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(a_user(name or role.value, role, here))
    return client


@pytest.fixture
def here() -> BuiltBranch:
    return a_branch()


@pytest.fixture
def supervisor(here: BuiltBranch) -> Client:
    return browser(here, Role.SUPERVISOR)


@pytest.fixture
def officer(here: BuiltBranch):
    return person_of_user(a_user("aminah", Role.OFFICER, here))


def floor_of(client: Client, here: BuiltBranch) -> str:
    response = client.get(f"/floor/{here.code}")
    assert response.status_code == 200
    return response.content.decode()


def give(client: Client, here: BuiltBranch, command: str):
    return client.post(f"/floor/{here.code}/do", {"command": command}, headers={"HX-Request": "true"})


def test_a_quiet_branch_says_that_all_is_well(supervisor, here):
    assert "All is well" in floor_of(supervisor, here)


def test_b12_a_limit_passed_is_a_sentence_with_its_action(supervisor, here, officer):
    open_counter(here, "1", officer)
    with time_machine.travel(clock.now(), tick=False) as at:
        a_ticket(here)
        at.shift(timedelta(minutes=31))
        text = floor_of(supervisor, here)
    assert "Passport: longest wait 31 min, limit 30." in text
    assert "Open counter 2." in text
    assert f'value="open:{here.counter("2")}"' in text


def test_b12_an_alarm_is_acknowledged_once_with_its_time(supervisor, here):
    with time_machine.travel(clock.now(), tick=False) as at:
        a_ticket(here)
        at.shift(timedelta(minutes=31))
        queueing.watch(branch_id=here.id)
        alarm = Alarm.objects.get()
        assert f'value="acknowledge:{alarm.pk}"' in floor_of(supervisor, here)
        at.shift(timedelta(minutes=2))
        assert give(supervisor, here, f"acknowledge:{alarm.pk}").status_code == 200
        first = clock.now()
        at.shift(timedelta(minutes=2))
        assert give(supervisor, here, f"acknowledge:{alarm.pk}").status_code == 200
        text = floor_of(supervisor, here)
    alarm.refresh_from_db()
    assert alarm.acknowledged_at == first
    assert "data-acknowledged" in text
    assert f'value="acknowledge:{alarm.pk}"' not in text


def test_people_waiting_without_an_open_counter_show(supervisor, here, officer):
    open_counter(here, "1", officer)
    supervisor.post(
        f"/floor/{here.code}/counters/{here.counter('1')}", {f"service-{here.services['A'].pk}": "1"}
    )
    a_ticket(here, "B")
    text = floor_of(supervisor, here)
    assert "Licence: 1 waiting and no counter open for it." in text


def test_b2_an_emergency_that_waits_shows_first(supervisor, here):
    with time_machine.travel(clock.now(), tick=False) as at:
        a_ticket(here)
        at.shift(timedelta(minutes=31))
        ticket = a_ticket(here, category="emergency")
        at.shift(timedelta(minutes=2))
        text = floor_of(supervisor, here)
    assert text.index(f"Emergency {ticket.number} has waited 2 min") < text.index("longest wait")


def test_a_call_nobody_answers_and_a_service_far_over_its_norm_show(supervisor, here, officer):
    counter = open_counter(here, "1", officer)
    with time_machine.travel(clock.now(), tick=False) as at:
        ticket = a_ticket(here)
        queueing.call_next(branch_id=here.id, counter_id=counter, by=officer)
        at.shift(timedelta(minutes=4))
        assert f"Counter 1: {ticket.number} was called 4 min ago" in floor_of(supervisor, here)
        queueing.start(branch_id=here.id, ticket_id=ticket.pk, by=officer)
        at.shift(timedelta(minutes=21))
        assert f"Counter 1: {ticket.number} served for 21 min, norm 10." in floor_of(supervisor, here)


def test_b5_too_few_counters_through_lunch_show(here, officer):
    local = clock.local(clock.now(), "Asia/Kuala_Lumpur")
    noon = local.replace(hour=13, minute=10)
    lunching = a_branch("UTC-L")
    keep_lunch(lunching, "13:00", "14:00", 2)
    with time_machine.travel(noon, tick=False):
        supervisor = browser(lunching, Role.SUPERVISOR, "lunch")
        assert "Lunch: 0 counters open, at least 2 promised." in floor_of(supervisor, lunching)
    with time_machine.travel(noon + timedelta(hours=2), tick=False):
        assert "Lunch:" not in floor_of(supervisor, lunching)


def test_the_supervisor_opens_pauses_and_closes_counters(supervisor, here):
    counter = here.counter("2")
    assert give(supervisor, here, f"open:{counter}").status_code == 200
    assert give(supervisor, here, f"pause:{counter}:meeting").status_code == 200
    session = Session.objects.get(closed_at=None)
    assert (session.state, session.reason) == ("break", "meeting")
    assert "Meeting" in floor_of(supervisor, here)
    assert give(supervisor, here, f"open:{counter}").status_code == 200
    assert give(supervisor, here, f"close:{counter}").status_code == 200
    assert not Session.objects.filter(closed_at=None).exists()
    again = give(supervisor, here, f"close:{counter}")
    assert again.status_code == 409
    assert "This counter is not open" in again.content.decode()


def test_a_counter_with_a_customer_is_not_closed_from_the_floor(supervisor, here, officer):
    counter = open_counter(here, "1", officer)
    ticket = a_ticket(here)
    queueing.call_next(branch_id=here.id, counter_id=counter, by=officer)
    answer = give(supervisor, here, f"close:{counter}")
    assert answer.status_code == 409
    assert ticket.number in answer.content.decode()


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("open:", 422),
        ("open:x", 422),
        ("open:999999", 404),
        ("close:999999", 404),
        ("pause:1", 422),
        ("dance:1", 422),
        ("", 422),
        ("acknowledge:999999", 404),
    ],
)
def test_bad_input_has_its_clear_answer(supervisor, here, command, status):
    assert give(supervisor, here, command).status_code == status


def test_a_counter_of_another_branch_is_not_touched(supervisor, here):
    other = a_branch("UTC-B")
    assert give(supervisor, here, f"open:{other.counter('1')}").status_code == 404
    page = f"/floor/{here.code}/counters/{other.counter('1')}"
    assert supervisor.get(page).status_code == 404
    assert supervisor.post(page, {}).status_code == 404
    assert not Session.objects.exists()


def test_without_htmx_a_command_leads_back_with_its_message(supervisor, here):
    answer = supervisor.post(f"/floor/{here.code}/do", {"command": f"close:{here.counter('1')}"}, follow=True)
    assert answer.redirect_chain == [(f"/floor/{here.code}", 302)]
    assert "This counter is not open" in answer.content.decode()


def test_services_of_a_counter_are_given_in_an_order_of_preference(supervisor, here):
    page = f"/floor/{here.code}/counters/{here.counter('1')}"
    assert supervisor.get(page).status_code == 200
    ids = {letter: service.pk for letter, service in here.services.items()}
    answer = supervisor.post(
        page, {f"service-{ids['C']}": "1", f"service-{ids['A']}": "2", f"service-{ids['B']}": ""}
    )
    assert answer.status_code == 302
    assert here.place.counters[here.counter("1")].offers == {ids["C"]: 1, ids["A"]: 2}


def test_a_preference_that_is_no_number_is_explained(supervisor, here):
    page = f"/floor/{here.code}/counters/{here.counter('1')}"
    answer = supervisor.post(page, {f"service-{here.services['A'].pk}": "first"})
    assert answer.status_code == 422
    assert len(here.place.counters[here.counter("1")].offers) == 3


def test_b15_a_disruption_is_announced_changed_and_ended(supervisor, here):
    page = f"/floor/{here.code}/disruption"
    assert supervisor.post(page, {"ms": "", "en": "No power"}).status_code == 422
    assert disruption_message(here.id) is None
    supervisor.post(page, {"ms": "Tiada bekalan elektrik", "en": "No power"})
    assert disruption_message(here.id) == {"ms": "Tiada bekalan elektrik", "en": "No power"}
    assert "No power" in floor_of(supervisor, here)
    supervisor.post(page, {"ms": "Pulih jam 3", "zh": "三点恢复"})
    assert disruption_message(here.id) == {"ms": "Pulih jam 3", "zh": "三点恢复"}
    assert give(supervisor, here, "end-disruption").status_code == 200
    assert disruption_message(here.id) is None
    assert give(supervisor, here, "end-disruption").status_code == 200
    supervisor.post(page, {"ms": "Lagi"})
    supervisor.post(page, {"end": "1"})
    assert disruption_message(here.id) is None


def test_the_hall_shows_who_serves_which_number_where(supervisor, here, officer):
    counter = open_counter(here, "1", officer)
    ticket = a_ticket(here)
    queueing.call_next(branch_id=here.id, counter_id=counter, by=officer)
    text = floor_of(supervisor, here)
    assert "Aminah" in text
    assert ticket.number in text
    assert "Emergency counter" in text


def test_the_live_part_is_not_sent_again_while_nothing_changed(supervisor, here):
    a_ticket(here)
    with time_machine.travel(clock.now(), tick=False):
        first = supervisor.get(f"/floor/{here.code}/now")
        again = supervisor.get(f"/floor/{here.code}/now", headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)


# --- Strangers -----------------------------------------------------------------------------------


def pages(here: BuiltBranch, ticket: Ticket) -> list[str]:
    return [
        f"/floor/{here.code}{rest}"
        for rest in ("", "/now", "/fairness", "/day", f"/day/{ticket.pk}", f"/explain/{ticket.pk}")
    ]


def acting_pages(here: BuiltBranch) -> list[str]:
    return [f"/floor/{here.code}/disruption", f"/floor/{here.code}/counters/{here.counter('1')}"]


def test_nobody_is_sent_to_sign_in(here):
    ticket = a_ticket(here)
    client = Client()
    log = f"/floor/{here.code}/log.csv"
    for page in [*pages(here, ticket), *acting_pages(here), log]:
        answer = client.get(page)
        assert answer.status_code == 302, page
        assert answer["Location"].startswith("/accounts/login")
    for page in [f"/floor/{here.code}/do", *acting_pages(here)]:
        assert client.post(page, {"command": f"open:{here.counter('1')}", "ms": "x"}).status_code == 302
    assert not Session.objects.exists()
    assert disruption_message(here.id) is None


@pytest.mark.parametrize("role", [Role.OFFICER, Role.TELEPHONE])
def test_an_officer_has_no_floor_page(here, role):
    ticket = a_ticket(here)
    client = browser(here, role)
    for page in [*pages(here, ticket), *acting_pages(here), f"/floor/{here.code}/log.csv"]:
        assert client.get(page).status_code == 403, page
    assert give(client, here, f"open:{here.counter('1')}").status_code == 403


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.QUALITY])
def test_who_may_only_read_sees_no_buttons_and_changes_nothing(here, role):
    ticket = a_ticket(here)
    client = browser(here, role)
    for page in pages(here, ticket):
        text = client.get(page).content.decode()
        main = text[text.find("<main") :]
        assert "floor-form" not in main, page
        assert 'method="post"' not in main, page
    for page in acting_pages(here):
        assert client.get(page).status_code == 403
        assert client.post(page, {"ms": "x"}).status_code == 403
    for command in (f"open:{here.counter('1')}", "end-disruption", "acknowledge:1"):
        assert give(client, here, command).status_code == 403
    assert not Session.objects.exists()
    assert disruption_message(here.id) is None


def test_only_who_may_read_the_log_exports_it(here, supervisor):
    assert "log.csv" not in floor_of(supervisor, here)
    for client in (supervisor, browser(here, Role.QUALITY), browser(here, Role.ADMINISTRATOR)):
        assert client.get(f"/floor/{here.code}/log.csv").status_code == 403


def test_a_supervisor_of_another_branch_is_refused_everywhere(here):
    ticket = a_ticket(here)
    other = a_branch("UTC-B")
    stranger = browser(other, Role.SUPERVISOR, "stranger")
    for page in [*pages(here, ticket), *acting_pages(here)]:
        assert stranger.get(page).status_code in {403, 404}, page
    assert give(stranger, here, f"open:{here.counter('1')}").status_code in {403, 404}
    for part in (f"day/{ticket.pk}", f"explain/{ticket.pk}"):
        assert stranger.get(f"/floor/{other.code}/{part}").status_code == 404
    assert stranger.get("/floor/NONE").status_code == 404


def test_an_administrator_acts_on_the_floor_but_does_not_serve(here):
    administrator = browser(here, Role.ADMINISTRATOR)
    text = floor_of(administrator, here)
    assert "Change its services" in text
    assert "Open in my name" not in text
    assert give(administrator, here, f"open:{here.counter('1')}").status_code == 403
    supervisor = a_person(Role.SUPERVISOR, here)
    queueing.open_counter(branch_id=here.id, counter_id=here.counter("1"), by=supervisor)
    assert give(administrator, here, f"close:{here.counter('1')}").status_code == 200
