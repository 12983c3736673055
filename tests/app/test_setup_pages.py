"""Setting up from empty, in the browser: each step, its faults in words, and the record of it."""

import re
from http import HTTPStatus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from layan.kit.events import read
from layan.people.api import Permission, Role, create_user, person_of_user
from layan.people.models import Assignment, Token, User
from layan.places.api import branch_id_of, layout
from layan.places.models import Agency, Branch, OpeningBlock
from tests.builders import a_branch, a_ticket, a_user, keep_lunch

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def admin() -> Client:
    """Sign in as the installation's administrator, in English."""
    create_user(username="admin", role=Role.ADMINISTRATOR)
    return signed_in(User.objects.get(username="admin"))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["layan_language"] = "en"
    return client


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == HTTPStatus.OK
    return response.content.decode()


def save(client: Client, path: str, **values: object) -> None:
    response = client.post(path, values)
    assert response.status_code == HTTPStatus.FOUND, re.findall(
        r"field__error.*?</p>", response.content.decode()
    )


def fault(client: Client, path: str, **values: object) -> str:
    response = client.post(path, values)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    return response.content.decode()


BRANCH = {
    "code": "KJG",
    "name_ms": "Kaunter Kajang",
    "time_zone": "Asia/Kuala_Lumpur",
    "weekend": ["6", "7"],
    "state": "SGR",
    "policy": "accumulating",
    "late_minutes": "15",
}
SERVICE = {"norm_minutes": "10", "wait_limit_minutes": "30", "queue_limit": "50", "last_ticket_minutes": "0"}


def test_an_agency_is_set_up_from_empty_without_a_file_and_gives_its_first_number(admin):
    assert "Begin with your agency" in text(admin, "/setup/")
    save(admin, "/setup/agencies/new", code="mpk", name_ms="Majlis Kajang", primary_colour="#0b5fd0")
    save(admin, "/setup/agencies/MPK/branches/new", **BRANCH)
    at = "/setup/branches/KJG"
    assert "Next: Zones" in text(admin, at)
    save(admin, f"{at}/zones/new", code="A", name_ms="Dewan")
    assert "Next: Services" in text(admin, at)
    branch = Branch.objects.get(code="KJG")
    zone, agency = branch.zones.get(), Agency.objects.get()
    given = {**SERVICE, "zone": zone.pk, "agency": agency.pk, "active": "on"}
    save(admin, f"{at}/services/new", code="LESEN", letter="L", name_ms="Lesen", **given)
    assert "Next: Counters" in text(admin, at)
    service = branch.services.get()
    save(
        admin,
        f"{at}/counters/new",
        code="1",
        zone=zone.pk,
        kind="general",
        active="on",
        **{f"offer_{service.pk}": "1"},
    )
    assert "Next: Weekly hours" in text(admin, at)
    save(admin, f"{at}/hours/new", weekdays=["1", "2", "3"], opens="08:00", closes="17:00", kind="regular")
    assert "Next: Staff" in text(admin, at)
    response = admin.post(
        f"{at}/staff/new", {"username": "siti", "display_name": "Siti", "here": ["officer"], "skills": []}
    )
    password = re.search(r'id="secret">([^<]+)<', response.content.decode())
    assert password is not None
    assert Client().login(username="siti", password=password[1])
    assert password[1] not in text(admin, f"{at}/staff")
    assert "Next: Devices" in text(admin, at)
    key = re.search(
        r'id="secret">([^<]+)<',
        admin.post(f"{at}/devices", {"name": "door", "role": "kiosk"}).content.decode(),
    )
    assert key is not None
    assert "ready to give its first number" in text(admin, at)
    place = layout(branch_id_of("KJG") or 0)
    assert place.counter_codes["1"].offers == {service.pk: 1}
    types = [line.type for line in read(branch.pk)]
    assert types == ["layout.changed"] * 5 + ["access.changed", "device.registered"]


def test_every_change_is_seen_by_all_processes_and_names_its_actor():
    built = a_branch()
    user = a_user("siti", Role.ADMINISTRATOR, built)
    before = built.place.version
    save(signed_in(user), "/setup/branches/UTC-A/zones/new", code="NEW", name_ms="Baru")
    assert built.place.version == before + 1
    assert "NEW" in built.place.zone_codes
    *_, last = read(built.id)
    assert last.actor == f"user:{user.pk}"


