"""Waits in words a citizen understands (B7)."""

from django.utils.translation import gettext as _

from layan.queueing.api import Wait


def reason_words(reason: str) -> str:
    """Return why no waiting time can be told, and what to do where something can be done."""
    known = {
        "no_counter": _("No counter is open for this service now. Your number keeps its place."),
        "no_history": _("No waiting time yet: this line has only just begun."),
        "disruption": _("Service is interrupted. Your number keeps its place."),
        "closed": _("The office is closed."),
        "after_closing": _("You may not be served before closing. Ask the staff, or come at another time."),
    }
    return known.get(reason, _("The waiting time is not known at the moment."))


def wait_words(wait: Wait) -> str:
    """Return the range in words, or why there is none."""
    if wait.reason:
        return reason_words(wait.reason)
    if wait.high <= 5:
        return _("less than 5 minutes")
    if wait.low == 0:
        return _("up to %(high)s") % {"high": _length(wait.high)}
    if wait.high < 60:
        return _("about %(low)s-%(high)s min") % {"low": wait.low, "high": wait.high}
    return _("%(low)s to %(high)s") % {"low": _length(wait.low), "high": _length(wait.high)}


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": rest}
    if not rest:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}
