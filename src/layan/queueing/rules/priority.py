"""Who is next, and why. Accumulating priority by default (Stanford, Taylor, Ziedins 2014); B2, B14.

The order at one counter, most important first:

1. emergencies, wherever they can be served;
2. at a special counter, its own groups;
3. the counter's preference among its services;
4. the branch's policy: priority gathered so far (rate x minutes waited), or strict rank, or longest wait;
5. who has waited since earlier, then the ticket issued first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import nsmallest
from itertools import count

EMERGENCY = "emergency"
_MICROSECOND = timedelta(microseconds=1)
_ANY_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Policy:
    """How categories compare; `kind` is accumulating, strict or longest."""

    kind: str
    rates: Mapping[str, float]
    ranks: Mapping[str, int]


@dataclass(frozen=True)
class Post:
    """A counter as the rule sees it. `preferences` holds only services that its officer may give."""

    kind: str
    preferences: Mapping[int, int]
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Waiting:
    """A ticket in line. `direct` when it waits for one counter or officer rather than for a service."""

    ticket_id: str
    number: str
    service_id: int
    category: str
    waiting_since: datetime
    direct: bool = False


@dataclass(frozen=True)
class Reason:
    """Why a ticket stands before another: a code, and the figures behind it."""

    code: str
    category: str
    waited_minutes: float
    rate: float
    points: float


@dataclass(frozen=True)
class Choice:
    """The ticket to call, and why."""

    waiting: Waiting
    reason: Reason


@dataclass(frozen=True)
class Explanation:
    """Why a waiting ticket stands where it does (the officer sees it).

    Until `passed_over_until` it is not called at all, as its customer asked; `position` is its place when that is over.
    """

    number: str
    position: int
    reason: Reason
    ahead: tuple[Choice, ...] = field(default=())
    passed_over_until: datetime | None = None


@dataclass(frozen=True)
class Cut:
    """Who of a category stands before a ticket: all who wait since `since` or earlier, None for nobody.

    With `level`, those who wait since the ticket's very own moment stand level with it: the id decides.
    """

    since: datetime | None
    level: bool = False


SortKey = tuple[int, int, int, float, float, datetime, str]


def order_key(waiting: Waiting, post: Post, policy: Policy, now: datetime) -> SortKey:
    """Return the place of `waiting` in the order of `post`; smaller is sooner."""
    group_first = 0 if waiting.category in post.groups else 1
    preference = 1 if waiting.direct else post.preferences.get(waiting.service_id, 1)
    if waiting.category == EMERGENCY:
        return (0, 0, 0, 0.0, 0.0, waiting.waiting_since, waiting.ticket_id)
    first, second = _policy_key(waiting, policy, now)
    return (1, group_first, preference, first, second, waiting.waiting_since, waiting.ticket_id)


def _policy_key(waiting: Waiting, policy: Policy, now: datetime) -> tuple[float, float]:
    # Whole microseconds: a rate times a whole number is exact, so that equal points compare as equal.
    waited = (now - waiting.waiting_since) // _MICROSECOND
    if policy.kind == "strict":
        return (float(policy.ranks[waiting.category]), -waited)
    if policy.kind == "longest":
        return (-waited, 0.0)
    return (-policy.rates[waiting.category] * waited, 0.0)


def who_is_next(candidates: Iterable[Waiting], post: Post, policy: Policy, now: datetime) -> Choice | None:
    """Return whom `post` should call now and why, or None when nobody it can serve is waiting.

    `candidates` need only hold the head of each lane: within a lane the order is that of waiting time.
    """
    able = [w for w in candidates if w.direct or w.service_id in post.preferences]
    first, *others = nsmallest(2, able, key=lambda w: order_key(w, post, policy, now)) or (None,)
    if first is None:
        return None
    return Choice(first, reason_for(first, post, policy, now, over=others[0] if others else None))


def reason_for(
    waiting: Waiting, post: Post, policy: Policy, now: datetime, *, over: Waiting | None = None
) -> Reason:
    """Return what puts `waiting` before `over` at `post`; without anyone to compare with, what it counts on."""
    waited = max(0.0, (now - waiting.waiting_since) / timedelta(minutes=1))
    rate = policy.rates[waiting.category] if policy.kind == "accumulating" else 1.0
    code = _counts_on(waiting, post, policy) if over is None else _decides(waiting, over, post, policy, now)
    return Reason(code, waiting.category, waited, rate, rate * waited)


def _counts_on(waiting: Waiting, post: Post, policy: Policy) -> str:
    if waiting.category == EMERGENCY:
        return "emergency"
    if waiting.category in post.groups:
        return "special-counter"
    if waiting.direct:
        return "sent-here"
    if policy.kind == "accumulating" and policy.rates[waiting.category] != 1.0:
        return "gathers-faster"
    return "rank" if policy.kind == "strict" else "longest-wait"


def _decides(waiting: Waiting, over: Waiting, post: Post, policy: Policy, now: datetime) -> str:
    """Return the first of the rules, in their order, that puts `waiting` before `over`."""
    keys = zip(order_key(waiting, post, policy, now), order_key(over, post, policy, now), strict=True)
    rule = next((place for place, (one, other) in enumerate(keys) if one != other), None)
    if rule == 0:
        return "emergency"
    if rule == 1:
        return "special-counter"
    if rule == 2:
        return "sent-here" if waiting.direct else "preferred-service"
    if rule == 3 and policy.kind == "strict":
        return "rank"
    # Whoever has waited longer needs no faster gathering to be before.
    by_points = rule in {3, 4} and waiting.waiting_since >= over.waiting_since
    return "gathers-faster" if by_points else "longest-wait"


def in_order(candidates: Iterable[Waiting], post: Post, policy: Policy, now: datetime) -> list[Choice]:
    """Return everyone `post` could call, in the order it would call them now, each with its reason."""
    able = [w for w in candidates if w.direct or w.service_id in post.preferences]
    able.sort(key=lambda w: order_key(w, post, policy, now))
    followers = [*able[1:], None]
    return [
        Choice(w, reason_for(w, post, policy, now, over=follower))
        for w, follower in zip(able, followers, strict=False)
    ]


def explain(
    waiting: Waiting, others: Iterable[Waiting], post: Post, policy: Policy, now: datetime
) -> Explanation:
    """Say why `waiting` stands where it does: its position at `post`, and who is before it and why.

    The reason of each one before it is what puts that one before it; its own, what puts it before who follows.
    """
    everyone = in_order(
        [waiting, *(w for w in others if w.ticket_id != waiting.ticket_id)], post, policy, now
    )
    position = next(i for i, choice in enumerate(everyone) if choice.waiting.ticket_id == waiting.ticket_id)
    ahead = tuple(
        Choice(choice.waiting, reason_for(choice.waiting, post, policy, now, over=waiting))
        for choice in everyone[:position]
    )
    return Explanation(waiting.number, position + 1, everyone[position].reason, ahead)


def ahead_of(category: str, waiting_since: datetime, policy: Policy, now: datetime) -> dict[str, Cut]:
    """Return, for each category, who of it stands before a ticket at present.

    This is `order_key` at a counter without groups or preferences, solved for the other's waiting time, so that the
    database can count those ahead without reading them.
    """
    level = Cut(waiting_since - _MICROSECOND, level=True)
    if category == EMERGENCY:
        return {other: level if other == EMERGENCY else Cut(None) for other in policy.rates}
    cuts: dict[str, Cut] = {}
    for other in policy.rates:
        if other == EMERGENCY:
            cuts[other] = Cut(_ANY_TIME)
        elif policy.kind == "strict":
            gap = policy.ranks[other] - policy.ranks[category]
            cuts[other] = Cut(_ANY_TIME) if gap < 0 else level if gap == 0 else Cut(None)
        elif policy.kind == "longest":
            cuts[other] = level
        else:
            waited = (now - waiting_since) // _MICROSECOND
            cuts[other] = _cut(policy.rates[category] * waited, waited, policy.rates[other], now)
    return cuts


def _cut(points: float, waited: int, rate: float, now: datetime) -> Cut:
    """Return who gathers more than `points` at `rate`, or as many by a longer wait than `waited` microseconds."""
    # Division rounds: start one below and take the first wait that the order itself puts ahead.
    enough = next(
        wait
        for wait in count(int(points // rate) - 1)
        if rate * wait > points or (rate * wait == points and wait > waited)
    )
    return Cut(now - enough * _MICROSECOND, level=rate * waited == points)
