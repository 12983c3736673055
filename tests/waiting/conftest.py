"""What every test of waits stands on."""

from math import inf

import pytest


@pytest.fixture(autouse=True)
def _as_long_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Follow the log to its end in one turn, however slow this machine is; what turns do has tests of its own."""
    monkeypatch.setattr("layan.waiting.publishing._FOLLOW_SECONDS", inf)
