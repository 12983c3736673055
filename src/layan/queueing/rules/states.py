"""What a ticket may become. One table; a command not in it is refused."""

from enum import StrEnum


class State(StrEnum):
    """Where a ticket stands."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    ON_HOLD = "on_hold"
    NO_SHOW = "no_show"
    DONE = "done"
    CANCELLED = "cancelled"


class Command(StrEnum):
    """What can be done with a ticket."""

    CALL = "call"
    RECALL = "recall"
    START = "start"
    HOLD = "hold"
    RESUME = "resume"
    TRANSFER = "transfer"
    ADD_SERVICE = "add-service"
    REARRANGE = "rearrange"
    NO_SHOW = "no-show"
    RETURN = "return"
    POSTPONE = "postpone"
    FINISH = "finish"
    CANCEL = "cancel"


S, C = State, Command
LIVE = frozenset({S.WAITING, S.CALLED, S.SERVING, S.ON_HOLD})
#: A ticket in these states stands at a counter.
AT_COUNTER = frozenset({S.CALLED, S.SERVING})
#: A ticket in these states is in the hands of a counter: it stands there, or was set aside there.
STANDING = AT_COUNTER | {S.ON_HOLD}
ENDED = frozenset({S.DONE, S.CANCELLED})

ALLOWED_FROM: dict[Command, frozenset[State]] = {
    C.CALL: frozenset({S.WAITING}),
    C.RECALL: frozenset({S.CALLED}),
    C.START: frozenset({S.CALLED}),
    C.HOLD: AT_COUNTER,
    C.RESUME: frozenset({S.ON_HOLD}),
    C.TRANSFER: frozenset({S.CALLED, S.SERVING, S.ON_HOLD}),
    C.ADD_SERVICE: LIVE,
    C.REARRANGE: LIVE,
    C.NO_SHOW: frozenset({S.CALLED}),
    C.RETURN: frozenset({S.NO_SHOW}),
    C.POSTPONE: frozenset({S.WAITING}),
    C.FINISH: AT_COUNTER,
    C.CANCEL: LIVE | {S.NO_SHOW},
}


def allowed(command: Command, state: State) -> bool:
    """Say whether `command` may be given to a ticket in `state`."""
    return state in ALLOWED_FROM[command]


def commands_for(state: State) -> list[Command]:
    """Return the commands that a ticket in `state` can take, for pages that offer just those."""
    return [command for command, states in ALLOWED_FROM.items() if state in states]
