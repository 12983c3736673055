"""A branch and the people who work there, by name."""

import pytest

from layan.people.api import Person, Role
from tests.builders import BuiltBranch, a_branch, a_person, a_user


@pytest.fixture
def here(db) -> BuiltBranch:
    """An office that is open at any hour."""
    return a_branch()


@pytest.fixture
def aminah(here) -> Person:
    """An officer without recorded skills: she may serve everything."""
    return staff(here, "aminah", Role.OFFICER)


@pytest.fixture
def bala(here) -> Person:
    """Another officer."""
    return staff(here, "bala", Role.OFFICER)


@pytest.fixture
def chong(here) -> Person:
    """The supervisor."""
    return staff(here, "chong", Role.SUPERVISOR)


@pytest.fixture
def kiosk(here) -> Person:
    """The kiosk at the door."""
    return a_person(Role.KIOSK, here, actor="token:1")


def staff(here: BuiltBranch, name: str, role: Role, *, skills: str = "") -> Person:
    """Return a member of staff with an account."""
    user = a_user(name, role, here, skills=skills)
    person = a_person(role, here, actor=f"user:{user.pk}", user_id=user.pk)
    if not skills:
        return person
    known = frozenset(here.services[letter].pk for letter in skills)
    return Person(person.actor, person.grants, person.user_id, skills=known)
