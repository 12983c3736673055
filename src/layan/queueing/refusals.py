"""What the queue refuses, in words that say what to do next. Codes are listed in docs/refusals.md."""

from datetime import datetime

from django.utils.translation import gettext as _

from layan.kit.i18n import moment_words
from layan.kit.refusal import Refusal
from layan.queueing.rules.states import Command, State

STATE_WORDS = {
    State.WAITING: lambda: _("waiting"),
    State.CALLED: lambda: _("called"),
    State.SERVING: lambda: _("being served"),
    State.ON_HOLD: lambda: _("on hold"),
    State.NO_SHOW: lambda: _("marked as not present"),
    State.DONE: lambda: _("finished"),
    State.CANCELLED: lambda: _("cancelled"),
}


def unknown_branch() -> Refusal:
    return Refusal("unknown-branch", _("There is no such branch."), 404)


def unknown_ticket() -> Refusal:
    return Refusal("unknown-ticket", _("There is no such number here."), 404)


def unknown_counter() -> Refusal:
    return Refusal("unknown-counter", _("There is no such counter here."), 404)


def unknown_service(code: str) -> Refusal:
    return Refusal("unknown-service", _("This branch does not offer that service."), 422, {"service": code})


def unknown_officer() -> Refusal:
    return Refusal("unknown-officer", _("That officer has no open counter here."), 422)


def bad_value(field: str) -> Refusal:
    return Refusal("bad-value", _("Choose one of the values offered."), 422, {"field": field})


def closed_now(next_opening: datetime | None) -> Refusal:
    if next_opening is None:
        return Refusal("closed-now", _("We are closed. Please see the opening hours."))
    when = moment_words(next_opening)
    return Refusal(
        "closed-now",
        _("We are closed. Please come again: we open on %(when)s.") % {"when": when},
        409,
        {"next_opening": next_opening.isoformat()},
    )


def last_number_given(last: datetime, next_opening: datetime | None) -> Refusal:
    when = f"{last:%H:%M}"
    if next_opening is None:
        return Refusal(
            "last-number-given",
            _("Numbers for this service ended at %(when)s. Please see the opening hours.") % {"when": when},
        )
    opens = moment_words(next_opening)
    return Refusal(
        "last-number-given",
        _("Numbers for this service ended at %(when)s. Please come again: we open on %(opens)s.")
        % {"when": when, "opens": opens},
        409,
        {"next_opening": next_opening.isoformat()},
    )


def reference_needed() -> Refusal:
    return Refusal(
        "reference-needed", _("Please give a telephone number or reference: one number for each person."), 422
    )


def already_has_number() -> Refusal:
    return Refusal("already-has-number", _("You already hold a number here. Please use that one."))


def wrong_state(command: Command, state: State) -> Refusal:
    return Refusal(
        "wrong-state",
        _("This number is %(state)s, so that cannot be done now.") % {"state": STATE_WORDS[state]()},
        409,
        {"state": state.value, "command": command.value},
    )


def unknown_printer() -> Refusal:
    return Refusal("unknown-printer", _("There is no such printer in this branch."), 404)


def number_is_over() -> Refusal:
    return Refusal(
        "number-is-over", _("This number is over: take a new one, if something is left to do."), 409
    )


def counter_closed() -> Refusal:
    return Refusal("counter-closed", _("This counter is not open. Open it first."))


def counter_taken() -> Refusal:
    return Refusal("counter-taken", _("Another officer has opened this counter."))


def has_other_counter(code: str) -> Refusal:
    return Refusal(
        "has-other-counter",
        _("You have counter %(counter)s open. Close it first.") % {"counter": code},
        409,
        {"counter": code},
    )


def counter_busy(number: str) -> Refusal:
    return Refusal(
        "counter-busy",
        _("Number %(number)s is still at this counter. Finish it, or put it on hold.") % {"number": number},
        409,
        {"number": number},
    )


def officer_busy(code: str, number: str) -> Refusal:
    return Refusal(
        "officer-busy",
        _(
            "This officer still has number %(number)s at counter %(counter)s. It is finished or put on hold first."
        )
        % {"number": number, "counter": code},
        409,
        {"counter": code, "number": number},
    )


def not_an_officer() -> Refusal:
    return Refusal("not-an-officer", _("This account does not serve at this branch. Choose another."), 422)


def nothing_here() -> Refusal:
    return Refusal(
        "cannot-serve", _("The officer here has no skill recorded for the services of this counter.")
    )


def reason_needed() -> Refusal:
    return Refusal("reason-needed", _("Give a reason for calling this number before the others."), 422)


def recalled_enough(limit: int) -> Refusal:
    return Refusal(
        "recalled-enough",
        _("This number was called %(limit)s times. Start, or mark it as not present.") % {"limit": limit + 1},
    )


def too_late_to_return(minutes: int) -> Refusal:
    return Refusal(
        "too-late-to-return",
        _("More than %(minutes)s minutes have passed since the call. Please take a new number.")
        % {"minutes": minutes},
    )


def nothing_to_undo() -> Refusal:
    return Refusal(
        "nothing-to-undo",
        _("There is nothing to undo: the last step is more than 10 seconds ago, or another one followed it."),
    )


def one_destination() -> Refusal:
    return Refusal("one-destination", _("Choose one: a service, a counter or an officer."), 422)


def unknown_alarm() -> Refusal:
    return Refusal("unknown-alarm", _("There is no such alarm here."), 404)


def changed_meanwhile() -> Refusal:
    return Refusal(
        "changed-meanwhile",
        _("This counter changed in the meantime, so nothing was done. You see it now as it is."),
    )


def just_called(number: str) -> Refusal:
    return Refusal(
        "just-called",
        _("Number %(number)s was called just now. Press again to call the next one.") % {"number": number},
        409,
        {"number": number},
    )


def nobody_here() -> Refusal:
    return Refusal("nobody-here", _("Nobody is at this counter. Call the next customer first."))


def too_many_numbers(minutes: int) -> Refusal:
    return Refusal(
        "too-many-numbers",
        _(
            "Many numbers were taken from this address just now. Please wait %(minutes)s minutes, or ask at the "
            "information counter."
        )
        % {"minutes": minutes},
        429,
    )
