"""Where the zone's counters are, seen from the screen."""

from django.utils.translation import gettext_lazy as _

ARROWS = {
    "left": _("to the left"),
    "up-left": _("ahead, left"),
    "up": _("ahead, or upstairs"),
    "up-right": _("ahead, right"),
    "right": _("to the right"),
    "down-right": _("behind, right"),
    "down": _("behind, or downstairs"),
    "down-left": _("behind, left"),
}
