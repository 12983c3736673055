"""The agency's own sign-in (OIDC): the library's pages, and a page of ours when the agency's server does not answer."""

import logging
from collections.abc import Callable
from functools import wraps

from allauth.socialaccount.providers.openid_connect import views
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = logging.getLogger("layan.people")

View = Callable[[HttpRequest, str], HttpResponse]


def _answered(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, provider_id: str) -> HttpResponse:
        try:
            return view(request, provider_id)
        except (OSError, KeyError) as wrong:
            # What `requests` raises is an OSError; KeyError: the discovery document lacks an address.
            log.warning("the agency's sign-in server does not answer as it should: %s", wrong)
            return render(request, "socialaccount/authentication_error.html", status=503)

    return guarded


login = _answered(views.login)
callback = _answered(views.callback)
