"""The demonstration's agencies, people and tokens, as they are written into an empty installation."""

import pytest

from layan.app.demo.load import load_demonstration, new_passwords, new_tokens, officers_at
from layan.kit.models import Head
from layan.people.api import PERMISSIONS, Permission, Role, person_of_token
from layan.people.models import User
from layan.places import models as places
from layan.places.api import branch_id_of, layout
from layan.queueing import api as queueing

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    load_demonstration()
    branch_id = branch_id_of("SENTOSA")
    assert branch_id is not None
    return layout(branch_id)


def test_loading_twice_is_loading_once(place):
    before = (places.Branch.objects.count(), places.Counter.objects.count(), User.objects.count())
    load_demonstration()
    assert (places.Branch.objects.count(), places.Counter.objects.count(), User.objects.count()) == before
    assert Head.objects.count() == before[0]


def test_each_run_has_its_own_passwords_and_they_open_the_accounts(place):
    first, second = new_passwords(), new_passwords()
    assert {sign_in.username for sign_in in first} == {sign_in.username for sign_in in second}
    assert not {sign_in.password for sign_in in first} & {sign_in.password for sign_in in second}
    for sign_in in second:
        assert User.objects.get(username=sign_in.username).check_password(sign_in.password)


def test_there_is_a_token_of_every_role_that_may_what_the_role_may(place):
    tokens = new_tokens(place.code)
    assert set(tokens) == {role.value for role in Role}
    for role, key in tokens.items():
        person = person_of_token(key)
        assert person is not None, role
        allowed = {each for each in Permission if person.may(each, place.branch_id, place.agency_id)}
        assert allowed == PERMISSIONS[Role(role)]


def test_the_officer_s_token_serves_at_every_counter(place):
    """Any program can be pointed at the demonstration: no skill of an account stands in its way."""
    tokens = new_tokens(place.code)
    kiosk, officer = person_of_token(tokens["kiosk"]), person_of_token(tokens["officer"])
    assert kiosk is not None
    assert officer is not None
    for counter in place.counters.values():
        queueing.open_counter(branch_id=place.branch_id, counter_id=counter.id, by=officer)
        for service_id in counter.offers:
            code = place.services[service_id].code
            given = queueing.issue(branch_id=place.branch_id, services=[code], by=kiosk).ticket
            called = queueing.call_next(branch_id=place.branch_id, counter_id=counter.id, by=officer)
            assert called == given
            queueing.finish(branch_id=place.branch_id, ticket_id=given.pk, by=officer)
        queueing.close_counter(branch_id=place.branch_id, counter_id=counter.id, by=officer)


def test_officers_sit_at_counters_of_their_branch(place):
    seats = officers_at(place.code)
    assert set(seats) <= {counter.code for counter in place.counters.values()}
    assert len(set(seats.values())) == len(seats)
