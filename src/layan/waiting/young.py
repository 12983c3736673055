"""Lines too young to have shown their pace: looked ahead from norms and from what today's services show (B7)."""

from collections.abc import Iterable, Mapping, Sequence
from math import exp, log

from layan.places.api import Layout
from layan.waiting.desks import Desks
from layan.waiting.engine.ahead import Counter, Person, Services, look_ahead, pools
from layan.waiting.engine.belief import Belief, Row
from layan.waiting.engine.branch import Line
from layan.waiting.forecast import ranks_for
from layan.waiting.observing import Observer
from layan.waiting.order import Post
from layan.waiting.rules import Rule

#: After so many calls a line is told from what it taught alone. At simulated offices of one to six counters the look
#: ahead was the nearer up to there; they know no lunch, no seasons and no busy Mondays, which only past days teach.
_CALLS_TO_TEACH = 300
#: A counter that lets people wait for longer than this is not free, whatever it does. Minutes.
_TURN_MIN = 1.0
#: A service without a norm, among others that have one. Minutes.
_UNKNOWN_MIN = 8.0
#: Blended in logarithms of minutes, this many added.
_OFFSET_MIN = 0.5


def calls_seen(line: Line | None) -> float:
    """Return how many calls a line that is read today has shown, those of past days fading."""
    if line is None or line.today is None:
        return 0.0
    return sum(line.shape.calls) + sum(line.today.sums.calls)


def taught(line: Line | None) -> float:
    """Return how much a line is told from what it taught: 0 before its first call, 1 from `_CALLS_TO_TEACH` on."""
    return min(1.0, calls_seen(line) / _CALLS_TO_TEACH)


def blended(young: Sequence[Row], learned: Sequence[Row], share: float) -> list[Row]:
    """Return rows between both, so that a line grows up without a jump; `share` is the learned one's."""
    return [_between(*pair, share) for pair in zip(young, learned, strict=True)]


def _between(young: Row, learned: Row, share: float) -> Row:
    p10, p50, p80, p90 = (
        exp((1 - share) * log(a + _OFFSET_MIN) + share * log(b + _OFFSET_MIN)) - _OFFSET_MIN
        for a, b in zip(young, learned, strict=True)
    )
    return p10, p50, p80, p90


class Young:
    """Looks ahead once a reading, for all lines of a branch that share counters with one asked for."""

    def __init__(self) -> None:
        self._basis: object = None
        self._found: dict[str, tuple[list[Row], float]] = {}

    def rows(self, observer: Observer, place: Layout, rule: Rule, service: str) -> tuple[list[Row], float]:
        """Return p10, p50, p80, p90 at the ranks of a service's curve, and the minutes one service takes as believed."""
        basis = (id(observer), observer.read_at, observer.seq, place.version)
        if basis != self._basis:
            self._basis, self._found = basis, {}
        if service not in self._found:
            self._look(observer, place, rule, service)
        return self._found[service]

    def _look(self, observer: Observer, place: Layout, rule: Rule, service: str) -> None:
        codes = [c for c, officer in observer.floor.open.items() if observer.given(place, c, officer)]
        posts = dict(zip(codes, observer.posts(place), strict=True))
        groups = pools([post.preferences for post in posts.values()])
        members, shared = next(pool for pool in groups if service in pool[1])
        norms = {code: float(place.service_codes[code].norm_minutes or _UNKNOWN_MIN) for code in shared}
        queues = {code: found for code, found in observer.floor.queues().items() if code in shared}
        now = observer.read_at
        people = sorted(
            (
                Person(code, ticket.category, ticket.since - now)
                for code, queue in queues.items()
                for _, ticket in queue
            ),
            key=lambda person: person.since,
        )
        at = list(posts.items())
        counters = [_counter(*at[index], observer.desks, people, now) for index in members]
        belief = _belief(observer.desks, norms, counters if people else ())
        ranks = {code: ranks_for(len(queues.get(code, ()))) for code in shared}
        rows = look_ahead(counters, people, rule, Services(norms), belief, ranks)
        for code, found in rows.items():
            self._found[code] = (found, norms[code] * belief.slowness)


def _counter(code: str, post: Post, desks: Desks, people: Iterable[Person], now: float) -> Counter:
    """Return a counter with whom it serves; where that is not known, someone for its first service, just called."""
    serving = desks.serving.get(code)
    if serving is not None:
        if serving.service in post.preferences:
            return Counter(post.preferences, post.groups, serving.service, max(0.0, now - serving.since))
    elif not any(each.service in post.preferences and each.since < -_TURN_MIN for each in people):
        return Counter(post.preferences, post.groups)
    first = min(post.preferences, key=post.preferences.__getitem__)
    return Counter(post.preferences, post.groups, first)


def _belief(desks: Desks, norms: Mapping[str, float], still: Iterable[Counter]) -> Belief:
    """Return what today's services at these counters say of their norms.

    Those `still` being given count with the time they have taken: long ones would be missing otherwise. Not where nobody
    waits, as then a counter may have forgotten to say that it finished.
    """
    calls = sum(desks.calls.get(code, 0) for code in norms)
    taken = sum(desks.minutes.get(code, 0.0) / norm for code, norm in norms.items())
    return Belief().after(
        calls, taken + sum(each.age / norms[each.serving] for each in still if each.serving)
    )
