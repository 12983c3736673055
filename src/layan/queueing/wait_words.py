"""Waits in words a citizen understands: a range in whole steps, or why there is none and what to do (B7)."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from layan.queueing.promises import Wait

#: A board shows minutes up to here, hours beyond.
_MINUTES_UP_TO = 120


def wait_words(wait: Wait) -> str:
    """Return the range as a phrase ("about 15–25 min"), or why there is none and what to do next."""
    if wait.reason:
        return reason_words(wait.reason)
    if _is_plain(wait):
        return _("about %(range)s") % {"range": short_words(wait)}
    return short_words(wait) if wait.high > 5 else _("less than 5 minutes")


def short_words(wait: Wait) -> str:
    """Return the range or the reason in as few words as a board has room for."""
    if wait.reason:
        return short_reason(wait.reason)
    if wait.high <= 5:
        return _("under 5 min")
    if wait.low == 0:
        return _("up to %(high)s") % {"high": _length(wait.high)}
    if wait.high < 60:
        return _unbroken(_("%(low)s–%(high)s min") % {"low": wait.low, "high": wait.high})
    return _("%(low)s to %(high)s") % {"low": _length(wait.low), "high": _length(wait.high)}


def board_words(wait: Wait) -> str:
    """Return the range in figures, which readers of every language read alike ("0–10 min"), or the reason in short."""
    if wait.reason or wait.high > _MINUTES_UP_TO:
        return short_words(wait)
    return _unbroken(_("%(low)s–%(high)s min") % {"low": wait.low, "high": wait.high})


def now_words(wait: Wait) -> str:
    """Return what a tile says of someone who came now: "now about 15–25 min", or the reason in short."""
    return short_reason(wait.reason) if wait.reason else _("now %(wait)s") % {"wait": wait_words(wait)}


def reason_words(reason: str) -> str:
    """Return why no waiting time can be told, and what to do."""
    known = {
        "no_counter": _(
            "No counter is open for this service now. A number keeps its place; ask the staff when one opens."
        ),
        "no_history": _(
            "This line has only just begun. A time appears here once the first people are called."
        ),
        "disruption": _("Service is interrupted. A number keeps its place; wait here, or come back later."),
        "closed": _("The office is closed. Please come during its opening hours."),
        "after_closing": _(
            "You may not be served before closing. Please ask the staff, or come at another time."
        ),
    }
    return known.get(
        reason, _("The waiting time is not known at the moment. Numbers are called all the same.")
    )


def short_reason(reason: str) -> str:
    """Return why no waiting time can be told, in a few words."""
    known = {
        "no_counter": _("no counter open"),
        "no_history": _("just begun"),
        "disruption": _("interrupted"),
        "closed": _("closed"),
        "after_closing": _("maybe not today"),
    }
    return known.get(reason, _("time not known"))


def basis_words(wait: Wait) -> str:
    """Return what a range rests on: "6 ahead, 3 counters, each about 7 min lately"."""
    parts = []
    if wait.ahead:
        parts.append(ngettext("%(n)s ahead", "%(n)s ahead", wait.ahead) % {"n": wait.ahead})
    if wait.counters:
        parts.append(ngettext("%(n)s counter", "%(n)s counters", wait.counters) % {"n": wait.counters})
    if wait.minutes_each:
        each = max(1, round(wait.minutes_each))
        parts.append(_("each about %(minutes)s min lately") % {"minutes": each})
    return ", ".join(parts)


def _is_plain(wait: Wait) -> bool:
    """Whether "about" goes before the range: "about less than" would be nonsense."""
    return wait.high > 5 and wait.low > 0


def _length(minutes: int) -> str:
    """Return a length of time that no line break takes apart."""
    return _unbroken(_spoken(minutes))


def _unbroken(text: str) -> str:
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _spoken(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": rest}
    if not rest:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}
