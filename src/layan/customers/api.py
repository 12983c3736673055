"""The door of customers."""

import hashlib
import hmac
import re

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from layan.customers.rules import SPECIAL_GROUPS, Category, CustomerType

__all__ = [
    "CATEGORY_WORDS",
    "CUSTOMER_TYPE_WORDS",
    "SPECIAL_GROUPS",
    "Category",
    "CustomerType",
    "holder_digest",
]

CATEGORY_WORDS = {
    Category.GENERAL: _("General"),
    Category.SENIOR: _("Senior citizen"),
    Category.OKU: _("Person with disabilities"),
    Category.PREGNANT: _("Pregnant"),
    Category.INFANT: _("With infant"),
    Category.APPOINTMENT: _("Appointment"),
    Category.EMERGENCY: _("Emergency"),
}
CUSTOMER_TYPE_WORDS = {
    CustomerType.CITIZEN: _("Citizen"),
    CustomerType.NON_CITIZEN: _("Non-citizen"),
    CustomerType.PRIVATE: _("Private sector"),
    CustomerType.STAKEHOLDER: _("Stakeholder"),
    CustomerType.INTERNAL: _("Public officer"),
}


def holder_digest(reference: str) -> str:
    """Return a keyed hash of a telephone number or reference, so that B14 can compare without keeping it.

    Spaces, hyphens and case do not matter; Malaysian numbers are the same with 0 or with +60. Empty for a reference
    without a letter or digit.
    """
    plain = re.sub(r"[^0-9a-z+]", "", reference.casefold())
    if not plain.strip("+"):
        return ""
    plain = re.sub(r"^(\+?60|0)(?=1\d{8,9}$)", "60", plain)
    return hmac.new(settings.SECRET_KEY.encode(), b"holder:" + plain.encode(), hashlib.sha256).hexdigest()
