"""The rules of the queue once more, as plain lists: what random commands are compared with.

Written from the rules' words and not from their code: no database, no lanes, no tally, no event log; tickets in a
list, searched from end to end.
"""

from copy import deepcopy
from datetime import date, datetime, timedelta
from functools import cmp_to_key

from tests.queueing.plain_things import Last, PlainSession, PlainTicket, Refused

RATES = {"general": 1, "senior": 2, "oku": 2, "pregnant": 2, "infant": 2, "appointment": 3, "emergency": 1}
RANKS = {"general": 3, "senior": 2, "oku": 2, "pregnant": 2, "infant": 2, "appointment": 1, "emergency": 0}
GROUPS = ("senior", "oku", "pregnant", "infant")
UNDO = timedelta(seconds=10)
TOLERANCE = timedelta(minutes=15)
RECALLS = 5


class PlainOffice:
    """An office with these counters: code -> (services in order of preference, is special)."""

    def __init__(
        self,
        counters: dict[str, tuple[dict[str, int], bool]],
        skills: dict[str, set[str]],
        supervisors: set[str],
        policy: str,
    ) -> None:
        self.counters, self.skills, self.supervisors, self.policy = counters, skills, supervisors, policy
        self.tickets: list[PlainTicket] = []
        self.sessions: dict[str, PlainSession] = {}
        self.last: dict[str, Last] = {}
        self.called_before_others = 0
        self._touched: dict[int, PlainTicket] = {}

    # What is so.

    def at(self, counter: str) -> PlainTicket | None:
        found = [t for t in self.tickets if t.counter == counter and t.state in ("called", "serving")]
        assert len(found) <= 1
        return found[0] if found else None

    def gives(self, counter: str) -> dict[str, int]:
        services, _ = self.counters[counter]
        known = self.skills.get(self.sessions[counter].officer)
        return {s: rank for s, rank in services.items() if not known or s in known}

    def order(self, counter: str, now: datetime, named: PlainTicket | None = None) -> list[PlainTicket]:
        """Return whom this counter would call, in order; `named` also when asked to be passed over."""
        gives, special = self.gives(counter), self.counters[counter][1]
        mine = (("counter", counter), ("officer", self.sessions[counter].officer))
        able = [
            t
            for t in self.tickets
            if t.state == "waiting"
            and (t is named or t.not_before is None or t.not_before <= now)
            and (t.sent_to in mine if t.sent_to else t.service in gives)
        ]

        def rank(t: PlainTicket) -> int:
            return 1 if t.sent_to else gives[t.service]

        def compare(a: PlainTicket, b: PlainTicket) -> int:
            if (a.category == "emergency") != (b.category == "emergency"):
                return -1 if a.category == "emergency" else 1
            if a.category != "emergency":
                if special and (a.category in GROUPS) != (b.category in GROUPS):
                    return -1 if a.category in GROUPS else 1
                if rank(a) != rank(b):
                    return rank(a) - rank(b)
                if policy := self.compare_policy(a, b, now):
                    return policy
            if a.since != b.since:
                return -1 if a.since < b.since else 1
            return a.place - b.place

        return sorted(able, key=cmp_to_key(compare))

    def compare_policy(self, a: PlainTicket, b: PlainTicket, now: datetime) -> int:
        if self.policy == "strict":
            return RANKS[a.category] - RANKS[b.category]
        if self.policy == "longest":
            return 0
        points_a, points_b = (RATES[t.category] * (now - t.since) for t in (a, b))
        return 0 if points_a == points_b else -1 if points_a > points_b else 1

    def ahead(self, ticket: PlainTicket, now: datetime) -> int:
        """Return how many would be called before a ticket by a counter that gives only what it waits for."""
        count = 0
        for t in self.tickets:
            same = t.sent_to == ticket.sent_to and (ticket.sent_to or t.service == ticket.service)
            present = t.not_before is None or t.not_before <= now
            if t is ticket or t.state != "waiting" or not same or not present:
                continue
            emergencies = (t.category == "emergency", ticket.category == "emergency")
            if emergencies[0] != emergencies[1]:
                count += emergencies[0]
                continue
            policy = 0 if all(emergencies) else self.compare_policy(t, ticket, now)
            count += (policy, t.since, t.place) < (0, ticket.since, ticket.place)
        return count

    # Who may.

    def serving(self, counter: str | None, who: str) -> str:
        if counter is None or counter not in self.sessions:
            raise Refused("counter-closed")
        if who not in self.supervisors and self.sessions[counter].officer != who:
            raise Refused("counter-taken")
        return counter

    def standing(self, t: PlainTicket, who: str, *states: str) -> str:
        if t.state not in states:
            raise Refused("wrong-state")
        left_behind = t.state == "on_hold" and t.counter not in self.sessions
        return self.serving(self.own(who) if left_behind else t.counter, who)

    def own(self, who: str | None) -> str | None:
        """Return the counter that someone opened, the latest of several."""
        return next((code for code, s in reversed(self.sessions.items()) if s.officer == who), None)

    def anywhere(self, t: PlainTicket, who: str, *states: str) -> str | None:
        """Return the counter whose undo takes back what an officer does with a ticket, wherever it is."""
        if t.state in ("called", "serving", "on_hold"):
            return self.standing(t, who, *states)
        if t.state not in states:
            raise Refused("wrong-state")
        return self.own(who)

    # Changing and remembering.

    def touch(self, t: PlainTicket) -> PlainTicket:
        self._touched.setdefault(t.place, deepcopy(t))
        t.changes += 1
        return t

    def done_at(self, counter: str | None, now: datetime, *, passed_over: bool = False) -> None:
        if counter is None:
            return
        after = {place: self.tickets[place].changes for place in self._touched}
        self.last[counter] = Last(now, self._touched, after, passed_over)

    def begin(self) -> None:
        self._touched = {}

    # The commands.

    def issue(self, services: list[str], category: str, now: datetime, day: date) -> PlainTicket:
        mark = "E" if category == "emergency" else "K" if category in GROUPS else ""
        series = services[0] + mark
        serial = 1 + sum(1 for t in self.tickets if t.day == day and t.number.rstrip("0123456789") == series)
        ticket = PlainTicket(
            len(self.tickets), f"{series}{serial:03d}", day, category, services[0], services[1:], now
        )
        self.tickets.append(ticket)
        return ticket

    def end_service(self, t: PlainTicket, go_on: str | None) -> None:
        self.touch(t)
        t.given.append(t.service)
        if not t.to_come:
            t.state = "done"
            return
        t.service = go_on or t.to_come[0]
        t.to_come.remove(t.service)
        t.state = "serving" if go_on else "waiting"
        if not go_on:
            t.sent_to = None

    def claim(self, t: PlainTicket, counter: str, now: datetime) -> None:
        self.touch(t)
        t.state, t.called_at, t.recalls, t.not_before = "called", now, 0, None
        t.counter, t.officer = counter, self.sessions[counter].officer

    def ready(self, counter: str, who: str) -> None:
        self.serving(counter, who)
        if self.sessions[counter].on_break:
            raise Refused("counter-closed")

    def call_next(self, counter: str, who: str, now: datetime) -> PlainTicket | None:
        self.begin()
        self.ready(counter, who)
        current = self.at(counter)
        if current:
            self.end_service(current, None)
        line = self.order(counter, now)
        if line:
            self.claim(line[0], counter, now)
        if line or current:
            self.done_at(counter, now)
        return line[0] if line else None

    def call_number(self, counter: str, t: PlainTicket, who: str, now: datetime) -> None:
        self.begin()
        self.ready(counter, who)
        if self.at(counter):
            raise Refused("counter-busy")
        if t.state != "waiting":
            raise Refused("wrong-state")
        line = self.order(counter, now, named=t)
        passed_over = line.index(t) if t in line else len(line)
        self.claim(t, counter, now)
        self.called_before_others += passed_over > 0
        self.done_at(counter, now, passed_over=passed_over > 0)

    def recall(self, t: PlainTicket, who: str) -> None:
        self.standing(t, who, "called")
        if t.recalls >= RECALLS:
            raise Refused("recalled-enough")
        self.touch(t).recalls += 1

    def start(self, t: PlainTicket, who: str, now: datetime) -> None:
        self.begin()
        counter = self.standing(t, who, "called")
        self.touch(t).state = "serving"
        self.done_at(counter, now)

    def hold(self, t: PlainTicket, who: str, now: datetime) -> None:
        self.begin()
        counter = self.standing(t, who, "called", "serving")
        self.touch(t).state = "on_hold"
        self.done_at(counter, now)

    def resume(self, t: PlainTicket, who: str, now: datetime) -> None:
        self.begin()
        counter = self.standing(t, who, "on_hold")
        self.ready(counter, who)
        if self.at(counter):
            raise Refused("counter-busy")
        self.touch(t).state = "serving"
        t.counter, t.officer = counter, self.sessions[counter].officer
        self.done_at(counter, now)

    def add_service(self, t: PlainTicket, service: str, who: str, now: datetime) -> None:
        self.begin()
        counter = self.anywhere(t, who, "waiting", "called", "serving", "on_hold")
        if service != t.service and service not in t.to_come:
            self.touch(t).to_come.append(service)
            self.done_at(counter, now)

    def rearrange(self, t: PlainTicket, services: list[str], who: str, now: datetime) -> None:
        self.begin()
        counter = self.anywhere(t, who, "waiting", "called", "serving", "on_hold")
        if t.state != "waiting":
            if services != t.to_come:
                self.touch(t).to_come = services
                self.done_at(counter, now)
            return
        if services == [t.service, *t.to_come]:
            return
        self.touch(t).sent_to = t.sent_to if services[0] == t.service else None
        t.service, t.to_come = services[0], services[1:]
        self.done_at(counter, now)

    def finish(self, t: PlainTicket, who: str, now: datetime) -> None:
        self.begin()
        counter = self.standing(t, who, "called", "serving")
        gives = self.gives(counter)
        self.end_service(t, next((service for service in t.to_come if service in gives), None))
        self.done_at(counter, now)

    def transfer(self, t: PlainTicket, kind: str, where: str, who: str, now: datetime) -> None:
        self.begin()
        counter = self.standing(t, who, "called", "serving", "on_hold")
        if kind == "counter" and where not in self.sessions:
            raise Refused("counter-closed")
        if kind == "officer" and where not in {s.officer for s in self.sessions.values()}:
            raise Refused("unknown-officer")
        self.touch(t).state = "waiting"
        if kind == "service":
            if where in t.to_come:
                t.to_come.remove(where)
                t.to_come.insert(0, t.service)
            t.service, t.sent_to = where, None
        else:
            t.sent_to = (kind, where)
        self.done_at(counter, now)

    def no_show(self, t: PlainTicket, who: str, now: datetime) -> None:
        self.begin()
        counter = self.standing(t, who, "called")
        self.touch(t).state = "no_show"
        self.done_at(counter, now)

    def come_back(self, t: PlainTicket, who: str | None, now: datetime) -> None:
        self.begin()
        counter = self.anywhere(t, who, "no_show") if who else None
        if t.state != "no_show" or t.called_at is None:
            raise Refused("wrong-state")
        away = max(timedelta(0), now - t.called_at)
        if away > TOLERANCE:
            raise Refused("too-late-to-return")
        self.touch(t).state = "waiting"
        t.since, t.sent_to = min(now, t.since + away), None
        self.done_at(counter, now)

    def postpone(self, t: PlainTicket, minutes: int, who: str | None, now: datetime) -> None:
        self.begin()
        counter = self.anywhere(t, who, "waiting") if who else None
        if t.state != "waiting":
            raise Refused("wrong-state")
        self.touch(t).not_before = now + timedelta(minutes=minutes) if minutes else None
        self.done_at(counter, now)

    def cancel(self, t: PlainTicket, who: str | None, now: datetime) -> None:
        self.begin()
        live = ("waiting", "called", "serving", "on_hold", "no_show")
        counter = self.anywhere(t, who, *live) if who else None
        if t.state not in live:
            raise Refused("wrong-state")
        self.touch(t).state = "cancelled"
        self.done_at(counter, now)

    def undo(self, counter: str, who: str, now: datetime) -> None:
        self.serving(counter, who)
        last = self.last.get(counter)
        if last is None or now - last.at > UNDO:
            raise Refused("nothing-to-undo")
        if any(self.tickets[place].changes != changes for place, changes in last.changes.items()):
            raise Refused("nothing-to-undo")
        for place, before in last.before.items():
            before.changes = self.tickets[place].changes + 1
            self.tickets[place] = before
        self.called_before_others -= last.passed_over
        del self.last[counter]

    def open(self, counter: str, who: str, day: date) -> None:
        if counter in self.sessions:
            self.serving(counter, who)
            self.sessions[counter].on_break = False
            return
        if who not in self.supervisors and any(s.officer == who for s in self.sessions.values()):
            raise Refused("has-other-counter")
        self.sessions[counter] = PlainSession(who, day)

    def pause(self, counter: str, who: str) -> None:
        self.serving(counter, who)
        if self.at(counter):
            raise Refused("counter-busy")
        self.sessions[counter].on_break = True
        self.last.pop(counter, None)

    def close(self, counter: str, who: str) -> None:
        self.serving(counter, who)
        if self.at(counter):
            raise Refused("counter-busy")
        self.end_session(counter)

    def end_session(self, counter: str) -> None:
        officer = self.sessions.pop(counter).officer
        self.last.pop(counter, None)
        gone = [("counter", counter)]
        if officer not in {s.officer for s in self.sessions.values()}:
            gone.append(("officer", officer))
        for t in self.tickets:
            if t.state == "waiting" and t.sent_to in gone:
                self.touch(t).sent_to = None

    def close_past_days(self, today: date) -> None:
        # The office is open at any hour: what is left of a day has the next one to be done with.
        today -= timedelta(days=1)
        for t in self.tickets:
            if t.day < today and t.state in ("waiting", "called", "serving", "on_hold"):
                self.touch(t).state = "cancelled"
        for counter in [code for code, s in self.sessions.items() if s.opened < today]:
            self.end_session(counter)
