"""E-mail through the agency's own SMTP server, by Django (docs/operations/messages.md)."""

import smtplib
from dataclasses import dataclass, field

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from layan.messaging.api import Failed, Outgoing, Reason, Sent

#: Seconds for each step of a conversation with the server.
PATIENCE = 5.0
_FOR_GOOD = 500


@dataclass(frozen=True)
class MailServer:
    """Where mail leaves: `tls` from the beginning, `starttls` before anything is said; neither on this machine alone."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    starttls: bool = False


class EmailCarrier:
    """Sends messages as plain e-mail in the name of `sender`."""

    def __init__(self, server: MailServer, *, sender: str, patience: float = PATIENCE) -> None:
        self._server = server
        self._sender = sender
        self._patience = patience

    def send(self, message: Outgoing) -> Sent | Failed:
        """Hand the message to the server; `Sent` when the server took it for this address."""
        domain = self._sender.rpartition("@")[2].strip("> ")
        mail = EmailMessage(
            subject=message.subject,
            body=message.text + (f"\n\n{message.link}" if message.link else ""),
            from_email=self._sender,
            to=[message.address],
            headers={
                # The same at each try, so that a mailbox can tell a repetition.
                "Message-ID": f"<{message.key}@{domain}>",
                "Auto-Submitted": "auto-generated",
                "Content-Language": message.language,
            },
            connection=self._connection(),
        )
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _said in refused.recipients.values()]
            if all(code >= _FOR_GOOD for code in codes):
                return Failed(Reason.BAD_ADDRESS, retry=False)
            return Failed(Reason.REFUSED, retry=True)
        except smtplib.SMTPServerDisconnected:
            return Failed(Reason.UNREACHABLE, retry=True)
        except smtplib.SMTPException:
            return Failed(Reason.REFUSED, retry=True)
        except OSError:
            return Failed(Reason.UNREACHABLE, retry=True)
        return Sent()

    def _connection(self) -> BaseEmailBackend:
        return get_connection(
            "django.core.mail.backends.smtp.EmailBackend",
            host=self._server.host,
            port=self._server.port,
            username=self._server.user,
            password=self._server.password,
            use_ssl=self._server.tls,
            use_tls=self._server.starttls,
            timeout=self._patience,
        )
