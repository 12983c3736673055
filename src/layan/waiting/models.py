"""What the worker publishes and learns. Nothing here says who waits: only numbers of minutes."""

from django.db import models


class Forecast(models.Model):
    """How long each line of a branch will take, as published last; pages read it and nothing else (B7)."""

    branch = models.OneToOneField("places.Branch", models.CASCADE, primary_key=True, related_name="+")
    #: The event it reflects.
    seq = models.BigIntegerField()
    as_of = models.DateTimeField()
    version = models.CharField(max_length=40)
    #: By service id: `forecast.LineForecast`.
    lines = models.JSONField()
    #: By ticket id: the shown window: low, likely, high in epoch minutes; its place and turn (`rules.Window`).
    #: JSON text: whoever only needs the lines does not pay for reading it.
    tickets = models.TextField()

    def __str__(self) -> str:
        return f"{self.branch_id} {self.seq}"


class Model(models.Model):
    """What a branch's past days taught; the events after `seq` are replayed on top of it."""

    branch = models.OneToOneField("places.Branch", models.CASCADE, primary_key=True, related_name="+")
    version = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    seq = models.BigIntegerField()
    #: The engine's state and the floor's, as JSON.
    state = models.JSONField()

    def __str__(self) -> str:
        return f"{self.branch_id} {self.seq}"


class Day(models.Model):
    """What the waits of a service day add up to (`tally.Tally`): for the usual shape of a day, and for the promises kept."""

    branch = models.ForeignKey("places.Branch", models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    tally = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["branch", "day"], name="one_tally_a_day")]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.day}"
