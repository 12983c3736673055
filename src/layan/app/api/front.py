"""The API's front: the short way in, past what only pages need (docs/decisions, "The API has a short way in").

A request for the API has no session, no cookies, no forms and no templates, so the middlewares for those are left
out. What concerns every operation is done here: the host, the language of problems, the size and type of the body.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import resolve
from django.utils import translation

from layan.app.api import problems
from layan.kit.refusal import PROBLEM_PAGE

PREFIX = "/api/v1/"
#: The documentation's pages are pages like others.
PAGES = frozenset({f"{PREFIX}docs", PROBLEM_PAGE})
#: Bytes of a body too large that are read all the same; whoever sends more is cut off.
THROWN_AWAY_AT_MOST = 20_000_000
_JSON = "application/json"


class ApiFront:
    """Middleware that answers the API itself and hands everything else on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        reads = request.method in {"GET", "HEAD"}
        if not request.path_info.startswith(PREFIX) or (reads and request.path_info in PAGES):
            return self.get_response(request)
        head = request.method == "HEAD"
        if head:
            request.method = "GET"
        with translation.override(translation.get_language_from_request(request)):
            response = _answer(request)
        response.headers["Content-Length"] = str(len(response.content))
        if head:
            response.content = b""
        return response


def _answer(request: HttpRequest) -> HttpResponse:
    """Return the operation's response, or the problem that kept it from being asked."""
    try:
        _check(request)
        if request.path_info in PAGES:
            return problems.answered(problems.method_not_allowed(), Allow="GET, HEAD")
        match = resolve(request.path_info)
        request.resolver_match = match
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    except Exception as exception:  # noqa: BLE001 - a client is answered in JSON, whatever failed
        return problems.of_exception(request, exception)
    if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = response.headers["Allow"].replace("GET", "GET, HEAD")
        return problems.answered(problems.method_not_allowed(), Allow=allowed)
    return response


def _check(request: HttpRequest) -> None:
    """Refuse a host that is not ours and a body that cannot be one of an operation."""
    try:
        request.get_host()
    except DisallowedHost as wrong:
        raise problems.bad_host() from wrong
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length == "0" and "HTTP_TRANSFER_ENCODING" not in request.META:
        return
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if not length.isdigit() or int(length) > limit:
        _throw_away_body(request)
        raise problems.too_large(limit)
    if length == "0":
        _throw_away_body(request)
        raise problems.no_length()
    # Read whole before anything is answered: a client that is still sending would see only a broken connection.
    _ = request.body
    if request.content_type not in {_JSON, ""}:
        raise problems.not_json()


def _throw_away_body(request: HttpRequest) -> None:
    """Read what the client sends, up to a bound, so that it comes to reading our answer."""
    source = request.META["wsgi.input"]
    declared = request.META.get("CONTENT_LENGTH") or ""
    left = min(THROWN_AWAY_AT_MOST, int(declared)) if declared.isdigit() else THROWN_AWAY_AT_MOST
    while left > 0 and (part := source.read(min(left, 65_536))):
        left -= len(part)
