"""Printers in trouble, as the floor hears of them (H2, B8): from what was last stored, without asking them."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from layan.kit import clock
from layan.places.api import Layout
from layan.queueing.devices import Trouble
from layan.queueing.models import SlipPrinter
from layan.queueing.paper.api import PaperState

_TROUBLES = {
    PaperState.PAPER_LOW: (_("Printer %(device)s has little paper left."), _("Have a new roll at hand.")),
    PaperState.PAPER_OUT: (_("Printer %(device)s is out of paper."), _("Put in a new roll.")),
    PaperState.COVER_OPEN: (_("The cover of printer %(device)s is open."), _("Close the cover.")),
    PaperState.OFFLINE: (
        _("Printer %(device)s does not answer."),
        _("See whether it has power and network."),
    ),
}


def printers_in_trouble(place: Layout, now: datetime) -> list[Trouble]:
    """Return what is wrong with the branch's printers."""
    found = []
    for printer in SlipPrinter.objects.filter(branch_id=place.branch_id).exclude(
        state__in=["", PaperState.READY.value]
    ):
        sentence, action = _TROUBLES[PaperState(printer.state)]
        since = printer.state_since or now
        found.append(
            Trouble(
                device=f"printer:{printer.pk}",
                name=printer.name,
                sentence=sentence,
                action=action,
                minutes=int(clock.minutes_between(since, now)),
            )
        )
    return found
