"""The administration site: who may open it, what each sees, and that changes are on record."""

from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse

from layan.app.setup.site import site
from layan.kit.events import read
from layan.people.api import Role, create_user
from layan.people.models import User
from tests.builders import BuiltBranch, a_branch, a_user

pytestmark = pytest.mark.django_db

TABLES = sorted((model._meta.app_label, model._meta.model_name) for model in site._registry)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["layan_language"] = "en"
    return client


def of_role(role: Role, built: BuiltBranch) -> Client:
    return signed_in(a_user("siti", role, built))


def list_of(app: str, model: str) -> str:
    return reverse(f"admin:{app}_{model}_changelist")


@pytest.mark.parametrize(("app", "model"), TABLES)
def test_strangers_do_not_get_in(app, model):
    built = a_branch()
    response = Client().get(list_of(app, model))
    assert response.status_code == HTTPStatus.FOUND
    assert "/admin/login/" in response.headers["Location"]
    assert Client().get(response.headers["Location"]).headers["Location"].startswith("/accounts/login/")
    for number, role in enumerate((Role.OFFICER, Role.TELEPHONE, Role.SUPERVISOR, Role.QUALITY)):
        client = signed_in(a_user(f"user{number}", role, built))
        assert client.get(list_of(app, model), follow=True).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(("app", "model"), TABLES)
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_every_table_opens_for_administrators_and_auditors(app, model, role):
    response = of_role(role, a_branch()).get(list_of(app, model))
    assert response.status_code == HTTPStatus.OK


def test_each_sees_only_the_own_agency():
    mine, theirs = a_branch("UTC-A"), a_branch("UTC-B")
    client = of_role(Role.ADMINISTRATOR, mine)
    page = client.get(list_of("places", "branch")).content.decode()
    assert "UTC-A" in page
    assert "UTC-B" not in page
    zone = theirs.branch.zones.get(code="HALL")
    response = client.get(reverse("admin:places_zone_change", args=[zone.pk]))
    assert response.status_code == HTTPStatus.FOUND
    form = client.get(reverse("admin:places_zone_add")).content.decode()
    assert "UTC-A" in form
    assert "UTC-B" not in form


def test_the_installations_administrator_sees_all():
    a_branch("UTC-A")
    a_branch("UTC-B")
    create_user(username="admin", role=Role.ADMINISTRATOR)
    page = signed_in(User.objects.get(username="admin")).get(list_of("places", "branch")).content.decode()
    assert "UTC-A" in page
    assert "UTC-B" in page


def test_an_auditor_changes_nothing():
    built = a_branch()
    client = of_role(Role.AUDITOR, built)
    zone = built.branch.zones.get(code="HALL")
    change = reverse("admin:places_zone_change", args=[zone.pk])
    assert client.get(change).status_code == HTTPStatus.OK
    assert client.post(change, {"code": "X"}).status_code == HTTPStatus.FORBIDDEN
    assert client.get(reverse("admin:places_zone_add")).status_code == HTTPStatus.FORBIDDEN
    assert (
        client.post(reverse("admin:places_zone_delete", args=[zone.pk])).status_code == HTTPStatus.FORBIDDEN
    )


def test_a_change_of_places_is_on_record_and_seen_at_once():
    built = a_branch()
    client = of_role(Role.ADMINISTRATOR, built)
    zone = built.branch.zones.get(code="HALL")
    values = {"branch": built.id, "code": "HALL", "name_ms": "Dewan Besar"}
    response = client.post(reverse("admin:places_zone_change", args=[zone.pk]), values)
    assert response.status_code == HTTPStatus.FOUND
    assert built.place.zone_codes["HALL"].name == {"ms": "Dewan Besar"}
    *_, last = read(built.id)
    assert last.type == "layout.changed"


def test_a_counters_services_are_changed_and_seen_at_once():
    built = a_branch()
    client = of_role(Role.ADMINISTRATOR, built)
    counter = built.counters["1"]
    offers = list(counter.offers.all())
    values = {
        "branch": built.id,
        "zone": counter.zone_id,
        "code": "1",
        "kind": "general",
        "groups": "[]",
        "active": "on",
        "offers-TOTAL_FORMS": "3",
        "offers-INITIAL_FORMS": "3",
    }
    for row, offer in enumerate(offers):
        values |= {
            f"offers-{row}-id": offer.pk,
            f"offers-{row}-counter": counter.pk,
            f"offers-{row}-service": offer.service_id,
            f"offers-{row}-preference": row + 1,
        }
    values["offers-2-DELETE"] = "on"
    response = client.post(reverse("admin:places_counter_change", args=[counter.pk]), values)
    assert response.status_code == HTTPStatus.FOUND
    assert sorted(built.place.counter_codes["1"].offers.values()) == [1, 2]


@pytest.mark.parametrize("model", ["user", "assignment", "skill", "token"])
def test_people_are_shown_and_not_changed_here(model):
    built = a_branch()
    create_user(username="admin", role=Role.ADMINISTRATOR)
    for client in (of_role(Role.ADMINISTRATOR, built), signed_in(User.objects.get(username="admin"))):
        assert client.get(reverse(f"admin:people_{model}_add")).status_code == HTTPStatus.FORBIDDEN


def test_no_secret_is_shown():
    built = a_branch()
    client = of_role(Role.ADMINISTRATOR, built)
    user = a_user("ali", Role.OFFICER, built)
    page = client.get(reverse("admin:people_user_change", args=[user.pk])).content.decode()
    assert "argon2" not in page


def test_only_the_administration_site_has_the_looser_policy():
    built = a_branch()
    client = of_role(Role.ADMINISTRATOR, built)
    assert "unsafe-eval" in client.get("/admin/").headers["Content-Security-Policy"]
    for path in ("/", "/setup/", "/account", "/accounts/two-step/", "/administration/"):
        assert "unsafe" not in client.get(path).headers["Content-Security-Policy"]
