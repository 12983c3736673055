"""How the carriers do: one that fails again and again is an alarm of the floor (H2)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from layan.kit import clock
from layan.messaging.api import on_offer
from layan.messaging.models import CarrierHealth
from layan.messaging.rules import ALARM_FORGOTTEN, FAILURES_TO_ALARM, Channel
from layan.messaging.words import CHANNEL_WORDS
from layan.places.api import Layout
from layan.queueing.api import Trouble

_SENTENCE = _("Messages by %(device)s have not gone out for %(figure)s min.")
_ACTION = _("Customers who rely on them must hear their call: announce it. Tell whoever runs the system.")


def note_outcome(channel: Channel, *, is_well: bool) -> None:
    """Count failures in a row of a channel; one message that goes out ends them."""
    now = clock.now()
    with transaction.atomic():
        CarrierHealth.objects.get_or_create(channel=channel, defaults={"tried_at": now})
        health = CarrierHealth.objects.select_for_update().get(channel=channel)
        health.tried_at = now
        if is_well:
            health.failures, health.failing_since = 0, None
        else:
            health.failures, health.failing_since = health.failures + 1, health.failing_since or now
        health.save()


def failing(now: datetime) -> list[CarrierHealth]:
    """Return the channels on offer whose carriers fail again and again."""
    return list(
        CarrierHealth.objects.filter(
            channel__in=on_offer(),
            failures__gte=FAILURES_TO_ALARM,
            failing_since__isnull=False,
            # Nobody tried for long: what was wrong then says nothing of now.
            tried_at__gte=now - ALARM_FORGOTTEN,
        ).order_by("channel")
    )


def carriers_in_trouble(_place: Layout, now: datetime) -> list[Trouble]:
    """Return what is wrong with the carriers; they serve every branch."""
    if not on_offer():
        return []
    return [
        Trouble(
            device=f"carrier:{health.channel}",
            name=str(CHANNEL_WORDS[health.channel]),
            sentence=_SENTENCE,
            action=_ACTION,
            minutes=int(clock.minutes_between(health.failing_since or now, now)),
        )
        for health in failing(now)
    ]
