"""Commands as an administrator types them, with what goes wrong on a first day: each says what to do next."""

import shutil
import signal
import sqlite3
import subprocess
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.app.command import environment, layan, run

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with its first administrator and no branch."""
    data = tmp_path_factory.mktemp("made") / "office"
    assert run("migrate", data=data).returncode == 0
    added = run("user", "add", "ADMIN", "--name", "Puan Rohani", data=data)
    assert added.returncode == 0
    assert "Password (shown once): " in added.stdout
    return data


@pytest.fixture
def office(made: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    return Path(shutil.copytree(made, tmp_path / "office"))


@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("user", "add", "ADMIN"),
        ("token", "create", "--role", "kiosk", "--branch", "X"),
        ("verify-log",),
        ("backup", "never.tar.gz"),
        ("replay",),
        ("serve", "--port", "0"),
        ("worker",),
    ],
    ids=lambda words: words[0],
)
def test_where_nothing_was_made_yet_every_command_says_so_and_makes_nothing(tmp_path, words):
    folder = tmp_path / "mistyped"
    done = run(*words, data=folder)
    assert done.returncode == 2
    assert done.stderr.startswith(
        f"layan: There is no installation in {folder} yet: run layan migrate --data"
    )
    assert len(done.stderr.splitlines()) == 1
    assert not folder.exists()


def test_the_installation_is_for_its_owner_alone(tmp_path):
    there = tmp_path / "there"
    there.mkdir(mode=0o755)
    for folder in (there, tmp_path / "new"):
        assert run("migrate", data=folder).returncode == 0
        found = [folder / "layan.sqlite3", folder / "keys", folder / "keys" / "secret.key"]
        assert {path: path.stat().st_mode & 0o077 for path in found} == dict.fromkeys(found, 0)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("user", "add", "admin"), 1, "There is an account with this name already. Choose another."),
        (("user", "add", "x", "--role", "officer"), 2, "Name either --branch or --agency."),
        (("user", "add", "x", "--branch", "NOPE"), 1, "There is no branch NOPE: nothing is set up yet."),
        (
            ("token", "create", "--role", "kiosk", "--agency", "X"),
            1,
            "There is no agency X: nothing is set up",
        ),
        (("verify-log", "--branch", "NOPE"), 1, "There is no branch NOPE. Known: none yet."),
        (("replay",), 1, "There is no branch yet: set one up first, or try layan demo."),
        (
            ("backup", "/nowhere/b.tar.gz"),
            1,
            "/nowhere/b.tar.gz cannot be written (No such file or directory)",
        ),
        (("demo", "--port", "0"), 1, "holds an office of its own, which the demonstration leaves alone"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_wrong_input_is_one_clear_line(made, words, status, said):
    done = run(*words, data=made)
    assert done.returncode == status
    assert said in done.stderr


@pytest.mark.parametrize(
    ("language", "said"),
    [("ms_MY.UTF-8", "Sudah ada akaun dengan nama ini."), ("C.UTF-8", "There is an account with this name")],
)
def test_refusals_are_said_in_the_language_of_the_terminal(made, language, said):
    assert said in run("user", "add", "ADMIN", data=made, LC_ALL=language).stderr


def test_an_empty_installation_has_nothing_to_verify(made):
    done = run("verify-log", data=made)
    assert (done.returncode, done.stdout) == (0, "There is no branch yet, so nothing to verify.\n")


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("LAYAN_HTTPS", "maybe", "layan: LAYAN_HTTPS is 'maybe': write yes or no."),
        ("LAYAN_WEB_THREADS", "0", "layan: LAYAN_WEB_THREADS is '0': write a whole number, 1 or more."),
        ("LAYAN_LOG_LEVEL", "loud", "layan: LAYAN_LOG_LEVEL is 'loud': write one of debug, info"),
        ("LAYAN_PUBLIC_URL", "example.my", "layan: LAYAN_PUBLIC_URL must start with http:// or https://."),
        (
            "LAYAN_HOST",
            "a.example",
            "- LAYAN_HOST is not a setting and does nothing: did you mean LAYAN_HOSTS?",
        ),
        ("LAYAN_HOSTS", "*", "- LAYAN_HOSTS is '*', which lets anyone pretend to be this office"),
        ("LAYAN_HTTPS", "yes", "- LAYAN_HTTPS is on: set LAYAN_PUBLIC_URL to the address customers use"),
        ("LAYAN_SECRET_KEY", "short", "layan: LAYAN_SECRET_KEY is shorter than 32 characters"),
        ("LAYAN_DATABASE", "postgresql://a:b@127.0.0.1:1/x", "The database does not answer"),
    ],
)
def test_check_names_a_bad_setting_and_how_to_mend_it(made, setting, value, said):
    done = run("check", data=made, **{setting: value})
    assert done.returncode in {1, 2}
    assert said in done.stderr


def test_check_is_content_with_a_good_installation_and_with_empty_settings(made):
    assert run("check", data=made, LAYAN_HOSTS="", LAYAN_LOG_LEVEL="").stdout == "All is well.\n"


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    done = run("migrate", data=tmp_path / "file" / "office")
    assert done.returncode == 2
    assert "cannot be made or written (Not a directory)" in done.stderr


def test_a_backup_brings_everything_back(office, tmp_path):
    file = tmp_path / "kept.tar.gz"
    assert run("backup", str(file), data=office).returncode == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert "exists already: choose another name" in run("backup", str(file), data=office).stderr
    assert run("user", "add", "later", data=office).returncode == 0
    asked = run("restore", str(file), data=office)
    assert (asked.returncode, "Replace everything in" in asked.stdout) == (1, True)
    assert run("restore", str(file), "--yes", data=office).returncode == 0
    assert run("user", "add", "later", data=office).returncode == 0, "the account made after it is gone"
    elsewhere = tmp_path / "elsewhere"
    assert run("restore", str(file), data=elsewhere).returncode == 0, "an empty folder asks nothing"
    assert (elsewhere / "keys/secret.key").read_bytes() == (office / "keys/secret.key").read_bytes()
    assert "There is an account with this name" in run("user", "add", "admin", data=elsewhere).stderr


@pytest.fixture
def changed_backup(tmp_path: Path) -> Path:
    """A backup of an office with one branch, one of whose events was changed afterwards."""
    data = tmp_path / "demo"
    process = subprocess.Popen(
        layan("demo", "--no-traffic", "--port", "0", data=data),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    while "Ctrl-C stops it." not in process.stdout.readline():
        pass
    process.terminate()
    process.communicate(timeout=30)
    whole, changed = tmp_path / "whole.tar.gz", tmp_path / "changed.tar.gz"
    assert run("backup", str(whole), data=data).returncode == 0
    with tarfile.open(whole) as archive:
        archive.extractall(tmp_path / "inside", filter="data")
    with closing(sqlite3.connect(tmp_path / "inside" / "layan.sqlite3")) as database, database:
        database.execute("UPDATE kit_event SET actor = 'user:1' WHERE seq = 1")
    with tarfile.open(changed, "w:gz") as archive:
        for part in ("layan.sqlite3", "keys", "seals"):
            archive.add(tmp_path / "inside" / part, part)
    return changed


def test_a3_a_backup_whose_log_was_changed_is_not_restored_unknowingly(changed_backup, tmp_path, office):
    whole = changed_backup.parent / "whole.tar.gz"
    refused = run("restore", str(changed_backup), "--yes", data=office)
    assert refused.returncode == 1
    assert "event 1 was changed" in refused.stderr
    assert "There is an account with this name" in run("user", "add", "admin", data=office).stderr
    assert run("restore", str(whole), "--yes", data=office).returncode == 0
    assert run("verify-log", data=office).returncode == 0
    assert run("restore", str(changed_backup), "--yes", "--even-if-changed", data=office).returncode == 0
    assert run("verify-log", data=office).returncode == 1


def test_what_is_no_backup_changes_nothing(office, tmp_path):
    (tmp_path / "text").write_text("not a backup")
    done = run("restore", str(tmp_path / "text"), "--yes", data=office)
    assert done.returncode == 1
    assert "is not a backup" in done.stderr
    assert run("check", data=office).returncode == 0


def test_nothing_is_restored_under_an_office_at_work(office, tmp_path):
    file = tmp_path / "kept.tar.gz"
    run("backup", str(file), data=office)
    serving = subprocess.Popen(
        layan("serve", "--port", "0", data=office), env=environment(), stdout=subprocess.PIPE, text=True
    )
    try:
        assert serving.stdout is not None
        assert serving.stdout.readline().startswith("Layan is ready")
        done = run("restore", str(file), "--yes", data=office)
        assert done.returncode == 1
        assert f"Layan is at work on {office}: stop it first." in done.stderr
    finally:
        serving.terminate()
        serving.communicate(timeout=30)
    assert run("restore", str(file), "--yes", data=office).returncode == 0


def test_ctrl_c_while_the_demonstration_is_prepared_is_obeyed(tmp_path):
    process = subprocess.Popen(
        layan("demo", "--port", "0", data=tmp_path / "demo"),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "Preparing the demonstration ...\n"
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert said.strip() == "Aborted!"
