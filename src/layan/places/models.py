"""Agencies, their branches, and what is offered there."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from layan.places.colours import READABLE, contrast_with_white

CODE = RegexValidator(r"^[A-Z0-9][A-Z0-9-]{0,19}$", _("Use capital letters, digits and hyphens, 20 at most."))
#: Two-letter series may not end in K or E: those mark special (khas) and emergency numbers.
LETTER = RegexValidator(r"^[A-Z]([A-DF-JL-Z])?$", _("Use one letter, or two where the second is not K or E."))
COLOUR = RegexValidator(r"^#[0-9A-Fa-f]{6}$", _("Write a colour as #RRGGBB."))


def counter_order(code: str) -> tuple[int, str]:
    """Return the key that sorts counter codes as people read them: 2 before 10."""
    return int(re.sub(r"\D", "", code) or 0), code


def time_zone_exists(value: str) -> None:
    """Raise ValidationError unless `value` is an IANA time zone."""
    from zoneinfo import available_timezones

    if value not in available_timezones():
        raise ValidationError(_("There is no such time zone; Malaysia's is Asia/Kuala_Lumpur."))


def readable(value: str) -> None:
    """Raise ValidationError when white words on the colour `value` could not be read, saying the ratio."""
    if re.fullmatch(COLOUR.regex, value) and contrast_with_white(value) < READABLE:
        raise ValidationError(
            _(
                "White words on this colour have a contrast of %(ratio)s : 1; take a darker one with 4.5 or more."
            ),
            params={"ratio": f"{contrast_with_white(value):.1f}"},
        )


def some_words(value: object) -> None:
    """Raise ValidationError unless `value` holds a text in Malay, and only languages we serve."""
    if not isinstance(value, dict) or not str(value.get("ms", "")).strip():
        raise ValidationError(_("Give the Malay text; the other languages may follow."))
    if set(value) - {"ms", "en", "zh", "ta"}:
        raise ValidationError(_("Languages are ms, en, zh and ta."))


def zone_of_branch(thing: "Service | Counter") -> None:
    """Raise ValidationError when the zone of `thing` belongs to another branch."""
    if thing.zone_id and thing.branch_id and thing.zone.branch_id != thing.branch_id:
        raise ValidationError({"zone": _("This zone belongs to another branch.")})


class Agency(models.Model):
    """A public body that serves customers."""

    code = models.CharField(_("code"), max_length=20, unique=True, validators=[CODE])
    name = models.JSONField(_("name"), validators=[some_words])
    primary_colour = models.CharField(
        _("colour"), max_length=7, default="#0B5FD0", validators=[COLOUR, readable]
    )

    class Meta:
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Branch(models.Model):
    """One building that customers come to; it may host services of several agencies (B4)."""

    code = models.CharField(_("code"), max_length=20, unique=True, validators=[CODE])
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name=_("host agency"), related_name="branches")
    name = models.JSONField(_("name"), validators=[some_words])
    address = models.TextField(_("address"), blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Asia/Kuala_Lumpur", validators=[time_zone_exists]
    )
    country = models.CharField(_("country"), max_length=2, default="MY")
    state = models.CharField(_("state, for public holidays"), max_length=10, blank=True)
    #: ISO weekdays (1 Monday ... 7 Sunday): Kelantan and Terengganu rest on Friday and Saturday.
    weekend = models.JSONField(_("weekend days"), default=list, blank=True)
    late_minutes = models.PositiveSmallIntegerField(_("minutes a missed customer may return"), default=15)
    policy = models.CharField(
        _("who is next"),
        max_length=20,
        default="accumulating",
        choices=[
            ("accumulating", _("accumulating priority")),
            ("strict", _("strict priority")),
            ("longest", _("longest wait")),
        ],
    )
    one_ticket_each = models.BooleanField(_("one live number per person"), default=False)
    public_kiosk = models.BooleanField(_("numbers may be taken without a registered kiosk"), default=False)
    always_open = models.BooleanField(_("open at any hour (demonstration)"), default=False)

    class Meta:
        verbose_name = _("branch")
        verbose_name_plural = _("branches")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class Zone(models.Model):
    """A part of the building that a customer can be sent to."""

    branch = models.ForeignKey(Branch, models.CASCADE, related_name="zones")
    code = models.CharField(_("code"), max_length=20, validators=[CODE])
    name = models.JSONField(_("name"), validators=[some_words])
    directions = models.JSONField(_("how to get there"), default=dict, blank=True)

    class Meta:
        verbose_name = _("zone")
        verbose_name_plural = _("zones")
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["branch", "code"], name="zone_code_once")]

    def __str__(self) -> str:
        return f"{self.branch.code} {self.code}"


class Service(models.Model):
    """What a customer comes for."""

    branch = models.ForeignKey(Branch, models.CASCADE, related_name="services")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="services")
    zone = models.ForeignKey(Zone, models.PROTECT, related_name="services", verbose_name=_("waiting zone"))
    code = models.CharField(_("code"), max_length=20, validators=[CODE])
    letter = models.CharField(_("number's letter"), max_length=2, validators=[LETTER])
    name = models.JSONField(_("name"), validators=[some_words])
    bring = models.JSONField(_("what to bring"), default=dict, blank=True)
    fee = models.JSONField(_("fee"), default=dict, blank=True)
    guide = models.JSONField(_("service guide"), default=dict, blank=True)
    norm_minutes = models.PositiveSmallIntegerField(
        _("service time norm (minutes)"), default=10, validators=[MinValueValidator(1)]
    )
    wait_limit_minutes = models.PositiveSmallIntegerField(
        _("waiting time limit (minutes)"), default=30, validators=[MinValueValidator(1)]
    )
    queue_limit = models.PositiveSmallIntegerField(_("people waiting limit"), default=50)
    last_ticket_minutes = models.PositiveSmallIntegerField(
        _("last number, minutes before closing"), default=0, validators=[MaxValueValidator(240)]
    )
    active = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["letter"]
        constraints = [
            models.UniqueConstraint(fields=["branch", "code"], name="service_code_once"),
            models.UniqueConstraint(fields=["branch", "letter"], name="service_letter_once"),
        ]

    def __str__(self) -> str:
        return f"{self.branch.code} {self.code}"

    def clean(self) -> None:
        """Check that the zone is one of the branch. Raises ValidationError."""
        zone_of_branch(self)


class Counter(models.Model):
    """A place where customers are served."""

    KINDS = [
        ("general", _("general counter")),
        ("special", _("special counter")),
        ("emergency", _("emergency counter")),
    ]

    branch = models.ForeignKey(Branch, models.CASCADE, related_name="counters")
    zone = models.ForeignKey(Zone, models.PROTECT, related_name="counters")
    code = models.CharField(_("counter number"), max_length=6, validators=[CODE])
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS, default="general")
    #: Categories that a special counter takes before all others (B2).
    groups = models.JSONField(_("groups served first"), default=list, blank=True)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("counter")
        verbose_name_plural = _("counters")
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["branch", "code"], name="counter_code_once")]

    def __str__(self) -> str:
        return f"{self.branch.code} {self.code}"

    def clean(self) -> None:
        """Check that the zone is one of the branch. Raises ValidationError."""
        zone_of_branch(self)


class CounterService(models.Model):
    """A service given at a counter; a lower preference is taken first."""

    counter = models.ForeignKey(Counter, models.CASCADE, related_name="offers")
    service = models.ForeignKey(Service, models.CASCADE, related_name="offers")
    preference = models.PositiveSmallIntegerField(_("preference (1 is first)"), default=1)

    class Meta:
        verbose_name = _("service at a counter")
        verbose_name_plural = _("services at a counter")
        ordering = ["preference", "service__letter"]
        constraints = [models.UniqueConstraint(fields=["counter", "service"], name="counter_service_once")]

    def __str__(self) -> str:
        return f"{self.counter_id}-{self.service_id}"


class OpeningBlock(models.Model):
    """A stretch of opening hours that repeats every week; `weekday` is ISO (1 Monday ... 7 Sunday)."""

    KINDS = [("regular", _("office hours")), ("extended", _("extended hours"))]

    branch = models.ForeignKey(Branch, models.CASCADE, related_name="opening_blocks")
    weekday = models.PositiveSmallIntegerField(
        _("weekday"), validators=[MinValueValidator(1), MaxValueValidator(7)]
    )
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS, default="regular")

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opens__lt=models.F("closes")), name="opens_before_closes"
            )
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"


class LunchRule(models.Model):
    """How many counters stay open through lunch on a weekday (B5); `weekday` is ISO (1 Monday ... 7 Sunday)."""

    branch = models.ForeignKey(Branch, models.CASCADE, related_name="lunch_rules")
    weekday = models.PositiveSmallIntegerField(
        _("weekday"), validators=[MinValueValidator(1), MaxValueValidator(7)]
    )
    starts = models.TimeField(_("lunch starts"))
    ends = models.TimeField(_("lunch ends"))
    counters = models.PositiveSmallIntegerField(
        _("counters open at lunch, at least"), default=1, validators=[MinValueValidator(1)]
    )

    class Meta:
        verbose_name = _("lunch rule")
        verbose_name_plural = _("lunch rules")
        ordering = ["weekday"]
        constraints = [
            models.UniqueConstraint(fields=["branch", "weekday"], name="lunch_rule_once"),
            models.CheckConstraint(
                condition=models.Q(starts__lt=models.F("ends")), name="lunch_starts_before_it_ends"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.starts:%H:%M}-{self.ends:%H:%M}"


class SpecialDay(models.Model):
    """A date whose hours differ from the week's: closed when it has no times, otherwise open just then."""

    branch = models.ForeignKey(Branch, models.CASCADE, related_name="special_days")
    date = models.DateField(_("date"))
    name = models.JSONField(_("name"), validators=[some_words])
    opens = models.TimeField(_("opens"), null=True, blank=True)
    closes = models.TimeField(_("closes"), null=True, blank=True)

    class Meta:
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        ordering = ["date"]
        constraints = [models.UniqueConstraint(fields=["branch", "date"], name="special_day_once")]

    def __str__(self) -> str:
        return f"{self.branch.code} {self.date}"


class Disruption(models.Model):
    """A time when the branch cannot serve as usual (B15); shown on every board, kiosk and ticket while it lasts."""

    branch = models.ForeignKey(Branch, models.CASCADE, related_name="disruptions")
    message = models.JSONField(_("message"), validators=[some_words])
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("service disruption")
        verbose_name_plural = _("service disruptions")
        constraints = [
            models.UniqueConstraint(
                fields=["branch"], condition=models.Q(ended_at__isnull=True), name="one_disruption_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.branch.code} {self.began_at:%Y-%m-%d %H:%M}"
