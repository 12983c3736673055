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


#: What a member of staff can be; the other roles are those of devices and programs.
STAFF_ROLES = (
    Role.OFFICER,
    Role.TELEPHONE,
    Role.SUPERVISOR,
    Role.QUALITY,
    Role.ADMINISTRATOR,
    Role.AUDITOR,
)
DEVICE_ROLES = (Role.KIOSK, Role.BOARD, Role.INTEGRATION)

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
    """A role held somewhere: at one branch, in a whole agency, or everywhere (the installation's administrator)."""

    role: Role
    agency_id: int | None = None
    branch_id: int | None = None
    everywhere: bool = False

    def covers_agency(self, agency_id: int) -> bool:
        """Say whether the role is held in the whole agency."""
        return self.everywhere or (self.branch_id is None and self.agency_id == agency_id)

    def covers(self, branch_id: int, agency_id: int) -> bool:
        """Say whether the role is held at the branch of that agency."""
        return self.branch_id == branch_id or self.covers_agency(agency_id)


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
        return frozenset(grant.role for grant in self.grants if grant.covers(branch_id, agency_id))

    def may(self, permission: Permission, branch_id: int, agency_id: int) -> bool:
        """Say whether this person is allowed `permission` at the branch of that agency."""
        return any(permission in PERMISSIONS[role] for role in self.roles_at(branch_id, agency_id))

    def may_in_agency(self, permission: Permission, agency_id: int) -> bool:
        """Say whether this person is allowed `permission` in the whole agency, not at single branches of it."""
        return any(
            grant.covers_agency(agency_id) and permission in PERMISSIONS[grant.role] for grant in self.grants
        )

    def may_everywhere(self, permission: Permission) -> bool:
        """Say whether this person is allowed `permission` in every agency, also in those still to come."""
        return any(grant.everywhere and permission in PERMISSIONS[grant.role] for grant in self.grants)

    def may_somewhere(self, permission: Permission) -> bool:
        """Say whether there is any place where this person is allowed `permission`."""
        return any(permission in PERMISSIONS[grant.role] for grant in self.grants)


NOBODY = Person(actor="nobody")
