"""Where a request comes from."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the address of whoever asks; behind a trusted proxy, the last one that the proxy itself noted."""
    if settings.TRUSTED_PROXY:
        noted = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        if noted[-1]:
            return noted[-1]
    return str(request.META.get("REMOTE_ADDR", ""))
