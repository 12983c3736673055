"""An address as a QR code."""

from io import BytesIO

import segno
from django.utils.safestring import SafeString


def qr_code(address: str) -> SafeString:
    """Return a QR code of `address` as an inline SVG without size or style, to be sized by the page."""
    drawing = BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawing,
        kind="svg",
        xmldecl=False,
        svgns=False,
        omitsize=True,
        border=2,
        nl=False,
        svgclass=None,
        lineclass=None,
    )
    # Drawn by segno from modules alone; nothing of the address is written into it.
    return SafeString(drawing.getvalue().decode())
