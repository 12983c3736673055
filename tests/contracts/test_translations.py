"""Every text a person sees is translated: ms complete, zh and ta for all that customers see."""

import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
LOCALE = ROOT / "src" / "layan" / "locale"
#: Where customers' texts stand; every other text is for staff.
CUSTOMERS = (
    "app/bridge.py",
    "app/settings.py",
    "customers/",
    "kit/stream",
    "kit/templates/",
    "messaging/forms.py",
    "messaging/refusals.py",
    "messaging/templates/messaging/tell",
    "messaging/templates/messaging/ticket",
    "messaging/words.py",
    "places/templates/places/",
    "queueing/aloud.py",
    "queueing/models.py",
    "queueing/offers.py",
    "queueing/refusals.py",
    "queueing/taking.py",
    "queueing/templates/queueing/kiosk",
    "queueing/templates/queueing/ticket",
    "queueing/templates/queueing/waiting",
    "queueing/views/kiosk",
    "queueing/views/ticket",
    "queueing/words.py",
    "signage/labels.py",
    "signage/templates/signage/_board",
    "signage/templates/signage/board.html",
    "signage/views/boards",
)


def _missing(language: str, *, only: tuple[str, ...] = ()) -> list[str]:
    with (LOCALE / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        catalogue = read_po(file)
    return [
        str(message.id)
        for message in catalogue
        if message.id
        and (not only or any(place.startswith(only) for place, _ in message.locations))
        and (message.fuzzy or not (all(message.string) if message.pluralizable else message.string))
    ]


def test_malay_is_complete():
    assert _missing("ms") == []


@pytest.mark.parametrize("language", ["zh_Hans", "ta"])
def test_customers_read_their_own_language(language):
    assert _missing(language, only=CUSTOMERS) == []


@pytest.mark.slow
def test_the_catalogues_hold_what_the_source_says():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "messages.py", "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
