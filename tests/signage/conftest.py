"""A branch with a board, and the people who make things happen on it."""

import pytest

from layan.people.api import Person, Role
from tests.builders import BuiltBranch, a_branch, a_person


@pytest.fixture
def here(db) -> BuiltBranch:
    """An office that is open at any hour; counters 1 and 2 in the hall, 3 and 4 upstairs."""
    return a_branch()


@pytest.fixture
def supervisor(here) -> Person:
    """Somebody who may act at every counter and post notices."""
    return a_person(Role.SUPERVISOR, here, actor="user:1")
