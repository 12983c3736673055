"""Commands that change tokens; those that change accounts are in `accounts`."""

import secrets
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from layan.kit import clock
from layan.kit.events import recording
from layan.people import models
from layan.people.accounts import (
    branches_of,
    create_user,
    give_roles,
    give_skills,
    new_password,
    replace_password,
    switch_account,
)
from layan.people.events import DeviceRegistered, DeviceRevoked
from layan.people.rules import Role

__all__ = [
    "create_token",
    "create_user",
    "digest_of",
    "give_roles",
    "give_skills",
    "new_password",
    "register_device",
    "replace_password",
    "revoke_device",
    "revoke_token",
    "switch_account",
]

_PREFIX = "layan_"


def digest_of(key: str) -> str:
    """Return the SHA-256 (hex) under which a token is kept. Keys have 256 random bits, so no salt is needed."""
    return sha256(key.encode()).hexdigest()


def create_token(
    *,
    role: Role,
    name: str,
    branch_id: int | None = None,
    agency_id: int | None = None,
    user_id: int | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Make a token for a device or program and return its key, which is shown this once and kept nowhere.

    A token of a staff role acts as `user_id`. Raises ValueError unless it is for one branch or one agency.
    """
    if (branch_id is None) == (agency_id is None):
        raise ValueError("a token is for one branch or for one agency")
    key = _PREFIX + secrets.token_urlsafe(32)
    models.Token.objects.create(
        digest=digest_of(key),
        name=name,
        role=role.value,
        branch_id=branch_id,
        agency_id=agency_id,
        user_id=user_id,
        created_at=clock.now(),
        expires_at=expires_at,
    )
    return key


def revoke_token(*, token_id: int) -> None:
    """Stop a token; devices that hold it are refused within a few seconds (`api.TOKEN_MEMORY_SECONDS`)."""
    models.Token.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=clock.now())


def register_device(
    *,
    role: Role,
    name: str,
    actor: str,
    branch_id: int | None = None,
    agency_id: int | None = None,
    user_id: int | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Make a token as `create_token` does, on record at every branch it is for, and return its key, shown this once."""
    with transaction.atomic():
        key = create_token(
            role=role,
            name=name,
            branch_id=branch_id,
            agency_id=agency_id,
            user_id=user_id,
            expires_at=expires_at,
        )
        token = models.Token.objects.get(digest=digest_of(key))
        for concerned in branches_of(branch_id, agency_id):
            with recording(concerned) as record:
                record(DeviceRegistered(token=token.pk, role=role.value), actor=actor)
    return key


def revoke_device(*, token_id: int, branch_id: int, actor: str) -> None:
    """Stop a token of the branch, on record. Raises Token.DoesNotExist for another branch's."""
    token = models.Token.objects.get(pk=token_id, branch_id=branch_id)
    with recording(branch_id) as record:
        revoke_token(token_id=token.pk)
        record(DeviceRevoked(token=token.pk), actor=actor)
