"""The OpenAPI document: what the framework derives from the operations, and what it cannot know."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

from layan.app.api import problems
from layan.app.api.idempotency import HEADER, KEY_PATTERN, REPLAY_HEADER
from layan.kit.refusal import PROBLEM

Document = dict[str, Any]

_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "A key of your own for this command. Sent again within 24 hours with the same body, the command is "
    f"not carried out again: the first answer is given, with `{REPLAY_HEADER}: true`.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": KEY_PATTERN},
    "example": "9b2f6c1e-kiosk-7-000123",
}
_TEXT = {"schema": {"type": "string"}}
_HEADERS: dict[str, Document] = {
    "201": {"Location": {"description": "Address of the new object.", "required": True, **_TEXT}},
    "401": {"WWW-Authenticate": {"description": "How to ask.", "required": True, **_TEXT}},
    "405": {"Allow": {"description": "Methods of this address.", "required": True, **_TEXT}},
    "503": {"Retry-After": {"description": "Seconds to wait.", "required": True, **_TEXT}},
}


class DocumentedApi(NinjaAPI):
    """An API that answers problems as problem+json, and whose document tells them, its keys and its headers."""

    def on_exception(self, request: HttpRequest, exc: Any) -> HttpResponse:
        """Return the problem for whatever an operation raised."""
        return problems.of_exception(request, exc)

    @cached_property
    def _document(self) -> Document:
        document: Document = super().get_openapi_schema()
        for path in document["paths"].values():
            for method, operation in path.items():
                _complete(method, operation)
        return document

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> Any:
        """Return the document, made once: it does not change while the process runs."""
        return self._document


def _complete(method: str, operation: Document) -> None:
    if method == "post":
        operation["parameters"] = [*operation["parameters"], _KEY]
    operation["responses"] = {
        str(status): _response(str(status), response) for status, response in operation["responses"].items()
    }
    body = operation.get("requestBody")
    if body is not None:
        # The framework calls a body with a default required too.
        schema = body["content"]["application/json"]["schema"]
        body["required"] = "default" not in schema


def _response(status: str, response: Document) -> Document:
    response = dict(response)
    if int(status) >= 400:
        (shape,) = response["content"].values()
        response["content"] = {PROBLEM: shape}
    if status in _HEADERS:
        response["headers"] = _HEADERS[status]
    return response


class DocsPage(DocsBase):
    """The documentation page: Swagger UI from our own files, under the same policy as every page."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """Return the page."""
        return render(request, "api/docs.html", {"openapi": self.get_openapi_url(api, kwargs)})
