"""Ticket numbers: the service's letter, a mark for special and emergency series, three digits or more."""

SPECIAL_MARK = "K"
EMERGENCY_MARK = "E"


def series_of(letter: str, category: str, special_groups: frozenset[str]) -> str:
    """Return the series a number is taken from: `A`, `AK` for special groups (khas), `AE` for emergencies."""
    if category == "emergency":
        return letter + EMERGENCY_MARK
    if category in special_groups:
        return letter + SPECIAL_MARK
    return letter


def number_of(series: str, serial: int) -> str:
    """Return the number as shown: at least three digits, four from 1000 on."""
    return f"{series}{serial:03d}"
