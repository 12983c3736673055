"""Writes the demonstration's agencies, branches and staff into an empty installation."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction

from layan.app.demo.agency import BranchData, StaffData, read_agency
from layan.kit.events import start_log
from layan.people.api import Role, create_token
from layan.people.models import Assignment, Skill, User
from layan.places import models
from layan.places.api import layout_changed

HERE = Path(__file__).parent


@dataclass(frozen=True)
class SignIn:
    """A demonstration account and the password made for this run."""

    username: str
    display_name: str
    role: str
    password: str


def holds_an_office() -> bool:
    """Say whether the installation is somebody's own: it has agencies or accounts, and not the demonstration's."""
    if models.Agency._meta.db_table not in connection.introspection.table_names():
        return False
    codes = set(models.Agency.objects.values_list("code", flat=True))
    shown = read_agency(HERE / "agency.toml").agencies[0].code
    return shown not in codes and (bool(codes) or User.objects.exists())


def load_demonstration() -> None:
    """Load the shipped agencies unless they are there already."""
    data = read_agency(HERE / "agency.toml")
    with transaction.atomic():
        if models.Agency.objects.filter(code=data.agencies[0].code).exists():
            return
        for agency in data.agencies:
            models.Agency.objects.create(
                code=agency.code, name=agency.name, primary_colour=agency.primary_colour
            )
        for branch in data.branches:
            _branch(branch)
        for person in data.staff:
            _person(person)


def new_passwords() -> list[SignIn]:
    """Give every demonstration account that signs in a new random password and return them."""
    signs_in = {
        person.username: person for person in read_agency(HERE / "agency.toml").staff if person.signs_in
    }
    made = []
    for user in User.objects.filter(username__in=signs_in):
        password = secrets.token_urlsafe(9)
        user.set_password(password)
        user.save(update_fields=["password"])
        made.append(SignIn(user.username, user.display_name, signs_in[user.username].role, password))
    return sorted(made, key=lambda sign_in: sign_in.username)


def new_tokens(branch_code: str) -> dict[str, str]:
    """Make a token of every role at a branch and return the keys by role; staff roles act as demonstration staff."""
    branch = models.Branch.objects.get(code=branch_code)
    users = {
        assignment.role: assignment.user_id
        for assignment in Assignment.objects.filter(branch=branch)
        | Assignment.objects.filter(agency=branch.agency)
    }
    return {
        role.value: create_token(
            role=role,
            name=f"demonstration {role.value}",
            branch_id=branch.pk,
            user_id=users.get(role.value),
        )
        for role in Role
    }


def officers_at(branch_code: str) -> dict[str, int]:
    """Return the account of the officer who usually sits at each counter of a demonstration branch, by its code."""
    staff = {
        person.username: person.counter
        for person in read_agency(HERE / "agency.toml").staff
        if person.branch == branch_code and person.counter
    }
    return {staff[user.username] or "": user.pk for user in User.objects.filter(username__in=staff)}


def _branch(data: BranchData) -> None:
    agencies = {agency.code: agency for agency in models.Agency.objects.all()}
    branch = models.Branch.objects.create(
        code=data.code,
        agency=agencies[data.agency],
        name=data.name,
        address=data.address,
        time_zone=data.time_zone,
        country=data.country,
        state=data.state,
        weekend=list(data.weekend),
        late_minutes=data.late_minutes,
        policy=data.policy,
        one_ticket_each=data.one_ticket_each,
        public_kiosk=data.public_kiosk,
        always_open=data.always_open,
    )
    start_log(branch.pk)
    for block in data.opening_blocks:
        models.OpeningBlock.objects.create(
            branch=branch, weekday=block.weekday, opens=block.opens, closes=block.closes, kind=block.kind
        )
    for lunch in data.lunch:
        for weekday in lunch.weekdays:
            models.LunchRule.objects.create(
                branch=branch, weekday=weekday, starts=lunch.starts, ends=lunch.ends, counters=lunch.counters
            )
    for day in data.special_days:
        models.SpecialDay.objects.create(
            branch=branch, date=day.date, name=day.name, opens=day.opens, closes=day.closes
        )
    zones = {
        zone.code: models.Zone.objects.create(
            branch=branch, code=zone.code, name=zone.name, directions=zone.directions
        )
        for zone in data.zones
    }
    services = {
        service.code: models.Service.objects.create(
            branch=branch,
            agency=agencies[service.agency],
            zone=zones[service.zone],
            code=service.code,
            letter=service.letter,
            name=service.name,
            bring=service.bring,
            fee=service.fee,
            guide=service.guide,
            norm_minutes=service.norm_minutes,
            wait_limit_minutes=service.wait_limit_minutes,
            queue_limit=service.queue_limit,
            last_ticket_minutes=service.last_ticket_minutes,
        )
        for service in data.services
    }
    for item in data.counters:
        counter = models.Counter.objects.create(
            branch=branch, zone=zones[item.zone], code=item.code, kind=item.kind, groups=list(item.groups)
        )
        for preference, code in enumerate(item.services, start=1):
            models.CounterService.objects.create(
                counter=counter, service=services[code], preference=preference
            )
    layout_changed(branch_id=branch.pk, what="demonstration")


def _person(data: StaffData) -> None:
    branch = models.Branch.objects.filter(code=data.branch).first() if data.branch else None
    agency = models.Agency.objects.filter(code=data.agency).first() if data.agency else None
    user = User.objects.create_user(username=data.username, display_name=data.display_name)
    Assignment.objects.create(user=user, role=data.role, branch=branch, agency=agency)
    if branch is not None:
        for service in branch.services.filter(code__in=data.skills):
            Skill.objects.create(user=user, service=service)
