"""Which make of carrier serves which channel of messages."""

from pathlib import Path

from layan.app.message_settings import MessageSettings
from layan.devices.messaging.email import EmailCarrier, MailServer
from layan.devices.messaging.fake import FakeCarrier
from layan.devices.messaging.gateway import GatewayCarrier
from layan.messaging.api import Carrier, Channel

#: Where the demonstration writes what would have gone out.
DEMONSTRATED = "messages.jsonl"


def carriers(found: MessageSettings, *, demonstrated_in: Path | None) -> dict[Channel, Carrier]:
    """Return the carriers that are set up. With `demonstrated_in` they reach nobody and write to that folder."""
    if demonstrated_in is not None:
        fake = FakeCarrier(demonstrated_in / DEMONSTRATED)
        return dict.fromkeys(Channel, fake)
    made: dict[Channel, Carrier] = {}
    for channel, gateway in ((Channel.SMS, found.sms), (Channel.WHATSAPP, found.whatsapp)):
        if gateway is not None:
            made[channel] = GatewayCarrier(gateway.url, secret=gateway.secret)
    if found.mail is not None:
        mail = found.mail
        server = MailServer(mail.host, mail.port, mail.user, mail.password, mail.tls, mail.starttls)
        made[Channel.EMAIL] = EmailCarrier(server, sender=mail.sender)
    return made
