"""A supervisor moves staff (B12): opens a counter in an officer's name, hands it over, moves who sits elsewhere."""

import pytest
from django.test import Client

from layan.kit import models as kit
from layan.people.api import Role, person_of_user
from layan.people.models import User
from layan.places import models as places
from layan.queueing import api as queueing
from layan.queueing.models import Session, Ticket
from tests.builders import a_branch, a_ticket, a_user, open_counter
from tests.queueing.conftest import staff
from tests.refusals import refused

pytestmark = pytest.mark.django_db


def seat(here, code: str, officer, by) -> Session:
    return queueing.seat_officer(
        branch_id=here.id, counter_id=here.counter(code), officer_id=officer.user_id, by=by
    )


def events(here) -> list[str]:
    found = kit.Event.objects.filter(branch_id=here.id, type__startswith="counter.").order_by("seq")
    return [event.type for event in found]


def at_work(here) -> dict[str, int | None]:
    sessions = Session.objects.filter(branch_id=here.id, closed_at=None).select_related("counter")
    return {session.counter.code: session.officer_id for session in sessions}


def test_b12_a_counter_opens_in_an_officer_s_name_who_serves_there_at_once(here, aminah, chong):
    session = seat(here, "2", aminah, chong)
    assert (session.officer_id, session.opened_by) == (aminah.user_id, chong.actor)
    ticket = a_ticket(here)
    called = queueing.call_next(branch_id=here.id, counter_id=here.counter("2"), by=aminah)
    assert called.pk == ticket.pk
    last = kit.Event.objects.filter(type="counter.opened").get()
    assert last.actor == chong.actor, "the log says who did it"


def test_b12_an_officer_who_sits_elsewhere_moves_and_who_waits_for_them_goes_on_waiting_for_them(
    here, aminah, bala, chong
):
    open_counter(here, "1", bala)
    open_counter(here, "2", aminah)
    ticket = a_ticket(here)
    queueing.call_next(branch_id=here.id, counter_id=here.counter("1"), by=bala)
    queueing.transfer(branch_id=here.id, ticket_id=ticket.pk, officer_id=aminah.user_id, by=bala)
    lane = Ticket.objects.get().lane
    seat(here, "3", aminah, chong)
    assert at_work(here) == {"1": bala.user_id, "3": aminah.user_id}
    assert Ticket.objects.get().lane == lane
    called = queueing.call_next(branch_id=here.id, counter_id=here.counter("3"), by=aminah)
    assert called.pk == ticket.pk


def test_b12_a_counter_is_handed_over_and_a_break_ended_by_seating_the_same_officer(
    here, aminah, bala, chong
):
    open_counter(here, "1", aminah)
    seat(here, "1", bala, chong)
    assert at_work(here) == {"1": bala.user_id}
    assert events(here) == ["counter.opened", "counter.closed", "counter.opened"]
    queueing.pause_counter(branch_id=here.id, counter_id=here.counter("1"), reason="rest", by=bala)
    assert seat(here, "1", bala, chong).state == "open"
    seat(here, "1", bala, chong)
    assert events(here)[3:] == ["counter.paused", "counter.opened"], (
        "seating whoever sits there changes nothing"
    )


def test_nobody_is_moved_away_from_a_customer(here, aminah, bala, chong):
    counter = open_counter(here, "1", aminah)
    ticket = a_ticket(here)
    queueing.call_next(branch_id=here.id, counter_id=counter, by=aminah)
    with refused("officer-busy") as found:
        seat(here, "2", aminah, chong)
    assert found.value.facts == {"counter": "1", "number": ticket.number}
    with refused("counter-busy"):
        seat(here, "1", bala, chong)
    assert at_work(here) == {"1": aminah.user_id}


