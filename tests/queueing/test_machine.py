"""Random commands of several people, compared after each with a plain model of the rules."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from layan.customers.rules import Category
from layan.kit import clock
from layan.kit import models as kit
from layan.kit.events import read
from layan.kit.events.chain import link
from layan.kit.refusal import Refusal
from layan.places.api import service_day
from layan.queueing import api as queueing
from layan.queueing.line import line, post_of
from layan.queueing.models import OutOfOrderCall, Session, Ticket
from layan.queueing.policy import policy
from layan.queueing.rules.priority import in_order
from tests.queueing.machine_office import COUNTERS, LETTERS, STAFF, Office
from tests.queueing.plain_things import PlainTicket, Refused

pytestmark = pytest.mark.django_db
#: Twenty minutes before midnight in Kuala Lumpur, so that days change in the middle.
EVENING = datetime(2026, 2, 28, 15, 40, tzinfo=UTC)
who = st.sampled_from(list(STAFF))
where = st.sampled_from(list(COUNTERS))
service = st.sampled_from(LETTERS)
any_ticket = st.integers(0, 10**6)
seconds = st.sampled_from([0, 1, 9, 11, 60, 240, 600, 901, 86_400, -1, -90])


class Queue(RuleBasedStateMachine):
    """Gives each command to the product and to the plain model, and expects the same of both."""

    office: Office

    @initialize()
    def begin(self) -> None:
        self.clock = time_machine.travel(EVENING, tick=False)
        self.time = self.clock.start()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.plain = self.office.model()
        self.ids: list[Ticket] = []
        head = kit.Head.objects.get(branch_id=self.office.built.id)
        self.seq, self.hash = head.seq, head.hash

    def teardown(self) -> None:
        if hasattr(self, "example"):
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)
            self.clock.stop()

    # How a command is given.

    def both(self, command, model) -> object:
        """Give a command to the product and to the model; both carry it out, or refuse it for the same reason."""
        expected = refusal = ""
        answer = plain = None
        try:
            plain = model()
        except Refused as refused:
            expected = str(refused)
        try:
            with transaction.atomic():
                answer = command()
        except Refusal as refused:
            refusal = refused.code
        assert refusal == expected
        if isinstance(plain, PlainTicket):
            assert isinstance(answer, Ticket)
            assert answer.number == plain.number
        return answer

    def act(self, name: str, counter: str, by: str, **values) -> object:
        command = getattr(queueing, name)
        return command(
            branch_id=self.office.built.id,
            counter_id=self.office.built.counter(counter),
            by=self.office.people[by],
            **values,
        )

    def tell(self, name: str, t: PlainTicket, by: str | None, **values) -> object:
        ticket = self.ids[t.place]
        person = self.office.people[by] if by else queueing.holder(ticket.pk)
        command = getattr(queueing, name)
        return command(branch_id=self.office.built.id, ticket_id=ticket.pk, by=person, **values)

    def pick(self, number: int, *states: str) -> PlainTicket | None:
        """Return some ticket, four times out of five one in these states."""
        fitting = [t for t in self.plain.tickets if t.state in states]
        choice = fitting if fitting and number % 5 else self.plain.tickets
        return choice[number % len(choice)] if choice else None

    @property
    def now(self) -> datetime:
        return clock.now()

    @property
    def today(self):
        return service_day(self.office.built.place, self.now)

    # The commands.

    @rule(shift=seconds)
    def time_passes(self, shift) -> None:
        self.time.shift(timedelta(seconds=shift))

    @rule(
        services=st.lists(service, min_size=1, max_size=3, unique=True),
        category=st.sampled_from([c.value for c in Category]),
    )
    def issue(self, services, category) -> None:
        codes = [self.office.built.services[letter].code for letter in services]
        with transaction.atomic():
            issued = queueing.issue(
                branch_id=self.office.built.id, services=codes, category=category, by=self.office.kiosk
            )
        plain = self.plain.issue(services, category, self.now, self.today)
        assert issued.ticket.number == plain.number
        self.ids.append(issued.ticket)

    @rule(counter=where, by=who)
    def open(self, counter, by) -> None:
        self.both(
            lambda: self.act("open_counter", counter, by), lambda: self.plain.open(counter, by, self.today)
        )

    @rule(counter=where, by=who)
    def pause(self, counter, by) -> None:
        self.both(
            lambda: self.act("pause_counter", counter, by, reason="lunch"),
            lambda: self.plain.pause(counter, by),
        )

    @rule(counter=where, by=who)
    def close(self, counter, by) -> None:
        self.both(lambda: self.act("close_counter", counter, by), lambda: self.plain.close(counter, by))

    @rule(counter=where, by=who)
    def call_next(self, counter, by) -> None:
        self.both(
            lambda: self.act("call_next", counter, by), lambda: self.plain.call_next(counter, by, self.now)
        )

    @rule(by=who)
    def call_next_where_one_works(self, by) -> None:
        mine = [code for code, session in self.plain.sessions.items() if session.officer == by]
        if mine:
            self.call_next(mine[0], by)

    @rule(counter=where, by=who, number=any_ticket)
    def call_number(self, counter, by, number) -> None:
        if t := self.pick(number, "waiting"):
            self.both(
                lambda: self.act(
                    "call_number", counter, by, ticket_id=self.ids[t.place].pk, reason="mistake"
                ),
                lambda: self.plain.call_number(counter, t, by, self.now),
            )

    @rule(counter=where, by=who)
    def undo(self, counter, by) -> None:
        self.both(lambda: self.act("undo", counter, by), lambda: self.plain.undo(counter, by, self.now))

    @rule(number=any_ticket, by=who)
    def recall(self, number, by) -> None:
        if t := self.pick(number, "called"):
            self.both(lambda: self.tell("recall", t, by), lambda: self.plain.recall(t, by))

    @rule(number=any_ticket, by=who)
    def start(self, number, by) -> None:
        if t := self.pick(number, "called"):
            self.both(lambda: self.tell("start", t, by), lambda: self.plain.start(t, by, self.now))

    @rule(number=any_ticket, by=who)
    def hold(self, number, by) -> None:
        if t := self.pick(number, "called", "serving"):
            self.both(lambda: self.tell("hold", t, by), lambda: self.plain.hold(t, by, self.now))

    @rule(number=any_ticket, by=who)
    def resume(self, number, by) -> None:
        if t := self.pick(number, "on_hold"):
            self.both(lambda: self.tell("resume", t, by), lambda: self.plain.resume(t, by, self.now))

    @rule(number=any_ticket, by=who, letter=service)
    def add_service(self, number, by, letter) -> None:
        if t := self.pick(number, "waiting", "called", "serving", "on_hold"):
            code = self.office.built.services[letter].code
            self.both(
                lambda: self.tell("add_service", t, by, service=code),
                lambda: self.plain.add_service(t, letter, by, self.now),
            )

    @rule(number=any_ticket, by=who, order=st.permutations(LETTERS))
    def rearrange(self, number, by, order) -> None:
        if t := self.pick(number, "waiting", "called", "serving", "on_hold"):
            to_come = {t.service, *t.to_come} if t.state == "waiting" else set(t.to_come)
            letters = [letter for letter in order if letter in to_come]
            codes = [self.office.built.services[letter].code for letter in letters]
            self.both(
                lambda: self.tell("rearrange", t, by, services=codes),
                lambda: self.plain.rearrange(t, letters, by, self.now),
            )

    @rule(number=any_ticket, by=who)
    def finish(self, number, by) -> None:
        if t := self.pick(number, "called", "serving"):
            self.both(lambda: self.tell("finish", t, by), lambda: self.plain.finish(t, by, self.now))

    @rule(number=any_ticket, by=who, to=st.sampled_from([*LETTERS, *COUNTERS, *STAFF]))
    def transfer(self, number, by, to) -> None:
        if t := self.pick(number, "called", "serving", "on_hold"):
            built = self.office.built
            if to in COUNTERS:
                kind, values = "counter", {"counter_id": built.counter(to)}
            elif to in STAFF:
                kind, values = "officer", {"officer_id": self.office.people[to].user_id}
            else:
                kind, values = "service", {"service": built.services[to].code}
            self.both(
                lambda: self.tell("transfer", t, by, **values),
                lambda: self.plain.transfer(t, kind, to, by, self.now),
            )

    @rule(number=any_ticket, by=who)
    def no_show(self, number, by) -> None:
        if t := self.pick(number, "called"):
            self.both(lambda: self.tell("no_show", t, by), lambda: self.plain.no_show(t, by, self.now))

    @rule(number=any_ticket, by=st.none() | who)
    def come_back(self, number, by) -> None:
        if t := self.pick(number, "no_show"):
            self.both(
                lambda: self.tell("return_to_line", t, by), lambda: self.plain.come_back(t, by, self.now)
            )

    @rule(number=any_ticket, by=st.none() | who, minutes=st.sampled_from([0, *queueing.LATE_MINUTES]))
    def postpone(self, number, by, minutes) -> None:
        if t := self.pick(number, "waiting"):
            self.both(
                lambda: self.tell("postpone", t, by, minutes=minutes),
                lambda: self.plain.postpone(t, minutes, by, self.now),
            )

    @rule(number=any_ticket, by=st.none() | who)
    def cancel(self, number, by) -> None:
        if t := self.pick(number, "waiting", "called", "serving", "on_hold", "no_show"):
            self.both(
                lambda: self.tell("cancel", t, by),
                lambda: self.plain.cancel(t, by, self.now),
            )

    @rule()
    def close_past_days(self) -> None:
        with transaction.atomic():
            queueing.close_past_days(branch_id=self.office.built.id)
        self.plain.close_past_days(self.today)

    # What must be so after each of them.

    @property
    def rows(self) -> list[Ticket]:
        return list(Ticket.objects.filter(branch_id=self.office.built.id).order_by("pk"))

    @invariant()
    def every_ticket_is_as_the_model_has_it_and_none_is_lost(self) -> None:
        assert [self.seen(row) for row in self.rows] == [self.wanted(t) for t in self.plain.tickets]

    def seen(self, row: Ticket) -> tuple[object, ...]:
        return (
            row.number,
            row.service_day,
            row.state,
            self.office.letters[row.service_id],
            row.remaining,
            row.finished_services,
            row.waiting_since,
            self.lane(row) if row.state == "waiting" else None,
            row.not_before,
            row.called_at,
            row.recalls,
            self.office.codes.get(row.counter_id),
            self.office.names.get(row.officer_id),
        )

    def wanted(self, t: PlainTicket) -> tuple[object, ...]:
        codes = {letter: built.code for letter, built in self.office.built.services.items()}
        return (
            t.number,
            t.day,
            t.state,
            t.service,
            [codes[letter] for letter in t.to_come],
            [codes[letter] for letter in t.given],
            t.since,
            (t.sent_to or ("service", t.service)) if t.state == "waiting" else None,
            t.not_before,
            t.called_at,
            t.recalls,
            t.counter,
            t.officer,
        )

    def lane(self, row: Ticket) -> tuple[str, str]:
        what, _, category = row.lane.partition(":")
        assert category == row.category
        key = int(what[1:])
        if what[0] == "c":
            return ("counter", self.office.codes[key])
        if what[0] == "o":
            return ("officer", self.office.names[key])
        return ("service", self.office.letters[key])

    @invariant()
    def no_number_is_given_twice_and_none_is_left_out(self) -> None:
        serials: dict[tuple[object, str], list[int]] = {}
        for row in self.rows:
            serials.setdefault((row.service_day, row.series), []).append(row.serial)
        for given_out in serials.values():
            assert sorted(given_out) == list(range(1, len(given_out) + 1))

    @invariant()
    def a_counter_has_one_session_and_one_ticket_at_most(self) -> None:
        at_counters = [row.counter_id for row in self.rows if row.state in ("called", "serving")]
        assert len(set(at_counters)) == len(at_counters)
        sessions = Session.objects.filter(branch_id=self.office.built.id, closed_at=None)
        found = {
            self.office.codes[s.counter_id]: (self.office.names[s.officer_id], s.state == "break")
            for s in sessions
        }
        assert found == {code: (s.officer, s.on_break) for code, s in self.plain.sessions.items()}

    @invariant()
    def the_tally_is_a_recount(self) -> None:
        recount: dict[str, int] = {}
        for row in self.rows:
            if row.state == "waiting":
                recount[row.lane] = recount.get(row.lane, 0) + 1
        assert queueing.head(self.office.built.id)[1] == recount

    @invariant()
    def everyone_waits_in_the_model_s_order(self) -> None:
        place, now = self.office.built.place, self.now
        waiting = [row for row in self.rows if row.state == "waiting"]
        present = [row for row in waiting if row.not_before is None or row.not_before <= now]
        for code, session in self.plain.sessions.items():
            counter = place.counters[self.office.built.counter(code)]
            officer = self.office.people[session.officer]
            direct = (f"c{counter.id}:", f"o{officer.user_id}:")
            mine = [row for row in present if row.lane[0] == "s" or row.lane.startswith(direct)]
            order = in_order(
                line(mine), post_of(place, counter, officer.user_id, officer), policy(place.policy), now
            )
            assert [choice.waiting.number for choice in order] == [
                t.number for t in self.plain.order(code, now)
            ]
        if waiting:
            one = waiting[len(self.ids) % len(waiting)]
            t = next(t for t in self.plain.tickets if (t.number, t.day) == (one.number, one.service_day))
            assert queueing.people_ahead(one, place, now) == self.plain.ahead(t, now)

    @invariant()
    def the_log_has_no_gap_and_each_event_follows_from_the_one_before(self) -> None:
        for event in read(self.office.built.id, after=self.seq):
            assert event.seq == self.seq + 1
            assert event.hash == link(self.hash, event)
            self.seq, self.hash = event.seq, event.hash
        head = kit.Head.objects.get(branch_id=self.office.built.id)
        assert (head.seq, head.hash) == (self.seq, self.hash)

    @invariant()
    def b14_the_fairness_list_holds_the_calls_before_others(self) -> None:
        listed = OutOfOrderCall.objects.filter(branch_id=self.office.built.id).count()
        assert listed == self.plain.called_before_others


@pytest.mark.parametrize("kind", ["accumulating", "strict", "longest"])
def test_random_commands_leave_the_queue_as_the_plain_model_says(kind):
    run_machine(kind, settings(max_examples=6, stateful_step_count=25, deadline=None))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["accumulating", "strict", "longest"])
def test_many_random_commands_leave_the_queue_as_the_plain_model_says(kind):
    run_machine(kind, settings(max_examples=40, stateful_step_count=60, deadline=None))


def run_machine(kind: str, how: settings) -> None:
    machine = type("QueueOf" + kind.title(), (Queue,), {"office": Office(kind)})
    run_state_machine_as_test(machine, settings=settings(how, suppress_health_check=list(HealthCheck)))
