"""The administration site: every table of places and people, for those who may set them up or audit them."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from layan.people.api import Permission
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


site = SetupSite(name="admin")
