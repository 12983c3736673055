"""What boards say beside the numbers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """A line of text on the boards of a branch or of one zone, from a moment until another."""

    branch = models.ForeignKey("places.Branch", models.CASCADE, related_name="+")
    zone = models.ForeignKey("places.Zone", models.CASCADE, null=True, blank=True, related_name="+")
    text = models.JSONField(_("text"))
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-starts_at"]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.starts_at:%Y-%m-%d %H:%M}"
