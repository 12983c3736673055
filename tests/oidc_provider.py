"""A small OpenID Connect provider that speaks HTTP: the agency's sign-in server, as far as Layan meets it.

It follows OpenID Connect Core 1.0 (authorization code with PKCE, RFC 7636) and refuses what it ought to refuse: an
unregistered redirect address, a wrong client secret, a code used twice, a code verifier that does not fit.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, SECRET = "layan", "the secret of this installation"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
FORM = """<!DOCTYPE html><html lang="en"><title>Agency</title><main><h1>Agency sign-in</h1>
<form method="post"><label>User <input name="user"></label><button>Continue</button></form></main></html>"""


class Provider(ThreadingHTTPServer):
    """The provider: who it knows is whoever says so, and `refused` is why it said no, if it did."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        # By another name than Layan's own address: to the browser it is another site.
        self.issuer = f"http://localhost:{self.server_address[1]}"
        self.redirects: set[str] = set()
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: dict[str, str] = {}
        self.secret = SECRET
        self.refused: list[str] = []

    def settings(self) -> dict[str, str]:
        """Return what an operator sets for Layan to use this provider."""
        return {
            "LAYAN_OIDC_SERVER": self.issuer,
            "LAYAN_OIDC_CLIENT_ID": CLIENT_ID,
            "LAYAN_OIDC_SECRET": SECRET,
            "LAYAN_OIDC_NAME": "MyAgency",
        }

    def document(self) -> dict[str, Any]:
        """Return the discovery document."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        }

    def code_for(self, asked: dict[str, str], user: str) -> str:
        """Return a new code for an authorization request."""
        code = secrets.token_urlsafe()
        self.codes[code] = {**asked, "user": user}
        return code

    def exchange(self, sent: dict[str, str]) -> dict[str, Any]:
        """Return tokens for a code. Raises ValueError with the error code of OAuth 2."""
        asked = self.codes.pop(sent.get("code", ""), None)
        if (sent.get("client_id"), sent.get("client_secret")) != (CLIENT_ID, self.secret):
            raise ValueError("invalid_client")
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or sent.get("redirect_uri") != asked["redirect_uri"]
            or challenge != asked["code_challenge"]
        ):
            raise ValueError("invalid_grant")
        token = secrets.token_urlsafe()
        self.tokens[token] = asked["user"]
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": f"id-of-{asked['user']}",
            "iat": now,
            "exp": now + 300,
        }
        id_token = jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "1"})
        return {"access_token": token, "token_type": "Bearer", "expires_in": 300, "id_token": id_token}


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/.well-known/openid-configuration":
            self._json(self.server.document())
        elif address.path == "/keys":
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            self._json({"keys": [{**key, "kid": "1", "alg": "RS256", "use": "sig"}]})
        elif address.path == "/userinfo":
            user = self.server.tokens.get(self.headers.get("Authorization", "").removeprefix("Bearer "))
            if user is None:
                self._json({"error": "invalid_token"}, 401)
            else:
                self._json({"sub": f"id-of-{user}", "preferred_username": user, "name": user.title()})
        elif address.path == "/authorize" and self._asked() is not None:
            self._send(200, FORM.encode(), "text/html")
        else:
            self._json({"error": "invalid_request"}, 400)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        sent = dict(item for item in _flat(body).items())
        asked = self._asked()
        if self.path == "/token":
            try:
                self._json(self.server.exchange(sent))
            except ValueError as refused:
                self.server.refused.append(str(refused))
                self._json({"error": str(refused)}, 400)
        elif asked is not None:
            answer = {"state": asked["state"]}
            if sent.get("user"):
                answer["code"] = self.server.code_for(asked, sent["user"])
            else:
                answer["error"] = "access_denied"
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(answer)}")
            self.end_headers()

    def _asked(self) -> dict[str, str] | None:
        """Return a sound authorization request, or None."""
        asked = _flat(urlsplit(self.path).query)
        sound = (
            asked.get("client_id") == CLIENT_ID
            and asked.get("response_type") == "code"
            and "openid" in asked.get("scope", "").split()
            and asked.get("code_challenge_method") == "S256"
            and asked.get("redirect_uri") in self.server.redirects
            and asked.get("state")
        )
        return asked if sound else None

    def _json(self, answer: dict[str, Any], status: int = 200) -> None:
        self._send(status, json.dumps(answer).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


@contextmanager
def oidc_provider() -> Iterator[Provider]:
    """Run a provider for a while."""
    with Provider() as provider:
        threading.Thread(target=provider.serve_forever, daemon=True).start()
        try:
            yield provider
        finally:
            provider.shutdown()
