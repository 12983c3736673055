"""Operations on tickets."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router

from layan.app.api.answers import answer, explanation_data, ticket_data
from layan.app.api.auth import ApiRequest
from layan.app.api.idempotency import once
from layan.app.api.problems import Responses, problems
from layan.app.api.schemas import (
    AddServiceIn,
    ExplanationOut,
    FinishIn,
    PostponeIn,
    RearrangeIn,
    TicketIn,
    TicketOut,
    TransferIn,
)
from layan.kit import clock
from layan.kit.refusal import Refusal
from layan.places.api import branch_id_of, last_layout
from layan.queueing import api as queueing

router = Router(tags=["tickets"])

_FINISH = FinishIn()
_POSTPONE = PostponeIn()

_COMMAND: Responses = {200: TicketOut, **problems(409, 422)}
_COMMAND_WITH_BODY: Responses = {200: TicketOut, **problems(409, 415, 422)}


def _carry_out(
    request: ApiRequest, ticket_id: UUID, command: Callable[..., queueing.Ticket], **values: Any
) -> HttpResponse:
    """Give a ticket a command and return the ticket as it then is. Raises unknown-ticket to strangers."""
    _ticket, place = queueing.ticket_for(request.auth, ticket_id)
    changed = command(branch_id=place.branch_id, ticket_id=ticket_id, by=request.auth, **values)
    return answer(ticket_data(request, changed, last_layout(place.branch_id)))


@router.post("/tickets", summary="Give a number", response={201: TicketOut, **problems(409, 415, 422)})
@once
def issue(request: ApiRequest, body: TicketIn) -> HttpResponse:
    """Give a customer one number for all the services asked for.

    Outside opening hours it is refused with `closed-now` and, when it is known, `next_opening`. A long line is no
    reason to refuse: `advice` then says `busy`.

    Refusals: `unknown-branch`, `unknown-service`, `closed-now`, `last-number-given`, `reference-needed`,
    `already-has-number`, `not-allowed`.
    """
    branch_id = branch_id_of(body.branch)
    if branch_id is None:
        raise queueing.unknown_branch()
    with queueing.hidden_from_strangers(request.auth, branch_id, queueing.unknown_branch):
        issued = queueing.issue(
            branch_id=branch_id,
            services=body.services,
            by=request.auth,
            category=body.category.value,
            language=body.language,
            customer_type=body.customer_type.value,
            reference=body.reference,
        )
    data = ticket_data(
        request, issued.ticket, last_layout(branch_id), ahead=issued.ahead, advice=issued.advice
    )
    response = answer(data, 201)
    response.headers["Location"] = f"{request.path}/{issued.ticket.pk}"
    return response


@router.get("/tickets/{uuid:ticket_id}", summary="Read a ticket", response={200: TicketOut, **problems()})
def read(request: ApiRequest, ticket_id: UUID) -> HttpResponse:
    """Return a number, where it stands and how many people are ahead.

    Staff and programs of the branch read every ticket of it; a kiosk reads those it gave.
    """
    ticket, place = queueing.ticket_for(request.auth, ticket_id)
    return answer(ticket_data(request, ticket, place))


@router.get(
    "/tickets/{uuid:ticket_id}/explanation",
    summary="Say why a number stands where it does",
    response={200: ExplanationOut, **problems(409, 422)},
)
def explanation(
    request: ApiRequest,
    ticket_id: UUID,
    counter: Annotated[
        int | None,
        Query(ge=1, lt=2**63, description="Id of a counter: its own order. Default: the service's line."),
    ] = None,
) -> HttpResponse:
    """Return the position of a waiting number, the reason, and everyone before it with theirs.

    Refusals: `not-in-line` for a number that is not waiting, or not for that counter; `unknown-counter`.
    """
    ticket, place = queueing.ticket_for(request.auth, ticket_id)
    if counter is None:
        found = queueing.explanation_in_line(place, ticket, clock.now())
    elif counter not in place.counters:
        raise queueing.unknown_counter()
    else:
        here = queueing.at_counter(place, place.counters[counter], request.auth)
        found = queueing.explanation(here, ticket, clock.now())
    if found is None:
        raise _not_in_line()
    return answer(explanation_data(found))


def _not_in_line() -> Refusal:
    return Refusal("not-in-line", _("This number does not wait there."))


@router.post("/tickets/{uuid:ticket_id}/recall", summary="Call again", response=_COMMAND)
@once
def recall(request: ApiRequest, ticket_id: UUID) -> HttpResponse:
    """Call the same number once more. Refusals: `wrong-state`, `recalled-enough`."""
    return _carry_out(request, ticket_id, queueing.recall)


@router.post("/tickets/{uuid:ticket_id}/start", summary="Start serving", response=_COMMAND)
@once
def start(request: ApiRequest, ticket_id: UUID) -> HttpResponse:
    """The customer has come to the counter. Refusals: `wrong-state`."""
    return _carry_out(request, ticket_id, queueing.start)


@router.post("/tickets/{uuid:ticket_id}/hold", summary="Set aside", response=_COMMAND)
@once
def hold(request: ApiRequest, ticket_id: UUID) -> HttpResponse:
    """Set the customer aside; the counter is free for the next. Refusals: `wrong-state`."""
    return _carry_out(request, ticket_id, queueing.hold)


@router.post("/tickets/{uuid:ticket_id}/resume", summary="Serve on", response=_COMMAND)
@once
def resume(request: ApiRequest, ticket_id: UUID) -> HttpResponse:
    """Serve on a customer who was set aside. Refusals: `wrong-state`, `counter-busy`."""
    return _carry_out(request, ticket_id, queueing.resume)


@router.post("/tickets/{uuid:ticket_id}/transfer", summary="Send on", response=_COMMAND_WITH_BODY)
@once
def transfer(request: ApiRequest, ticket_id: UUID, body: TransferIn) -> HttpResponse:
    """Send the customer to a service, a counter or an officer, with the same number and seniority.

    Refusals: `one-destination`, `unknown-service`, `unknown-counter`, `unknown-officer`, `wrong-state`.
    """
    return _carry_out(
        request,
        ticket_id,
        queueing.transfer,
        service=body.service,
        counter_id=body.counter,
        officer_id=body.officer,
    )


@router.post("/tickets/{uuid:ticket_id}/no-show", summary="Note that nobody came", response=_COMMAND)
@once
def no_show(request: ApiRequest, ticket_id: UUID) -> HttpResponse:
    """The customer did not come; they may return within the branch's tolerance. Refusals: `wrong-state`."""
    return _carry_out(request, ticket_id, queueing.no_show)


