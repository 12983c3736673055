"""Expecting a refusal in a test that goes on afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction

from layan.kit.refusal import Refusal


@contextmanager
def refused(code: str) -> Iterator[pytest.ExceptionInfo[Refusal]]:
    """Expect the refusal with this code, and take back what the command did as its own transaction would."""
    with pytest.raises(Refusal, match=f"^{code}:") as found, transaction.atomic():
        yield found
