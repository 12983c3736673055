"""What customers and staff read of messages, in each one's language."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from layan.kit.i18n import DJANGO_CODES
from layan.messaging.rules import Channel, Kind, Reason, State

Words = dict[str, str | Promise]

CHANNEL_WORDS: Words = {
    Channel.SMS: gettext_lazy("SMS"),
    Channel.WHATSAPP: gettext_lazy("WhatsApp"),
    Channel.EMAIL: gettext_lazy("e-mail"),
}
KIND_WORDS: Words = {
    Kind.NEARLY: gettext_lazy("Nearly your turn"),
    Kind.CALLED: gettext_lazy("Called"),
    Kind.RECALLED: gettext_lazy("Called again"),
    Kind.MISSED: gettext_lazy("Call missed"),
    Kind.POSTPONED: gettext_lazy("Postponed"),
}
STATE_WORDS: Words = {
    State.WAITING: gettext_lazy("Waiting to be sent"),
    State.SENDING: gettext_lazy("Being sent"),
    State.SENT: gettext_lazy("Sent"),
    State.FAILED: gettext_lazy("Could not be sent"),
    State.DROPPED: gettext_lazy("No longer needed"),
}
REASON_WORDS: Words = {
    Reason.UNREACHABLE: gettext_lazy("the service did not answer"),
    Reason.REFUSED: gettext_lazy("the service refused it"),
    Reason.BAD_ADDRESS: gettext_lazy("the customer cannot be reached there"),
    Reason.UNCONFIRMED: gettext_lazy("it is not known whether it arrived"),
    Reason.TOO_OLD: gettext_lazy("it would have come too late"),
    Reason.MOOT: gettext_lazy("it was no longer true"),
    Reason.SUPERSEDED: gettext_lazy("a newer message followed"),
    Reason.STOPPED: gettext_lazy("the customer stopped it, or the visit was over"),
}


@dataclass(frozen=True)
class Facts:
    """What a text is made of. `until` is the moment that "missed" and "postponed" name, in the branch's own time."""

    branch: str
    number: str
    counter: str = ""
    ahead: int = 0
    until: datetime | None = None


def text_of(kind: Kind, facts: Facts, language: str) -> tuple[str, str]:
    """Return the subject and the text of a message in `language` (ms, en, zh, ta)."""
    with translation.override(DJANGO_CODES[language]):
        values = {
            "branch": facts.branch,
            "number": facts.number,
            "counter": facts.counter,
            "n": facts.ahead,
            "time": f"{facts.until:%H:%M}" if facts.until else "",
        }
        subject = _("Your number %(number)s at %(branch)s") % values
        return subject, _sentence(kind, facts) % values


def _sentence(kind: Kind, facts: Facts) -> str:
    if kind is Kind.CALLED:
        return _("%(branch)s: number %(number)s, please come to counter %(counter)s.")
    if kind is Kind.RECALLED:
        return _("%(branch)s: number %(number)s is called again. Please come to counter %(counter)s.")
    if kind is Kind.MISSED:
        return _(
            "%(branch)s: number %(number)s was called and nobody came. Be back before %(time)s to keep your place."
        )
    if kind is Kind.POSTPONED:
        return _("%(branch)s: number %(number)s is not called before %(time)s. Your place is kept.")
    if not facts.ahead:
        return _("%(branch)s: number %(number)s, you are next. Please be close by.")
    return ngettext(
        "%(branch)s: number %(number)s, %(n)s person ahead of you. Please be close by.",
        "%(branch)s: number %(number)s, %(n)s people ahead of you. Please be close by.",
        facts.ahead,
    )
