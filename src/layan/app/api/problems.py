"""Everything that goes wrong, as application/problem+json (RFC 9457). Codes are listed in docs/refusals.md."""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from ninja import Field, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from layan.kit.refusal import Refusal

log = logging.getLogger("layan.api")

MEDIA_TYPE = "application/problem+json"
TYPE = "/api/v1/problems#"
RETRY_AFTER_SECONDS = 2

#: The shape of an operation's response, by status.
Responses = dict[int, Any]


class FieldError(Schema):
    """What is wrong with one field of the request."""

    field: str
    detail: str


class Problem(Schema):
    """A problem: `code` is stable and documented; `detail` is for the person, in the language asked for.

    Further members are the facts of that code, such as `state` for `wrong-state`.
    """

    type: str = Field(examples=[f"{TYPE}wrong-state"])
    title: str = Field(examples=["Conflict"])
    status: int = Field(examples=[409])
    code: str = Field(examples=["wrong-state"])
    detail: str = Field(examples=["This number is finished, so that cannot be done now."])


class InvalidProblem(Problem):
    """A problem of the values sent; `errors` names each field that cannot be used."""

    errors: list[FieldError] = Field(default=[])


def problems(*statuses: int) -> Responses:
    """Return the documentation of an operation's problems; those that every operation can have are added."""
    return {
        status: InvalidProblem if status == HTTPStatus.UNPROCESSABLE_ENTITY else Problem
        for status in sorted({400, 401, 403, 404, 405, 413, 500, 503, *statuses})
    }


def problem(
    status: int, code: str, detail: str | Promise, facts: Mapping[str, object] | None = None
) -> HttpResponse:
    """Return a problem as the response; `facts` become members beside the standard ones."""
    standard = {
        "type": TYPE + code,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": str(detail),
    }
    response = HttpResponse(
        orjson.dumps({**(facts or {}), **standard}), status=status, content_type=MEDIA_TYPE
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def bad_json() -> Refusal:
    return Refusal("bad-json", _("The body is not JSON in UTF-8."), 400)


def bad_host() -> Refusal:
    return Refusal("bad-host", _("This installation is not known by that host name."), 400)


def not_found() -> Refusal:
    return Refusal("not-found", _("There is nothing at this address."), 404)


def too_large(limit: int) -> Refusal:
    return Refusal("too-large", _("The body is too large."), 413, {"limit_bytes": limit})


def not_json() -> Refusal:
    return Refusal("not-json", _("Send the body as application/json."), 415)


def of_refusal(refusal: Refusal) -> HttpResponse:
    """Return a refusal as a problem."""
    return problem(refusal.status, refusal.code, refusal.words, refusal.facts)


def _not_signed_in() -> HttpResponse:
    """Return 401, saying how to ask."""
    response = problem(
        401, "no-token", _("Send a token that is known, not expired and not revoked, as Bearer token.")
    )
    response.headers["WWW-Authenticate"] = 'Bearer realm="layan"'
    return response


def method_not_allowed(allowed: str) -> HttpResponse:
    """Return 405 with the methods that this address knows."""
    response = problem(405, "wrong-method", _("This address does not take that method."))
    response.headers["Allow"] = allowed
    return response


def _of_validation(wrong: ValidationError) -> HttpResponse:
    """Return 422 with each field's error; an id in the address that cannot be is an address of nothing."""
    if any(error["loc"][0] == "path" for error in wrong.errors):
        return of_refusal(not_found())
    errors = [
        # The first two places are where the value was sent and the parameter's name in our code.
        {"field": ".".join(str(part) for part in error["loc"][2:]) or "body", "detail": _what_is_wrong(error)}
        for error in wrong.errors
    ]
    return problem(422, "invalid-request", _("Some values cannot be used."), {"errors": errors})


def _what_is_wrong(error: Mapping[str, Any]) -> str:
    """Return a field's error in the language asked for."""
    kind, facts = error["type"], error.get("ctx", {})
    if kind == "missing":
        return str(_("This is required."))
    if kind in {"enum", "literal_error"}:
        return _("Choose one of: %(values)s.") % {"values": facts["expected"]}
    if kind in {"string_too_long", "too_long"}:
        return _("Give %(limit)s at most.") % {"limit": facts["max_length"]}
    if kind == "too_short":
        return _("Give %(limit)s at least.") % {"limit": facts["min_length"]}
    return str(_("This value has the wrong type or form."))


def _of_http_error(error: HttpError) -> HttpResponse:
    """Return the problem for what the framework refuses; the only other thing it refuses is a body it cannot read."""
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return of_refusal(bad_json())
    phrase = HTTPStatus(error.status_code).phrase
    return problem(error.status_code, phrase.lower().replace(" ", "-"), phrase)


def _of_database(error: Exception) -> HttpResponse:
    """Return 503: the database is away or too busy, and nothing was changed."""
    log.error("the database did not answer: %s", error)
    response = problem(
        503, "unavailable", _("The database did not answer. Nothing was changed: please try again.")
    )
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def _of_fault(request: HttpRequest, fault: Exception) -> HttpResponse:
    """Log a fault of ours in full and tell the client none of it."""
    log.error("%s %s failed", request.method, request.path, exc_info=fault)
    return problem(500, "fault", _("Something failed here. It was recorded; please try again."))


#: What an operation may raise, the special before the general.
_BY_KIND: tuple[tuple[type[Exception], Callable[[Any], HttpResponse]], ...] = (
    (Refusal, of_refusal),
    (ValidationError, _of_validation),
    (AuthenticationError, lambda _error: _not_signed_in()),
    (HttpError, _of_http_error),
    (Http404, lambda _error: of_refusal(not_found())),
    (OperationalError, _of_database),
    (InterfaceError, _of_database),
)


def of_exception(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the problem for whatever an operation raised."""
    for kind, answered in _BY_KIND:
        if isinstance(exception, kind):
            return answered(exception)
    return _of_fault(request, exception)
