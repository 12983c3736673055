"""The few things every ASGI application here needs: who asks, and a refusal as problem+json (RFC 9457)."""

from collections.abc import Awaitable, Callable, MutableMapping
from ipaddress import ip_address
from typing import Any

import orjson
from django.conf import settings
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from layan.kit.refusal import PROBLEM, Refusal

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def header(scope: Scope, name: bytes) -> str:
    """Return a request header's value (the last, when it was sent more than once), or an empty text."""
    found = ""
    for key, value in scope["headers"]:
        if key == name:
            found = value.decode("latin-1")
    return found


def address_of(scope: Scope, *, trusted_proxy: bool) -> str:
    """Return the address of who asks: the last that the trusted proxy added, else the connection's own."""
    forwarded = header(scope, b"x-forwarded-for").rpartition(",")[2].strip() if trusted_proxy else ""
    client = scope.get("client")
    return forwarded or (client[0] if client else "")


def is_loopback(address: str) -> bool:
    """Return whether the address is this machine's own."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_loopback


def language_of(scope: Scope) -> str:
    """Return the language of ours that the request prefers, Malay when it names none."""
    for language, _ in parse_accept_lang_header(header(scope, b"accept-language").lower()):
        try:
            return translation.get_supported_language_variant(language)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


async def refuse(scope: Scope, send: Send, refusal: Refusal, **headers: str) -> None:
    """Answer with a refusal in the language of the request. Header names take _ for -."""
    with translation.override(language_of(scope)):
        body = orjson.dumps(refusal.problem())
    sent = [
        (b"content-type", PROBLEM.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    sent += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": refusal.status, "headers": sent})
    await send({"type": "http.response.body", "body": body})