@pytest.mark.parametrize(
    ("path", "values", "words"),
    [
        (
            "/setup/agencies/new",
            {"code": "a c", "name_ms": "A", "primary_colour": "#0B5FD0"},
            "capital letters",
        ),
        ("/setup/agencies/new", {"code": "A", "primary_colour": "#0B5FD0"}, "Malay text"),
        ("/setup/agencies/new", {"code": "A", "name_en": "A", "primary_colour": "#0B5FD0"}, "Malay text"),
        ("/setup/agencies/new", {"code": "A", "name_ms": "A", "primary_colour": "#FFD24A"}, "1.4 : 1"),
        ("/setup/agencies/new", {"code": "A", "name_ms": "A", "primary_colour": "red"}, "#RRGGBB"),
        ("/setup/agencies/AG-UTC-A/branches/new", {**BRANCH, "code": "UTC-A"}, "already exists"),
        ("/setup/agencies/AG-UTC-A/branches/new", {**BRANCH, "time_zone": "MYT"}, "no such time zone"),
        (
            "/setup/branches/UTC-A/lunch/new",
            {"weekdays": ["1"], "starts": "14:00", "ends": "13:00", "counters": "1"},
            "must end after it starts",
        ),
        (
            "/setup/branches/UTC-A/lunch/new",
            {"weekdays": ["1", "5"], "starts": "13:00", "ends": "14:00", "counters": "0"},
            "greater than or equal to 1",
        ),
        (
            "/setup/branches/UTC-A/lunch/new",
            {"weekdays": ["1", "5"], "starts": "13:00", "ends": "14:00", "counters": "2"},
            "lunch rule already on: Friday",
        ),
        ("/setup/branches/UTC-A/zones/new", {"code": "HALL", "name_ms": "X"}, "there already"),
        (
            "/setup/branches/UTC-A/services/new",
            {"code": "NEW", "letter": "A", "name_ms": "X"},
            "there already",
        ),
        ("/setup/branches/UTC-A/services/new", {"code": "NEW", "letter": "AK", "name_ms": "X"}, "not K or E"),
        ("/setup/branches/UTC-A/counters/new", {"code": "1"}, "there already"),
        (
            "/setup/branches/UTC-A/hours/new",
            {"weekdays": ["1"], "opens": "17:00", "closes": "08:00", "kind": "regular"},
            "after opening",
        ),
        (
            "/setup/branches/UTC-A/hours/new",
            {"weekdays": ["1", "2"], "opens": "16:00", "closes": "18:00", "kind": "extended"},
            "already on: Monday",
        ),
        ("/setup/branches/UTC-A/special-days/new", {"date": "2027-02-30", "name_ms": "X"}, "valid date"),
        (
            "/setup/branches/UTC-A/special-days/new",
            {"date": "2027-02-03", "name_ms": "X", "opens": "08:00"},
            "both times",
        ),
        ("/setup/branches/UTC-A/staff/new", {"username": "x", "display_name": "X"}, "at least one role"),
        (
            "/setup/branches/UTC-A/staff/new",
            {"username": "admin", "display_name": "X", "here": ["officer"]},
            "this name already",
        ),
        ("/setup/branches/UTC-A/devices", {"name": "x", "role": "administrator"}, "not one of the available"),
    ],
)
def test_a_fault_is_said_in_words_and_nothing_is_written(admin, path, values, words):
    built = a_branch()
    OpeningBlock.objects.create(branch=built.branch, weekday=1, opens="08:00", closes="17:00")
    keep_lunch(built, "12:15", "14:45", 1, weekdays=[5])
    before = len(list(read(built.id)))
    assert words in fault(admin, path, **values)
    assert len(list(read(built.id))) == before


def test_a_code_cannot_be_changed_afterwards(admin):
    built = a_branch()
    save(admin, "/setup/branches/UTC-A/details", **{**BRANCH, "code": "OTHER"})
    built.branch.refresh_from_db()
    assert built.branch.code == "UTC-A"
    assert built.branch.name == {"ms": "Kaunter Kajang"}


def test_hours_of_several_days_are_changed_one_by_one_and_removed(admin):
    built = a_branch(always_open=False)
    path = "/setup/branches/UTC-A/hours"
    save(admin, f"{path}/new", weekdays=["1", "2"], opens="08:00", closes="13:00", kind="regular")
    first = built.branch.opening_blocks.get(weekday=1)
    save(admin, f"{path}/{first.pk}", weekdays=["1"], opens="09:00", closes="13:00", kind="regular")
    assert [f"{block}" for block in built.branch.opening_blocks.all()] == ["1 09:00-13:00", "2 08:00-13:00"]
    assert "Remove" in text(admin, f"{path}/{first.pk}/remove")
    save(admin, f"{path}/{first.pk}/remove")
    assert not built.branch.opening_blocks.filter(weekday=1).exists()


def ticked(page: str) -> list[str]:
    return re.findall(r'name="weekdays" value="(.)"[^>]* checked', page)


