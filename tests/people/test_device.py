"""Registering a machine as the kiosk of a branch."""

from http import HTTPStatus

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from layan.people import api
from layan.people.api import Permission, Role, create_token
from layan.people.models import Token
from layan.people.services import revoke_device
from layan.people.web import DEVICE_COOKIE, device_person, remember_device
from tests.builders import BuiltBranch, a_branch, a_user

pytestmark = pytest.mark.django_db


def machine_with(key: str) -> HttpRequest:
    response = HttpResponse()
    remember_device(response, key)
    request = RequestFactory().get("/kiosk/UTC-A")
    request.COOKIES[DEVICE_COOKIE] = response.cookies[DEVICE_COOKIE].value
    return request


def signed_in(role: Role | None, at: BuiltBranch, username: str = "siti") -> Client:
    client = Client()
    client.force_login(a_user(username, role, at))
    return client


def test_a_supervisor_makes_the_machine_a_kiosk_and_is_signed_out():
    built = a_branch()
    client = signed_in(Role.SUPERVISOR, built)
    response = client.post("/device", {"branch": "UTC-A"})
    assert response.status_code == HTTPStatus.FOUND
    cookie = response.cookies[DEVICE_COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] > 365 * 24 * 3600
    assert "_auth_user_id" not in client.session
    token = Token.objects.get()
    assert (token.role, token.branch_id) == ("kiosk", built.id)
    assert "UTC-A" in client.get("/device").content.decode()


@pytest.mark.parametrize("role", [None, Role.OFFICER, Role.QUALITY, Role.AUDITOR, Role.TELEPHONE])
def test_other_roles_may_not(role):
    client = signed_in(role, a_branch())
    assert client.post("/device", {"branch": "UTC-A"}).status_code == HTTPStatus.FORBIDDEN
    assert not Token.objects.exists()


@pytest.mark.parametrize("code", ["UTC-A", "NOWHERE"])
def test_strangers_may_not(code):
    a_branch("UTC-A")
    stranger = signed_in(Role.SUPERVISOR, a_branch("UTC-B"))
    for client in (stranger, Client()):
        assert client.post("/device", {"branch": code}).status_code == HTTPStatus.FORBIDDEN
    assert not Token.objects.exists()


def test_a_typed_token_registers_the_machine():
    built = a_branch()
    key = create_token(role=Role.KIOSK, name="door", branch_id=built.id)
    client = Client()
    response = client.post("/device", {"token": f" {key} "})
    assert response.cookies[DEVICE_COOKIE].value


@pytest.mark.parametrize("kind", ["nonsense", "staff", "agency", "empty"])
def test_a_token_of_something_else_is_refused_with_words(kind):
    built = a_branch()
    user = a_user("siti", Role.OFFICER, built)
    keys = {
        "nonsense": "layan_abc",
        "staff": create_token(role=Role.OFFICER, name="x", branch_id=built.id, user_id=user.pk),
        "agency": create_token(role=Role.KIOSK, name="x", agency_id=built.branch.agency_id),
        "empty": "",
    }
    response = Client().post("/device", {"token": keys[kind]})
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert DEVICE_COOKIE not in response.cookies


def test_the_device_of_a_request_is_read_from_its_cookie():
    built = a_branch()
    key = create_token(role=Role.KIOSK, name="door", branch_id=built.id)
    person = device_person(machine_with(key))
    assert person is not None
    assert person.may(Permission.ISSUE, built.id, built.branch.agency_id)


def test_a_forged_or_missing_cookie_is_nobody():
    built = a_branch()
    key = create_token(role=Role.KIOSK, name="door", branch_id=built.id)
    forged = machine_with(key)
    forged.COOKIES[DEVICE_COOKIE] = key
    assert device_person(forged) is None
    assert device_person(RequestFactory().get("/")) is None


def test_a_revoked_device_is_nobody():
    built = a_branch()
    key = create_token(role=Role.KIOSK, name="door", branch_id=built.id)
    revoke_device(token_id=Token.objects.get().pk, branch_id=built.id, actor="user:1")
    api._known.clear()
    assert device_person(machine_with(key)) is None
