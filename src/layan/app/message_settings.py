"""What the environment says of messages to customers; knows nothing of Django. A channel not set up is not offered."""

import os
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from layan.app.installation import BadSetting, names

_HERE = {"localhost", "127.0.0.1", "::1"}
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_SHORTEST_SECRET = 32


@dataclass(frozen=True)
class Gateway:
    """Where a channel's messages are posted, and what they are signed with."""

    url: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Mail:
    """The SMTP server and the address in whose name messages leave."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    tls: bool
    starttls: bool
    sender: str


@dataclass(frozen=True)
class MessageSettings:
    """The channels that are set up, and the countries whose mobile numbers are taken, the usual one first."""

    sms: Gateway | None
    whatsapp: Gateway | None
    mail: Mail | None
    countries: tuple[str, ...]


def message_settings() -> MessageSettings:
    """Return what is set up. Raises BadSetting for half of a channel, and for one that would go out unencrypted."""
    return MessageSettings(
        sms=_gateway("LAYAN_MESSAGES_SMS", "LAYAN_MESSAGES_SMS_SECRET"),
        whatsapp=_gateway("LAYAN_MESSAGES_WHATSAPP", "LAYAN_MESSAGES_WHATSAPP_SECRET"),
        mail=_mail("LAYAN_MESSAGES_EMAIL", "LAYAN_MESSAGES_FROM"),
        countries=_countries("LAYAN_MESSAGES_COUNTRIES"),
    )


def _gateway(address: str, key: str) -> Gateway | None:
    url, secret = _both(address, key)
    if not url:
        return None
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in _HERE
    if not parts.hostname or parts.username or not (parts.scheme == "https" or local):
        raise BadSetting(f"{address} must start with https:// (http:// on this machine alone).")
    if len(secret) < _SHORTEST_SECRET:
        raise BadSetting(f"{key} is shorter than {_SHORTEST_SECRET} characters: give a longer random text.")
    return Gateway(url, secret)


def _mail(address: str, sender: str) -> Mail | None:
    url, name = _both(address, sender)
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as wrong:
        raise BadSetting(f"{address} has a port that is none.") from wrong
    if parts.scheme not in _PORTS or not parts.hostname:
        raise BadSetting(f"{address} must look like smtp+starttls://user:password@host:587.")
    if parts.scheme == "smtp" and parts.hostname not in _HERE:
        raise BadSetting(
            f"{address} must start with smtp+starttls:// or smtps:// (smtp:// on this machine alone)."
        )
    if "@" not in name:
        raise BadSetting(f"{sender} must be an e-mail address, such as giliran@example.my.")
    return Mail(
        parts.hostname,
        port or _PORTS[parts.scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        parts.scheme == "smtps",
        parts.scheme == "smtp+starttls",
        name,
    )


def _both(first: str, second: str) -> tuple[str, str]:
    values = os.environ.get(first, "").strip(), os.environ.get(second, "").strip()
    if any(values) and not all(values):
        raise BadSetting(f"{first} and {second} belong together: set both, or neither.")
    return values


def _countries(name: str) -> tuple[str, ...]:
    countries = tuple(country.upper() for country in names(name, "MY"))
    if not all(len(country) == 2 and country.isascii() and country.isalpha() for country in countries):
        raise BadSetting(f"{name} must be two-letter codes of countries, such as MY,SG.")
    return countries
