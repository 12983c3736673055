"""Every address of the product, and who may go there. An address that is not in the table fails here.

The operations of the API have their own table (test_api_strangers), the pages of setting up theirs
(test_setup_strangers).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import URLResolver, get_resolver

from layan.app.setup.site import site
from layan.kit import clock
from layan.kit.models import Event
from layan.people.api import Role
from layan.people.models import User
from layan.people.rules import STAFF_ROLES
from layan.queueing import api as queueing
from layan.queueing.models import SlipPrinter
from layan.signage.announcing.services import announce
from layan.signage.screens.services import Settings, new_code, pair
from layan.signage.services import post_notice
from tests.builders import BuiltBranch, a_branch, a_person, a_ticket, a_user

pytestmark = pytest.mark.django_db

NOBODY, NO_ROLE = "nobody", "no role"
STAFF = frozenset(role.value for role in STAFF_ROLES)
ELSEWHERE = frozenset(f"{role} elsewhere" for role in STAFF)
SIGNED_IN = STAFF | ELSEWHERE | {NO_ROLE}
EVERYBODY = SIGNED_IN | {NOBODY}

SERVING = frozenset({"officer", "supervisor"})
ISSUING = SERVING | {"telephone", "administrator"}
RUNNING = frozenset({"supervisor", "administrator"})
WATCHING = RUNNING | {"quality", "auditor"}
#: Whose counters one may choose depends on where one works; the page shows one's own.
CHOOSING = SERVING | {f"{role} elsewhere" for role in SERVING}


@dataclass(frozen=True)
class Page:
    """Who may read an address and who may act there; None where it takes no such request."""

    reads: frozenset[str] | None
    acts: frozenset[str] | None = None
    form: dict[str, str] = field(default_factory=dict)


PAGES = {
    "": Page(EVERYBODY),
    "b/<str:code>": Page(EVERYBODY),
    "b/<str:code>/theme.css": Page(EVERYBODY),
    "b/<str:code>/waiting": Page(EVERYBODY),
    "b/<str:code>/usual": Page(EVERYBODY),
    "board/<str:code>": Page(EVERYBODY),
    "board/<str:code>/<str:zone>": Page(EVERYBODY),
    "board/<str:code>/<str:zone>/now": Page(EVERYBODY),
    # A display without a key is shown a code; who has no paired key reads no board there.
    "screen": Page(EVERYBODY),
    "screen/code": Page(EVERYBODY),
    "screen/now": Page(frozenset()),
    # Only a screen's own key is heard there (tests/signage/test_voice.py).
    "screen/voice": Page(None, frozenset()),
    "screen/voice/<int:announcement_id>/played": Page(None, frozenset()),
    # Whoever knows the digest of a sound may hear it; nobody knows this one.
    "sounds/<str:sha>.wav": Page(frozenset()),
    "api/v1/docs": Page(EVERYBODY),
    "api/v1/openapi.json": Page(EVERYBODY),
    "api/v1/problems": Page(EVERYBODY),
    "i18n/setlang/": Page(EVERYBODY, EVERYBODY),
    # Whoever holds a ticket's signed address holds the ticket.
    "t/<str:token>": Page(EVERYBODY, EVERYBODY, {"minutes": "5"}),
    "t/<str:token>/now": Page(EVERYBODY),
    "t/<str:token>/tell": Page(EVERYBODY, EVERYBODY, {"stop": "sms"}),
    "reception/<str:code>": Page(
        ISSUING, ISSUING, {"key": "reception-0123456789", "category": "general", "service": "PASSPORT"}
    ),
    "reception/<str:code>/lines": Page(ISSUING),
    "kiosk/<str:code>": Page(ISSUING),
    "kiosk/<str:code>/now": Page(ISSUING),
    # Only a registered screen calls staff, and only what a page signed is read (tests/queueing/test_kiosk_help.py).
    "kiosk/<str:code>/staff": Page(frozenset(), frozenset()),
    "kiosk/<str:code>/aloud": Page(frozenset()),
    "kiosk/<str:code>/services": Page(ISSUING),
    "kiosk/<str:code>/tiles": Page(ISSUING),
    "kiosk/<str:code>/services/<str:service>": Page(
        ISSUING, ISSUING, {"key": "0123456789abcdefgh", "category": "general"}
    ),
    "kiosk/<str:code>/numbers/<str:token>": Page(ISSUING),
    # Only the kiosk that gave the number (tests/queueing/test_paper.py).
    "kiosk/<str:code>/numbers/<str:token>/paper": Page(frozenset()),
    "kiosk/<str:code>/numbers/<str:token>/slip": Page(None, frozenset(), {"do": "waive"}),
    "counter": Page(CHOOSING),
    "counter/<int:counter_id>": Page(SERVING),
    "counter/<int:counter_id>/face": Page(SERVING),
    "counter/<int:counter_id>/queue": Page(SERVING),
    "counter/<int:counter_id>/do": Page(None, SERVING, {"command": "open", "seen": "closed"}),
    "counter/<int:counter_id>/explain/<uuid:ticket_id>": Page(SERVING),
    "floor/<str:code>": Page(WATCHING),
    "floor/<str:code>/now": Page(WATCHING),
    "floor/<str:code>/do": Page(None, RUNNING, {"command": "end-disruption"}),
    "floor/<str:code>/counters/<int:counter_id>": Page(RUNNING, RUNNING),
    "floor/<str:code>/counters/<int:counter_id>/officer": Page(RUNNING, RUNNING),
    "floor/<str:code>/disruption": Page(RUNNING, RUNNING, {"ms": "Tiada bekalan elektrik"}),
    "floor/<str:code>/fairness": Page(WATCHING),
    "floor/<str:code>/promises": Page(WATCHING),
    "floor/<str:code>/messages": Page(WATCHING),
    "floor/<str:code>/day": Page(WATCHING),
    "floor/<str:code>/day/<uuid:ticket_id>": Page(WATCHING),
    "floor/<str:code>/explain/<uuid:ticket_id>": Page(WATCHING),
    "floor/<str:code>/log.<str:form>": Page(frozenset({"auditor"})),
    "floor/<str:code>/notices": Page(STAFF, RUNNING, {"ms": "Kaunter 3 ditutup"}),
    "floor/<str:code>/notices/<int:notice_id>/end": Page(None, RUNNING),
    "floor/<str:code>/announcements": Page(STAFF, RUNNING, {"announcement-text_ms": "Sila ambil nombor"}),
    "floor/<str:code>/announcements/now": Page(STAFF),
    "floor/<str:code>/announcements/<uuid:batch>/cancel": Page(None, RUNNING),
    "floor/<str:code>/voices": Page(
        WATCHING, frozenset({"administrator"}), {"key": "digit.1", "do": "remove"}
    ),
    # Nothing is recorded here; who may hear what is (tests/signage/test_clips.py).
    "floor/<str:code>/voices/<str:language>/<str:key>.wav": Page(frozenset()),
    "floor/<str:code>/printers": Page(STAFF),
    "floor/<str:code>/printers/<int:printer_id>/test": Page(None, RUNNING),
    "floor/<str:code>/printers/again": Page(None, ISSUING, {"number": "A001", "printer": "1"}),
    "floor/<str:code>/screens": Page(STAFF, RUNNING, {"screen-code": "AAAAAA"}),
    "floor/<str:code>/screens/<int:screen_id>": Page(RUNNING, RUNNING),
    "floor/<str:code>/screens/<int:screen_id>/revoke": Page(None, RUNNING),
    "floor/<str:code>/screens/<int:screen_id>/preview": Page(STAFF),
    "floor/<str:code>/screens/<int:screen_id>/preview/now": Page(STAFF),
    "start": Page(SIGNED_IN),
    "account": Page(SIGNED_IN),
    # The form is everybody's; a branch's kiosk is made by its supervisors alone (tests/people/test_device.py).
    "device": Page(EVERYBODY, RUNNING, {"branch": "UTC-A"}),
}
#: Addresses of signing in and out, which nobody is signed in for yet; all others of an account need a sign-in.
SIGNING_IN = {
    "login/",
    "logout/",
    "inactive/",
    "two-step/authenticate/",
    "two-step/webauthn/login/",
    "agency/cancelled/",
    "agency/error/",
    "oidc/<str:provider_id>/login/",
    "oidc/<str:provider_id>/login/callback/",
}
#: Where other tests hold the table: every operation and every page of setting up is in it.
TABLES_ELSEWHERE = ("api/v1/", "setup/")


def addresses(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    """Yield every address of the product."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, route)
        else:
            yield route


