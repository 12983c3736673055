"""Where an installation lives and what its environment says; knows nothing of Django.

An installation is one folder (`--data DIR`, environment `LAYAN_DATA`, default `./data`):

    layan.sqlite3     the database, unless LAYAN_DATABASE names a PostgreSQL
    keys/             secret.key (sessions, signed addresses), seal.key (event log); readable by the owner only
    seals/            the signed heads of each branch's log, one line a day
    clips/            what the agencies recorded for their announcements
    voices/           voice files for Piper, where an agency has some
    sounds/           announcements already spoken; made anew when needed
    running           held by every process at work here, so that nothing is restored under them
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from layan.kit.private import write_private


class BadSetting(Exception):
    """A setting that cannot work; the text says which and how to mend it."""


@dataclass(frozen=True)
class Installation:
    """The folder of one installation."""

    folder: Path

    @classmethod
    def from_environment(cls) -> "Installation":
        """Return the installation that `LAYAN_DATA` names."""
        return cls(Path(os.environ.get("LAYAN_DATA", "data")).absolute())

    @property
    def database_file(self) -> Path:
        return self.folder / "layan.sqlite3"

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    @property
    def seals(self) -> Path:
        return self.folder / "seals"

    @property
    def clips(self) -> Path:
        return self.folder / "clips"

    @property
    def voices(self) -> Path:
        return self.folder / "voices"

    @property
    def sounds(self) -> Path:
        return self.folder / "sounds"

    def create(self) -> None:
        """Make the folders, for the owner alone. Raises BadSetting when that cannot be."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.keys.mkdir(mode=0o700, exist_ok=True)
            self.seals.mkdir(exist_ok=True)
        except OSError as wrong:
            raise BadSetting(
                f"{self.folder} cannot be made or written ({wrong.strerror}): "
                "give this user the folder, or name another with --data."
            ) from wrong

    @property
    def exists(self) -> bool:
        return self.keys.is_dir() and bool(self.database_file.exists() or os.environ.get("LAYAN_DATABASE"))

    def must_exist(self) -> None:
        """Raise BadSetting where no installation was made yet: a folder mistyped must not become a new one."""
        if self.exists:
            return
        raise BadSetting(
            f"There is no installation in {self.folder} yet: run layan migrate --data {self.folder}, "
            "or name its folder with --data."
        )

    def keep_running(self) -> None:
        """Mark the installation as running until this process ends. Raises BadSetting while it is restored."""
        try:
            fcntl.flock(self._running(), fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as wrong:
            raise BadSetting(f"{self.folder} is being restored: start again when that has ended.") from wrong

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the installation for oneself. Raises BlockingIOError when a process is at work there."""
        descriptor = self._running()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        finally:
            os.close(descriptor)

    def _running(self) -> int:
        self.create()
        try:
            return os.open(self.folder / "running", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as wrong:
            raise BadSetting(
                f"{self.folder} cannot be written ({wrong.strerror}): run Layan as the user who owns it."
            ) from wrong

    def secret_key(self) -> str:
        """Return the secret of this installation: LAYAN_SECRET_KEY, or a file made on first use."""
        given = os.environ.get("LAYAN_SECRET_KEY", "")
        if given:
            if len(given) < 32:
                raise BadSetting("LAYAN_SECRET_KEY is shorter than 32 characters: give a longer random text.")
            return given
        file = self.keys / "secret.key"
        if not file.exists():
            self.create()
            write_private(file, secrets.token_urlsafe(48).encode())
        try:
            return file.read_text().strip()
        except PermissionError as wrong:
            raise BadSetting(f"{file} cannot be read: run Layan as the user who owns it.") from wrong


def flag(name: str, *, default: bool = False) -> bool:
    """Return an on/off setting. Raises BadSetting for anything but yes/no, true/false, on/off, 1/0."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "yes", "true", "on"}:
        return True
    if value in {"0", "no", "false", "off"}:
        return False
    raise BadSetting(f"{name} is {value!r}: write yes or no.")


def number(name: str, default: int, *, least: int = 0) -> int:
    """Return a whole-number setting of at least `least`. Raises BadSetting otherwise."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or int(value) < least:
        raise BadSetting(f"{name} is {value!r}: write a whole number, {least} or more.")
    return int(value)


def choice(name: str, default: str, *allowed: str) -> str:
    """Return a setting that is one of a few words, in lower case. Raises BadSetting otherwise."""
    value = os.environ.get(name, "").strip().lower() or default
    if value not in allowed:
        raise BadSetting(f"{name} is {value!r}: write one of {', '.join(allowed)}.")
    return value


def names(name: str, default: str) -> list[str]:
    """Return a comma-separated setting as a list without blanks; one that is empty is the default."""
    return [part.strip() for part in (os.environ.get(name) or default).split(",") if part.strip()]


@dataclass(frozen=True)
class Oidc:
    """The agency's own sign-in server."""

    name: str
    server: str
    client_id: str
    secret: str

    @property
    def origin(self) -> str:
        """Scheme, host and port of the server."""
        parts = urlsplit(self.server)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def app(self) -> dict[str, object]:
        """What django-allauth has to know."""
        return {
            "provider_id": "agency",
            "name": self.name,
            "client_id": self.client_id,
            "secret": self.secret,
            "settings": {"server_url": self.server, "oauth_pkce_enabled": True},
        }


def oidc() -> Oidc | None:
    """Return the agency's own sign-in (OIDC), None when it is not set up. Raises BadSetting for half of one.

    LAYAN_OIDC_SERVER, LAYAN_OIDC_CLIENT_ID and LAYAN_OIDC_SECRET belong together; LAYAN_OIDC_NAME is on the button.
    """
    needed = ("LAYAN_OIDC_SERVER", "LAYAN_OIDC_CLIENT_ID", "LAYAN_OIDC_SECRET")
    given = {name: os.environ.get(name, "").strip() for name in needed}
    missing = [name for name, value in given.items() if not value]
    if len(missing) == len(needed):
        return None
    if missing:
        raise BadSetting(f"Sign-in through OIDC also needs {' and '.join(missing)}.")
    server = given["LAYAN_OIDC_SERVER"]
    if not server.startswith(("https://", "http://localhost", "http://127.0.0.1")):
        raise BadSetting("LAYAN_OIDC_SERVER must start with https://.")
    name = os.environ.get("LAYAN_OIDC_NAME", "").strip() or "OpenID Connect"
    return Oidc(name, server, given["LAYAN_OIDC_CLIENT_ID"], given["LAYAN_OIDC_SECRET"])


def database(installation: Installation) -> dict[str, object]:
    """Return Django's DATABASES entry: SQLite in the folder, or the PostgreSQL of LAYAN_DATABASE."""
    url = os.environ.get("LAYAN_DATABASE", "")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(installation.database_file),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # IMMEDIATE: a transaction that may write takes the write lock at once, so it never fails half-way.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # FULL: an office box loses power, and an accepted number must not be lost with it.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8000;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise BadSetting("LAYAN_DATABASE must look like postgresql://user:password@host:5432/name.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 2},
    }
