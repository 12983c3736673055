"""What the person who sets up may reach; everything else is refused, and what does not exist is not found."""

from django.http import Http404, HttpRequest

from layan.people.api import Permission, Person, not_allowed, require
from layan.people.models import User
from layan.people.web import person_of
from layan.places.models import Agency, Branch


def agency_of(request: HttpRequest, code: str) -> Agency:
    """Return an agency that the person sets up as a whole. Raises Http404, or the refusal `not-allowed`."""
    agency = Agency.objects.filter(code=code).first()
    if agency is None:
        raise Http404
    if not person_of(request).may_in_agency(Permission.CONFIGURE, agency.pk):
        raise not_allowed()
    return agency


def branch_of(request: HttpRequest, code: str) -> Branch:
    """Return a branch that the person sets up. Raises Http404, or the refusal `not-allowed`."""
    branch = Branch.objects.select_related("agency").filter(code=code).first()
    if branch is None:
        raise Http404
    require(person_of(request), Permission.CONFIGURE, branch_id=branch.pk, agency_id=branch.agency_id)
    return branch


def may_set_up(person: Person, branch: Branch) -> bool:
    """Say whether the person sets up this branch."""
    return person.may(Permission.CONFIGURE, branch.pk, branch.agency_id)


def may_manage(person: Person, user: User) -> bool:
    """Say whether the person administers every place where `user` holds a role, and so may change the account."""
    if person.may_everywhere(Permission.CONFIGURE):
        return True
    if user.is_superuser:
        return False
    for assignment in user.assignments.select_related("branch"):
        if assignment.branch is not None:
            if not may_set_up(person, assignment.branch):
                return False
        elif not person.may_in_agency(Permission.CONFIGURE, assignment.agency_id or 0):
            return False
    return True
