"""An agency's colour: whether words on it can be read (WCAG 2.2, 1.4.3), and the colours of a page made from it. Pure."""

READABLE = 4.5
#: On the board's head words are read from across the hall.
READABLE_FAR = 7.0
WHITE, MIST = "#FFFFFF", "#F4F7FB"
_DARKER = 0.96
_Channels = tuple[float, float, float]


def contrast_with_white(colour: str) -> float:
    """Return the contrast ratio (1 to 21) of `colour` (#RRGGBB) and white."""
    return contrast(colour, WHITE)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio (1 to 21) of two colours (#RRGGBB)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def theme(colour: str) -> dict[str, str]:
    """Return the page's colours for an agency's `colour`, by the name of the token.

    Whatever `colour` is, the words are readable: it is made darker until they are.
    """
    primary = colour
    while contrast(primary, MIST) < READABLE or contrast(primary, _ground(primary)) < READABLE:
        primary = _scaled(primary, _DARKER)
    deep = _scaled(primary, 0.7)
    while contrast(deep, WHITE) < READABLE_FAR:
        deep = _scaled(deep, _DARKER)
    return {
        "primary": primary,
        "primary-deep": deep,
        "primary-ground": _ground(primary),
        "on-primary": WHITE,
    }


def _luminance(colour: str) -> float:
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (channel / 255 for channel in _channels(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _ground(colour: str) -> str:
    """Return a breath of the colour on white."""
    red, green, blue = (255 - (255 - channel) * 0.085 for channel in _channels(colour))
    return _written((red, green, blue))


def _scaled(colour: str, by: float) -> str:
    red, green, blue = (channel * by for channel in _channels(colour))
    return _written((red, green, blue))


def _channels(colour: str) -> _Channels:
    red, green, blue = (float(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return red, green, blue


def _written(channels: _Channels) -> str:
    return "#" + "".join(f"{int(channel):02X}" for channel in channels)
