"""A zone's line of announcements: in order, never two at once, none lost, none that is no longer true (B9)."""

from datetime import timedelta

import pytest
import time_machine

from layan.kit import clock
from layan.people.api import Role
from layan.queueing import api as queueing
from layan.signage.announcing.line import Turn, playing, take, unsaid
from layan.signage.announcing.line import played as confirm
from layan.signage.announcing.rules import Reason, State
from layan.signage.announcing.services import KEPT_DAYS, announce, cancel_announcement, end_unheard
from layan.signage.models import Announcement
from layan.signage.screens.services import revoke_screen
from tests.builders import a_person, a_ticket, open_counter
from tests.refusals import refused
from tests.signage.conftest import a_speaker

pytestmark = pytest.mark.django_db


@pytest.fixture
def time():
    with time_machine.travel("2026-03-03T02:00:00Z", tick=False) as traveller:
        yield traveller


@pytest.fixture
def hall(here) -> int:
    return here.branch.zones.get(code="HALL").pk


@pytest.fixture
def upper(here) -> int:
    return here.branch.zones.get(code="UPPER").pk


@pytest.fixture
def screen(time, here, supervisor) -> int:
    open_counter(here, "1", supervisor), open_counter(here, "2", supervisor)
    return a_speaker(here, supervisor)[1].pk


def call(here, by, counter: str = "1") -> queueing.Ticket:
    a_ticket(here)
    called = queueing.call_next(branch_id=here.id, counter_id=here.counter(counter), by=by)
    assert called is not None
    return called


def next_of(here, zone: int, screen: int, **others: bool) -> Turn:
    return take(here.place, zone, screen_id=screen, **others)


def number_of(turn: Turn) -> str:
    return turn.say.number if turn.say else ""


def say_all(here, zone: int, screen: int) -> list[str]:
    said = []
    while (turn := next_of(here, zone, screen)).say:
        said.append(turn.say.number or turn.say.text["ms"])
        confirm(turn.say.pk, screen_id=screen)
    return said


def test_b9_calls_are_said_one_after_the_other_each_once(here, supervisor, hall, screen):
    call(here, supervisor), call(here, supervisor, "2")
    first = next_of(here, hall, screen)
    assert (number_of(first), first.say.counter) == ("A001", "1")
    assert confirm(first.say.pk, screen_id=screen)
    assert not confirm(first.say.pk, screen_id=screen)
    assert say_all(here, hall, screen) == ["A002"]
    assert next_of(here, hall, screen).say is None
    assert set(Announcement.objects.values_list("state", flat=True)) == {State.PLAYED}


def test_b9_a_screen_hears_the_calls_of_the_zones_that_it_shows_in_the_zone_where_it_hangs(
    here, supervisor, hall, upper, screen
):
    _display, canteen = a_speaker(here, supervisor, "HALL", hangs_in_id=upper)
    call(here, supervisor)
    assert number_of(next_of(here, hall, screen)) == "A001"
    assert number_of(next_of(here, upper, canteen.pk)) == "A001"


def test_b9_two_screens_in_one_zone_never_speak_at_once_and_the_second_stands_in(
    time, here, supervisor, hall, screen
):
    _display, second = a_speaker(here, supervisor)
    call(here, supervisor)
    first = next_of(here, hall, screen)
    assert next_of(here, hall, second.pk).say is None
    playing(first.say, seconds=4)
    # The first falls silent in the middle of a sentence: the other says it again, once the first is surely gone.
    time.shift(20)
    assert next_of(here, hall, second.pk).say is None
    time.shift(10)
    again = next_of(here, hall, second.pk)
    assert again.say is not None
    assert (again.say.pk, again.say.tries) == (first.say.pk, 2)
    assert not confirm(first.say.pk, screen_id=screen)
    assert next_of(here, hall, screen).say is None
    assert confirm(again.say.pk, screen_id=second.pk)


