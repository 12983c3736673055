"""A branch with a board, and the people who make things happen on it."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.test import Client

from layan.devices.voices.fake import ToneVoice
from layan.people.api import Person, Role
from layan.signage.models import Screen
from layan.signage.screens.services import Settings, pair
from layan.signage.speech import files
from tests.builders import BuiltBranch, a_branch, a_person


@pytest.fixture
def here(db) -> BuiltBranch:
    """An office that is open at any hour; counters 1 and 2 in the hall, 3 and 4 upstairs."""
    return a_branch()


@pytest.fixture
def supervisor(here) -> Person:
    """Somebody who may act at every counter and post notices."""
    return a_person(Role.SUPERVISOR, here, actor="user:1")


@pytest.fixture
def tones() -> Iterator[ToneVoice]:
    """A voice that keeps what it was asked to say, in place of those of the machine."""
    before = files._voices
    voice = ToneVoice()
    voice.mark = str(uuid4())  # what other tests had said is not found kept
    files.use_voices(lambda _agency: (voice,))
    yield voice
    files.use_voices(before)


def a_speaker(here: BuiltBranch, by: Person, *zones: str, **others: object) -> tuple[Client, Screen]:
    """Pair a screen with sound that shows these zones and hangs in the first; return its browser and the screen."""
    display = Client()
    page = display.get("/screen").content.decode()
    code = "".join(re.findall(r"<span>([A-Z0-9]{3})</span>", page))
    ids = [here.branch.zones.get(code=each).pk for each in zones or ("HALL",)]
    settings = Settings(**{"name": "Dewan", "zone_ids": ids, "sound": True, **others})
    return display, pair(branch_id=here.id, code=code, settings=settings, by=by)
