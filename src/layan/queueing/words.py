"""What staff read: the words of codes, and of why a number stands where it does."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layan.customers.api import CATEGORY_WORDS, Category
from layan.queueing.rules.priority import Choice

Words = dict[str, str | Promise]

#: Why an officer called a number before its turn (B14).
OUT_OF_ORDER_WORDS: Words = {
    "emergency": gettext_lazy("Emergency"),
    "frail": gettext_lazy("Frail or unwell customer"),
    "distress": gettext_lazy("Distressed customer"),
    "mistake": gettext_lazy("Putting a mistake right"),
    "short": gettext_lazy("Very short business"),
    "supervisor": gettext_lazy("Asked for by the supervisor"),
}
OUTCOME_WORDS: Words = {
    "done": gettext_lazy("Done"),
    "incomplete": gettext_lazy("Not complete: the customer will come back"),
    "referred": gettext_lazy("Referred to another office"),
}
BREAK_WORDS: Words = {
    "lunch": gettext_lazy("Lunch"),
    "prayer": gettext_lazy("Prayer"),
    "rest": gettext_lazy("Rest"),
    "meeting": gettext_lazy("Meeting"),
    "technical": gettext_lazy("Technical problem"),
}
STATE_WORDS: Words = {
    "waiting": gettext_lazy("Waiting"),
    "called": gettext_lazy("Called"),
    "serving": gettext_lazy("Being served"),
    "on_hold": gettext_lazy("On hold"),
    "no_show": gettext_lazy("Not present"),
    "done": gettext_lazy("Done"),
    "cancelled": gettext_lazy("Cancelled"),
}
COUNTER_WORDS: Words = {
    "closed": gettext_lazy("Closed"),
    "break": gettext_lazy("On a break"),
    "open": gettext_lazy("Open"),
    "called": gettext_lazy("Calling"),
    "serving": gettext_lazy("Serving"),
}
KIND_WORDS: Words = {
    "special": gettext_lazy("Special counter"),
    "emergency": gettext_lazy("Emergency counter"),
}
#: The language a customer is spoken to in.
LANGUAGE_WORDS: Words = {
    "ms": gettext_lazy("Malay"),
    "en": gettext_lazy("English"),
    "zh": gettext_lazy("Mandarin"),
    "ta": gettext_lazy("Tamil"),
}
#: What a category asks of the officer (B2).
NEED_WORDS: Words = {
    "senior": gettext_lazy("Offer a seat; speak clearly."),
    "oku": gettext_lazy("Ask how best to help."),
    "pregnant": gettext_lazy("Offer a seat."),
    "infant": gettext_lazy("Comes with an infant."),
    "appointment": gettext_lazy("Has an appointment."),
    "emergency": gettext_lazy("Serve at once."),
}


def category_words(category: str) -> str:
    """Return the name of a category in the active language."""
    return str(CATEGORY_WORDS[Category(category)])


def minutes_words(minutes: float) -> str:
    """Return whole minutes as words, such as "12 min"."""
    return _("%(minutes)d min") % {"minutes": int(minutes)}


def why_words(choice: Choice) -> str:
    """Say in one line what gives a waiting number its place: "Senior citizen: waiting counts double, 12 min" (B14)."""
    reason = choice.reason
    values = {"category": category_words(reason.category), "wait": minutes_words(reason.waited_minutes)}
    if reason.code == "gathers-faster":
        return _faster_words(reason.rate) % values
    return str(_REASON_WORDS[reason.code]) % values


_REASON_WORDS: Words = {
    "emergency": gettext_lazy("Emergency: goes before everyone, %(wait)s"),
    "special-counter": gettext_lazy("%(category)s: this counter takes this group first, %(wait)s"),
    "sent-here": gettext_lazy("Sent to this counter, %(wait)s"),
    "preferred-service": gettext_lazy("%(category)s: this counter takes this service first, %(wait)s"),
    "rank": gettext_lazy("%(category)s: in the order of the groups, %(wait)s"),
    "longest-wait": gettext_lazy("%(category)s: waiting %(wait)s"),
}


def _faster_words(rate: float) -> str:
    if rate == 2:
        return _("%(category)s: waiting counts double, %(wait)s")
    if rate == 3:
        return _("%(category)s: waiting counts three times, %(wait)s")
    return _("%(category)s: waiting counts more, %(wait)s")


def policy_words(kind: str) -> str:
    """Say in one sentence by which rule the branch decides who is next."""
    return {
        "accumulating": _("Priority grows with waiting: the number that has gathered most points is next."),
        "strict": _("Groups go in a fixed order; within a group, whoever has waited longest is next."),
        "longest": _("Whoever has waited longest is next."),
    }[kind]
