"""Servers of this machine that take messages: SMTP, and a gateway that checks signatures as a bridge would."""

import hashlib
import hmac
import json
import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from layan.kit import clock

SECRET = "a-secret-of-at-least-thirty-two-characters"
_OLDEST_SECONDS = 300


class MailRoom:
    """An SMTP server on a free port that keeps what it is given; `refuses` is what it says to a recipient instead."""

    def __init__(self) -> None:
        self.refuses = ""
        self.hangs_up = False
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        room = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                room._converse(self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> "MailRoom":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _converse(self, line: socketserver.StreamRequestHandler) -> None:
        def say(text: str) -> None:
            line.wfile.write(f"{text}\r\n".encode())

        say("220 here")
        while command := line.rfile.readline().decode().strip():
            word = command.upper()
            if word.startswith("RCPT") and self.hangs_up:
                return
            if word.startswith("RCPT") and self.refuses:
                say(self.refuses)
            elif word == "DATA":
                say("354 go on")
                self._take(line)
                say("250 kept")
            elif word == "QUIT":
                say("221 bye")
                return
            else:
                if word.startswith("RCPT"):
                    self.recipients.append(command.partition("<")[2].rstrip(">"))
                say("250 fine")

    def _take(self, line: socketserver.StreamRequestHandler) -> None:
        lines = []
        while (text := line.rfile.readline()) != b".\r\n":
            lines.append(text)
        self.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))  # type: ignore[arg-type]


def is_genuine(secret: str, headers: Any, body: bytes) -> bool:
    """Say whether a message was signed by who knows the secret, within the last minutes (docs/operations/messages.md)."""
    timestamp = headers.get("Layan-Timestamp", "")
    if not timestamp.isdigit() or abs(clock.now().timestamp() - int(timestamp)) > _OLDEST_SECONDS:
        return False
    signed = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"v1={signed}", headers.get("Layan-Signature", ""))


class Bridge:
    """A gateway on a free port: passes a message on once a key, when its signature is genuine."""

    def __init__(self) -> None:
        self.status = 202
        self.silent = False
        self.passed_on: list[dict[str, str]] = []
        self._keys: set[str] = set()
        self._done = threading.Event()
        bridge = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if bridge.silent:
                    bridge._done.wait(10)
                    return
                self.send_response(bridge._judge(self.headers, body))
                self.send_header("Location", "http://127.0.0.1:9/")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/messages"

    def __enter__(self) -> "Bridge":
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._server.shutdown()
        self._server.server_close()

    def _judge(self, headers: Any, body: bytes) -> int:
        if not is_genuine(SECRET, headers, body):
            return 401
        if self.status < 300 and headers["Idempotency-Key"] not in self._keys:
            self._keys.add(headers["Idempotency-Key"])
            self.passed_on.append(json.loads(body))
        return self.status
