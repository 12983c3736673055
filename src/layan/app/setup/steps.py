"""How far a branch is set up, and what comes next."""

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from layan.app.setup.sections import COUNTERS, HOURS, LUNCH, SERVICES, SPECIAL_DAYS, ZONES, Section
from layan.people.models import Assignment, Token
from layan.people.rules import Role
from layan.places.models import Branch


@dataclass(frozen=True)
class Step:
    """One thing to set up; `count` is how many there are. Optional ones are never what comes next."""

    title: Promise
    hint: Promise
    icon: str
    address: str
    count: int
    optional: bool = False

    @property
    def done(self) -> bool:
        return self.count > 0


def steps(branch: Branch) -> list[Step]:
    """Return everything a branch needs before its first number, in the order in which it is done."""
    at = [branch.code]

    def section(part: Section, count: int, *, optional: bool = False) -> Step:
        address = reverse("setup:section", args=[branch.code, part.key])
        return Step(part.title, part.hint, part.icon, address, count, optional)

    staff = Assignment.objects.filter(Q(branch=branch) | Q(agency=branch.agency)).exclude(
        role__in=[Role.ADMINISTRATOR.value, Role.AUDITOR.value, Role.QUALITY.value]
    )
    devices = Token.objects.filter(branch=branch, role=Role.KIOSK.value, revoked_at=None)
    return [
        section(ZONES, branch.zones.count()),
        section(SERVICES, branch.services.filter(active=True).count()),
        section(COUNTERS, branch.counters.filter(active=True, offers__isnull=False).distinct().count()),
        section(HOURS, 1 if branch.always_open else branch.opening_blocks.count()),
        section(LUNCH, branch.lunch_rules.count(), optional=True),
        section(SPECIAL_DAYS, branch.special_days.count(), optional=True),
        Step(
            _("Staff"),
            _("Officers who serve, supervisors who run the floor."),
            "users",
            reverse("setup:staff", args=at),
            staff.values("user").distinct().count(),
        ),
        Step(
            _("Devices"),
            _(
                "The machines that give numbers: open /device on the kiosk, or make a token here. "
                "None is needed where numbers may be taken without a registered kiosk."
            ),
            "ticket",
            reverse("setup:devices", args=at),
            devices.count() + (1 if branch.public_kiosk else 0),
        ),
    ]


def next_step(found: list[Step]) -> Step | None:
    """Return the first needed step that is not done; None when the branch can give its first number."""
    return next((step for step in found if not step.done and not step.optional), None)
