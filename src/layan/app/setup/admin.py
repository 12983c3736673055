"""The tables of places and people in the administration site, each limited to what its reader administers.

Places can be changed here; every change is on record. People are shown only: accounts, roles and tokens are changed
on the pages of setting up, which check who may give which role and show each secret once.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from layan.app.setup.site import site
from layan.kit.forms import WordsField
from layan.kit.i18n import words
from layan.people.api import Permission, Role
from layan.people.models import Assignment, Skill, Token, User
from layan.people.web import branches_where, person_of
from layan.places import models as places
from layan.places.services import changing_layout
from layan.queueing.models import SlipPrinter

_WORDS = {"name": 1, "directions": 1, "bring": 3, "fee": 1, "guide": 4, "message": 2}


def _scope(request: HttpRequest) -> tuple[set[int], set[int]]:
    """Return the ids of the branches and of the whole agencies that the person may see."""
    person = person_of(request)
    seen = (Permission.CONFIGURE, Permission.READ_LOG)
    branches = {place.branch_id for permission in seen for place in branches_where(person, permission)}
    agencies = {
        pk
        for pk in places.Agency.objects.values_list("pk", flat=True)
        if any(person.may_in_agency(permission, pk) for permission in seen)
    }
    return branches, agencies


class ScopedAdmin(ModelAdmin):  # type: ignore[misc]
    """A table of which everyone sees only the own part. `branch_path` leads from a row to its branch."""

    branch_path = "branch"
    read_only = False
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Return the rows of the person's own branches."""
        branches, _agencies = _scope(request)
        rows: models.QuerySet[Any] = super().get_queryset(request)
        return rows.filter(**{f"{self.branch_path}__in": branches})

    def _may_change(self, request: HttpRequest, obj: Any = None) -> bool:
        person = person_of(request)
        if self.read_only or not person.may_somewhere(Permission.CONFIGURE):
            return False
        if obj is None:
            return True
        branch = self.branch_of(obj)
        return branch is not None and person.may(Permission.CONFIGURE, branch.pk, branch.agency_id)

    def branch_of(self, obj: Any) -> places.Branch | None:
        """Return the branch that a row belongs to."""
        return obj if isinstance(obj, places.Branch) else obj.branch

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Say whether the table is listed: the site as a whole has asked already."""
        return bool(self.admin_site.has_permission(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether the row may be seen: the rows are limited by `get_queryset`."""
        return bool(self.admin_site.has_permission(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Say whether a row may be added."""
        return self._may_change(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether the row may be changed."""
        return self._may_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether the row may be removed."""
        return self._may_change(request, obj)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> forms.Field | None:
        """Edit a text in several languages as one input a language."""
        if isinstance(db_field, models.JSONField) and db_field.name in _WORDS:
            return WordsField(
                label=db_field.verbose_name, required=not db_field.blank, rows=_WORDS[db_field.name]
            )
        found: forms.Field | None = super().formfield_for_dbfield(db_field, request, **kwargs)
        return found

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only the own branches and what is in them; a service may belong to any agency."""
        branches, agencies = _scope(request)
        related = db_field.related_model
        if related is places.Branch:
            kwargs["queryset"] = places.Branch.objects.filter(pk__in=branches)
        elif related is places.Agency and self.model is places.Branch:
            kwargs["queryset"] = places.Agency.objects.filter(pk__in=agencies)
        elif related in {places.Zone, places.Service}:
            kwargs["queryset"] = related.objects.filter(branch__in=branches)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001
        """Save on record."""
        branch = self.branch_of(obj)
        if branch is None or branch.pk is None:
            super().save_model(request, obj, form, change)
            return
        what = self.model._meta.model_name or ""
        with changing_layout(branch_id=branch.pk, what=what, actor=person_of(request).actor):
            super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        """Save the rows below on record too: the layout must be read again after them."""
        branch = self.branch_of(form.instance)
        if branch is None or not formsets:
            super().save_related(request, form, formsets, change)
            return
        what = self.model._meta.model_name or ""
        with changing_layout(branch_id=branch.pk, what=what, actor=person_of(request).actor):
            super().save_related(request, form, formsets, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Remove on record."""
        branch = self.branch_of(obj)
        if branch is None:
            super().delete_model(request, obj)
            return
        what = self.model._meta.model_name or ""
        with changing_layout(branch_id=branch.pk, what=what, actor=person_of(request).actor):
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        """Remove several rows, each on record."""
        for obj in queryset:
            self.delete_model(request, obj)

    @admin.display(description=places.Zone._meta.get_field("name").verbose_name)
    def shown_name(self, obj: Any) -> str:
        """Show the name in the reader's language."""
        return words(obj.name)


@admin.register(places.Agency, site=site)
class AgencyAdmin(ScopedAdmin):
    """Agencies. They are added on the pages of setting up."""

    list_display = ("code", "shown_name", "primary_colour")
    read_only = True

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Return the agencies of the person's own branches, and those administered as a whole."""
        branches, agencies = _scope(request)
        return places.Agency.objects.filter(Q(pk__in=agencies) | Q(branches__in=branches)).distinct()


@admin.register(places.Branch, site=site)
class BranchAdmin(ScopedAdmin):
    """Branches. They are added on the pages of setting up and never removed: their log stays."""

    branch_path = "pk"
    list_display = ("code", "shown_name", "agency", "state", "policy")
    readonly_fields = ("code", "agency")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: a new branch needs its log, which the pages of setting up start."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: the branch's log refers to it."""
        return False


class OfferInline(TabularInline):  # type: ignore[misc]
    """The services of a counter."""

    model = places.CounterService
    extra = 0

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only services of the own branches."""
        if db_field.related_model is places.Service:
            kwargs["queryset"] = places.Service.objects.filter(branch__in=_scope(request)[0])
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether the offers may be seen."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say whether an offer may be added."""
        return person_of(request).may_somewhere(Permission.CONFIGURE)

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(places.Zone, site=site)
class ZoneAdmin(ScopedAdmin):
    """Zones."""

    list_display = ("branch", "code", "shown_name")


@admin.register(places.Service, site=site)
class ServiceAdmin(ScopedAdmin):
    """Services."""

    list_display = ("branch", "letter", "shown_name", "agency", "zone", "active")
    list_filter = ("active",)


@admin.register(places.Counter, site=site)
class CounterAdmin(ScopedAdmin):
    """Counters and what each gives."""

    list_display = ("branch", "code", "kind", "zone", "active")
    inlines = (OfferInline,)


@admin.register(places.OpeningBlock, site=site)
class OpeningBlockAdmin(ScopedAdmin):
    """Weekly hours."""

    list_display = ("branch", "weekday", "opens", "closes", "kind")


@admin.register(places.LunchRule, site=site)
class LunchRuleAdmin(ScopedAdmin):
    """How many counters stay open through lunch."""

    list_display = ("branch", "weekday", "starts", "ends", "counters")


@admin.register(places.SpecialDay, site=site)
class SpecialDayAdmin(ScopedAdmin):
    """Special days."""

    list_display = ("branch", "date", "shown_name", "opens", "closes")


@admin.register(places.Disruption, site=site)
class DisruptionAdmin(ScopedAdmin):
    """Disruptions as they were announced; the floor page begins and ends them."""

    list_display = ("branch", "began_at", "ended_at")
    read_only = True


@admin.register(SlipPrinter, site=site)
class SlipPrinterAdmin(ScopedAdmin):
    """The printers of slips (B8)."""

    list_display = ("name", "branch", "kiosk", "host", "port", "paper_mm", "state", "state_since")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer only kiosks of the own branches."""
        if db_field.related_model is Token:
            branches, _agencies = _scope(request)
            kwargs["queryset"] = Token.objects.filter(
                branch__in=branches, role=Role.KIOSK.value, revoked_at=None
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class _PeopleAdmin(ScopedAdmin):
    read_only = True

    def _in_scope(self, request: HttpRequest, prefix: str = "") -> Q:
        branches, agencies = _scope(request)
        return Q(**{f"{prefix}branch__in": branches}) | Q(**{f"{prefix}agency__in": agencies})


@admin.register(User, site=site)
class UserAdmin(_PeopleAdmin):
    """Staff accounts; without their passwords' hashes."""

    list_display = ("username", "display_name", "is_active", "is_superuser", "last_login")
    fields = ("username", "display_name", "is_active", "is_superuser", "last_login", "date_joined")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Return the accounts with a role in the person's own places; all for the installation's administrator."""
        if person_of(request).may_everywhere(Permission.CONFIGURE):
            return User.objects.all()
        return User.objects.filter(self._in_scope(request, "assignments__")).distinct()


@admin.register(Assignment, site=site)
class AssignmentAdmin(_PeopleAdmin):
    """Who holds which role where."""

    list_display = ("user", "role", "agency", "branch")
    list_filter = ("role",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Return the roles held in the person's own places."""
        return Assignment.objects.filter(self._in_scope(request)).select_related("user", "agency", "branch")


@admin.register(Skill, site=site)
class SkillAdmin(_PeopleAdmin):
    """Who may give which service."""

    branch_path = "service__branch"
    list_display = ("user", "service")


@admin.register(Token, site=site)
class TokenAdmin(_PeopleAdmin):
    """Tokens of devices and programs; without what is kept of their keys."""

    list_display = ("name", "role", "branch", "agency", "created_at", "expires_at", "revoked_at")
    fields = list_display

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Return the tokens of the person's own places."""
        return Token.objects.filter(self._in_scope(request)).select_related("branch", "agency")
