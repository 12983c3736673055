"""People, places and tickets for tests, known by name.

A branch built here is open at any hour unless a test gives it hours, so that no test depends on the wall clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from layan.kit.events import start_log
from layan.people.api import Grant, Person, Role
from layan.people.models import Assignment, Skill, User
from layan.places import models as places
from layan.places.api import Layout, layout, layout_changed
from layan.queueing import api as queueing


@dataclass
class BuiltBranch:
    """A branch with services A, B, C and counters 1, 2 (general), 3 (special), 4 (emergency), all services at each."""

    branch: places.Branch
    services: dict[str, places.Service]
    counters: dict[str, places.Counter]

    @property
    def id(self) -> int:
        return self.branch.pk

    @property
    def code(self) -> str:
        return self.branch.code

    @property
    def place(self) -> Layout:
        return layout(self.id)

    def counter(self, code: str) -> int:
        return self.counters[code].pk


def a_branch(code: str = "UTC-A", *, always_open: bool = True, **fields: object) -> BuiltBranch:
    """Build a branch of the agency of the same code (an agency of its own, so that others are strangers)."""
    agency = places.Agency.objects.create(
        code=f"AG-{code}", name={"ms": f"Agensi {code}", "en": f"Agency {code}"}
    )
    branch = places.Branch.objects.create(
        code=code,
        agency=agency,
        name={"ms": f"Cawangan {code}", "en": f"Branch {code}"},
        always_open=always_open,
        **fields,
    )
    start_log(branch.pk)
    hall = places.Zone.objects.create(branch=branch, code="HALL", name={"ms": "Dewan", "en": "Hall"})
    upper = places.Zone.objects.create(branch=branch, code="UPPER", name={"ms": "Tingkat 1", "en": "Level 1"})
    services = {
        letter: places.Service.objects.create(
            branch=branch,
            agency=agency,
            zone=hall,
            code=name,
            letter=letter,
            name={"ms": ms, "en": en, "zh": zh, "ta": ta},
        )
        for letter, name, ms, en, zh, ta in (
            ("A", "PASSPORT", "Pasport", "Passport", "护照", "கடவுச்சீட்டு"),
            ("B", "LICENCE", "Lesen", "Licence", "驾照", "உரிமம்"),
            ("C", "TAX", "Cukai", "Tax", "税务", "வரி"),
        )
    }
    special = ["senior", "oku", "pregnant", "infant"]
    counters = {}
    for number, kind, groups, zone in (
        ("1", "general", [], hall),
        ("2", "general", [], hall),
        ("3", "special", special, upper),
        ("4", "emergency", [], upper),
    ):
        counter = places.Counter.objects.create(
            branch=branch, zone=zone, code=number, kind=kind, groups=groups
        )
        counters[number] = counter
        for service in services.values():
            places.CounterService.objects.create(counter=counter, service=service, preference=1)
    layout_changed(branch_id=branch.pk, what="built")
    return BuiltBranch(branch, services, counters)


def keep_hours(built: BuiltBranch, *blocks: tuple[str, str]) -> None:
    """Give a branch these hours, such as ("08:00", "17:00"), on every day of the week."""
    for weekday in range(1, 8):
        for opens, closes in blocks:
            places.OpeningBlock.objects.create(
                branch=built.branch, weekday=weekday, opens=opens, closes=closes
            )
    layout_changed(branch_id=built.id, what="hours")


def keep_lunch(
    built: BuiltBranch, starts: str, ends: str, counters: int, *, weekdays: Iterable[int] = range(1, 8)
) -> None:
    """Promise so many open counters through lunch, on every day unless `weekdays` says which."""
    for weekday in weekdays:
        places.LunchRule.objects.update_or_create(
            branch=built.branch,
            weekday=weekday,
            defaults={"starts": starts, "ends": ends, "counters": counters},
        )
    layout_changed(branch_id=built.id, what="lunch")


def a_user(
    username: str, role: Role | None = None, at: BuiltBranch | None = None, *, skills: str = ""
) -> User:
    """Build a member of staff with one role at a branch; administrators and auditors hold it in the agency."""
    user = User.objects.create_user(
        username=username, password="correct horse battery", display_name=username.title()
    )
    if role is not None and at is not None:
        in_agency = role in {Role.ADMINISTRATOR, Role.AUDITOR, Role.QUALITY}
        Assignment.objects.create(
            user=user,
            role=role.value,
            agency=at.branch.agency if in_agency else None,
            branch=None if in_agency else at.branch,
        )
    for letter in skills:
        Skill.objects.create(user=user, service=at.services[letter])
    return user


def a_person(role: Role, at: BuiltBranch, *, actor: str = "test", user_id: int | None = None) -> Person:
    """Return a person without an account, for rules and commands."""
    return Person(actor=actor, grants=(Grant(role, branch_id=at.id),), user_id=user_id)


def a_ticket(
    at: BuiltBranch, *letters: str, category: str = "general", by: Person | None = None, **values: str
) -> queueing.Ticket:
    """Issue a number for these services (default A) in the name of a kiosk."""
    codes = [at.services[letter].code for letter in letters or "A"]
    kiosk = by or a_person(Role.KIOSK, at, actor="token:1")
    return queueing.issue(branch_id=at.id, services=codes, category=category, by=kiosk, **values).ticket


def open_counter(at: BuiltBranch, code: str, by: Person) -> int:
    """Open a counter and return its id."""
    queueing.open_counter(branch_id=at.id, counter_id=at.counter(code), by=by)
    return at.counter(code)