def test_b5_each_weekday_has_its_own_lunch(admin):
    built = a_branch(always_open=False)
    built.branch.weekend = [6, 7]
    built.branch.save()
    path = "/setup/branches/UTC-A"
    for weekdays, closes in ((["1", "2", "3", "4", "5"], "17:00"), (["6"], "13:00")):
        save(admin, f"{path}/hours/new", weekdays=weekdays, opens="08:00", closes=closes, kind="regular")
    assert ticked(text(admin, f"{path}/hours/new")) == [], "every working day has its hours"
    assert ticked(text(admin, f"{path}/lunch/new")) == ["1", "2", "3", "4", "5"]
    save(admin, f"{path}/lunch/new", weekdays=["1", "2"], starts="13:00", ends="14:00", counters="2")
    assert ticked(text(admin, f"{path}/lunch/new")) == ["3", "4", "5"]
    save(admin, f"{path}/lunch/new", weekdays=["5"], starts="12:15", ends="14:45", counters="1")
    tuesday = built.branch.lunch_rules.get(weekday=2)
    save(admin, f"{path}/lunch/{tuesday.pk}", weekdays=["2"], starts="13:00", ends="14:00", counters="3")
    page = text(admin, f"{path}/lunch")
    assert "12:15 – 14:45" in page
    assert [(day, lunch.counters) for day, lunch in sorted(built.place.calendar.lunches.items())] == [
        (1, 2),
        (2, 3),
        (5, 1),
    ]


def test_every_list_leads_on_to_what_is_still_missing(admin):
    agency = Agency.objects.create(code="A", name={"ms": "Agensi"})
    branch = Branch.objects.create(code="B", agency=agency, name={"ms": "Cawangan"})
    save(admin, "/setup/branches/B/zones/new", code="a", name_ms="Dewan")
    assert branch.zones.get().code == "A", "codes are written in capitals"
    assert 'href="/setup/branches/B/services">Next: Services' in text(admin, "/setup/branches/B/zones")
    assert 'href="/board/B/A"' in text(admin, "/setup/branches/B/devices")
    assert "Next: Services" in text(admin, "/setup/branches/B/devices")


def test_who_gives_a_role_reads_what_it_is_for(admin):
    a_branch()
    page = text(admin, "/setup/branches/UTC-A/staff/new")
    assert "Opens a counter, calls and serves." in page
    assert "Roles at this branch</legend>" in page, "one is needed, so none is called optional"


def test_what_records_refer_to_stays_and_says_so(admin):
    built = a_branch()
    a_ticket(built, "A")
    service = built.services["A"]
    response = admin.post(f"/setup/branches/UTC-A/services/{service.pk}/remove", follow=True)
    assert "switch it off instead" in response.content.decode()
    assert built.branch.services.filter(pk=service.pk).exists()


def test_the_states_holidays_are_listed_with_the_special_days(admin):
    built = a_branch(state="KTN")
    assert "Kelantan" in text(admin, f"/setup/branches/{built.code}/special-days")


CSV = "code;letter;zone;name_ms\nVISA;V;HALL;Visa\n"


def test_a_file_is_checked_first_and_written_only_when_confirmed(admin):
    built = a_branch()
    path = "/setup/branches/UTC-A/services/file"
    assert 'name="file"' in text(admin, path)
    upload = SimpleUploadedFile("s.csv", b"\xef\xbb\xbf" + CSV.encode())
    shown = admin.post(path, {"file": upload})
    assert shown.status_code == HTTPStatus.OK
    assert "1 row is good" in shown.content.decode()
    assert not built.branch.services.filter(code="VISA").exists()
    save(admin, path, text=CSV, confirm="yes")
    assert "VISA" in built.place.service_codes


def test_a_file_with_faults_is_never_written_even_when_confirmed(admin):
    built = a_branch()
    bad = CSV + "TAX2;T;NOWHERE;Cukai\n"
    page = fault(admin, "/setup/branches/UTC-A/services/file", text=bad, confirm="yes")
    assert "There is no zone “NOWHERE” here" in page
    assert "<td>NOWHERE</td>" in page, "the row is shown as it was typed"
    assert "1 thing has to be mended" in page
    assert not built.branch.services.filter(code="VISA").exists()


def test_a_file_with_faults_can_be_mended_where_they_are_shown(admin):
    a_branch()
    upload = SimpleUploadedFile("s.csv", b"code;letter;zone;name_ms\nVISA;V;NOWHERE;Visa\n")
    page = fault(admin, "/setup/branches/UTC-A/services/file", file=upload)
    text_area = re.search(r"<textarea[^>]*>\s*(.*?)</textarea>", page, re.DOTALL)
    assert text_area is not None
    mended = text_area[1].replace("NOWHERE", "hall")
    assert (
        "1 row is good"
        in admin.post("/setup/branches/UTC-A/services/file", {"text": mended}).content.decode()
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "Choose a file"),
        ({"text": "code;letter"}, "no row below"),
        ({"text": 'code;name_ms\nA;"open'}, "quotation mark"),
        ({"file": b"\xff\xfecode"}, "not written in UTF-8"),
        ({"file": b"code,name_ms\n" + b"A,B\n" * 70_000}, "larger than 256"),
    ],
)
def test_a_file_that_cannot_be_read_is_explained(admin, values, words):
    a_branch()
    if "file" in values:
        values = {"file": SimpleUploadedFile("s.csv", values["file"])}
    assert words in fault(admin, "/setup/branches/UTC-A/services/file", **values)


