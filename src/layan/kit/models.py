"""The event log's tables."""

from django.db import models


class Head(models.Model):
    """The last line of a branch's log. Its row lock is the branch's one lock: who holds it may write the branch.

    `tally` is what rooms keep with the log so that they need not count (for instance how many wait in each lane);
    it changes only under the lock, in the transaction that appends the events it follows from.
    """

    branch = models.OneToOneField("places.Branch", models.CASCADE, primary_key=True, related_name="+")
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")
    layout_version = models.BigIntegerField(default=0)
    tally = models.TextField(default="{}")

    def __str__(self) -> str:
        return f"{self.branch_id} {self.seq}"


class Event(models.Model):
    """One thing that happened, never changed afterwards (requirement A3)."""

    pk = models.CompositePrimaryKey("branch_id", "seq")
    branch = models.ForeignKey("places.Branch", models.PROTECT, related_name="+", db_index=False)
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    type = models.CharField(max_length=64)
    zone_id = models.BigIntegerField(null=True)
    payload = models.TextField()
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.branch_id} {self.seq} {self.type}"


class Seal(models.Model):
    """The signed head of a branch's log at the close of a service day; also kept in a file outside the database."""

    branch = models.ForeignKey("places.Branch", models.PROTECT, related_name="+")
    day = models.DateField()
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()
    signature = models.CharField(max_length=128)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["branch", "day"], name="one_seal_a_day")]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.day}"


class IdempotencyRecord(models.Model):
    """The answer already given to a POST with an Idempotency-Key; erased after a day."""

    key = models.CharField(max_length=64, primary_key=True)
    request = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    content_type = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key} {self.status}"
