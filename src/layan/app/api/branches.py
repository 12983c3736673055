"""What a branch is and how it stands."""

from typing import Annotated

from django.http import HttpResponse
from ninja import Path, Router

from layan.app.api.answers import answer, branch_data, branch_detail, state_data
from layan.app.api.auth import ApiRequest
from layan.app.api.problems import problems
from layan.app.api.schemas import BranchDetailOut, BranchesOut, StateOut
from layan.kit import clock
from layan.people.api import Permission
from layan.places.api import Layout, branch_id_of, branches
from layan.queueing import api as queueing

router = Router(tags=["branches"])

Code = Annotated[str, Path(max_length=20, description="Code of the branch.")]


def _place(request: ApiRequest, code: str) -> Layout:
    """Return the branch to whoever may read its state. Raises unknown-branch to strangers, not-allowed."""
    branch_id = branch_id_of(code)
    if branch_id is None:
        raise queueing.unknown_branch()
    with queueing.hidden_from_strangers(request.auth, branch_id, queueing.unknown_branch):
        return queueing.branch_for(request.auth, code, Permission.READ_STATE)


@router.get("/branches", summary="List branches", response={200: BranchesOut, **problems()})
def list_branches(request: ApiRequest) -> HttpResponse:
    """Return the branches that the token may see, by code."""
    person = request.auth
    seen = [
        place for place in branches() if person.may(Permission.READ_STATE, place.branch_id, place.agency_id)
    ]
    return answer({"branches": [branch_data(place) for place in seen]})


@router.get("/branches/{code}", summary="Read a branch", response={200: BranchDetailOut, **problems()})
def read_branch(request: ApiRequest, code: Code) -> HttpResponse:
    """Return a branch's names, hours, zones, services and counters with their ids."""
    return answer(branch_detail(_place(request, code)))


@router.get("/branches/{code}/state", summary="Read a branch's state", response={200: StateOut, **problems()})
def read_state(request: ApiRequest, code: Code) -> HttpResponse:
    """Return who is served where, how many wait for what, and the event number that this reflects.

    Follow `/stream/branches/{code}` and read again when an event says that something changed.
    """
    place = _place(request, code)
    officers = request.auth.may(Permission.READ_TICKETS, place.branch_id, place.agency_id)
    return answer(state_data(queueing.branch_state(place, clock.now()), officers=officers))
