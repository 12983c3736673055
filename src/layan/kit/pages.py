"""Refusals as pages: what was not done, why, and what to do instead."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from layan.kit.refusal import Refusal


class RefusalMiddleware:
    """Shows a `Refusal` that a view raised; the API answers its own as problem+json before it comes here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page for a refusal; leave every other exception to Django."""
        if not isinstance(exception, Refusal):
            return None
        return refusal_page(request, exception)


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return the refusal with its status: a whole page, or for an htmx request a notice in the messages' place."""
    if request.headers.get("HX-Request") == "true":
        response = render(request, "kit/refusal_notice.html", {"refusal": refusal}, status=refusal.status)
        response.headers["HX-Retarget"] = "#messages"
        response.headers["HX-Reswap"] = "innerHTML"
        return response
    return render(request, "kit/refusal.html", {"refusal": refusal}, status=refusal.status)
