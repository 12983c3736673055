"""Gives each run of the suite an installation of its own before Django reads its settings (a pytest plugin).

The suite runs on SQLite, or with `--postgres` on a private PostgreSQL cluster.
"""

import os
import sys
import tempfile
from contextlib import ExitStack

import pytest

from tests.postgres import cluster

_open = ExitStack()
_LEFT_OUT = ("LAYAN_DATABASE", "LAYAN_DEMO", "LAYAN_HTTPS", "LAYAN_PUBLIC_URL", "LAYAN_SECRET_KEY")


def _prepare() -> None:
    os.environ["LAYAN_DATA"] = _open.enter_context(tempfile.TemporaryDirectory(prefix="layan-test-"))
    os.environ["LAYAN_HOSTS"] = "testserver,localhost,127.0.0.1"
    for name in _LEFT_OUT:
        os.environ.pop(name, None)
    # Workers of a parallel run find the cluster of the run that started them.
    if "--postgres" in sys.argv and "LAYAN_TEST_CLUSTER" not in os.environ:
        os.environ["LAYAN_TEST_CLUSTER"] = _open.enter_context(cluster(settings=("fsync=off",)))
    if "LAYAN_TEST_CLUSTER" in os.environ:
        os.environ["LAYAN_DATABASE"] = os.environ["LAYAN_TEST_CLUSTER"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgres", action="store_true", help="run on a private PostgreSQL cluster")


def pytest_unconfigure() -> None:
    _open.close()


_prepare()
