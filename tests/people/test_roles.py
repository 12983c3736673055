"""Who may do what: the table of roles, where a role is held, and the page of the documentation that shows it."""

from pathlib import Path

import pytest

from layan.people.rules import DEVICE_ROLES, PERMISSIONS, STAFF_ROLES, Grant, Permission, Person, Role

DOCUMENT = Path(__file__).parents[2] / "docs" / "operations" / "access.md"


@pytest.mark.parametrize(
    ("grant", "at_own_branch", "at_sister_branch", "at_other_agency", "whole_agency"),
    [
        (Grant(Role.ADMINISTRATOR, branch_id=1), True, False, False, False),
        (Grant(Role.ADMINISTRATOR, agency_id=10), True, True, False, True),
        (Grant(Role.ADMINISTRATOR, everywhere=True), True, True, True, True),
        (Grant(Role.ADMINISTRATOR), False, False, False, False),
        (Grant(Role.AUDITOR, agency_id=10), False, False, False, False),
    ],
)
def test_a_role_counts_where_it_is_held(
    grant, at_own_branch, at_sister_branch, at_other_agency, whole_agency
):
    person = Person("test", (grant,))
    assert person.may(Permission.CONFIGURE, 1, 10) == at_own_branch
    assert person.may(Permission.CONFIGURE, 2, 10) == at_sister_branch
    assert person.may(Permission.CONFIGURE, 3, 30) == at_other_agency
    assert person.may_in_agency(Permission.CONFIGURE, 10) == whole_agency
    assert person.may_everywhere(Permission.CONFIGURE) == grant.everywhere


def test_every_role_is_of_staff_or_of_devices_and_has_its_permissions():
    assert set(STAFF_ROLES) | set(DEVICE_ROLES) == set(Role) == set(PERMISSIONS)
    assert not set(STAFF_ROLES) & set(DEVICE_ROLES)


def test_an_auditor_changes_nothing():
    reading = {Permission.READ_STATE, Permission.READ_TICKETS, Permission.READ_FIGURES, Permission.READ_LOG}
    assert PERMISSIONS[Role.AUDITOR] <= reading


def table_of_roles() -> str:
    """Return the table as the documentation shows it."""
    lines = [
        "| role | " + " | ".join(permission.value for permission in Permission) + " |",
        "|---" * (len(Permission) + 1) + "|",
    ]
    lines += [
        f"| {role.value} | "
        + " | ".join("yes" if permission in PERMISSIONS[role] else "" for permission in Permission)
        + " |"
        for role in Role
    ]
    return "\n".join(lines)


def test_the_documentation_shows_the_roles_as_they_are():
    assert table_of_roles() in DOCUMENT.read_text()
