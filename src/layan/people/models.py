"""Staff accounts, what each may do and where, and the tokens of devices and programs."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from layan.people.rules import Role

ROLES = [
    (Role.OFFICER.value, _("counter officer")),
    (Role.TELEPHONE.value, _("telephone officer")),
    (Role.SUPERVISOR.value, _("supervisor")),
    (Role.QUALITY.value, _("quality officer")),
    (Role.ADMINISTRATOR.value, _("administrator")),
    (Role.AUDITOR.value, _("auditor")),
]
DEVICE_ROLES = [
    (Role.KIOSK.value, _("kiosk")),
    (Role.BOARD.value, _("board")),
    (Role.INTEGRATION.value, _("integration")),
]


class User(AbstractUser):
    """A member of staff. Customers have no accounts."""

    display_name = models.CharField(_("name shown"), max_length=80, blank=True)

    def __str__(self) -> str:
        return self.display_name or self.username


class Assignment(models.Model):
    """A role that a member of staff holds: at one branch, or in a whole agency."""

    user = models.ForeignKey(User, models.CASCADE, related_name="assignments")
    role = models.CharField(_("role"), max_length=16, choices=ROLES)
    agency = models.ForeignKey("places.Agency", models.CASCADE, null=True, blank=True, related_name="+")
    branch = models.ForeignKey("places.Branch", models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agency__isnull=False, branch__isnull=True)
                | models.Q(agency__isnull=True, branch__isnull=False),
                name="assignment_in_one_place",
                violation_error_message=_("Choose either an agency or a branch."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class Skill(models.Model):
    """A service that an officer may give (A3). An officer with no skill recorded may give every service."""

    user = models.ForeignKey(User, models.CASCADE, related_name="skills")
    service = models.ForeignKey("places.Service", models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        constraints = [models.UniqueConstraint(fields=["user", "service"], name="skill_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.service_id}"


class Token(models.Model):
    """A key for a device or a program. Only its SHA-256 is kept; the key itself is shown once."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80)
    role = models.CharField(_("role"), max_length=16, choices=ROLES + DEVICE_ROLES)
    branch = models.ForeignKey("places.Branch", models.CASCADE, null=True, blank=True, related_name="+")
    agency = models.ForeignKey("places.Agency", models.CASCADE, null=True, blank=True, related_name="+")
    #: The member of staff that a token of a staff role acts as.
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="tokens")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")

    def __str__(self) -> str:
        return f"{self.name} ({self.role})"
