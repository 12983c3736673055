"""The administration site: every table of places and people, for those who may set them up or audit them."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from layan.people.api import Permission, not_allowed
from layan.people.web import person_of


class SetupSite(UnfoldAdminSite):  # type: ignore[misc]
    """Open to administrators, who see what they administer, and to auditors, who change nothing."""

    site_title = site_header = index_title = _("Layan administration")

    def has_permission(self, request: HttpRequest) -> bool:
        """Say whether this person may open the site at all; each table is asked again."""
        if isinstance(request.user, AnonymousUser) or not request.user.is_active:
            return False
        person = person_of(request)
        return person.may_somewhere(Permission.CONFIGURE) or person.may_somewhere(Permission.READ_LOG)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send to the one sign-in page, which has the lock-out and the second step; refuse who is signed in."""
        if request.user.is_authenticated:
            raise not_allowed()
        return redirect_to_login(request.GET.get("next", "/admin/"))

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send to the page where everybody changes the password."""
        return redirect("account_change_password")


site = SetupSite(name="admin")
