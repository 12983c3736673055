"""What boards say beside the numbers, and the screens that show them."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from layan.signage.rules import ScreenLayout

LAYOUTS = [
    (ScreenLayout.HALL.value, _("Waiting hall: calls, counters and lines")),
    (ScreenLayout.CORRIDOR.value, _("Corridor: calls alone, for narrow or upright screens")),
    (ScreenLayout.COUNTERTOP.value, _("Counter: the number at one counter")),
    (ScreenLayout.INFORMATION.value, _("Information: waits, hours and notices")),
]


class Notice(models.Model):
    """A line of text on the boards of a branch or of one zone, from a moment until another.

    With `from_time` and `until_time` (branch time) it repeats: at those hours of the `weekdays` ("12345").
    """

    branch = models.ForeignKey("places.Branch", models.CASCADE, related_name="+")
    zone = models.ForeignKey("places.Zone", models.CASCADE, null=True, blank=True, related_name="+")
    text = models.JSONField(_("text"))
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    weekdays = models.CharField(max_length=7, default="1234567")
    from_time = models.TimeField(null=True, blank=True)
    until_time = models.TimeField(null=True, blank=True)
    open_days_only = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-starts_at"]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.starts_at:%Y-%m-%d %H:%M}"


class Screen(models.Model):
    """A display that was paired with a branch (B8). It holds a key of which only the SHA-256 is kept."""

    branch = models.ForeignKey("places.Branch", models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    zones = models.ManyToManyField("places.Zone", related_name="+", verbose_name=_("zones"))
    #: Where it hangs, and so which zone hears it; empty: the first of those it shows.
    hangs_in = models.ForeignKey("places.Zone", models.SET_NULL, null=True, blank=True, related_name="+")
    layout = models.CharField(_("layout"), max_length=16, choices=LAYOUTS, default=ScreenLayout.HALL.value)
    counter = models.ForeignKey("places.Counter", models.SET_NULL, null=True, blank=True, related_name="+")
    languages = models.CharField(_("languages"), max_length=16, default="ms,en")
    arrow = models.CharField(max_length=12, blank=True, default="")
    sound = models.BooleanField(_("sound"), default=False)
    volume = models.PositiveSmallIntegerField(
        _("volume"), default=70, validators=[MaxValueValidator(100)], help_text=_("0 to 100.")
    )
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    paired_at = models.DateTimeField()
    paired_by = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+", editable=False)
    #: Written for all screens together, at most twice a minute.
    last_seen = models.DateTimeField()
    #: The version of the page that it shows.
    version = models.CharField(max_length=20, blank=True, default="")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("screen")
        verbose_name_plural = _("screens")
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["branch", "revoked_at"], name="screen_branch")]

    def __str__(self) -> str:
        return self.name


class Pairing(models.Model):
    """A display that shows a code and waits for a supervisor to type it; gone when typed or after ten minutes."""

    code = models.CharField(max_length=6, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.expires_at:%Y-%m-%d %H:%M}"


class ZoneVoice(models.Model):
    """What a zone hears: how far the log was followed for it, which screen speaks there, and until when (B9)."""

    zone = models.OneToOneField("places.Zone", models.CASCADE, primary_key=True, related_name="+")
    read_seq = models.PositiveBigIntegerField()
    screen = models.ForeignKey(Screen, models.SET_NULL, null=True, related_name="+")
    #: When that screen asked last, within seconds.
    seen_at = models.DateTimeField(null=True)
    busy_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.zone_id}"


class Announcement(models.Model):
    """Something to be said in a zone, and what became of it (B9). Erased after some months."""

    branch = models.ForeignKey("places.Branch", models.CASCADE, related_name="+", db_index=False)
    zone = models.ForeignKey("places.Zone", models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=8)
    #: Of a call: its event, so that none is said twice; the ticket and where it was called to.
    seq = models.PositiveBigIntegerField(null=True)
    ticket = models.UUIDField(null=True)
    number = models.CharField(max_length=12, blank=True)
    counter = models.CharField(max_length=12, blank=True)
    #: Of a message: what is said in each language, and which zones hear it together.
    text = models.JSONField(default=dict)
    batch = models.UUIDField(null=True)
    #: Said again after so many minutes, until `ends_at`; 0 for once.
    every_minutes = models.PositiveSmallIntegerField(default=0)
    ends_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, default="waiting")
    reason = models.CharField(max_length=12, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    screen = models.ForeignKey(Screen, models.SET_NULL, null=True, related_name="+")
    #: When it was heard, or when it was clear that it would not be.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["zone", "seq"], name="announced_once")]
        indexes = [
            models.Index(
                fields=["zone", "due_at"],
                condition=models.Q(state__in=["waiting", "playing"]),
                name="announcement_open",
            ),
            models.Index(fields=["branch", "-due_at"], name="announcement_branch"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"
