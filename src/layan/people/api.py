"""The door of people: who is asking, and may they."""

from dataclasses import dataclass
from time import monotonic

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from layan.kit import clock
from layan.kit.refusal import Refusal
from layan.people import models
from layan.people.rules import NOBODY, PERMISSIONS, Grant, Permission, Person, Role
from layan.people.services import create_token, create_user, digest_of, revoke_token

__all__ = [
    "NOBODY",
    "PERMISSIONS",
    "Colleague",
    "Grant",
    "Permission",
    "Person",
    "Role",
    "create_token",
    "create_user",
    "holds_role",
    "names_of",
    "not_allowed",
    "person_of_token",
    "person_of_user",
    "require",
    "revoke_token",
    "skills_of",
    "staff_who",
]

#: Seconds for which a token's answer is kept; a revoked token stops within this time.
TOKEN_MEMORY_SECONDS = 3.0
_known: dict[str, tuple[float, Person | None]] = {}
_KNOWN_AT_MOST = 10_000


def not_allowed() -> Refusal:
    """Return the refusal for a person who is known but may not do this here."""
    return Refusal("not-allowed", _("You are not allowed to do this here. Ask your supervisor."), 403)


def require(person: Person, permission: Permission, *, branch_id: int, agency_id: int) -> None:
    """Raise the `not-allowed` refusal unless `person` may do this at the branch."""
    if not person.may(permission, branch_id, agency_id):
        raise not_allowed()


def person_of_user(user: models.User) -> Person:
    """Return who a signed-in member of staff is: two queries, roles and skills."""
    grants = tuple(
        Grant(Role(role), agency_id, branch_id)
        for role, agency_id, branch_id in user.assignments.values_list("role", "agency_id", "branch_id")
    )
    if user.is_superuser:
        grants += (Grant(Role.ADMINISTRATOR, everywhere=True),)
    return Person(actor=f"user:{user.pk}", grants=grants, user_id=user.pk, skills=skills_of(user.pk))


def skills_of(user_id: int | None) -> frozenset[int]:
    """Return the services that a member of staff has a recorded skill for (A3); none for nobody."""
    if user_id is None:
        return frozenset()
    return frozenset(models.Skill.objects.filter(user=user_id).values_list("service_id", flat=True))


def person_of_token(key: str) -> Person | None:
    """Return who holds this token, or None when it is unknown, expired or revoked.

    Answers are kept for TOKEN_MEMORY_SECONDS, so that a busy device costs no query a request.
    """
    digest = digest_of(key)
    kept = _known.get(digest)
    if kept is not None and monotonic() - kept[0] < TOKEN_MEMORY_SECONDS:
        return kept[1]
    if len(_known) >= _KNOWN_AT_MOST:
        _known.clear()
    person = _read_token(digest)
    _known[digest] = (monotonic(), person)
    return person


def _read_token(digest: str) -> Person | None:
    token = models.Token.objects.select_related("user").filter(digest=digest, revoked_at=None).first()
    if token is None or (token.expires_at is not None and token.expires_at <= clock.now()):
        return None
    if token.user is not None and not holds_role(
        token.user, Role(token.role), branch_id=token.branch_id, agency_id=token.agency_id
    ):
        return None
    grant = Grant(Role(token.role), token.agency_id, token.branch_id)
    return Person(
        actor=f"token:{token.pk}",
        grants=(grant,),
        user_id=token.user_id,
        token_id=token.pk,
        skills=skills_of(token.user_id),
    )


def holds_role(user: models.User, role: Role, *, branch_id: int | None, agency_id: int | None) -> bool:
    """Say whether an active account holds a role at the branch, or in the agency: its tokens can do no more than it."""
    if not user.is_active:
        return False
    if user.is_superuser and role == Role.ADMINISTRATOR:
        return True
    here = Q(agency=agency_id) if branch_id is None else Q(branch=branch_id) | Q(agency__branches=branch_id)
    return user.assignments.filter(here, role=role.value).exists()


@dataclass(frozen=True)
class Colleague:
    """A member of staff as another sees them; `skills` are services, none recorded means every one (A3)."""

    id: int
    name: str
    skills: frozenset[int]


def staff_who(permission: Permission, *, branch_id: int, agency_id: int) -> list[Colleague]:
    """Return the active accounts whose role at the branch or in its agency allows `permission`, by name."""
    roles = [role.value for role in Role if permission in PERMISSIONS[role]]
    held = Q(assignments__branch=branch_id) | Q(assignments__agency=agency_id)
    users = models.User.objects.filter(held, assignments__role__in=roles, is_active=True).distinct()
    found = [
        Colleague(user.pk, str(user), frozenset(skill.service_id for skill in user.skills.all()))
        for user in users.prefetch_related("skills")
    ]
    return sorted(found, key=lambda colleague: colleague.name.casefold())


def names_of(user_ids: set[int]) -> dict[int, str]:
    """Return the names to show for these members of staff."""
    return {user.pk: str(user) for user in models.User.objects.filter(pk__in=user_ids)}
