"""Every page of setting up refuses nobody, other roles and other places, and changes nothing for them."""

from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from layan.kit.events import read
from layan.people.api import Role
from layan.people.models import Assignment, Token, User
from tests.builders import BuiltBranch, a_branch, a_user

pytestmark = pytest.mark.django_db

#: Addresses by name; `{...}` is filled in for the branch under attack.
AGENCY_PAGES = ["agency", "new-branch", "branches-file"]
BRANCH_PAGES = [
    "branch",
    "details",
    "staff",
    "new-member",
    "member",
    "password",
    "devices",
    "revoke",
    "branch-file",
    "section",
    "new",
    "edit",
    "remove",
]
OTHER_PAGES = ["home", "template", "new-agency"]


def address(name: str, built: BuiltBranch, user: User) -> str:
    code = built.code
    arguments = {
        "agency": [built.branch.agency.code],
        "new-branch": [built.branch.agency.code],
        "branches-file": [built.branch.agency.code],
        "member": [code, user.pk],
        "password": [code, user.pk],
        "revoke": [code, 1],
        "branch-file": [code, "zones"],
        "section": [code, "zones"],
        "new": [code, "zones"],
        "edit": [code, "zones", built.branch.zones.get(code="HALL").pk],
        "remove": [code, "zones", built.branch.zones.get(code="HALL").pk],
        "template": ["zones"],
        "home": [],
        "new-agency": [],
    }.get(name, [code])
    return reverse(f"setup:{name}", args=arguments)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_table_names_every_page_of_setting_up():
    names = {pattern.name for pattern in get_resolver("layan.app.setup.urls").url_patterns}
    assert names == {*AGENCY_PAGES, *BRANCH_PAGES, *OTHER_PAGES}


@pytest.mark.parametrize("name", [*AGENCY_PAGES, *BRANCH_PAGES, *OTHER_PAGES])
def test_nobody_is_sent_to_sign_in_or_refused(name):
    built = a_branch()
    target = address(name, built, a_user("ali", Role.OFFICER, built))
    for response in (Client().get(target), Client().post(target, {"code": "X"})):
        assert response.status_code in {HTTPStatus.FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
        if response.status_code == HTTPStatus.FOUND:
            assert response.headers["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize(
    "role", [Role.OFFICER, Role.TELEPHONE, Role.SUPERVISOR, Role.QUALITY, Role.AUDITOR, None]
)
@pytest.mark.parametrize("name", [*AGENCY_PAGES, *BRANCH_PAGES, *OTHER_PAGES])
def test_other_roles_are_refused(name, role):
    built = a_branch()
    client = client_of(a_user("siti", role, built))
    target = address(name, built, a_user("ali", Role.OFFICER, built))
    before = len(list(read(built.id)))
    for response in (client.get(target), client.post(target, {"code": "X"})):
        assert response.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.METHOD_NOT_ALLOWED}
    assert len(list(read(built.id))) == before


@pytest.mark.parametrize("name", [*AGENCY_PAGES, *BRANCH_PAGES, "new-agency"])
def test_the_administrator_of_another_agency_is_refused(name):
    built, other = a_branch("UTC-A"), a_branch("UTC-B")
    client = client_of(a_user("siti", Role.ADMINISTRATOR, other))
    target = address(name, built, a_user("ali", Role.OFFICER, built))
    for response in (client.get(target), client.post(target, {"code": "X"})):
        assert response.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.METHOD_NOT_ALLOWED}


@pytest.mark.parametrize("name", [*AGENCY_PAGES, "new-agency"])
def test_the_administrator_of_one_branch_is_refused_the_agency(name):
    built = a_branch()
    user = a_user("siti")
    Assignment.objects.create(user=user, role=Role.ADMINISTRATOR.value, branch=built.branch)
    response = client_of(user).get(address(name, built, user))
    assert response.status_code == HTTPStatus.FORBIDDEN
    assert client_of(user).get(address("branch", built, user)).status_code == HTTPStatus.OK


def test_a_refusal_is_a_page_that_says_what_to_do():
    built = a_branch()
    client = client_of(a_user("siti", Role.OFFICER, built))
    client.cookies["layan_language"] = "en"
    text = client.get("/setup/branches/UTC-A").content.decode()
    assert "Ask your supervisor" in text
    assert "Nothing was changed." in text
    notice = client.get("/setup/branches/UTC-A", headers={"HX-Request": "true"})
    assert notice.headers["HX-Retarget"] == "#messages"
    assert "<html" not in notice.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/setup/branches/NOWHERE",
        "/setup/agencies/NOWHERE",
        "/setup/branches/UTC-A/nothing",
        "/setup/branches/UTC-A/zones/999999",
        "/setup/branches/UTC-A/hours/file",
        "/setup/branches/UTC-A/staff/999999",
        "/setup/templates/nothing.csv",
    ],
)
def test_what_does_not_exist_is_not_found(path):
    client = client_of(a_user("siti", Role.ADMINISTRATOR, a_branch()))
    assert client.get(path).status_code == HTTPStatus.NOT_FOUND


def test_a_thing_of_another_branch_is_not_found_under_ones_own():
    mine, theirs = a_branch("UTC-A"), a_branch("UTC-B")
    client = client_of(a_user("siti", Role.ADMINISTRATOR, mine))
    zone = theirs.branch.zones.get(code="HALL")
    token = Token.objects.create(
        name="x", role="kiosk", branch=theirs.branch, digest="x", created_at="2026-01-01T00:00Z"
    )
    officer = a_user("ali", Role.OFFICER, theirs)
    for path in (f"zones/{zone.pk}", f"zones/{zone.pk}/remove", f"staff/{officer.pk}"):
        assert client.get(f"/setup/branches/UTC-A/{path}").status_code == HTTPStatus.NOT_FOUND
    for path in (f"devices/{token.pk}/revoke", f"staff/{officer.pk}/password"):
        assert client.post(f"/setup/branches/UTC-A/{path}").status_code == HTTPStatus.NOT_FOUND