def test_branches_come_from_a_file(admin):
    a_branch()
    values = {"text": "code,name_ms,state\nKB,Kota Bharu,KTN\n", "confirm": "yes"}
    save(admin, "/setup/agencies/AG-UTC-A/branches/file", **values)
    assert "Kota Bharu" in text(admin, "/setup/")
    assert "Next: Zones" in text(admin, "/setup/branches/KB")


@pytest.mark.parametrize("kind", ["branches", "zones", "services", "counters"])
def test_the_template_of_each_file_can_be_downloaded(admin, kind):
    response = admin.get(f"/setup/templates/{kind}.csv")
    assert response.headers["Content-Type"].startswith("text/csv")
    assert response.content.decode("utf-8-sig").startswith("code,")


def test_an_administrator_of_one_branch_cannot_give_roles_in_the_agency():
    built = a_branch()
    user = a_user("siti")
    Assignment.objects.create(user=user, role=Role.ADMINISTRATOR.value, branch=built.branch)
    values = {"username": "ali", "display_name": "Ali", "here": ["officer"], "agency": ["administrator"]}
    signed_in(user).post("/setup/branches/UTC-A/staff/new", values)
    person = person_of_user(User.objects.get(username="ali"))
    assert not person.may_somewhere(Permission.CONFIGURE)


@pytest.mark.parametrize("stronger", ["elsewhere", "superuser"])
def test_an_account_that_also_works_elsewhere_is_not_ours_to_change(stronger):
    mine, theirs = a_branch("UTC-A"), a_branch("UTC-B")
    client = signed_in(a_user("siti", Role.ADMINISTRATOR, mine))
    victim = a_user("ali", Role.OFFICER, mine)
    if stronger == "elsewhere":
        Assignment.objects.create(user=victim, role=Role.ADMINISTRATOR.value, agency=theirs.branch.agency)
    else:
        User.objects.filter(pk=victim.pk).update(is_superuser=True)
    before = victim.password
    assert client.get(f"/setup/branches/UTC-A/staff/{victim.pk}").status_code == HTTPStatus.FORBIDDEN
    assert (
        client.post(f"/setup/branches/UTC-A/staff/{victim.pk}/password").status_code == HTTPStatus.FORBIDDEN
    )
    victim.refresh_from_db()
    assert victim.password == before
    assert "also works elsewhere" in text(client, "/setup/branches/UTC-A/staff")


def test_nobody_shuts_oneself_out():
    built = a_branch()
    user = a_user("siti", Role.ADMINISTRATOR, built)
    values = {"display_name": "Siti", "here": ["officer"], "agency": []}
    page = fault(signed_in(user), f"/setup/branches/UTC-A/staff/{user.pk}", **values)
    assert "own administrator" in page
    save(
        signed_in(user),
        f"/setup/branches/UTC-A/staff/{user.pk}",
        display_name="Siti",
        agency=["administrator"],
    )
    user.refresh_from_db()
    assert user.is_active


def test_an_account_is_switched_off_and_on(admin):
    built = a_branch()
    user = a_user("ali", Role.OFFICER, built)
    path = f"/setup/branches/UTC-A/staff/{user.pk}"
    save(admin, path, display_name="Ali", here=["officer"])
    user.refresh_from_db()
    assert not user.is_active
    save(admin, path, display_name="Ali", here=["officer", "supervisor"], active="on")
    user.refresh_from_db()
    assert user.is_active
    assert person_of_user(user).roles_at(built.id, built.branch.agency_id) == {Role.OFFICER, Role.SUPERVISOR}


def test_a_device_is_revoked_once(admin):
    built = a_branch()
    admin.post("/setup/branches/UTC-A/devices", {"name": "door", "role": "kiosk"})
    token = Token.objects.get()
    save(admin, f"/setup/branches/UTC-A/devices/{token.pk}/revoke")
    assert "revoked" in text(admin, "/setup/branches/UTC-A/devices")
    assert admin.post(f"/setup/branches/UTC-A/devices/{token.pk}/revoke").status_code == HTTPStatus.NOT_FOUND
    assert [line.type for line in read(built.id)][-1] == "device.revoked"
