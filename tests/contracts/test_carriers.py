"""What every carrier promises, of the one in memory, of e-mail and of the HTTP gateway alike (B8)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from layan.app.carriers import carriers
from layan.app.installation import BadSetting
from layan.app.message_settings import message_settings
from layan.devices.messaging.email import EmailCarrier, MailServer
from layan.devices.messaging.fake import FakeCarrier
from layan.devices.messaging.gateway import GatewayCarrier, signature
from layan.kit import clock
from layan.messaging.api import Carrier, Channel, Failed, Outgoing, Reason, Sent
from tests.messaging.servers import SECRET, Bridge, MailRoom, is_genuine

TEXT = "Pejabat Pos: nombor A012, sila ke kaunter 7. 请到7号柜台。 முகப்பு 7."
MESSAGE = Outgoing(
    key="0199aa-sms-called-17",
    channel=Channel.SMS,
    address="+60123456789",
    language="ms",
    subject="Nombor A012",
    text=TEXT,
    link="",
    not_after=datetime(2026, 11, 23, 10, 0, tzinfo=UTC),
)


@dataclass
class Stand:
    """A carrier, the message it is for, what arrived behind it, and how it is made to fail."""

    carrier: Carrier
    message: Outgoing
    arrived: Callable[[], list[tuple[str, str]]]
    refuse_for_good: Callable[[], None]
    refuse_for_now: Callable[[], None]
    vanish: Callable[[], None]


def of_memory() -> Stand:
    fake = FakeCarrier()

    def answer(value: Failed) -> Callable[[], None]:
        return lambda: setattr(fake, "answer", value)

    return Stand(
        fake,
        MESSAGE,
        lambda: [(each.address, each.text) for each in fake.messages],
        answer(Failed(Reason.BAD_ADDRESS, retry=False)),
        answer(Failed(Reason.REFUSED, retry=True)),
        answer(Failed(Reason.UNREACHABLE, retry=True)),
    )


@pytest.fixture(params=["memory", "email", "gateway"])
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    if request.param == "memory":
        yield of_memory()
    elif request.param == "email":
        with MailRoom() as room:
            server = MailServer("127.0.0.1", room.port)
            yield Stand(
                EmailCarrier(server, sender="Giliran <giliran@example.my>", patience=2),
                replace(MESSAGE, channel=Channel.EMAIL, address="aisyah@example.my"),
                lambda: [
                    (to, mail.get_content().strip())
                    for to, mail in zip(room.recipients, room.mails, strict=True)
                ],
                lambda: setattr(room, "refuses", "550 aisyah@example.my is nobody here"),
                lambda: setattr(room, "refuses", "451 later, aisyah@example.my"),
                lambda: setattr(room, "hangs_up", True),
            )
    else:
        with Bridge() as bridge:
            yield Stand(
                GatewayCarrier(bridge.url, secret=SECRET, patience=0.3),
                MESSAGE,
                lambda: [(each["to"], each["text"]) for each in bridge.passed_on],
                lambda: setattr(bridge, "status", 422),
                lambda: setattr(bridge, "status", 503),
                lambda: setattr(bridge, "silent", True),
            )


def test_b8_a_message_arrives_whole_in_every_script(stand: Stand) -> None:
    assert stand.carrier.send(stand.message) == Sent()
    assert stand.arrived() == [(stand.message.address, TEXT)]


def test_b8_an_address_that_cannot_be_reached_is_not_tried_again(stand: Stand) -> None:
    stand.refuse_for_good()
    assert stand.carrier.send(stand.message) == Failed(Reason.BAD_ADDRESS, retry=False)
    assert stand.arrived() == []


def test_b8_a_carrier_that_refuses_for_now_is_tried_again(stand: Stand) -> None:
    stand.refuse_for_now()
    assert stand.carrier.send(stand.message) == Failed(Reason.REFUSED, retry=True)


def test_b8_a_carrier_that_is_silent_is_tried_again(stand: Stand) -> None:
    stand.vanish()
    assert stand.carrier.send(stand.message) == Failed(Reason.UNREACHABLE, retry=True)


def test_a3_neither_a_message_nor_an_answer_shows_the_address(stand: Stand) -> None:
    stand.refuse_for_good()
    shown = f"{stand.message!r} {stand.carrier.send(stand.message)!r} {stand.carrier!r}"
    assert stand.message.address not in shown


def test_b8_nobody_there_is_told_as_such() -> None:
    with MailRoom() as room, Bridge() as bridge:
        closed = room.port, bridge.url
    email = EmailCarrier(MailServer("127.0.0.1", closed[0]), sender="a@example.my", patience=1)
    for carrier in (email, GatewayCarrier(closed[1], secret=SECRET, patience=1)):
        assert carrier.send(MESSAGE) == Failed(Reason.UNREACHABLE, retry=True)


def test_b8_the_same_message_sent_again_is_passed_on_once() -> None:
    with Bridge() as bridge:
        carrier = GatewayCarrier(bridge.url, secret=SECRET)
        assert [carrier.send(MESSAGE), carrier.send(MESSAGE)] == [Sent(), Sent()]
        assert len(bridge.passed_on) == 1


def test_b8_a_message_signed_with_another_secret_is_not_passed_on() -> None:
    with Bridge() as bridge:
        answer = GatewayCarrier(bridge.url, secret="another" * 6).send(MESSAGE)
        assert answer == Failed(Reason.REFUSED, retry=True)
        assert bridge.passed_on == []


@pytest.mark.parametrize("change", ["body", "time", "signature", "none"])
def test_b8_a_signature_is_for_one_body_at_one_time(change: str) -> None:
    now = str(int(clock.now().timestamp()))
    headers = {"Layan-Timestamp": now, "Layan-Signature": signature(SECRET, now, b"{}")}
    assert is_genuine(SECRET, headers, b"{}")
    if change == "body":
        assert not is_genuine(SECRET, headers, b"{ }")
    elif change == "time":
        assert not is_genuine(SECRET, {**headers, "Layan-Timestamp": str(int(now) - 1)}, b"{}")
    elif change == "signature":
        assert not is_genuine(SECRET, {**headers, "Layan-Signature": "v1=00"}, b"{}")
    else:
        assert not is_genuine(SECRET, {}, b"{}")


def test_b8_a_message_signed_long_ago_is_not_taken() -> None:
    headers = {"Layan-Timestamp": "1700000000", "Layan-Signature": signature(SECRET, "1700000000", b"{}")}
    assert not is_genuine(SECRET, headers, b"{}")


def test_b8_a_redirection_is_not_followed() -> None:
    with Bridge() as bridge:
        bridge.status = 307
        assert GatewayCarrier(bridge.url, secret=SECRET).send(MESSAGE) == Failed(Reason.REFUSED, retry=True)


@pytest.mark.parametrize(
    "url", ["http://gateway.example.my/", "ftp://localhost/", "https://", "https://a:b@c.my/"]
)
def test_a3_a_gateway_elsewhere_is_reached_by_tls_alone(url: str) -> None:
    with pytest.raises(ValueError, match="gateway"):
        GatewayCarrier(url, secret=SECRET)


def test_b8_an_e_mail_says_that_a_machine_wrote_it_and_can_be_told_from_its_repetition() -> None:
    with MailRoom() as room:
        carrier = EmailCarrier(MailServer("127.0.0.1", room.port), sender="Giliran <giliran@example.my>")
        carrier.send(replace(MESSAGE, address="aisyah@example.my", link="https://layan.example/t/3f8K"))
        (mail,) = room.mails
    assert mail["Message-ID"] == "<0199aa-sms-called-17@example.my>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "ms"
    assert "https://layan.example/t/3f8K" in mail.get_content()


GATEWAY = {"LAYAN_MESSAGES_SMS": "https://gateway.example.my/m", "LAYAN_MESSAGES_SMS_SECRET": SECRET}
MAIL = {
    "LAYAN_MESSAGES_EMAIL": "smtp+starttls://user:pass%40word@mail.example.my",
    "LAYAN_MESSAGES_FROM": "giliran@example.my",
}


@pytest.mark.parametrize(
    ("environment", "offered"),
    [
        ({}, set()),
        (GATEWAY, {Channel.SMS}),
        (MAIL, {Channel.EMAIL}),
        ({**GATEWAY, **MAIL}, {Channel.SMS, Channel.EMAIL}),
    ],
)
def test_b8_what_is_not_set_up_is_not_offered(monkeypatch, environment, offered) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert set(carriers(message_settings(), demonstrated_in=None)) == offered


@pytest.mark.parametrize(
    "wrong",
    [
        {"LAYAN_MESSAGES_SMS": "https://gateway.example.my/"},
        {**GATEWAY, "LAYAN_MESSAGES_SMS": "http://gateway.example.my/"},
        {**GATEWAY, "LAYAN_MESSAGES_SMS_SECRET": "short"},
        {"LAYAN_MESSAGES_FROM": "giliran@example.my"},
        {**MAIL, "LAYAN_MESSAGES_EMAIL": "smtp://mail.example.my"},
        {**MAIL, "LAYAN_MESSAGES_EMAIL": "smtps://mail.example.my:x"},
        {**MAIL, "LAYAN_MESSAGES_FROM": "giliran"},
        {"LAYAN_MESSAGES_COUNTRIES": "Malaysia"},
    ],
)
def test_half_of_a_channel_or_an_open_one_is_refused_at_the_start(monkeypatch, wrong) -> None:
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting, match="LAYAN_MESSAGES_"):
        message_settings()


def test_a_demonstration_reaches_nobody_whatever_is_set_up(monkeypatch, tmp_path) -> None:
    for name, value in (GATEWAY | MAIL).items():
        monkeypatch.setenv(name, value)
    made = carriers(message_settings(), demonstrated_in=tmp_path)
    assert {type(carrier) for carrier in made.values()} == {FakeCarrier}
    made[Channel.SMS].send(MESSAGE)
    written = (tmp_path / "messages.jsonl").read_text(encoding="utf-8")
    assert "A012" in written
    assert "123456789" not in written
