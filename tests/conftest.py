"""What every test starts from."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def fresh_memory(settings: Any) -> None:
    """Forget what the process remembers of branches and tokens: the database is new for each test."""
    from django.core.cache import caches

    from layan.people import api as people
    from layan.places.api import forget_layouts
    from layan.signage.rendering import forget_fragments
    from layan.signage.screens.beats import beats
    from layan.signage.screens.known import forget_screens
    from layan.waiting.promises import forget_forecasts

    # Argon2 takes its time on purpose; the tests of sign-in need the rule, not the delay.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    forget_layouts()
    forget_fragments()
    forget_screens()
    beats.forget()
    forget_forecasts()
    people._known.clear()
    caches["local"].clear()


@pytest.fixture
def in_english() -> Iterator[None]:
    """Say in English what would be said in Malay."""
    from django.utils.translation import override

    with override("en"):
        yield
