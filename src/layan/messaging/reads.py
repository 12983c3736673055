"""What staff see of messages: counts and the last ones, without addresses or texts."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count

from layan.messaging.api import on_offer
from layan.messaging.health import failing
from layan.messaging.models import Message, Subscription
from layan.messaging.rules import State
from layan.messaging.words import CHANNEL_WORDS, KIND_WORDS, REASON_WORDS, STATE_WORDS
from layan.places.api import Layout

_PERIOD = timedelta(hours=24)
_LAST = 30


def messages_today(place: Layout, now: datetime) -> dict[str, Any]:
    """Return what the page of messages shows: the last 24 hours of a branch."""
    recent = Message.objects.filter(branch_id=place.branch_id, made_at__gte=now - _PERIOD)
    live = Subscription.objects.filter(branch_id=place.branch_id, erased_at=None)
    told = dict(live.values_list("channel").annotate(Count("pk")))
    broken = {health.channel for health in failing(now)}
    return {
        "channels": [
            {
                "words": CHANNEL_WORDS[channel],
                "told": told.get(channel.value, 0),
                "is_failing": channel.value in broken,
            }
            for channel in on_offer()
        ],
        "counts": [
            {
                "kind": KIND_WORDS[kind],
                "channel": CHANNEL_WORDS[channel],
                "state": STATE_WORDS[state],
                "level": _level(state),
                "count": count,
            }
            for kind, channel, state, count in recent.values_list("kind", "channel", "state")
            .annotate(Count("pk"))
            .order_by("kind", "channel", "state")
        ],
        "last": [
            {
                "at": message.ended_at or message.made_at,
                "number": message.ticket.number,
                "kind": KIND_WORDS[message.kind],
                "channel": CHANNEL_WORDS[message.channel],
                "state": STATE_WORDS[message.state],
                "level": _level(message.state),
                "reason": REASON_WORDS.get(message.reason, ""),
                "tries": message.tries,
            }
            for message in recent.select_related("ticket").order_by("-made_at", "-pk")[:_LAST]
        ],
    }


def _level(state: str) -> str:
    return {State.SENT: "good", State.FAILED: "bad"}.get(State(state), "info")
