"""Backup and restore: the database, keys, seals and recordings in one archive. Works on both databases."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from layan.app.installation import Installation, database

DATABASE_FILES = {"sqlite3": "layan.sqlite3", "postgresql": "layan.pgdump"}


class BackupError(Exception):
    """The backup or the restore could not be done; nothing was changed."""


def back_up(file: Path, *, progress: Callable[[int], object] = lambda _: None) -> None:
    """Write a consistent copy of the running installation to `file` (tar.gz, readable by its owner alone).

    `progress` is called with per cent done. Raises BackupError, for instance when the file exists.
    """
    installation = Installation.from_environment()
    if file.exists():
        raise BackupError(f"{file} exists already: choose another name.")
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as wrong:
        raise BackupError(
            f"{file} cannot be written ({wrong.strerror}): name a file in a folder of yours."
        ) from wrong
    try:
        with os.fdopen(descriptor, "wb") as handle, tempfile.TemporaryDirectory() as folder:
            dump = _dump_with_its_seals(installation, Path(folder), progress)
            with tarfile.open(fileobj=handle, mode="w:gz") as archive:
                archive.add(dump, dump.name)
                for kept in _folders(installation):
                    if kept.exists():
                        archive.add(kept, kept.name)
    except BaseException:
        # Half a backup must not look like one.
        file.unlink()
        raise
    progress(100)


def _folders(installation: Installation) -> tuple[Path, ...]:
    """Return what belongs to an installation beside its database. What was spoken already is made anew."""
    return installation.keys, installation.seals, installation.clips, installation.voices


def _dump_with_its_seals(installation: Installation, folder: Path, progress: Callable[[int], object]) -> Path:
    """Dump the database; again when a day was sealed meanwhile, so that the seals kept with it are those in it."""
    while True:
        before = _seals(installation)
        dump = _dump(installation, folder, progress)
        if _seals(installation) == before:
            return dump


def _seals(installation: Installation) -> dict[str, int]:
    return {file.name: file.stat().st_size for file in installation.seals.glob("*.jsonl")}


def _dump(installation: Installation, folder: Path, progress: Callable[[int], object]) -> Path:
    settings = database(installation)
    if "sqlite3" in str(settings["ENGINE"]):
        target = folder / DATABASE_FILES["sqlite3"]
        source = sqlite3.connect(f"file:{installation.database_file}?mode=ro", uri=True)
        copy = sqlite3.connect(target)
        with source, copy:
            source.backup(
                copy,
                pages=2000,
                progress=lambda _, left, total: progress(90 * (total - left) // max(total, 1)),
            )
        copy.close()
        source.close()
        return target
    target = folder / DATABASE_FILES["postgresql"]
    _postgresql(["pg_dump", "--format=custom", f"--file={target}"], settings)
    progress(90)
    return target


def _postgresql(command: list[str], settings: dict[str, object]) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment, not the command line."""
    program = shutil.which(command[0])
    if program is None:
        raise BackupError(
            f"{command[0]} is missing: install PostgreSQL's client programs (postgresql-client)."
        )
    address = {
        "PGHOST": "HOST",
        "PGPORT": "PORT",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGDATABASE": "NAME",
    }
    environment = {
        **os.environ,
        **{name: str(settings[key]) for name, key in address.items() if settings[key]},
    }
    done = subprocess.run(
        [program, *command[1:]], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{command[0]} failed: {done.stderr.strip()}")


def restore_from(file: Path, installation: Installation, *, even_if_changed: bool = False) -> None:
    """Replace the installation by what `file` holds.

    Raises BackupError when it is not a backup of this kind, when Layan is at work on the installation, and on SQLite
    when the log in the backup is not as it was written, unless `even_if_changed`. On PostgreSQL a log can be read only
    once it is back: run `layan verify-log` then.
    """
    try:
        with installation.alone():
            _restore(file, installation, even_if_changed=even_if_changed)
    except BlockingIOError as wrong:
        raise BackupError(f"Layan is at work on {installation.folder}: stop it first.") from wrong


def _restore(file: Path, installation: Installation, *, even_if_changed: bool) -> None:
    settings = database(installation)
    kind = "sqlite3" if "sqlite3" in str(settings["ENGINE"]) else "postgresql"
    with tempfile.TemporaryDirectory() as folder:
        unpacked = Path(folder)
        _unpack(file, unpacked)
        dump = unpacked / DATABASE_FILES[kind]
        if not dump.exists():
            raise BackupError(f"{file} is not a backup of a {kind} installation.")
        installation.create()
        if kind == "sqlite3":
            _check_sqlite(dump)
            if not even_if_changed:
                _check_log(unpacked)
            for left in installation.folder.glob("layan.sqlite3-*"):
                left.unlink()
            shutil.copyfile(dump, installation.folder / "restored.sqlite3")
            (installation.folder / "restored.sqlite3").replace(installation.database_file)
        else:
            name = str(settings["NAME"])
            _postgresql(
                [
                    "pg_restore",
                    "--clean",
                    "--if-exists",
                    "--no-owner",
                    "--single-transaction",
                    f"--dbname={name}",
                    str(dump),
                ],
                settings,
            )
        for kept in _folders(installation):
            if (unpacked / kept.name).exists():
                shutil.rmtree(kept, ignore_errors=True)
                shutil.copytree(unpacked / kept.name, kept)
        installation.keys.chmod(0o700)


def _check_log(unpacked: Path) -> None:
    """Verify the log of an unpacked backup by its own keys and seals. Raises BackupError unless it is as written."""
    environment = {name: value for name, value in os.environ.items() if name != "LAYAN_DATABASE"}
    for words in (["migrate"], ["verify-log"]):
        command = [sys.executable, "-m", "layan.app.cli", *words, "--data", str(unpacked)]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise BackupError(
                "the log in the backup is not as it was written, so nothing was restored:\n"
                f"{done.stdout.strip()}\n"
                "Take another backup, or restore this one knowingly with --even-if-changed."
            )


def _unpack(file: Path, folder: Path) -> None:
    try:
        with tarfile.open(file, mode="r:gz") as archive:
            archive.extractall(folder, filter="data")
    except (tarfile.TarError, OSError, EOFError) as wrong:
        raise BackupError(f"{file} is not a backup: {wrong}") from wrong


def _check_sqlite(dump: Path) -> None:
    try:
        with sqlite3.connect(f"file:{dump}?mode=ro", uri=True) as connection:
            verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as wrong:
        raise BackupError(f"the database in the backup is damaged: {wrong}") from wrong
    if verdict != "ok":
        raise BackupError(f"the database in the backup is damaged: {verdict}")
