"""Making accounts, giving roles and skills: on record, and nobody is overwritten."""

import pytest

from layan.kit.events import read
from layan.people import api
from layan.people.api import (
    Permission,
    Role,
    create_token,
    create_user,
    holds_role,
    person_of_token,
    person_of_user,
)
from layan.people.models import Token, User
from layan.people.services import (
    give_roles,
    give_skills,
    new_password,
    register_device,
    replace_password,
    revoke_device,
    switch_account,
)
from tests.builders import a_branch, a_user
from tests.refusals import refused

pytestmark = pytest.mark.django_db


def test_a_new_member_of_staff_gets_a_password_that_works_and_is_kept_only_as_a_hash():
    built = a_branch()
    password = create_user(username="siti", display_name="Siti", role=Role.OFFICER, branch_id=built.id)
    user = User.objects.get(username="siti")
    assert user.check_password(password)
    assert password not in user.password
    assert person_of_user(user).roles_at(built.id, built.branch.agency_id) == {Role.OFFICER}


def test_the_first_administrator_of_an_empty_installation_needs_no_place_and_sets_up_everything():
    create_user(username="admin", display_name="Admin", role=Role.ADMINISTRATOR)
    person = person_of_user(User.objects.get(username="admin"))
    built = a_branch()
    assert person.may_everywhere(Permission.CONFIGURE)
    assert person.may(Permission.CONFIGURE, built.id, built.branch.agency_id)
    assert not person.may(Permission.SERVE, built.id, built.branch.agency_id)


def test_other_roles_need_a_place():
    with refused("no-place"):
        create_user(username="x", role=Role.OFFICER)


@pytest.mark.parametrize(
    ("username", "code"),
    [("siti", "username-taken"), ("SITI", "username-taken"), ("a b", "bad-username"), ("", "bad-username")],
)
def test_a_username_must_be_new_and_well_formed(username, code):
    built = a_branch()
    a_user("siti")
    with refused(code):
        create_user(username=username, role=Role.OFFICER, branch_id=built.id)


def test_devices_are_no_staff():
    with pytest.raises(ValueError, match="role of staff"):
        create_user(username="x", role=Role.KIOSK, branch_id=1)


def test_roles_at_one_branch_are_replaced_and_those_elsewhere_stay():
    here, there = a_branch("UTC-A"), a_branch("UTC-B")
    user = a_user("siti", Role.OFFICER, here)
    give_roles(user=user, roles={Role.OFFICER}, branch_id=there.id, agency_id=None, actor="user:9")
    give_roles(user=user, roles={Role.SUPERVISOR}, branch_id=here.id, agency_id=None, actor="user:9")
    person = person_of_user(user)
    assert person.roles_at(here.id, here.branch.agency_id) == {Role.SUPERVISOR}
    assert person.roles_at(there.id, there.branch.agency_id) == {Role.OFFICER}


def test_a3_changing_access_is_on_record_at_every_branch_it_concerns_without_a_name():
    built = a_branch()
    user = a_user("siti", Role.OFFICER, built)
    give_roles(
        user=user, roles={Role.AUDITOR}, branch_id=None, agency_id=built.branch.agency_id, actor="user:9"
    )
    *_, last = read(built.id)
    assert (last.type, last.actor) == ("access.changed", "user:9")
    assert last.payload == f'{{"roles":["auditor","officer"],"user":{user.pk}}}'


def test_giving_the_roles_one_has_is_no_event():
    built = a_branch()
    user = a_user("siti", Role.OFFICER, built)
    before = len(list(read(built.id)))
    give_roles(user=user, roles={Role.OFFICER}, branch_id=built.id, agency_id=None, actor="user:9")
    assert len(list(read(built.id))) == before


def test_skills_are_replaced_at_one_branch_only():
    here, there = a_branch("UTC-A"), a_branch("UTC-B")
    user = a_user("siti", Role.OFFICER, here, skills="AB")
    for at, letter in ((there, "A"), (here, "C"), (here, "C")):
        services = [at.services[letter].pk]
        give_skills(user=user, branch_id=at.id, service_ids=services, actor="user:9")
    assert person_of_user(user).skills == {here.services["C"].pk, there.services["A"].pk}
    found = [each for each in read(here.id) if each.type == "access.skills-changed"]
    assert [(each.actor, each.payload) for each in found] == [
        ("user:9", f'{{"services":["TAX"],"user":{user.pk}}}')
    ]