def of_accounts() -> list[str]:
    return [route.removeprefix("accounts/") for route in addresses() if route.startswith("accounts/")]


@dataclass
class Office:
    """A branch with a number and a notice, and one person of each kind, there and elsewhere."""

    here: BuiltBranch
    people: dict[str, User]
    values: dict[str, str]

    def client(self, who: str) -> Client:
        client = Client()
        if who != NOBODY:
            client.force_login(self.people[who])
        return client

    def path(self, route: str) -> str:
        for name, value in self.values.items():
            route = route.replace(f"<{name}>", value)
        assert "<" not in route, route
        return f"/{route}"


@pytest.fixture
def office() -> Office:
    here, elsewhere = a_branch("UTC-A"), a_branch("UTC-B")
    people = {NO_ROLE: a_user("passer-by")}
    for role in STAFF_ROLES:
        people[role.value] = a_user(role.value, role, here)
        people[f"{role.value} elsewhere"] = a_user(f"{role.value}-elsewhere", role, elsewhere)
    ticket = a_ticket(here)
    supervisor = a_person(Role.SUPERVISOR, here)
    notice = post_notice(branch_id=here.id, text={"ms": "Selamat datang"}, by=supervisor)
    screen = pair(
        branch_id=here.id,
        code=new_code(digest="of-a-key", address="127.0.0.1"),
        settings=Settings(name="Kantin", zone_ids=[here.branch.zones.get(code="HALL").pk]),
        by=supervisor,
    )
    said = announce(
        branch_id=here.id,
        text={"ms": "Pejabat tutup pukul 5"},
        zone_ids=[here.branch.zones.get(code="HALL").pk],
        by=supervisor,
        due_at=clock.now() + timedelta(hours=1),
    )
    # Nothing listens there: it is found offline at once.
    SlipPrinter.objects.create(pk=1, branch=here.branch, name="Door", host="127.0.0.1", port=9)
    values = {
        "int:printer_id": "1",
        "str:code": here.code,
        "str:zone": "HALL",
        "str:service": "PASSPORT",
        "str:token": queueing.track_token(ticket.pk),
        "str:form": "csv",
        "int:counter_id": str(here.counter("1")),
        "int:notice_id": str(notice.pk),
        "int:screen_id": str(screen.pk),
        "int:announcement_id": "1",
        "uuid:batch": str(said),
        "str:language": "ms",
        "str:key": "digit.1",
        "str:sha": "0" * 64,
        "uuid:ticket_id": str(ticket.pk),
    }
    return Office(here, people, values)


