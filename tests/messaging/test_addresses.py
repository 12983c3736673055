"""What people type as a number or an address, and what becomes of it."""

import pytest

from layan.messaging.addresses import normalised
from layan.messaging.api import Channel, masked
from tests.refusals import refused

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "typed",
    ["0123456789", "012-345 6789", "+60123456789", "60 12-345 6789", " (012) 3456789 ", "0060123456789"],
)
def test_every_way_to_write_a_malaysian_mobile_number_is_one_number(typed):
    assert normalised(Channel.SMS, typed) == "+60123456789"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12",
        "abc",
        "03-2612 3456",  # A landline.
        "999",
        "1-300-88-5000",
        "+1 900 555 0100",
        "+44 7911 123456",
        "012345678901234567890",
        "+60123456789; rm",
        "٠١٢",
    ],
)
def test_what_is_no_mobile_number_of_ours_is_refused(typed):
    with refused("bad-phone"):
        normalised(Channel.WHATSAPP, typed)


def test_the_office_says_whose_numbers_it_pays_for(settings):
    settings.MESSAGES = type(settings.MESSAGES)(None, None, None, ("MY", "SG"))
    assert normalised(Channel.SMS, "+65 9123 4567") == "+6591234567"


@pytest.mark.parametrize("typed", ["aisyah@Example.MY", "  aisyah@example.my "])
def test_an_e_mail_address_is_kept_as_it_is_delivered(typed):
    assert normalised(Channel.EMAIL, typed) == "aisyah@example.my"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "aisyah",
        "a@b",
        "a b@example.my",
        "a@example.my\nBcc: b@example.my",
        "a@exämple.my",
        "a" * 250 + "@b.my",
    ],
)
def test_what_is_no_e_mail_address_is_refused(typed):
    with refused("bad-email"):
        normalised(Channel.EMAIL, typed)


def test_a_masked_address_tells_its_owner_and_nobody_else():
    assert masked(Channel.SMS, "+60123456789") == "••• 6789"
    assert masked(Channel.EMAIL, "aisyah@kedai-aisyah.com.my") == "a•••@•••.my"
