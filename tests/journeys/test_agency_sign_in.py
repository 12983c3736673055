"""The agency's own sign-in (OIDC), against a provider that speaks HTTP, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from layan.people.api import Role
from layan.people.models import User
from tests.builders import a_branch, a_user
from tests.journeys.conftest import Browse, Server
from tests.journeys.staff import CONSOLE, Snap, look
from tests.oidc_provider import Provider, oidc_provider


@pytest.fixture
def agency(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """The agency's provider, set for the office that starts after it."""
    with oidc_provider() as provider:
        for name, value in provider.settings().items():
            monkeypatch.setenv(name, value)
        yield provider


@pytest.fixture
def office(agency: Provider, server: Server) -> Server:
    """An office registered with the provider at the address in docs/operations/access.md, where Siti works."""
    agency.redirects.add(f"{server.url}/accounts/oidc/agency/login/callback/")
    a_user("siti", Role.OFFICER, a_branch())
    return server


def sign_in(browse: Browse, user: str) -> Page:
    page = browse(*CONSOLE, locale="en-GB", extra_http_headers={"Accept-Language": "en"})
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with MyAgency").click()
    expect(page.get_by_role("heading", name="Agency sign-in")).to_be_visible()
    page.get_by_label("User").fill(user)
    page.get_by_role("button", name="Continue").click()
    return page


def test_the_agency_s_account_opens_the_one_of_the_same_name(
    agency: Provider, office: Server, browse: Browse, snap: Snap
):
    for _time in ("first", "again"):
        page = sign_in(browse, "siti")
        expect(page.get_by_role("heading", name="Choose a counter")).to_be_visible()
        expect(page.locator("header")).to_contain_text("Siti")
    assert User.objects.count() == 1
    assert agency.refused == []
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    look(page, snap, "agency-login")


def test_whom_the_agency_knows_and_the_office_does_not_is_told_whom_to_ask(
    office: Server, browse: Browse, snap: Snap
):
    page = sign_in(browse, "ali")
    expect(page.get_by_text("administrator")).to_be_visible()
    look(page, snap, "agency-unknown")
    assert not User.objects.filter(username="ali").exists()
    page.goto("/start")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_sign_in_given_up_a_secret_that_is_wrong_and_a_provider_that_is_away_are_told_apart_from_success(
    agency: Provider, office: Server, browse: Browse
):
    expect(sign_in(browse, "").get_by_role("heading", name="Sign-in was cancelled")).to_be_visible()
    agency.secret = "another"
    page = sign_in(browse, "siti")
    expect(page.get_by_role("heading", name="The agency's sign-in did not work")).to_be_visible()
    assert agency.refused == ["invalid_client"]
    agency.shutdown()
    agency.server_close()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with MyAgency").click()
    expect(page.get_by_role("heading", name="The agency's sign-in did not work")).to_be_visible()