def events(office: Office) -> int:
    return Event.objects.filter(branch_id=office.here.id).count()


def is_sent_away(response) -> bool:
    """Say whether someone was refused, told that nothing is there, or sent to sign in."""
    sign_in = response.status_code == 302 and response.headers["Location"].startswith("/accounts/login/")
    return sign_in or response.status_code in {401, 403, 404}


def test_every_page_is_in_the_table():
    elsewhere = (*TABLES_ELSEWHERE, "accounts/", "admin/")
    assert set(PAGES) == {route for route in addresses() if route in PAGES or not route.startswith(elsewhere)}


def test_only_who_may_reads_a_page(office):
    browsers = {who: office.client(who) for who in EVERYBODY}
    wrong = []
    for route, page in PAGES.items():
        for who, browser in browsers.items():
            response = browser.get(office.path(route))
            if page.reads is None:
                right = response.status_code in {405, 415}
            else:
                right = is_sent_away(response) == (who not in page.reads) and response.status_code < 500
            if not right:
                wrong.append((route, who, response.status_code))
    assert wrong == []


@pytest.mark.parametrize("route", PAGES)
def test_only_who_may_acts_on_a_page_and_a_stranger_changes_nothing(office, route):
    page = PAGES[route]
    for who in sorted(EVERYBODY):
        before = events(office)
        response = office.client(who).post(office.path(route), page.form)
        if page.acts is None:
            assert response.status_code in {405, 415}, who
        else:
            assert is_sent_away(response) == (who not in page.acts), (who, response.status_code)
        assert response.status_code < 500
        if page.acts is None or who not in page.acts:
            assert events(office) == before, who


