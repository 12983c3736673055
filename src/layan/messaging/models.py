"""Who asked to be told, and what became of each message. An address is here for one visit, and nowhere else."""

from django.db import models
from django.db.models import Q


class Subscription(models.Model):
    """A customer's wish to be told of one number by one channel; `address` is empty once the visit is over."""

    branch = models.ForeignKey("places.Branch", models.CASCADE, related_name="+", db_index=False)
    ticket = models.ForeignKey("queueing.Ticket", models.CASCADE, related_name="+")
    channel = models.CharField(max_length=8)
    address = models.CharField(max_length=254, blank=True)
    #: Keyed hash of the address, for a day: how often it was named.
    digest = models.CharField(max_length=64, blank=True, db_index=True)
    language = models.CharField(max_length=2)
    #: How many were ahead then: who was near already has read it.
    ahead_when_asked = models.PositiveIntegerField()
    asked_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "channel"], condition=Q(erased_at=None), name="one_subscription_a_channel"
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(address=""), name="no_address_after_the_visit"
            ),
        ]
        indexes = [models.Index(fields=["branch"], condition=Q(erased_at=None), name="subscription_live")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.channel}"


class Message(models.Model):
    """One message by one channel: which, to which number, what became of it. Neither its text nor its address."""

    branch = models.ForeignKey("places.Branch", models.CASCADE, related_name="+", db_index=False)
    ticket = models.ForeignKey("queueing.Ticket", models.CASCADE, related_name="+", db_index=False)
    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="+")
    channel = models.CharField(max_length=8)
    kind = models.CharField(max_length=10)
    #: The event it tells of; 0 for the one that is told once a visit.
    n = models.PositiveBigIntegerField()
    #: Of a call: where to.
    counter = models.CharField(max_length=12, blank=True)
    #: How many are ahead, of "nearly".
    ahead = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8)
    reason = models.CharField(max_length=12, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    not_after = models.DateTimeField()
    #: Whoever sends it has until then to say what came of it.
    claimed_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ticket", "channel", "kind", "n"], name="one_message_of_a_kind"),
        ]
        indexes = [
            models.Index(
                fields=["branch", "due_at"],
                condition=Q(state__in=["waiting", "sending"]),
                name="message_open",
            ),
            models.Index(fields=["branch", "made_at"], name="message_day"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind} {self.state}"


class Followed(models.Model):
    """How far a branch's log was followed for messages: who moves it on makes them."""

    branch = models.OneToOneField("places.Branch", models.CASCADE, primary_key=True, related_name="+")
    seq = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return f"{self.branch_id} {self.seq}"


class CarrierHealth(models.Model):
    """How a channel does: failures in a row since the last message that went out."""

    channel = models.CharField(max_length=8, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    tried_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.channel} {self.failures}"
