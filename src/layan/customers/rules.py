"""Customer types (A1) and categories (B2). Pure."""

from enum import StrEnum


class CustomerType(StrEnum):
    """Who comes to the office (A1)."""

    CITIZEN = "citizen"
    NON_CITIZEN = "non_citizen"
    PRIVATE = "private"
    STAKEHOLDER = "stakeholder"
    INTERNAL = "internal"


class Category(StrEnum):
    """What need a customer has that the queue must respect (B2)."""

    GENERAL = "general"
    SENIOR = "senior"
    OKU = "oku"
    PREGNANT = "pregnant"
    INFANT = "infant"
    APPOINTMENT = "appointment"
    EMERGENCY = "emergency"


#: Groups that special counters serve first, and whose numbers are marked.
SPECIAL_GROUPS = frozenset({Category.SENIOR, Category.OKU, Category.PREGNANT, Category.INFANT})
