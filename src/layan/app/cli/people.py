"""`layan user` and `layan token`."""

from datetime import timedelta
from typing import Any

import click

from layan.app.cli import data_option, open_installation
from layan.people.rules import Role

_NOWHERE: dict[str, int | None] = {"branch_id": None, "agency_id": None}
STAFF = [role.value for role in Role if role not in {Role.KIOSK, Role.BOARD, Role.INTEGRATION}]


def _place(branch: str | None, agency: str | None) -> dict[str, int]:
    """Return the id of the branch or agency named. Fails with a clear line when there is none."""
    from layan.places.models import Agency, Branch

    if (branch is None) == (agency is None):
        raise click.UsageError("Name either --branch or --agency.")
    kind: type[Branch] | type[Agency] = Branch if branch is not None else Agency
    codes = dict(kind.objects.values_list("code", "pk"))
    found = codes.get((branch or agency or "").upper())
    if found is None:
        what = f"branch {branch}" if branch is not None else f"agency {agency}"
        raise click.ClickException(
            f"There is no {what}. Known: {', '.join(codes)}."
            if codes
            else f"There is no {what}: nothing is set up yet. Sign in and set it up first."
        )
    return {"branch_id" if branch is not None else "agency_id": found}


@click.group()
def user() -> None:
    """Staff accounts."""


@user.command("add")
@click.argument("username")
@click.option("--name", default="", help="Name shown to colleagues.")
@click.option("--role", type=click.Choice(STAFF), default=Role.ADMINISTRATOR.value, show_default=True)
@click.option("--branch", help="Code of the branch where the role is held.")
@click.option("--agency", help="Code of the agency where the role is held.")
@data_option
def user_add(username: str, name: str, role: str, branch: str | None, agency: str | None) -> None:
    """Add a member of staff and print a password made for them, once.

    The first administrator of an empty installation needs neither branch nor agency.
    """
    open_installation()
    from layan.kit.refusal import Refusal
    from layan.people.services import create_user

    everywhere = branch is None and agency is None and role == Role.ADMINISTRATOR.value
    place: dict[str, Any] = {} if everywhere else _place(branch, agency)
    try:
        password = create_user(username=username, display_name=name, role=Role(role), **place)
    except Refusal as refusal:
        raise click.ClickException(str(refusal.words)) from refusal
    click.echo(f"Account: {username}\nPassword (shown once): {password}")


@click.group()
def token() -> None:
    """Keys of devices and programs."""


@token.command("create")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--branch", help="Code of the branch it is for.")
@click.option("--agency", help="Code of the agency it is for.")
@click.option("--name", default="", help="What it is for, such as 'kiosk at the door'.")
@click.option("--user", "username", help="The member of staff that a token of a staff role acts as.")
@click.option("--days", type=click.IntRange(1, 3650), help="Days until it expires (default: never).")
@data_option
def token_create(
    role: str, branch: str | None, agency: str | None, name: str, username: str | None, days: int | None
) -> None:
    """Make a token and print it, once."""
    open_installation()
    from layan.kit import clock
    from layan.kit.events import SYSTEM
    from layan.people.api import holds_role
    from layan.people.models import User
    from layan.people.services import register_device

    place = _place(branch, agency)
    user = User.objects.filter(username=username).first() if username is not None else None
    if username is not None and user is None:
        raise click.ClickException(f"There is no account {username}.")
    if user is not None and not holds_role(user, Role(role), **{**_NOWHERE, **place}):
        raise click.ClickException(f"{username} is not {role} at {branch or agency}: give that role first.")
    key = register_device(
        role=Role(role),
        name=name or role,
        user_id=user.pk if user is not None else None,
        expires_at=clock.now() + timedelta(days=days) if days else None,
        actor=SYSTEM,
        **place,
    )
    click.echo(key)