def test_only_who_serves_here_is_seated_and_only_by_who_acts_at_every_counter(here, aminah, bala, chong):
    there = a_branch("UTC-B")
    elsewhere = staff(there, "dewi", Role.OFFICER)
    auditor = a_user("kavitha", Role.AUDITOR, here)
    User.objects.filter(pk=bala.user_id).update(is_active=False)
    for nobody in (elsewhere, person_of_user(auditor), bala):
        with refused("not-an-officer"):
            seat(here, "1", nobody, chong)
    for stranger in (aminah, staff(there, "lim", Role.SUPERVISOR), person_of_user(auditor)):
        with refused("not-allowed"):
            seat(here, "1", aminah, stranger)
    with refused("unknown-counter"):
        queueing.seat_officer(
            branch_id=here.id, counter_id=there.counter("1"), officer_id=aminah.user_id, by=chong
        )
    assert at_work(here) == {}


@pytest.fixture
def browser(here) -> Client:
    """The supervisor's browser, in English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(a_user("puan-lim", Role.SUPERVISOR, here))
    return client


def page(client: Client, here, code: str) -> str:
    response = client.get(f"/floor/{here.code}/counters/{here.counter(code)}/officer")
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_offers_who_is_free_first_and_says_where_the_others_are(browser, here, aminah, bala):
    staff(here, "citra", Role.OFFICER, skills="B")
    open_counter(here, "1", aminah)
    a_ticket(here)
    queueing.call_next(branch_id=here.id, counter_id=here.counter("1"), by=aminah)
    open_counter(here, "2", bala)
    queueing.pause_counter(branch_id=here.id, counter_id=here.counter("2"), reason="rest", by=bala)
    places.CounterService.objects.filter(counter=here.counter("3"), service=here.services["B"]).delete()
    here.branch.refresh_from_db()
    text = page(browser, here, "3")
    order = [text.index(f'">{name}</th>') for name in ("Puan-Lim", "Citra", "Aminah", "Bala")]
    assert order == sorted(order)
    assert "has a customer" in text
    assert "on a break" in text
    assert f'value="{aminah.user_id}"' not in text
    assert "Move here" in text
    assert "Hand over" in page(browser, here, "2")
    assert "sits here" in page(browser, here, "2")


def test_the_floor_leads_there_and_back(browser, here, aminah):
    address = f"/floor/{here.code}/counters/{here.counter('1')}/officer"
    assert address in browser.get(f"/floor/{here.code}").content.decode()
    done = browser.post(address, {"officer": aminah.user_id}, follow=True)
    assert "Counter 1 is open." in done.content.decode()
    assert at_work(here) == {"1": aminah.user_id}
    assert "Hand over to an officer" in done.content.decode()


@pytest.mark.parametrize("officer", ["", "0", "x", "999999", "9" * 40, "٣"])
def test_a_made_up_officer_is_refused_in_words(browser, here, officer):
    address = f"/floor/{here.code}/counters/{here.counter('1')}/officer"
    answer = browser.post(address, {"officer": officer})
    assert answer.status_code == 422
    assert "does not serve at this branch" in answer.content.decode()


def test_strangers_are_not_shown_the_page(here):
    there = a_branch("UTC-B")
    address = f"/floor/{here.code}/counters/{here.counter('1')}/officer"
    assert Client().get(address).status_code == 302
    for role, place in ((Role.OFFICER, here), (Role.QUALITY, here), (Role.SUPERVISOR, there)):
        client = Client()
        client.force_login(a_user(f"stranger-{role}-{place.code}", role, place))
        for answer in (client.get(address), client.post(address, {"officer": 1})):
            assert answer.status_code == 403
    chief = Client()
    chief.force_login(a_user("chief", Role.SUPERVISOR, here))
    assert chief.get(f"/floor/{here.code}/counters/{there.counter('1')}/officer").status_code == 404


def test_an_office_without_officers_is_told_where_they_come_from(here):
    client = Client(headers={"accept-language": "en"})
    client.force_login(a_user("admin", Role.ADMINISTRATOR, here))
    assert "Nobody serves at this branch yet." in page(client, here, "1")
