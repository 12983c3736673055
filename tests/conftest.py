"""What every test starts from."""

import pytest


@pytest.fixture(autouse=True)
def fresh_memory() -> None:
    """Forget what the process remembers of branches and tokens: the database is new for each test."""
    from django.core.cache import caches

    from layan.people import api as people
    from layan.places.api import forget_layouts
    from layan.signage.rendering import forget_fragments

    forget_layouts()
    forget_fragments()
    people._known.clear()
    caches["local"].clear()