def test_no_number_is_taken_from_a_page_that_another_site_shows(office):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(office.people["supervisor"])
    for route, page in PAGES.items():
        # Where nobody who signs in may act, there is nothing that a page of another site could borrow.
        if page.acts and page.acts != EVERYBODY:
            before = events(office)
            assert browser.post(office.path(route), page.form).status_code == 403, route
            assert events(office) == before


@pytest.mark.parametrize("route", of_accounts())
def test_of_an_account_nobody_sees_anything_but_the_sign_in(office, route):
    path = f"/accounts/{route}".replace("<int:pk>", "1").replace("^(?P<provider_id>[^/]+)", "agency")
    for method in ("get", "post"):
        response = getattr(Client(), method)(path)
        assert response.status_code < 500
        if route not in SIGNING_IN:
            assert is_sent_away(response), response.status_code


@pytest.mark.parametrize("command", ["remove", "edit"])
def test_the_key_of_another_account_is_not_touched(office, command):
    key = Authenticator.objects.create(
        user=office.people["officer"], type=Authenticator.Type.WEBAUTHN, data={"name": "My key"}
    )
    stranger = Client()
    stranger.login(username="supervisor", password="correct horse battery")
    path = f"/accounts/two-step/webauthn/keys/{key.pk}/{command}/"
    for method in ("get", "post"):
        assert getattr(stranger, method)(path, {"name": "Mine"}).status_code in {302, 404}
    key.refresh_from_db()
    assert key.data == {"name": "My key"}


def of_administration() -> list[str]:
    return [route for route in addresses() if route.startswith("admin/")]


@pytest.mark.slow
@pytest.mark.parametrize(
    "route", [route for route in of_administration() if not route.startswith("admin/log")]
)
def test_the_administration_site_is_closed_to_whoever_neither_sets_up_nor_audits(office, route):
    path = "/" + route.replace("<path:object_id>", "1").replace("<path:content_type_id>", "1")
    closed = EVERYBODY - {"administrator", "auditor", "administrator elsewhere", "auditor elsewhere"}
    for who in sorted(closed):
        for method in ("get", "post"):
            client = office.client(who)
            response = getattr(client, method)(path, follow=True)
            last = response.redirect_chain[-1][0] if response.redirect_chain else path
            sent_to_sign_in = last.startswith("/accounts/login/")
            changes_password = last.startswith("/accounts/password/")
            refused = response.status_code in {403, 404, 405}
            assert sent_to_sign_in or refused or (changes_password and who != NOBODY), (who, method, last)


@pytest.mark.parametrize("model", sorted(site._registry, key=lambda model: model._meta.label))
@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_the_administration_site_shows_nothing_of_another_agency(office, model, role):
    stranger = office.client(f"{role} elsewhere")
    label = f"/admin/{model._meta.app_label}/{model._meta.model_name}"
    theirs = set(
        office.client(role).get(f"{label}/").context["cl"].queryset.values_list("pk", flat=True)
    ) - set(stranger.get(f"{label}/").context["cl"].queryset.values_list("pk", flat=True))
    mine = set(model._default_manager.values_list("pk", flat=True))
    assert theirs <= mine
    for pk in list(theirs)[:3] or [uuid4().hex]:
        for page in ("change", "delete", "history"):
            for method in ("get", "post"):
                response = getattr(stranger, method)(f"{label}/{pk}/{page}/", {"post": "yes"})
                assert response.status_code in {302, 403, 404}, (page, method, response.status_code)
    assert set(model._default_manager.values_list("pk", flat=True)) == mine
