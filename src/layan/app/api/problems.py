"""Everything that goes wrong, as application/problem+json (RFC 9457). What each code means is in refusals.toml."""

import logging
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Field, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from layan.kit.refusal import PROBLEM, PROBLEM_PAGE, Json, Refusal

log = logging.getLogger("layan.api")

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

    type: str = Field(examples=[f"{PROBLEM_PAGE}#wrong-state"])
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
        for status in sorted({400, 401, 403, 404, 405, 411, 413, 500, 503, *statuses})
    }


def bad_json() -> Refusal:
    return Refusal("bad-json", _("The body is not JSON in UTF-8."), 400)


def bad_host() -> Refusal:
    return Refusal("bad-host", _("This installation is not known by that host name."), 400)


def no_token() -> Refusal:
    return Refusal(
        "no-token", _("Send a token that is known, not expired and not revoked, as Bearer token."), 401
    )


def not_found() -> Refusal:
    return Refusal("not-found", _("There is nothing at this address."), 404)


def method_not_allowed() -> Refusal:
    return Refusal("method-not-allowed", _("This address does not take that method."), 405)


def no_length() -> Refusal:
    return Refusal("length-required", _("Send the body with its length (Content-Length)."), 411)


def too_large(limit: int) -> Refusal:
    return Refusal("body-too-large", _("The request is too large."), 413, {"limit_bytes": limit})


def not_json() -> Refusal:
    return Refusal("not-json", _("Send the body as application/json."), 415)


def invalid(errors: list[Json]) -> Refusal:
    return Refusal("invalid-request", _("Some values cannot be used."), 422, {"errors": errors})


def fault() -> Refusal:
    return Refusal("fault", _("Something failed here. It was recorded; please try again."), 500)


def database_down() -> Refusal:
    return Refusal("database-down", _("The database does not answer. Try again shortly."), 503)


def answered(refusal: Refusal, **headers: str) -> HttpResponse:
    """Return a refusal as the response. Header names take _ for -."""
    response = HttpResponse(orjson.dumps(refusal.problem()), status=refusal.status, content_type=PROBLEM)
    response.headers["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response


def _of_validation(wrong: ValidationError) -> HttpResponse:
    """Return 422 with each field's error; an id in the address that cannot be is an address of nothing."""
    if any(error["loc"][0] == "path" for error in wrong.errors):
        return answered(not_found())
    errors: list[Json] = [
        {"field": _field_of(error["loc"]), "detail": _what_is_wrong(error)} for error in wrong.errors
    ]
    return answered(invalid(errors))


def _field_of(place: Sequence[str | int]) -> str:
    """Return a value's name as the client knows it; a body's begins with the parameter's name in our code."""
    named = place[1:] if place[0] == "query" else place[2:]
    return ".".join(str(part) for part in named) or "body"


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


def _of_database(error: Exception) -> HttpResponse:
    """Return 503: the database is away or too busy, and nothing was changed."""
    log.error("the database did not answer: %s", error)
    return answered(database_down(), Retry_After=str(RETRY_AFTER_SECONDS))


def _of_fault(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Log a fault of ours in full and tell the client none of it."""
    log.error("%s %s failed", request.method, request.path, exc_info=exception)
    return answered(fault())


#: What an operation may raise, the special before the general. The framework's only other error is an unreadable body.
_BY_KIND: tuple[tuple[type[Exception], Callable[[Any], HttpResponse]], ...] = (
    (Refusal, answered),
    (ValidationError, _of_validation),
    (AuthenticationError, lambda _error: answered(no_token(), WWW_Authenticate='Bearer realm="layan"')),
    (HttpError, lambda _error: answered(bad_json())),
    (Http404, lambda _error: answered(not_found())),
    (OperationalError, _of_database),
    (InterfaceError, _of_database),
)


def of_exception(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the problem for whatever an operation raised."""
    for kind, problem in _BY_KIND:
        if isinstance(exception, kind):
            return problem(exception)
    return _of_fault(request, exception)
