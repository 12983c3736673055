"""A gateway of the agency's own, over HTTP: each message is one signed POST (docs/operations/messages.md).

Every provider of SMS or WhatsApp speaks otherwise; a small bridge at the gateway's address checks the signature and
passes the message on in the provider's own way.
"""

import hashlib
import hmac
import http.client
import json
import ssl
from http import HTTPStatus
from urllib.parse import urlsplit

from layan.kit import clock
from layan.messaging.api import Failed, Outgoing, Reason, Sent

#: Seconds for each step of a request; a gateway takes a message and sends it in its own time.
PATIENCE = 5.0
#: Addresses of this machine, the only ones that are reached without TLS.
_HERE = {"localhost", "127.0.0.1", "::1"}
#: The gateway has understood, and this message to this address will never go.
_NEVER = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.GONE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the value of the header `Layan-Signature`: HMAC-SHA256 over the timestamp, a full stop and the body."""
    signed = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256)
    return f"v1={signed.hexdigest()}"


class GatewayCarrier:
    """Posts messages to `url`, signed with `secret`. Raises ValueError for an address that would go out unencrypted."""

    def __init__(self, url: str, *, secret: str, patience: float = PATIENCE) -> None:
        parts = urlsplit(url)
        if not parts.hostname or parts.username or parts.scheme not in {"http", "https"}:
            raise ValueError("not the address of a gateway")
        if parts.scheme == "http" and parts.hostname not in _HERE:
            raise ValueError("a gateway elsewhere needs https")
        self._secure = parts.scheme == "https"
        self._place = (parts.hostname, parts.port)
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._secret = secret
        self._patience = patience

    def send(self, message: Outgoing) -> Sent | Failed:
        """Post the message once; a redirection is not followed, for the body names a customer's address."""
        body = json.dumps(
            {
                "channel": message.channel.value,
                "to": message.address,
                "language": message.language,
                "text": message.text,
                "not_after": message.not_after.isoformat(),
            },
            ensure_ascii=False,
        ).encode()
        timestamp = str(int(clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message.key,
            "Layan-Timestamp": timestamp,
            "Layan-Signature": signature(self._secret, timestamp, body),
        }
        line = self._line()
        try:
            line.request("POST", self._path, body, headers)
            return _answer(line.getresponse().status)
        except (OSError, http.client.HTTPException):
            return Failed(Reason.UNREACHABLE, retry=True)
        finally:
            line.close()

    def _line(self) -> http.client.HTTPConnection:
        host, port = self._place
        if self._secure:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=self._patience, context=context)
        return http.client.HTTPConnection(host, port, timeout=self._patience)


def _answer(status: int) -> Sent | Failed:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Sent()
    if status in _NEVER:
        return Failed(Reason.BAD_ADDRESS, retry=False)
    # A wrong secret or an empty account is the agency's to mend, and soon: worth another try.
    return Failed(Reason.REFUSED, retry=True)
