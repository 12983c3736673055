"""What `layan check` looks at, and every process before it starts: bad settings fail at start, saying how to mend them."""

import os
from collections.abc import Iterator
from difflib import get_close_matches

from django.conf import settings
from django.core import checks

from layan.app import database
from layan.kit import clock
from layan.kit.events.sealing import unsealed_since
from layan.places.api import branches, service_day

#: Every setting there is (docs/operations/settings.md says what each does).
SETTINGS = frozenset(
    f"LAYAN_{name}"
    for name in (
        "DATA",
        "DATABASE",
        "DEMO",
        "HOSTS",
        "HTTPS",
        "LOG_LEVEL",
        "MAX_BODY",
        "MESSAGES_COUNTRIES",
        "MESSAGES_EMAIL",
        "MESSAGES_FROM",
        "MESSAGES_SMS",
        "MESSAGES_SMS_SECRET",
        "MESSAGES_WHATSAPP",
        "MESSAGES_WHATSAPP_SECRET",
        "OIDC_CLIENT_ID",
        "OIDC_NAME",
        "OIDC_SECRET",
        "OIDC_SERVER",
        "PUBLIC_URL",
        "SECRET_KEY",
        "STREAM_MAX_CLIENTS",
        "STREAM_PER_ADDRESS",
        "TRUSTED_PROXY",
        "WEB_THREADS",
    )
)


def checkup(*, program: bool = True) -> list[str]:
    """Return what is wrong, each as a sentence that says how to mend it; nothing when all is well.

    Without `program`, Django's checks of the program itself are left out: they load all of it.
    """
    return [*(_settings() if program else ()), *_folder(), *_database()]


def _settings() -> Iterator[str]:
    for message in checks.run_checks():
        if message.level >= checks.ERROR:
            yield f"{message.msg} {message.hint or ''}".strip()
    if settings.HTTPS and not settings.PUBLIC_URL:
        yield "LAYAN_HTTPS is on: set LAYAN_PUBLIC_URL to the address customers use, such as https://giliran.example.my."
    if settings.DEMONSTRATION and settings.HTTPS:
        yield "LAYAN_DEMO is for trying out, not for an office: unset it."
    if "*" in settings.ALLOWED_HOSTS:
        yield "LAYAN_HOSTS is '*', which lets anyone pretend to be this office: list the host names instead."


def misspelt_settings() -> list[str]:
    """Return a sentence for each name in the environment that looks like a setting and is none: it does nothing."""
    found = []
    for name in sorted(name for name in os.environ if name.startswith("LAYAN_") and name not in SETTINGS):
        near = get_close_matches(name, SETTINGS, n=1)
        found.append(
            f"{name} is not a setting and does nothing"
            + (f": did you mean {near[0]}?" if near else ": unset it.")
        )
    return found


def _folder() -> Iterator[str]:
    installation = settings.INSTALLATION
    folder = installation.folder
    if not os.access(folder, os.W_OK):
        yield f"{folder} cannot be written: make the folder, or name another with --data."
        return
    if installation.database_file.exists() and not os.access(installation.database_file, os.W_OK):
        yield f"{installation.database_file} cannot be written: run Layan as the user who owns it."
        return
    for key in installation.keys.glob("*.key"):
        if key.stat().st_mode & 0o077:
            yield f"{key} can be read by others: run chmod 600 {key}."


def _database() -> Iterator[str]:
    wrong = database.fault()
    if wrong is not None:
        yield wrong
        return
    for place in branches():
        day = unsealed_since(
            branch_id=place.branch_id, today=service_day(place, clock.now()), zone=place.time_zone
        )
        if day is not None:
            yield f"The log of {place.code} is not sealed since {day}: start layan worker."
