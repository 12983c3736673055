"""What happens to access at a branch: who may do what, and which devices are trusted."""

from dataclasses import dataclass

from layan.kit.events import Event


@dataclass(frozen=True)
class AccessChanged(Event):
    """A member of staff has these roles at the branch from now on, its own and those of its agency (A3)."""

    type = "access.changed"
    user: int
    roles: list[str]


@dataclass(frozen=True)
class SkillsChanged(Event):
    """A member of staff may give these services at the branch from now on; none recorded means all of them (A3)."""

    type = "access.skills-changed"
    user: int
    services: list[str]


@dataclass(frozen=True)
class AccountSwitched(Event):
    """An administrator switched an account off, or on again."""

    type = "access.account-switched"
    user: int
    active: bool


@dataclass(frozen=True)
class PasswordReplaced(Event):
    """An administrator gave a member of staff a new password."""

    type = "access.password-replaced"
    user: int


@dataclass(frozen=True)
class DeviceRegistered(Event):
    """A device or program got a token for the branch."""

    type = "device.registered"
    token: int
    role: str


@dataclass(frozen=True)
class DeviceRevoked(Event):
    """The token of a device or program was stopped."""

    type = "device.revoked"
    token: int
