"""Signing in, being locked out, the second step, and where each role lands."""

import re
from datetime import timedelta
from http import HTTPStatus

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from layan.people.api import Role
from layan.people.models import User
from tests.builders import a_branch, a_user

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery"


@pytest.fixture
def client() -> Client:
    client = Client()
    client.cookies["layan_language"] = "en"
    return client


def sign_in(client: Client, username: str = "siti", password: str = PASSWORD, **values: str):
    return client.post("/accounts/login/", {"login": username, "password": password, **values})


def prove(client: Client) -> None:
    """Enter the password once more, as pages that change the account's protection ask."""
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == HTTPStatus.FOUND


def code_of(secret: str) -> str:
    """Return the code that an authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_the_right_password_opens_the_start_page(client):
    a_user("siti", Role.OFFICER, a_branch())
    assert sign_in(client).headers["Location"] == "/start"


@pytest.mark.parametrize(
    ("username", "password"), [("siti", "wrong"), ("nobody", PASSWORD), ("", ""), ("siti", "x" * 5000)]
)
def test_a_wrong_sign_in_says_the_same_whoever_it_is(client, username, password):
    a_user("siti", Role.OFFICER, a_branch())
    response = sign_in(client, username, password)
    assert response.status_code == HTTPStatus.OK
    assert "_auth_user_id" not in client.session
    if username and len(password) < 100:
        assert "The username or the password is not right." in response.content.decode()


def test_an_account_that_is_switched_off_does_not_open(client):
    user = a_user("siti", Role.OFFICER, a_branch())
    user.is_active = False
    user.save()
    sign_in(client)
    assert "_auth_user_id" not in client.session


def test_five_failures_lock_the_account_for_five_minutes_also_for_the_right_password(client):
    a_user("siti", Role.OFFICER, a_branch())
    a_user("ali", Role.OFFICER, a_branch("UTC-B"))
    with time_machine.travel("2026-08-24T01:00:00Z", tick=False) as traveller:
        for _attempt in range(5):
            sign_in(client, password="wrong")
        assert "Too many failed attempts" in sign_in(client).content.decode()
        assert "_auth_user_id" not in client.session
        assert sign_in(Client(), "ali").status_code == HTTPStatus.FOUND
        traveller.shift(timedelta(seconds=301))
        assert sign_in(client).status_code == HTTPStatus.FOUND


def test_a_switched_off_account_loses_its_open_session(client):
    user = a_user("siti", Role.OFFICER, a_branch())
    sign_in(client)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/account").status_code == HTTPStatus.FOUND


def test_after_signing_in_one_lands_where_one_wanted_to_go_but_never_elsewhere(client):
    a_user("siti", Role.OFFICER, a_branch())
    assert sign_in(client, next="/account").headers["Location"] == "/account"
    client.logout()
    assert sign_in(client, next="https://example.org/").headers["Location"] == "/start"


@pytest.mark.parametrize(
    "path", ["/accounts/signup/", "/accounts/password/reset/", "/accounts/email/", "/accounts/social/signup/"]
)
def test_nobody_signs_up_and_nothing_goes_by_mail(client, path):
    assert client.get(path).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("role", "address"),
    [
        (Role.OFFICER, "queueing:choose-counter"),
        (Role.TELEPHONE, "queueing:choose-counter"),
        (Role.SUPERVISOR, "queueing:floor"),
        (Role.ADMINISTRATOR, "setup:home"),
        (Role.AUDITOR, "queueing:floor"),
        (Role.QUALITY, "queueing:floor"),
    ],
)
def test_each_role_starts_at_its_face(client, role, address):
    a_user("siti", role, a_branch())
    sign_in(client)
    arguments = ["UTC-A"] if address == "queueing:floor" else []
    assert client.get("/start").headers["Location"] == reverse(address, args=arguments)


def test_who_has_no_role_is_told_whom_to_ask(client):
    a_user("siti")
    sign_in(client)
    assert "no role yet" in client.get("/start").content.decode()


@pytest.mark.parametrize(
    "path",
    ["/start", "/account", "/accounts/password/", "/accounts/two-step/", "/accounts/two-step/webauthn/"],
)
def test_nobody_is_sent_to_sign_in_first(client, path):
    response = client.get(path)
    assert response.status_code == HTTPStatus.FOUND
    assert response.headers["Location"].startswith("/accounts/login/?next=/")


def test_the_account_page_shows_where_each_role_is_held_and_is_not_kept(client):
    a_user("siti", Role.SUPERVISOR, a_branch())
    sign_in(client)
    response = client.get("/account")
    assert "Branch UTC-A" in response.content.decode()
    assert response.headers["Cache-Control"] == "no-store"


def test_signing_out_needs_a_post_and_ends_the_session(client):
    a_user("siti", Role.OFFICER, a_branch())
    sign_in(client)
    assert client.get("/accounts/logout/").status_code == HTTPStatus.OK
    assert "_auth_user_id" in client.session
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_a_password_is_changed_with_the_present_one_and_a_weak_one_is_refused(client):
    user = a_user("siti", Role.OFFICER, a_branch())
    sign_in(client)
    weak = {"oldpassword": PASSWORD, "password1": "short", "password2": "short"}
    assert client.post("/accounts/password/", weak).status_code == HTTPStatus.OK
    strong = {"oldpassword": PASSWORD, "password1": "tujuh ekor kucing", "password2": "tujuh ekor kucing"}
    client.post("/accounts/password/", strong)
    user.refresh_from_db()
    assert user.check_password("tujuh ekor kucing")


def with_app(client: Client) -> str:
    """Switch on the authenticator app for the person signed in; return its secret."""
    prove(client)
    page = client.get("/accounts/two-step/totp/activate/").content.decode()
    found = re.search(r'<code class="num">([A-Z2-7]+)</code>', page)
    assert found is not None
    response = client.post("/accounts/two-step/totp/activate/", {"code": code_of(found[1])})
    assert response.status_code == HTTPStatus.FOUND
    return found[1]


def test_with_an_authenticator_app_the_password_alone_no_longer_opens(client):
    a_user("siti", Role.OFFICER, a_branch())
    with time_machine.travel("2026-08-24T01:00:00Z", tick=False) as traveller:
        sign_in(client)
        secret = with_app(client)
        client.post("/accounts/logout/")
        traveller.shift(timedelta(minutes=2))
        response = sign_in(client)
        assert response.headers["Location"].startswith("/accounts/two-step/authenticate/")
        assert client.get("/account").status_code == HTTPStatus.FOUND
        client.post("/accounts/two-step/authenticate/", {"code": "000000"})
        assert client.get("/account").status_code == HTTPStatus.FOUND
        client.post("/accounts/two-step/authenticate/", {"code": code_of(secret)})
        assert client.get("/account").status_code == HTTPStatus.OK


def test_the_apps_secret_is_not_readable_in_the_database_and_recovery_codes_work_once(client):
    a_user("siti", Role.OFFICER, a_branch())
    sign_in(client)
    secret = with_app(client)
    assert secret not in str(list(Authenticator.objects.values_list("data", flat=True)))
    page = client.get("/accounts/two-step/recovery-codes/").content.decode()
    code = re.findall(r'<code class="lead">([^<]+)</code>', page)[0]
    for expected in (HTTPStatus.OK, HTTPStatus.FOUND):
        client.post("/accounts/logout/")
        sign_in(client)
        client.post("/accounts/two-step/authenticate/", {"code": code})
        assert client.get("/account").status_code == expected


def test_changing_protection_asks_again_who_one_is_after_a_while(client):
    a_user("siti", Role.OFFICER, a_branch())
    with time_machine.travel("2026-08-24T01:00:00Z", tick=False) as traveller:
        sign_in(client)
        prove(client)
        assert client.get("/accounts/two-step/totp/activate/").status_code == HTTPStatus.OK
        traveller.shift(timedelta(minutes=30))
        response = client.get("/accounts/two-step/totp/activate/")
        assert response.headers["Location"].startswith("/accounts/reauthenticate/")
        assert "Is it you?" in client.get(response.headers["Location"]).content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/two-step/",
        "/accounts/two-step/totp/activate/",
        "/accounts/two-step/webauthn/",
        "/accounts/two-step/webauthn/add/",
        "/accounts/password/",
        "/accounts/reauthenticate/",
    ],
)
def test_the_pages_of_protection_open_and_run_no_inline_script(client, path):
    a_user("siti", Role.OFFICER, a_branch())
    sign_in(client)
    prove(client)
    response = client.get(path)
    assert response.status_code == HTTPStatus.OK
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    scripts = re.findall(
        r"<script(?![^>]*\b(?:src|type=\"application/json\"))[^>]*>", response.content.decode()
    )
    assert scripts == []


def test_a_form_of_staff_sent_after_the_session_ended_leads_to_the_sign_in_page_and_back(db):
    here = a_branch()
    page = f"/counter/{here.counter('1')}"
    sent = Client(enforce_csrf_checks=True).post(
        f"{page}/do", headers={"referer": f"http://testserver{page}"}
    )
    assert (sent.status_code, sent.url) == (302, f"/accounts/login/?next={page}")


def test_a_form_of_staff_from_elsewhere_does_not_choose_where_to_go_after_signing_in(db):
    here = a_branch()
    path = f"/counter/{here.counter('1')}/do"
    sent = Client(enforce_csrf_checks=True).post(path, headers={"referer": "https://elsewhere.example/x"})
    assert sent.url == "/accounts/login/?next=/start"


def test_a_form_of_the_public_without_its_token_is_refused_and_says_what_to_do(db):
    here = a_branch()
    sent = Client(enforce_csrf_checks=True).post(f"/kiosk/{here.code}/services/PASSPORT")
    assert sent.status_code == 403
    assert b"kuki" in sent.content or b"cookies" in sent.content