@router.post("/tickets/{uuid:ticket_id}/return", summary="Back in line", response=_COMMAND)
@once
def return_to_line(request: ApiRequest, ticket_id: UUID) -> HttpResponse:
    """A customer who missed the call is back. Refusals: `wrong-state`, `too-late-to-return`."""
    return _carry_out(request, ticket_id, queueing.return_to_line)


@router.post(
    "/tickets/{uuid:ticket_id}/postpone", summary="The customer will be late", response=_COMMAND_WITH_BODY
)
@once
def postpone(request: ApiRequest, ticket_id: UUID, body: PostponeIn = _POSTPONE) -> HttpResponse:
    """Pass the customer over for some minutes; the place in the line is kept. Refusals: `wrong-state`."""
    return _carry_out(request, ticket_id, queueing.postpone, minutes=body.minutes)


@router.post("/tickets/{uuid:ticket_id}/add-service", summary="Add a service", response=_COMMAND_WITH_BODY)
@once
def add_service(request: ApiRequest, ticket_id: UUID, body: AddServiceIn) -> HttpResponse:
    """Add a service to the visit, under the same number. Refusals: `unknown-service`, `wrong-state`."""
    return _carry_out(request, ticket_id, queueing.add_service, service=body.service)


@router.post(
    "/tickets/{uuid:ticket_id}/rearrange", summary="Change the services' order", response=_COMMAND_WITH_BODY
)
@once
def rearrange(request: ApiRequest, ticket_id: UUID, body: RearrangeIn) -> HttpResponse:
    """Put the services still to come into another order, under the same number and with its seniority.

    Refusals: `bad-value` for other services than those, `unknown-service`, `wrong-state`.
    """
    return _carry_out(request, ticket_id, queueing.rearrange, services=body.services)


@router.post("/tickets/{uuid:ticket_id}/finish", summary="Finish the service", response=_COMMAND_WITH_BODY)
@once
def finish(request: ApiRequest, ticket_id: UUID, body: FinishIn = _FINISH) -> HttpResponse:
    """End the service being given; the visit's next service follows here or in its line. Refusals: `wrong-state`."""
    return _carry_out(request, ticket_id, queueing.finish, outcome=body.outcome)


@router.post("/tickets/{uuid:ticket_id}/cancel", summary="Give the number up", response=_COMMAND)
@once
def cancel(request: ApiRequest, ticket_id: UUID) -> HttpResponse:
    """Give the number up, by the kiosk that gave it or by staff. Refusals: `wrong-state`."""
    return _carry_out(request, ticket_id, queueing.cancel)