def test_b9_a_second_screen_speaks_at_once_when_the_first_is_revoked(here, supervisor, hall, screen):
    _display, second = a_speaker(here, supervisor)
    assert next_of(here, hall, screen).say is None
    call(here, supervisor)
    assert next_of(here, hall, second.pk).say is None
    revoke_screen(branch_id=here.id, screen_id=screen, by=supervisor)
    assert number_of(next_of(here, hall, second.pk)) == "A001"


def test_b9_what_is_not_confirmed_is_said_once_more_and_no_oftener(here, supervisor, hall, screen):
    call(here, supervisor)
    said = [number_of(next_of(here, hall, screen)) for _ in range(3)]
    assert said == ["A001", "A001", ""]
    kept = Announcement.objects.get()
    assert (kept.state, kept.reason, kept.tries) == (State.DROPPED, Reason.UNCONFIRMED, 2)


def test_b9_a_call_is_not_said_when_the_customer_is_there_already(here, supervisor, hall, screen):
    first, second = call(here, supervisor), call(here, supervisor, "2")
    queueing.start(branch_id=here.id, ticket_id=first.pk, by=supervisor)
    assert number_of(next_of(here, hall, screen)) == second.number
    assert Announcement.objects.get(number=first.number).reason == Reason.MOOT


def test_b9_a_call_that_waited_too_long_is_not_said(time, here, supervisor, hall, screen):
    call(here, supervisor)
    time.shift(89)
    assert number_of(next_of(here, hall, screen)) == "A001"
    say_all(here, hall, screen)
    call(here, supervisor, "2")
    time.shift(91)
    assert next_of(here, hall, screen).say is None


def test_b9_called_again_before_it_was_said_it_is_said_once_with_the_counter_of_now(
    here, supervisor, hall, screen
):
    ticket = call(here, supervisor)
    assert number_of(next_of(here, hall, screen)) == "A001"
    queueing.recall(branch_id=here.id, ticket_id=ticket.pk, by=supervisor)
    queueing.recall(branch_id=here.id, ticket_id=ticket.pk, by=supervisor)
    confirm(Announcement.objects.get(state=State.PLAYING).pk, screen_id=screen)
    assert say_all(here, hall, screen) == ["A001"]
    assert sorted(Announcement.objects.values_list("kind", "state", "reason")) == [
        ("call", "played", ""),
        ("recall", "dropped", "superseded"),
        ("recall", "played", ""),
    ]


def test_b9_a_message_waits_for_calls_and_an_urgent_one_goes_before_them(here, supervisor, hall, screen):
    announce(branch_id=here.id, text={"ms": "Kereta ABC 123"}, zone_ids=[hall], by=supervisor)
    call(here, supervisor)
    announce(branch_id=here.id, text={"ms": "Sila keluar"}, zone_ids=[hall], urgent=True, by=supervisor)
    assert say_all(here, hall, screen) == ["Sila keluar", "A001", "Kereta ABC 123"]


def test_b9_in_quiet_hours_only_what_is_urgent_is_said(here, supervisor, hall, screen):
    call(here, supervisor)
    announce(branch_id=here.id, text={"ms": "Sila keluar"}, zone_ids=[hall], urgent=True, by=supervisor)
    turn = next_of(here, hall, screen, urgent_only=True)
    assert turn.say.text == {"ms": "Sila keluar"}
    confirm(turn.say.pk, screen_id=screen)
    assert next_of(here, hall, screen, urgent_only=True).say is None


def test_b9_a_message_is_said_in_each_zone_at_its_moment_again_and_again_until_its_end(
    time, here, supervisor, hall, upper, screen
):
    _display, above = a_speaker(here, supervisor, "UPPER")
    begins = clock.now() + timedelta(minutes=10)
    announce(
        branch_id=here.id,
        text={"ms": "Kita tutup pukul 5", "en": "We close at 5"},
        zone_ids=[hall, upper],
        due_at=begins,
        every_minutes=10,
        ends_at=begins + timedelta(minutes=25),
        by=supervisor,
    )
    said = []
    for _ in range(60):
        said += [
            (zone, clock.now())
            for zone, one in ((hall, screen), (upper, above.pk))
            if say_all(here, zone, one)
        ]
        time.shift(60)
    moments = [begins, begins + timedelta(minutes=10), begins + timedelta(minutes=20)]
    assert said == [(zone, moment) for moment in moments for zone in (hall, upper)]


