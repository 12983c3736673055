"""Staff of a branch: accounts, roles here and in the agency, skills, new passwords."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from layan.app.setup.access import branch_of, may_manage
from layan.app.setup.steps import next_step, steps
from layan.kit.i18n import words
from layan.kit.refusal import Refusal
from layan.people.api import Permission, not_allowed
from layan.people.models import ROLES, User
from layan.people.rules import Role
from layan.people.services import create_user, give_roles, give_skills, replace_password, switch_account
from layan.people.web import person_of, staff_required
from layan.places.models import Branch

#: What each role is for, as whoever gives it needs to know (docs/operations/access.md has the whole table).
ROLE_WORDS = {
    Role.OFFICER: gettext_lazy("Opens a counter, calls and serves."),
    Role.TELEPHONE: gettext_lazy(
        "Answers calls: sees the lines and gives numbers, and serves at no counter."
    ),
    Role.SUPERVISOR: gettext_lazy(
        "Runs the floor: acts at every counter, sees alarms, announces disruptions, registers kiosks. May serve too."
    ),
    Role.QUALITY: gettext_lazy("Reads figures and lists."),
    Role.ADMINISTRATOR: gettext_lazy("Sets up places and staff, and acts at every counter."),
    Role.AUDITOR: gettext_lazy("Reads everything, the event log too, and changes nothing."),
}


class StaffForm(forms.Form):
    """An account, what it may do here and in the agency, and the services it may give."""

    #: Fields of which one is needed, so that none is marked as optional.
    one_of = ("here", "agency")

    username = forms.CharField(
        label=gettext_lazy("Username"),
        max_length=150,
        help_text=gettext_lazy("For signing in, such as siti.aminah."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    display_name = forms.CharField(
        label=gettext_lazy("Name shown"),
        max_length=80,
        help_text=gettext_lazy("Colleagues see it; boards do not."),
    )
    here = forms.MultipleChoiceField(
        label=gettext_lazy("Roles at this branch"),
        choices=ROLES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    agency = forms.MultipleChoiceField(
        label=gettext_lazy("Roles in the whole agency"),
        choices=ROLES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    skills = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Services this officer may give"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen means every service."),
    )
    active = forms.BooleanField(label=gettext_lazy("May sign in"), required=False, initial=True)

    def __init__(
        self, *args: Any, branch: Branch, user: User | None, myself: bool, whole_agency: bool, **kwargs: Any
    ) -> None:
        self.user, self.myself = user, myself
        super().__init__(*args, **kwargs)
        services = branch.services.all()
        self.fields["skills"].choices = [  # type: ignore[attr-defined]
            (service.pk, f"{service.letter} · {words(service.name)}") for service in services
        ]
        if not whole_agency:
            del self.fields["agency"]
        if user is None:
            del self.fields["active"]
        else:
            self.fields["username"].disabled = True
            self.initial = _present(user, branch)
        if myself:
            del self.fields["active"]

    def clean(self) -> dict[str, Any]:
        """Check that the account can do something, and that one does not shut oneself out."""
        cleaned = super().clean() or {}
        roles = set(cleaned.get("here", [])) | set(cleaned.get("agency", []))
        if self.user is None and not roles:
            raise forms.ValidationError(_("Choose at least one role."))
        held = set(self.initial.get("here", [])) | set(self.initial.get("agency", []))
        if self.myself and Role.ADMINISTRATOR.value in held - roles:
            raise forms.ValidationError(
                _("You cannot take your own administrator's role away; another administrator can.")
            )
        return cleaned


def _present(user: User, branch: Branch) -> dict[str, Any]:
    return {
        "username": user.username,
        "display_name": user.display_name,
        "here": list(user.assignments.filter(branch=branch).values_list("role", flat=True)),
        "agency": list(user.assignments.filter(agency=branch.agency).values_list("role", flat=True)),
        "skills": list(user.skills.filter(service__branch=branch).values_list("service_id", flat=True)),
        "active": user.is_active,
    }


def staff_of(branch: Branch) -> list[User]:
    """Return the accounts with a role at the branch or in its agency, by name."""
    held = Q(assignments__branch=branch) | Q(assignments__agency=branch.agency)
    found = User.objects.filter(held).distinct().prefetch_related("assignments", "skills__service")
    return sorted(found, key=lambda user: str(user).casefold())


@require_safe
@staff_required
def staff(request: HttpRequest, code: str) -> HttpResponse:
    """List who works at the branch."""
    held = branch_of(request, code)
    names = dict(ROLES)
    rows = [
        {
            "user": user,
            "roles": [
                names[one.role]
                for one in user.assignments.all()
                if held.pk == one.branch_id or held.agency_id == one.agency_id
            ],
            "skills": [
                skill.service.letter for skill in user.skills.all() if skill.service.branch_id == held.pk
            ],
            "manageable": may_manage(person_of(request), user),
        }
        for user in staff_of(held)
    ]
    context = {"branch": held, "rows": rows, "next": next_step(steps(held))}
    return render(request, "setup/staff.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def member(request: HttpRequest, code: str, pk: int | None = None) -> HttpResponse:
    """Add a member of staff, whose password is then shown once; or change what one may do here."""
    held = branch_of(request, code)
    person = person_of(request)
    user = _manageable(request, held, pk) if pk else None
    form = StaffForm(
        request.POST or None,
        branch=held,
        user=user,
        myself=user is not None and user.pk == person.user_id,
        whole_agency=person.may_in_agency(Permission.CONFIGURE, held.agency_id),
    )
    if request.method == "POST" and form.is_valid():
        try:
            password = _save(form, held, user, person.actor)
        except Refusal as refusal:
            form.add_error("username", str(refusal.words))
        else:
            if password is not None:
                return _password_page(request, held, form.cleaned_data["username"], password)
            messages.success(request, _("Saved."))
            return redirect("setup:staff", held.code)
    context = {
        "form": form,
        "branch": held,
        "member": user,
        "title": user or _("Add a member of staff"),
        "roles": [(name, ROLE_WORDS[Role(role)]) for role, name in ROLES],
    }
    return render(request, "setup/member.html", context, status=422 if form.errors else 200)


@transaction.atomic
def _save(form: StaffForm, branch: Branch, user: User | None, actor: str) -> str | None:
    chosen = form.cleaned_data
    here, whole = {Role(role) for role in chosen["here"]}, {Role(role) for role in chosen.get("agency", [])}
    password = None
    if user is None:
        at_branch = not whole
        password = create_user(
            username=chosen["username"],
            display_name=chosen["display_name"],
            role=min(whole or here),
            branch_id=branch.pk if at_branch else None,
            agency_id=None if at_branch else branch.agency_id,
            actor=actor,
        )
        user = User.objects.get(username=chosen["username"])
    else:
        user.display_name = chosen["display_name"]
        user.save(update_fields=["display_name"])
    # The agency's first: it locks all its branches, in order, and so must not hold one of them already.
    if "agency" in form.fields:
        give_roles(user=user, roles=whole, branch_id=None, agency_id=branch.agency_id, actor=actor)
    give_roles(user=user, roles=here, branch_id=branch.pk, agency_id=None, actor=actor)
    give_skills(user=user, branch_id=branch.pk, service_ids=chosen["skills"], actor=actor)
    active = chosen.get("active", user.is_active)
    switch_account(user=user, active=active, branch_id=branch.pk, actor=actor)
    return password


def _manageable(request: HttpRequest, branch: Branch, pk: int | None) -> User:
    """Return an account of this branch that the person administers wholly. Raises Http404, or `not-allowed`."""
    found = next((user for user in staff_of(branch) if user.pk == pk), None)
    if found is None:
        raise Http404
    if not may_manage(person_of(request), found):
        raise not_allowed()
    return found


@require_POST
@staff_required
def password(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Give the account a new random password and show it once."""
    held = branch_of(request, code)
    user = _manageable(request, held, pk)
    new = replace_password(user=user, branch_id=held.pk, actor=person_of(request).actor)
    return _password_page(request, held, user.username, new)


def _password_page(request: HttpRequest, branch: Branch, username: str, new: str) -> HttpResponse:
    context = {
        "branch": branch,
        "title": _("Password of %(name)s") % {"name": username},
        "secret": new,
        "hint": _("Hand it over in person or in a sealed envelope. It can be changed under My account."),
        "back": "setup:staff",
    }
    return render(request, "setup/secret.html", context)
