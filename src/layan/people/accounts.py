"""Commands that change staff accounts. What changes access at a branch is written to that branch's log."""

import secrets
from collections.abc import Collection

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from layan.kit.events import SYSTEM, recording
from layan.kit.refusal import Refusal
from layan.people import models
from layan.people.events import AccessChanged, AccountSwitched, PasswordReplaced, SkillsChanged
from layan.people.rules import STAFF_ROLES, Role
from layan.places.api import branch_ids_of_agency

#: Without 0/o, 1/i/l and vowels: read from paper, typed once, and never a word.
_ALPHABET = "23456789bcdfghjkmnpqrstvwxyz"
_GROUPS, _GROUP = 4, 4


def new_password() -> str:
    """Return a random password of 16 characters (77 bits) in groups that can be read out."""
    return "-".join(
        "".join(secrets.choice(_ALPHABET) for _position in range(_GROUP)) for _group in range(_GROUPS)
    )


def create_user(
    *,
    username: str,
    display_name: str = "",
    role: Role,
    branch_id: int | None = None,
    agency_id: int | None = None,
    password: str | None = None,
    actor: str = SYSTEM,
) -> str:
    """Add a member of staff with a role at one branch or in one agency and return the password, shown this once.

    An administrator without a place is the installation's: it sets up every agency, also the first one.
    Raises the refusals `bad-username`, `username-taken`, `no-place`; ValueError for a role of devices.
    """
    if role not in STAFF_ROLES:
        raise ValueError(f"{role} is not a role of staff")
    everywhere = branch_id is None and agency_id is None
    if (everywhere and role is not Role.ADMINISTRATOR) or (branch_id is not None and agency_id is not None):
        raise Refusal("no-place", _("Say where the role is held: at one branch, or in one agency."), 422)
    _check_username(username)
    password = password or new_password()
    with transaction.atomic():
        user = models.User.objects.create_user(
            username=username, password=password, display_name=display_name, is_superuser=everywhere
        )
        if not everywhere:
            give_roles(user=user, roles={role}, branch_id=branch_id, agency_id=agency_id, actor=actor)
    return password


def _check_username(username: str) -> None:
    try:
        UnicodeUsernameValidator()(username)
    except ValidationError as wrong:
        raise Refusal("bad-username", wrong.messages[0], 422) from wrong
    if models.User.objects.filter(username__iexact=username).exists():
        raise Refusal("username-taken", _("There is an account with this name already. Choose another."))


def give_roles(
    *, user: models.User, roles: Collection[Role], branch_id: int | None, agency_id: int | None, actor: str
) -> None:
    """Make `roles` exactly what the person holds at this branch (or in this agency); other places stay."""
    place = {"branch_id": branch_id, "agency_id": agency_id}
    held = {Role(role) for role in user.assignments.filter(**place).values_list("role", flat=True)}
    if held == set(roles):
        return
    with transaction.atomic():
        user.assignments.filter(**place, role__in=held - set(roles)).delete()
        models.Assignment.objects.bulk_create(
            models.Assignment(user=user, role=role.value, **place) for role in sorted(set(roles) - held)
        )
        for changed in branches_of(branch_id, agency_id):
            _log_access(user, changed, actor)


def branches_of(branch_id: int | None, agency_id: int | None) -> list[int]:
    """Return the branch itself, or those of the agency, in the one order in which their logs are locked."""
    if branch_id is not None:
        return [branch_id]
    return branch_ids_of_agency(agency_id) if agency_id is not None else []


def _log_access(user: models.User, branch_id: int, actor: str) -> None:
    held = user.assignments.filter(branch_id=branch_id) | user.assignments.filter(agency__branches=branch_id)
    roles = sorted(set(held.values_list("role", flat=True)))
    with recording(branch_id) as record:
        record(AccessChanged(user=user.pk, roles=roles), actor=actor)


def give_skills(*, user: models.User, branch_id: int, service_ids: Collection[int], actor: str) -> None:
    """Make these services of the branch the ones the officer may give there (A3); none means all of them."""
    here = user.skills.filter(service__branch_id=branch_id)
    if set(here.values_list("service_id", flat=True)) == set(service_ids):
        return
    with recording(branch_id) as record:
        here.delete()
        models.Skill.objects.bulk_create(
            models.Skill(user=user, service_id=service_id) for service_id in sorted(set(service_ids))
        )
        codes = sorted(here.values_list("service__code", flat=True))
        record(SkillsChanged(user=user.pk, services=codes), actor=actor)


def switch_account(*, user: models.User, active: bool, branch_id: int, actor: str) -> None:
    """Let an account sign in, or no longer; its open sessions and its tokens end with it."""
    if user.is_active == active:
        return
    with recording(branch_id) as record:
        user.is_active = active
        user.save(update_fields=["is_active"])
        record(AccountSwitched(user=user.pk, active=active), actor=actor)


def replace_password(*, user: models.User, branch_id: int | None, actor: str) -> str:
    """Give the account a new random password and return it, shown this once; open sessions of it end."""
    password = new_password()
    user.set_password(password)
    with transaction.atomic():
        user.save(update_fields=["password"])
        if branch_id is not None:
            with recording(branch_id) as record:
                record(PasswordReplaced(user=user.pk), actor=actor)
    return password