def test_b9_asking_in_vain_tells_when_the_next_message_is_due(here, supervisor, hall, screen):
    due = clock.now() + timedelta(seconds=4)
    announce(branch_id=here.id, text={"ms": "Solat"}, zone_ids=[hall], due_at=due, by=supervisor)
    assert next_of(here, hall, screen).again == due


def test_b9_a_message_is_taken_back_in_all_zones(here, supervisor, hall, upper, screen):
    batch = announce(branch_id=here.id, text={"ms": "Salah"}, zone_ids=[hall, upper], by=supervisor)
    cancel_announcement(branch_id=here.id, batch=batch, by=supervisor)
    cancel_announcement(branch_id=here.id, batch=batch, by=supervisor)
    assert next_of(here, hall, screen).say is None
    said = announce(branch_id=here.id, text={"ms": "Betul"}, zone_ids=[hall], by=supervisor)
    assert say_all(here, hall, screen) == ["Betul"]
    with refused("unknown-announcement"):
        cancel_announcement(branch_id=here.id, batch=said, by=supervisor)


def test_b9_what_no_voice_can_say_does_not_hold_up_the_line(here, supervisor, hall, screen):
    call(here, supervisor), call(here, supervisor, "2")
    first = next_of(here, hall, screen)
    unsaid(first.say, reason=Reason.NO_VOICE)
    assert say_all(here, hall, screen) == ["A002"]


def test_b9_a_zone_that_was_silent_for_days_begins_with_what_is_still_true(
    time, here, supervisor, hall, screen
):
    call(here, supervisor)
    time.shift(timedelta(days=3))
    last = call(here, supervisor, "2")
    assert say_all(here, hall, screen) == [last.number]


@pytest.mark.parametrize(
    ("refusal", "facts"),
    [
        ("text-needed", {"text": {"ms": "  ", "en": "Closed"}}),
        ("text-too-long", {"text": {"ms": "a" * 241}}),
        ("unknown-zone", {"zone_ids": [987_654]}),
        ("unknown-zone", {"zone_ids": []}),
        ("wrong-announcement", {"every_minutes": 10}),
        ("wrong-announcement", {"every_minutes": 4, "ends_at": timedelta(hours=1)}),
        ("wrong-announcement", {"every_minutes": 10, "ends_at": timedelta(minutes=-1)}),
    ],
)
def test_b9_an_announcement_that_makes_no_sense_is_refused(time, here, supervisor, hall, refusal, facts):
    if "ends_at" in facts:
        facts = facts | {"ends_at": clock.now() + facts["ends_at"]}
    with refused(refusal):
        announce(
            **{"branch_id": here.id, "text": {"ms": "Tutup"}, "zone_ids": [hall], "by": supervisor, **facts}
        )
    assert Announcement.objects.count() == 0


@pytest.mark.parametrize("role", [Role.OFFICER, Role.TELEPHONE, Role.BOARD, Role.KIOSK, Role.AUDITOR])
def test_b9_only_who_runs_the_floor_announces(here, hall, role):
    with refused("not-allowed"):
        announce(branch_id=here.id, text={"ms": "Hai"}, zone_ids=[hall], by=a_person(role, here))


def test_what_was_said_is_kept_for_some_months_and_what_nobody_heard_is_given_up(
    time, here, supervisor, hall, screen
):
    announce(branch_id=here.id, text={"ms": "Tiada siapa dengar"}, zone_ids=[hall], by=supervisor)
    time.shift(timedelta(minutes=16))
    end_unheard(before=clock.now())
    assert Announcement.objects.get().reason == Reason.TOO_OLD
    time.shift(timedelta(days=KEPT_DAYS + 1))
    end_unheard(before=clock.now())
    assert not Announcement.objects.exists()
