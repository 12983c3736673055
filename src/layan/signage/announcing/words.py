"""What became of an announcement, in words for staff (B9)."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layan.signage.announcing.rules import Reason, State
from layan.signage.models import Announcement

_WHY = {
    Reason.MOOT: gettext_lazy("not said: the customer was there, or the call was taken back"),
    Reason.TOO_OLD: gettext_lazy("not said: its time was over before a screen with sound asked"),
    Reason.SUPERSEDED: gettext_lazy("not said: called again before it was its turn"),
    Reason.CANCELLED: gettext_lazy("taken back"),
    Reason.NO_VOICE: gettext_lazy("not said: no voice on the server knows the language"),
    Reason.UNCONFIRMED: gettext_lazy("perhaps not said: the screen did not confirm it twice"),
}


def heard(said: Announcement) -> str:
    """Return what became of it."""
    if said.state == State.PLAYED:
        return _("said")
    if said.state == State.PLAYING:
        return _("being said")
    if said.state == State.WAITING:
        return _("waits for its turn")
    return str(_WHY[Reason(said.reason)])
