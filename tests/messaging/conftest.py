"""An office whose customers may be told by carriers that keep what they are given."""

from collections.abc import Iterator

import pytest

from layan.devices.messaging.fake import FakeCarrier
from layan.messaging.api import Channel, use_carriers
from layan.people.api import Person, Role
from tests.builders import BuiltBranch, a_branch, a_person, a_user


@pytest.fixture
def carrier() -> Iterator[FakeCarrier]:
    """One fake for every channel."""
    fake = FakeCarrier()
    use_carriers(dict.fromkeys(Channel, fake))
    yield fake
    use_carriers({})


@pytest.fixture
def here(db: None, carrier: FakeCarrier) -> BuiltBranch:
    return a_branch("UTC-A")


@pytest.fixture
def officer(here: BuiltBranch) -> Person:
    user = a_user("aminah", Role.OFFICER, here)
    return a_person(Role.OFFICER, here, actor=f"user:{user.pk}", user_id=user.pk)
