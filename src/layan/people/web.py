"""Who is behind a request: the member of staff signed in, or the device registered on this machine."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.csrf import csrf_failure

from layan.people.api import NOBODY, Permission, Person, person_of_token, person_of_user
from layan.people.models import User
from layan.people.rules import DEVICE_ROLES
from layan.places.api import Layout, branches

DEVICE_COOKIE = "layan_device"
_SALT = "layan.device"
_DEVICE_AGE_SECONDS = 5 * 365 * 24 * 3600
_PERSON, _DEVICE, _FOR_STAFF = "_layan_person", "_layan_device", "_layan_for_staff"


def person_of(request: HttpRequest) -> Person:
    """Return the member of staff signed in, or NOBODY; read once a request."""
    known = getattr(request, _PERSON, None)
    if not isinstance(known, Person):
        user = request.user
        known = person_of_user(user) if isinstance(user, User) and user.is_active else NOBODY
        setattr(request, _PERSON, known)
    return known


def staff_required(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Send whoever is not signed in to the sign-in page, and back here afterwards; forbid keeping the page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    for_staff = login_required(guarded)
    setattr(for_staff, _FOR_STAFF, True)
    return for_staff


def refused_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without its token: who was signed out meanwhile goes to the sign-in page and back; others hear what to do."""
    found = request.resolver_match
    if found is not None and hasattr(found.func, _FOR_STAFF) and not request.user.is_authenticated:
        page = urlsplit(request.headers.get("Referer", ""))
        return redirect_to_login(
            page.path if page.netloc == request.get_host() else settings.LOGIN_REDIRECT_URL
        )
    return csrf_failure(request, reason)


def device_person(request: HttpRequest) -> Person | None:
    """Return the kiosk or board that this machine is registered as, or None (never registered, or revoked)."""
    if not hasattr(request, _DEVICE):
        key = request.get_signed_cookie(DEVICE_COOKIE, default=None, salt=_SALT)
        setattr(request, _DEVICE, device_of_key(key) if key else None)
    found: Person | None = getattr(request, _DEVICE)
    return found


def device_of_key(key: str) -> Person | None:
    """Return the device that holds this token; None for an unknown one and for a token of a member of staff."""
    person = person_of_token(key)
    if person is None or any(grant.role not in DEVICE_ROLES for grant in person.grants):
        return None
    return person


def remember_device(response: HttpResponse, key: str) -> None:
    """Keep the device's token on this machine: signed, out of reach of scripts."""
    response.set_signed_cookie(
        DEVICE_COOKIE,
        key,
        salt=_SALT,
        max_age=_DEVICE_AGE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def branches_where(person: Person, permission: Permission) -> list[Layout]:
    """Return the branches at which this person is allowed `permission`, by code."""
    return [place for place in branches() if person.may(permission, place.branch_id, place.agency_id)]
