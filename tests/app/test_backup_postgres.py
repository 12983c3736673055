"""Backup and restore of an installation on PostgreSQL."""

from collections.abc import Iterator

import pytest

from tests.app.command import run
from tests.postgres import cluster

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with cluster(settings=("fsync=off",)) as address:
        yield address


def test_a_backup_on_postgresql_brings_everything_back_or_changes_nothing(database, tmp_path):
    office, file = tmp_path / "office", tmp_path / "kept.tar.gz"
    there = {"LAYAN_DATABASE": database}
    assert run("migrate", data=office, **there).returncode == 0
    assert run("user", "add", "admin", data=office, **there).returncode == 0
    assert run("backup", str(file), data=office, **there).returncode == 0
    assert run("user", "add", "later", data=office, **there).returncode == 0
    (tmp_path / "none.tar.gz").write_bytes(file.read_bytes()[:2000])
    cut = run("restore", str(tmp_path / "none.tar.gz"), "--yes", data=office, **there)
    assert "is not a backup" in cut.stderr
    assert "There is an account with this name" in run("user", "add", "later", data=office, **there).stderr
    assert run("restore", str(file), "--yes", data=office, **there).returncode == 0
    assert run("check", data=office, **there).stdout == "All is well.\n"
    assert run("user", "add", "later", data=office, **there).returncode == 0
    wrong = run("restore", str(file), "--yes", data=tmp_path / "sqlite")
    assert "is not a backup of a sqlite3 installation" in wrong.stderr