def test_a3_switching_an_account_off_and_on_is_on_record():
    built = a_branch()
    user = a_user("siti", Role.OFFICER, built)
    for active in (False, False, True):
        switch_account(user=user, active=active, branch_id=built.id, actor="user:9")
    user.refresh_from_db()
    assert user.is_active
    payloads = [each.payload for each in read(built.id) if each.type == "access.account-switched"]
    assert payloads == [f'{{"active":{active},"user":{user.pk}}}' for active in ("false", "true")]


def test_a_replaced_password_opens_the_account_and_the_old_one_no_longer():
    built = a_branch()
    user = a_user("siti", Role.OFFICER, built)
    new = replace_password(user=user, branch_id=built.id, actor="user:9")
    user.refresh_from_db()
    assert user.check_password(new)
    assert not user.check_password("correct horse battery")
    *_, last = read(built.id)
    assert last.type == "access.password-replaced"


def test_passwords_are_random_and_can_be_read_out():
    made = {new_password() for _time in range(200)}
    assert len(made) == 200
    assert all(len(password) == 19 and not set(password) & set("01aeiloOI") for password in made)


def test_a3_a_token_for_an_agency_is_on_record_at_each_of_its_branches():
    one, two = a_branch("UTC-A"), a_branch("UTC-B")
    two.branch.agency = one.branch.agency
    two.branch.save()
    key = register_device(
        role=Role.INTEGRATION, name="reports", agency_id=one.branch.agency_id, actor="system"
    )
    token = Token.objects.get(agency=one.branch.agency)
    for branch in (one, two):
        *_, last = read(branch.id)
        assert (last.type, last.payload) == (
            "device.registered",
            f'{{"role":"integration","token":{token.pk}}}',
        )
    assert person_of_token(key).may(Permission.ISSUE, two.id, one.branch.agency_id)


def test_a_token_of_staff_does_no_more_than_its_account():
    built = a_branch()
    user = a_user("siti", Role.OFFICER, built)
    key = create_token(role=Role.OFFICER, name="siti", branch_id=built.id, user_id=user.pk)
    assert person_of_token(key) is not None
    give_roles(user=user, roles={Role.AUDITOR}, branch_id=built.id, agency_id=None, actor="user:9")
    api._known.clear()
    assert person_of_token(key) is None


@pytest.mark.parametrize("at", ["branch", "agency"])
def test_a_role_in_the_agency_is_held_at_its_branches_and_not_the_other_way_round(at):
    built = a_branch()
    auditor, officer = a_user("kavitha", Role.AUDITOR, built), a_user("siti", Role.OFFICER, built)
    place = {"branch_id": built.id if at == "branch" else None}
    place["agency_id"] = None if at == "branch" else built.branch.agency_id
    assert holds_role(auditor, Role.AUDITOR, **place)
    assert holds_role(officer, Role.OFFICER, **place) == (at == "branch")
    assert not holds_role(officer, Role.AUDITOR, **place)
    auditor.is_active = False
    assert not holds_role(auditor, Role.AUDITOR, **place)


def test_the_installation_s_administrator_holds_that_role_everywhere_and_no_other():
    built = a_branch()
    create_user(username="admin", role=Role.ADMINISTRATOR)
    admin = User.objects.get(username="admin")
    assert holds_role(admin, Role.ADMINISTRATOR, branch_id=built.id, agency_id=None)
    assert not holds_role(admin, Role.SUPERVISOR, branch_id=built.id, agency_id=None)


def test_a_device_is_registered_and_revoked_on_record():
    built, other = a_branch("UTC-A"), a_branch("UTC-B")
    key = register_device(role=Role.KIOSK, name="door", branch_id=built.id, actor="user:9")
    token = Token.objects.get()
    person = person_of_token(key)
    assert person is not None
    assert person.may(Permission.ISSUE, built.id, built.branch.agency_id)
    with pytest.raises(Token.DoesNotExist):
        revoke_device(token_id=token.pk, branch_id=other.id, actor="user:9")
    revoke_device(token_id=token.pk, branch_id=built.id, actor="user:9")
    assert [line.type for line in read(built.id)][-2:] == ["device.registered", "device.revoked"]
