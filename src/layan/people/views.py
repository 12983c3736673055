"""Where one goes after signing in, one's own account, and the registering of a device."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from layan.kit.i18n import words
from layan.people.api import Permission, Person, Role, not_allowed, require
from layan.people.forms import DeviceTokenForm
from layan.people.models import ROLES, User
from layan.people.services import register_device
from layan.people.web import (
    branches_where,
    device_of_key,
    device_person,
    person_of,
    remember_device,
    staff_required,
)
from layan.places.api import Layout, branch_id_of, layout

_AT_COUNTERS = {Role.OFFICER, Role.TELEPHONE}


def _home(person: Person) -> str | None:
    """Return where this person works: setting up, the floor, or the counter; None when there is a choice of floors."""
    roles = {grant.role for grant in person.grants}
    if Role.ADMINISTRATOR in roles:
        return reverse("setup:home")
    if Role.SUPERVISOR not in roles and roles & _AT_COUNTERS:
        return reverse("queueing:choose-counter")
    floors = branches_where(person, Permission.READ_FIGURES)
    return reverse("queueing:floor", args=[floors[0].code]) if len(floors) == 1 else None


@require_safe
@staff_required
def start(request: HttpRequest) -> HttpResponse:
    """Send each role to its face; who has several floors chooses, who has none is told whom to ask."""
    person = person_of(request)
    home = _home(person)
    if home is not None:
        return redirect(home)
    floors = branches_where(person, Permission.READ_FIGURES)
    return render(request, "people/start.html", {"floors": floors})


@require_safe
@staff_required
def account(request: HttpRequest) -> HttpResponse:
    """Show one's own name, roles and ways of signing in."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101
    names = dict(ROLES)
    held = [
        (names[assignment.role], words(place.name))
        for assignment in user.assignments.select_related("branch", "agency")
        if (place := assignment.branch or assignment.agency) is not None
    ]
    return render(request, "people/account.html", {"held": held})


def _registered_at(request: HttpRequest) -> Layout | None:
    device = device_person(request)
    branch_id = device.grants[0].branch_id if device else None
    return layout(branch_id) if branch_id is not None else None


@require_http_methods(["GET", "HEAD", "POST"])
def device(request: HttpRequest) -> HttpResponse:
    """Say what this machine is registered as; make it the kiosk of a branch, with a sign-in or a typed token."""
    if request.method == "POST" and "branch" in request.POST:
        return _register(request, request.POST["branch"])
    form = DeviceTokenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        key = form.cleaned_data["token"].strip()
        holder = device_of_key(key)
        if holder is not None and holder.grants[0].branch_id is not None:
            return _registered(request, key, layout(holder.grants[0].branch_id))
        form.add_error(
            "token", _("This is not the token of a device of a branch, or it was revoked. Make a new one.")
        )
    context = {
        "form": form,
        "registered_at": _registered_at(request),
        "branches": branches_where(person_of(request), Permission.SUPERVISE),
    }
    return render(request, "people/device.html", context, status=422 if form.errors else 200)


def _register(request: HttpRequest, code: str) -> HttpResponse:
    person = person_of(request)
    branch_id = branch_id_of(code)
    if branch_id is None:
        raise not_allowed()
    place = layout(branch_id)
    require(person, Permission.SUPERVISE, branch_id=branch_id, agency_id=place.agency_id)
    key = register_device(
        role=Role.KIOSK, name=_("kiosk registered on the machine"), branch_id=branch_id, actor=person.actor
    )
    return _registered(request, key, place)


def _registered(request: HttpRequest, key: str, place: Layout) -> HttpResponse:
    """Keep the token here and end the sign-in: a kiosk must not stay signed in as a member of staff."""
    logout(request)
    messages.success(
        request, _("This screen is now the kiosk of %(branch)s.") % {"branch": words(place.name)}
    )
    response = redirect("people:device")
    remember_device(response, key)
    return response
