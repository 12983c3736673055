"""The agency's own sign-in (OIDC): off by default, set wholly or not at all, and it never makes an account."""

import pytest
from allauth.core.context import request_context
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.test import RequestFactory

from layan.app.installation import BadSetting, Oidc, oidc
from layan.people.adapters import SocialAccountAdapter
from layan.people.models import User
from tests.builders import a_user

SETTINGS = {
    "LAYAN_OIDC_SERVER": "https://login.agency.example/realms/staff",
    "LAYAN_OIDC_CLIENT_ID": "layan",
    "LAYAN_OIDC_SECRET": "secret",
}


def test_it_is_off_by_default(monkeypatch):
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    assert oidc() is None


def test_with_its_three_settings_it_is_on(monkeypatch):
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LAYAN_OIDC_NAME", "MyAgency")
    found = oidc()
    assert found is not None
    assert (found.name, found.origin) == ("MyAgency", "https://login.agency.example")
    assert found.app["settings"] == {"server_url": found.server, "oauth_pkce_enabled": True}


@pytest.mark.parametrize("missing", list(SETTINGS))
def test_half_of_it_says_what_is_missing(monkeypatch, missing):
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, "" if name == missing else value)
    with pytest.raises(BadSetting, match=missing):
        oidc()


def test_a_server_without_encryption_is_refused(monkeypatch):
    for name, value in {**SETTINGS, "LAYAN_OIDC_SERVER": "http://login.agency.example"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting, match="https"):
        oidc()


def a_login(**claims: str) -> SocialLogin:
    account = SocialAccount(provider="agency", uid="1", extra_data={"userinfo": claims})
    return SocialLogin(user=User(), account=account)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("claims", "opens"),
    [
        ({"preferred_username": "siti"}, True),
        ({"preferred_username": "SITI"}, False),
        ({"preferred_username": "ali"}, False),
        ({"preferred_username": "off"}, False),
        ({"email": "siti@agency.example"}, False),
        ({}, False),
    ],
)
def test_it_opens_the_active_account_of_exactly_that_username(claims, opens, settings):
    server = Oidc("MyAgency", SETTINGS["LAYAN_OIDC_SERVER"], "layan", "secret")
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [server.app]}}
    user = a_user("siti")
    switched_off = a_user("off")
    switched_off.is_active = False
    switched_off.save()
    adapter, login = SocialAccountAdapter(), a_login(**claims)
    request = RequestFactory().get("/")
    request.user = User()
    with request_context(request):
        adapter.pre_social_login(request, login)
    assert login.is_existing == opens
    assert not adapter.is_open_for_signup(request, login)
    if opens:
        assert login.user == user
