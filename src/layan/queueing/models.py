"""Tickets, officers' sessions at counters, alarms. What happened is in the event log; this is what is so now."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from layan.queueing.paper.api import PaperState

STATES = [
    ("waiting", _("waiting")),
    ("called", _("called")),
    ("serving", _("being served")),
    ("on_hold", _("on hold")),
    ("no_show", _("did not come")),
    ("done", _("done")),
    ("cancelled", _("cancelled")),
]


class Ticket(models.Model):
    """One customer's number and stay, from issue until all business is done (B3)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    branch = models.ForeignKey("places.Branch", models.PROTECT, related_name="+", db_index=False)
    service_day = models.DateField()
    series = models.CharField(max_length=4)
    serial = models.PositiveIntegerField()
    number = models.CharField(max_length=12)
    category = models.CharField(max_length=12)
    customer_type = models.CharField(max_length=12)
    language = models.CharField(max_length=2)
    #: The actor that issued it: a kiosk reads the tickets it gave and no others.
    issued_by = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=STATES)
    #: The service waited for or being given, and the codes still to come after it, in order.
    service = models.ForeignKey("places.Service", models.PROTECT, related_name="+", db_index=False)
    remaining = models.JSONField(default=list)
    finished_services = models.JSONField(default=list)
    #: Tickets that wait for the same thing share a lane (`rules.lane_of`).
    lane = models.CharField(max_length=40)
    #: The moment its seniority counts from.
    waiting_since = models.DateTimeField()
    #: A customer who said "I will be late" is passed over until then.
    not_before = models.DateTimeField(null=True)
    issued_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    recalls = models.PositiveSmallIntegerField(default=0)
    #: The last counter and officer; present ones while called or serving.
    counter = models.ForeignKey("places.Counter", models.PROTECT, null=True, related_name="+", db_index=False)
    officer = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+", db_index=False)
    outcome = models.CharField(max_length=20, blank=True)
    #: The wait that was promised with the number (`promises.Wait.promised`), never changed afterwards (B7).
    promised = models.JSONField(default=dict)
    #: Keyed hash of a telephone number or reference (B14), erased when the ticket ends.
    holder = models.CharField(max_length=64, blank=True)
    #: The state before the last command at a counter, for its undo: JSON with the event's number.
    before = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "service_day", "series", "serial"], name="number_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["counter"],
                condition=Q(state__in=["called", "serving"]),
                name="one_open_ticket_a_counter",
            ),
            models.UniqueConstraint(
                fields=["branch", "holder"],
                condition=~Q(holder=""),
                name="one_live_ticket_a_holder",
            ),
        ]
        indexes = [
            models.Index(
                fields=["lane", "waiting_since", "id"], condition=Q(state="waiting"), name="ticket_waiting"
            ),
            models.Index(
                fields=["branch"],
                condition=Q(state__in=["waiting", "called", "serving", "on_hold"]),
                name="ticket_live",
            ),
            models.Index(fields=["counter", "called_at"], name="ticket_counter_calls"),
            models.Index(fields=["branch", "service_day", "called_at"], name="ticket_day_calls"),
        ]

    def __str__(self) -> str:
        return self.number


class Session(models.Model):
    """An officer's time at a counter: open, on a break, closed."""

    branch = models.ForeignKey("places.Branch", models.PROTECT, related_name="+", db_index=False)
    counter = models.ForeignKey("places.Counter", models.PROTECT, related_name="+")
    officer = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+")
    #: The actor that opened it: tells officers' tokens without an account apart.
    opened_by = models.CharField(max_length=64, default="")
    opened_at = models.DateTimeField()
    state = models.CharField(max_length=8, default="open")
    since = models.DateTimeField()
    reason = models.CharField(max_length=20, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["counter"], condition=Q(closed_at__isnull=True), name="one_session_a_counter"
            ),
        ]
        indexes = [models.Index(fields=["branch", "opened_at"], name="session_branch_day")]

    def __str__(self) -> str:
        return f"{self.counter_id} {self.opened_at:%Y-%m-%d %H:%M}"


class Alarm(models.Model):
    """A limit that was passed (B12): seen by the floor page until it clears, with its acknowledgement time."""

    branch = models.ForeignKey("places.Branch", models.PROTECT, related_name="+")
    service = models.ForeignKey("places.Service", models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20)
    figure = models.PositiveIntegerField()
    limit = models.PositiveIntegerField()
    raised_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+")
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "service", "kind"],
                condition=Q(cleared_at__isnull=True),
                name="one_alarm_of_a_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.figure}/{self.limit}"


class StaffCall(models.Model):
    """Somebody at a kiosk asked for a member of staff: the last time at each kiosk (H2)."""

    kiosk = models.OneToOneField("people.Token", models.CASCADE, primary_key=True, related_name="+")
    branch = models.ForeignKey("places.Branch", models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kiosk_id}"


class OutOfOrderCall(models.Model):
    """A customer was called before others whose turn it was: by whom, why, and how many were passed over (B14)."""

    branch = models.ForeignKey("places.Branch", models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
    counter = models.ForeignKey("places.Counter", models.PROTECT, related_name="+")
    officer = models.ForeignKey("people.User", models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=20)
    passed_over = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.reason}"


class SlipPrinter(models.Model):
    """A printer of a branch (B8): where it is, whose slips it prints, and what it last said of itself."""

    branch = models.ForeignKey("places.Branch", models.CASCADE, related_name="+", verbose_name=_("branch"))
    name = models.CharField(_("name"), max_length=60)
    host = models.CharField(
        _("address in the network"),
        max_length=100,
        blank=True,
        help_text=_("Empty: the kiosk's own browser prints."),
    )
    port = models.PositiveIntegerField(_("port"), default=9100)
    paper_mm = models.PositiveSmallIntegerField(
        _("width of the paper"), choices=[(80, "80 mm"), (58, "58 mm")], default=80
    )
    #: The registered screen whose numbers it prints.
    kiosk = models.ForeignKey(
        "people.Token", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("kiosk")
    )
    #: A `paper.api.PaperState`, and since when; "" until it was first asked.
    state = models.CharField(max_length=12, blank=True, editable=False)
    state_since = models.DateTimeField(null=True, editable=False)
    #: Whoever talks to it holds it until then: many printers take one connection at a time.
    busy_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("printer")
        verbose_name_plural = _("printers")
        constraints = [models.UniqueConstraint(fields=["kiosk"], name="one_printer_a_kiosk")]

    def __str__(self) -> str:
        return self.name

    @property
    def by_browser(self) -> bool:
        """Whether the kiosk's browser prints: its paper cannot be seen from here."""
        return not self.host

    @property
    def prints(self) -> bool:
        """Whether a slip came out if it were sent now, as far as is known."""
        return not self.state or PaperState(self.state).prints


class Untaken(models.Model):
    """A number whose print is neither confirmed nor waived yet; gone as soon as one of them, or its time, came (B8)."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="+")
    branch = models.ForeignKey("places.Branch", models.CASCADE, related_name="+")
    printer = models.ForeignKey(SlipPrinter, models.SET_NULL, null=True, related_name="+")
    #: When it is given up.
    until = models.DateTimeField()
    #: A slip is sent once, however often the page asks.
    sent = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.ticket_id)
