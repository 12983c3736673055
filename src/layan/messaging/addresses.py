"""What people type, made into an address that a carrier can use."""

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.crypto import salted_hmac

from layan.messaging import refusals
from layan.messaging.rules import Channel

_MOBILE = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}


def normalised(channel: Channel, typed: str) -> str:
    """Return the address that `typed` means: E.164, or an e-mail address. Raises bad-phone, bad-email."""
    return _email(typed) if channel is Channel.EMAIL else _mobile(typed)


def _mobile(typed: str) -> str:
    regions = settings.MESSAGES.countries
    try:
        number = phonenumbers.parse(typed[:40], regions[0])
    except phonenumbers.NumberParseException:
        # Not as the cause: it repeats what was typed.
        raise refusals.bad_phone() from None
    # Numbers elsewhere cost their owner's caller dearly, which some people live on.
    reachable = phonenumbers.region_code_for_number(number) in regions
    if not reachable or not phonenumbers.is_valid_number(number):
        raise refusals.bad_phone()
    if phonenumbers.number_type(number) not in _MOBILE:
        raise refusals.bad_phone()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _email(typed: str) -> str:
    address = typed.strip()
    try:
        validate_email(address)
    except ValidationError:
        raise refusals.bad_email() from None
    if len(address) > 254 or not address.isascii():
        raise refusals.bad_email()
    name, _at, domain = address.rpartition("@")
    return f"{name}@{domain.lower()}"


def digest_of(address: str) -> str:
    """Return the keyed hash under which an address is counted; nobody without the installation's secret can test one."""
    return salted_hmac("layan.messages", address.lower(), algorithm="sha256").hexdigest()
