"""Operations at counters. `{counter_id}` is the integer id that `GET /branches/{code}` gives."""

from collections.abc import Callable
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Path, Router

from layan.app.api.answers import answer, nothing, session_data, ticket_data
from layan.app.api.auth import ApiRequest
from layan.app.api.idempotency import once
from layan.app.api.problems import Responses, problems
from layan.app.api.schemas import BreakIn, CallIn, CounterSessionOut, TicketOut, TicketsOut
from layan.places.api import counter_branch, last_layout
from layan.queueing import api as queueing

router = Router(tags=["counters"])

_BREAK = BreakIn()

CounterId = Annotated[int, Path(ge=1, lt=2**63, description="Id of the counter.")]

_SESSION: Responses = {200: CounterSessionOut, **problems(409, 422)}


def _at(request: ApiRequest, counter_id: int, command: Callable[..., Any], **values: Any) -> tuple[Any, int]:
    """Give a command at a counter; return its result and the branch. Raises unknown-counter to strangers."""
    branch_id = counter_branch(counter_id)
    if branch_id is None:
        raise queueing.unknown_counter()
    with queueing.hidden_from_strangers(request.auth, branch_id, queueing.unknown_counter):
        return command(branch_id=branch_id, counter_id=counter_id, by=request.auth, **values), branch_id


def _session(
    request: ApiRequest, counter_id: int, command: Callable[..., queueing.Session], **values: str
) -> HttpResponse:
    session, branch_id = _at(request, counter_id, command, **values)
    place = last_layout(branch_id)
    return answer(session_data(place.counters[counter_id], place, session))


@router.post("/counters/{counter_id}/open", summary="Open a counter", response=_SESSION)
@once
def open_counter(request: ApiRequest, counter_id: CounterId) -> HttpResponse:
    """Open a counter in one's own name, or end its break. Refusals: `counter-taken`, `has-other-counter`."""
    return _session(request, counter_id, queueing.open_counter)


@router.post(
    "/counters/{counter_id}/break",
    summary="Take a break",
    response={200: CounterSessionOut, **problems(409, 415, 422)},
)
@once
def pause_counter(request: ApiRequest, counter_id: CounterId, body: BreakIn = _BREAK) -> HttpResponse:
    """Pause the counter, with its reason. Refusals: `counter-closed`, `counter-busy`, `counter-taken`."""
    return _session(request, counter_id, queueing.pause_counter, reason=body.reason)


@router.post("/counters/{counter_id}/close", summary="Close a counter", response=_SESSION)
@once
def close_counter(request: ApiRequest, counter_id: CounterId) -> HttpResponse:
    """End the session at the counter. Refusals: `counter-closed`, `counter-busy`, `counter-taken`."""
    return _session(request, counter_id, queueing.close_counter)


@router.post(
    "/counters/{counter_id}/next",
    summary="Call the next customer",
    response={200: TicketOut, 204: None, **problems(409, 422)},
)
@once
def call_next(request: ApiRequest, counter_id: CounterId) -> HttpResponse:
    """Call whoever is next at the counter; 204 when nobody whom it can serve is waiting.

    Ends the ticket still there: it is taken as served. Refusals: `counter-closed`, `counter-taken`, `cannot-serve`.
    """
    ticket, branch_id = _at(request, counter_id, queueing.call_next)
    if ticket is None:
        return nothing()
    return answer(ticket_data(request, ticket, last_layout(branch_id), ahead=0))


@router.post(
    "/counters/{counter_id}/call",
    summary="Call a number before its turn",
    response={200: TicketOut, **problems(409, 415, 422)},
)
@once
def call_number(request: ApiRequest, counter_id: CounterId, body: CallIn) -> HttpResponse:
    """Call one number with a reason; it appears in the branch's fairness list.

    Refusals: `counter-busy`, `counter-closed`, `counter-taken`, `unknown-ticket`, `wrong-state`.
    """
    ticket, branch_id = _at(
        request, counter_id, queueing.call_number, ticket_id=body.ticket, reason=body.reason
    )
    return answer(ticket_data(request, ticket, last_layout(branch_id), ahead=0))


@router.post(
    "/counters/{counter_id}/undo",
    summary="Take back the last command",
    response={200: TicketsOut, **problems(409, 422)},
)
@once
def undo(request: ApiRequest, counter_id: CounterId) -> HttpResponse:
    """Put back what the last command at the counter changed, within 10 seconds. Refusals: `nothing-to-undo`."""
    tickets, branch_id = _at(request, counter_id, queueing.undo)
    place = last_layout(branch_id)
    return answer({"tickets": [ticket_data(request, ticket, place) for ticket in tickets]})
