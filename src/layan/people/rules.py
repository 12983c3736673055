"""Who may do what. Pure: a role is a set of permissions, a place is an agency or a branch in it."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a person, device or program is in the office."""

    OFFICER = "officer"
    TELEPHONE = "telephone"
    SUPERVISOR = "supervisor"
    QUALITY = "quality"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    KIOSK = "kiosk"
    BOARD = "board"
    INTEGRATION = "integration"


class Permission(StrEnum):
    """What can be allowed, at a branch."""

    READ_STATE = "read the live state"
    READ_TICKETS = "read any ticket"
    ISSUE = "issue numbers"
    SERVE = "serve at the counter one opened"
    SUPERVISE = "act at every counter"
    READ_FIGURES = "read figures and lists"
    CONFIGURE = "set up places and people"
    READ_LOG = "read the event log"


P = Permission
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.KIOSK: frozenset({P.READ_STATE, P.ISSUE}),
    Role.BOARD: frozenset({P.READ_STATE}),
    Role.INTEGRATION: frozenset({P.READ_STATE, P.READ_TICKETS, P.ISSUE}),
    Role.OFFICER: frozenset({P.READ_STATE, P.READ_TICKETS, P.ISSUE, P.SERVE}),
    Role.TELEPHONE: frozenset({P.READ_STATE, P.READ_TICKETS, P.ISSUE}),
    Role.SUPERVISOR: frozenset({P.READ_STATE, P.READ_TICKETS, P.ISSUE, P.SERVE, P.SUPERVISE, P.READ_FIGURES}),
    Role.QUALITY: frozenset({P.READ_STATE, P.READ_TICKETS, P.READ_FIGURES}),
    Role.ADMINISTRATOR: frozenset(P) - {P.SERVE, P.READ_LOG},
    Role.AUDITOR: frozenset({P.READ_STATE, P.READ_TICKETS, P.READ_FIGURES, P.READ_LOG}),
}


@dataclass(frozen=True)
class Grant:
    """A role held somewhere: in a whole agency, or at one branch."""

    role: Role
    agency_id: int | None = None
    branch_id: int | None = None


@dataclass(frozen=True)
class Person:
    """Whoever asks: a member of staff, a device or a program. `actor` is what the event log writes."""

    actor: str
    grants: tuple[Grant, ...] = ()
    user_id: int | None = None
    token_id: int | None = None
    skills: frozenset[int] = field(default=frozenset())

    def roles_at(self, branch_id: int, agency_id: int) -> frozenset[Role]:
        """Return the roles this person holds at a branch, by the branch itself or by its host agency."""
        return frozenset(
            grant.role
            for grant in self.grants
            if grant.branch_id == branch_id or (grant.branch_id is None and grant.agency_id == agency_id)
        )

    def may(self, permission: Permission, branch_id: int, agency_id: int) -> bool:
        """Say whether this person is allowed `permission` at the branch of that agency."""
        return any(permission in PERMISSIONS[role] for role in self.roles_at(branch_id, agency_id))


NOBODY = Person(actor="nobody")
