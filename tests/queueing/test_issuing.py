"""Giving out numbers: one for all services, gapless, by the branch's own day and hours (B3, B13, B14)."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import translation

from layan.kit import models as kit
from layan.people.api import Role
from layan.places import models as places
from layan.places.api import layout_changed
from layan.queueing import api as queueing
from layan.queueing.models import Ticket
from tests.builders import a_branch, a_person, a_ticket, open_counter
from tests.refusals import refused

pytestmark = pytest.mark.django_db


def at_local(text: str, offset: int = 8) -> datetime:
    """Return a branch-local moment (Malaysia by default) as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC) - timedelta(hours=offset)


def issue_at(moment: datetime, here, *letters: str, **values: str) -> Ticket:
    with time_machine.travel(moment, tick=False):
        return a_ticket(here, *letters, **values)


def hours(here, weekday: int, opens: time, closes: time) -> None:
    places.OpeningBlock.objects.create(branch=here.branch, weekday=weekday, opens=opens, closes=closes)
    layout_changed(branch_id=here.id, what="hours")


def test_each_series_counts_by_itself_and_marks_special_and_emergency(here):
    wanted = [
        ("A", "general"),
        ("A", "senior"),
        ("B", "general"),
        ("A", "oku"),
        ("A", "emergency"),
        ("A", "appointment"),
    ]
    numbers = [a_ticket(here, letter, category=category).number for letter, category in wanted]
    assert numbers == ["A001", "AK001", "B001", "AK002", "AE001", "A002"]


def test_the_thousandth_number_has_four_digits(here):
    first = a_ticket(here)
    Ticket.objects.filter(pk=first.pk).update(serial=999, number="A999")
    head = kit.Head.objects.get(branch_id=here.id)
    head.tally = head.tally.replace('"last":{"A":1}', '"last":{"A":999}')
    head.save()
    assert [a_ticket(here).number, a_ticket(here).number] == ["A1000", "A1001"]


def test_a_refused_issue_leaves_no_gap(here, kiosk):
    a_ticket(here)
    for wrong in ({"category": "royal"}, {"language": "fr"}, {"customer_type": "alien"}):
        with refused("bad-value"):
            a_ticket(here, **wrong)
    for services in ([], ["NONE"], ["PASSPORT", "NONE"]):
        with refused("unknown-service"):
            queueing.issue(branch_id=here.id, services=services, by=kiosk)
    assert a_ticket(here).number == "A002"


def test_an_error_in_the_middle_takes_back_number_tally_and_event(here, kiosk, monkeypatch):
    a_ticket(here)
    from layan.queueing import desk

    def broken(*_args, **_values):
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(desk.Desk, "append", broken)
        with pytest.raises(RuntimeError), transaction.atomic():
            a_ticket(here)
    assert Ticket.objects.count() == 1
    assert a_ticket(here).number == "A002"
    assert list(kit.Event.objects.filter(type="ticket.issued").values_list("seq", flat=True)) == [2, 3]


def test_numbers_begin_again_at_the_branch_s_own_midnight(here):
    numbers = [
        issue_at(at_local(moment), here).number
        for moment in ("2026-03-02T23:59:59", "2026-03-03T00:00:00", "2026-03-03T00:00:01")
    ]
    assert numbers == ["A001", "A001", "A002"]
    days = Ticket.objects.order_by("issued_at").values_list("service_day", flat=True)
    assert [day.isoformat() for day in days] == ["2026-03-02", "2026-03-03", "2026-03-03"]


def test_a_clock_set_back_across_midnight_repeats_no_number(here):
    moments = (
        "2026-03-02T23:58",
        "2026-03-02T23:59",
        "2026-03-03T00:01",
        "2026-03-02T23:59:30",
        "2026-03-03T00:02",
    )
    numbers = [issue_at(at_local(moment), here).number for moment in moments]
    assert numbers == ["A001", "A002", "A001", "A003", "A002"]


def test_a_leap_day_is_a_day_of_its_own(here):
    days = ("2028-02-28T10:00", "2028-02-29T10:00", "2028-02-29T11:00", "2028-03-01T10:00")
    numbers = [issue_at(at_local(moment), here).number for moment in days]
    assert numbers == ["A001", "A001", "A002", "A001"]


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        ("Asia/Kuala_Lumpur", "2026-03-02T15:59:59", "2026-03-02T16:00:00"),
        ("UTC", "2026-03-02T23:59:59", "2026-03-03T00:00:00"),
        ("America/New_York", "2026-03-03T04:59:59", "2026-03-03T05:00:00"),
        # The day that clocks go forward there has 23 hours.
        ("America/New_York", "2026-03-09T03:59:59", "2026-03-09T04:00:00"),
        ("Europe/Warsaw", "2026-03-29T21:59:59", "2026-03-29T22:00:00"),
        ("Europe/Warsaw", "2026-10-25T22:59:59", "2026-10-25T23:00:00"),
        # Clocks go forward at midnight itself, which never strikes; and back from it, so that its hour comes twice.
        ("Asia/Beirut", "2026-03-28T21:59:59", "2026-03-28T22:00:00"),
        ("Asia/Beirut", "2026-10-24T21:59:59", "2026-10-24T22:00:00"),
        ("Asia/Kathmandu", "2026-03-02T18:14:59", "2026-03-02T18:15:00"),
    ],
)
def test_every_time_zone_has_its_own_midnight(zone, before, after):
    there = a_branch("FAR", time_zone=zone)
    numbers = [
        issue_at(datetime.fromisoformat(moment).replace(tzinfo=UTC), there).number
        for moment in (before, after)
    ]
    assert numbers == ["A001", "A001"]


def test_in_the_hour_that_comes_twice_no_number_does():
    there = a_branch("FAR", time_zone="Asia/Beirut")
    # Ten to midnight, and the same on the clock an hour later, before and after it went back.
    twice = ("2026-10-24T20:50", "2026-10-24T21:50")
    numbers = [issue_at(datetime.fromisoformat(each).replace(tzinfo=UTC), there).number for each in twice]
    assert numbers == ["A001", "A002"]


def test_two_branches_count_each_for_itself(here):
    there = a_branch("UTC-B")
    assert [a_ticket(here).number, a_ticket(there).number, a_ticket(here).number] == ["A001", "A001", "A002"]


def test_b3_several_services_one_number_in_the_order_asked_each_once(here, kiosk):
    codes = ["LICENCE", "PASSPORT", "LICENCE", "TAX"]
    ticket = queueing.issue(branch_id=here.id, services=codes, by=kiosk).ticket
    assert (ticket.number, ticket.service_id, ticket.remaining) == (
        "B001",
        here.services["B"].pk,
        ["PASSPORT", "TAX"],
    )


def test_b7_the_ticket_says_how_many_are_ahead(here, kiosk):
    def ahead(letter: str, category: str = "general") -> int:
        return queueing.issue(
            branch_id=here.id, services=[here.services[letter].code], category=category, by=kiosk
        ).ahead

    assert [ahead("A"), ahead("A", "senior"), ahead("A"), ahead("B")] == [0, 1, 2, 0]
    # A newcomer has gathered nothing yet; an emergency is behind emergencies alone.
    assert [ahead("A", "emergency"), ahead("A", "emergency"), ahead("A")] == [0, 1, 5]


def test_b7_under_strict_priority_only_one_s_own_and_higher_ranks_are_ahead(kiosk):
    there = a_branch("STRICT", policy="strict")
    device = a_person(Role.KIOSK, there, actor="token:2")
    ahead = [
        queueing.issue(branch_id=there.id, services=["TAX"], category=category, by=device).ahead
        for category in ("general", "general", "senior", "appointment", "senior", "general")
    ]
    assert ahead == [0, 1, 0, 0, 2, 5]


def test_b13_a_long_queue_gets_advice_and_never_a_refusal(here, kiosk):
    here.services["A"].queue_limit = 2
    here.services["A"].save()
    layout_changed(branch_id=here.id, what="service")
    advice = [queueing.issue(branch_id=here.id, services=["PASSPORT"], by=kiosk).advice for _ in range(4)]
    assert advice == ["", "", "busy", "busy"]


class TestHours:
    """B13: open hours, the explicit last number, and never refused while counters are open."""

    @pytest.fixture
    def office(self, db):
        office = a_branch("OFFICE", always_open=False)
        hours(office, 1, time(8), time(17))
        hours(office, 2, time(8), time(17))
        return office

    def test_b13_within_the_hours_a_number_is_given(self, office):
        assert issue_at(at_local("2026-03-02T08:00"), office).number == "A001"
        assert issue_at(at_local("2026-03-02T16:59:59"), office).number == "A002"

    def test_b11_outside_the_hours_the_kiosk_says_when_to_come(self, office):
        with refused("closed-now") as found:
            issue_at(at_local("2026-03-02T17:00"), office)
        assert found.value.facts == {"next_opening": "2026-03-03T08:00:00+08:00"}

    def test_b11_an_opening_after_noon_is_told_in_hours_of_24(self, db):
        evening = a_branch("EVENING", always_open=False)
        hours(evening, 1, time(14, 45), time(21))
        for language, words in (
            ("ms", "Kami tutup. Sila datang lagi: kami buka pada Isnin, 2 Mac 2026, 14:45."),
            ("zh-hans", "我们目前不开放。欢迎您再来：我们将于星期一, 2026年3月2日, 14:45开放。"),
        ):
            with translation.override(language), refused("closed-now") as found:
                issue_at(at_local("2026-03-02T10:00"), evening)
            assert found.value.words == words

    def test_a_branch_without_hours_is_closed_and_knows_no_opening(self, db):
        nowhere = a_branch("NEVER", always_open=False)
        with refused("closed-now") as found:
            issue_at(at_local("2026-03-02T10:00"), nowhere)
        assert found.value.facts == {}

    def test_b13_a_counter_still_open_after_hours_keeps_the_number_coming(self, office):
        officer = a_person(Role.OFFICER, office, actor="user:0")
        evening = at_local("2026-03-02T19:00")
        with time_machine.travel(evening, tick=False):
            counter = open_counter(office, "1", officer)
        assert issue_at(evening, office).number == "A001"
        with time_machine.travel(evening, tick=False):
            queueing.pause_counter(branch_id=office.id, counter_id=counter, reason="rest", by=officer)
        with refused("closed-now"):
            issue_at(evening, office)

    def test_b13_the_open_counter_must_give_the_service(self, office):
        places.CounterService.objects.filter(
            counter=office.counters["1"], service=office.services["B"]
        ).delete()
        layout_changed(branch_id=office.id, what="counters")
        evening = at_local("2026-03-02T19:00")
        with time_machine.travel(evening, tick=False):
            open_counter(office, "1", a_person(Role.OFFICER, office, actor="user:0"))
        with refused("closed-now"):
            issue_at(evening, office, "A", "B")
        assert issue_at(evening, office, "A").number == "A001"

    def test_b13_the_last_number_of_a_service_is_given_before_closing(self, office):
        office.services["A"].last_ticket_minutes = 30
        office.services["A"].save()
        layout_changed(branch_id=office.id, what="service")
        assert issue_at(at_local("2026-03-02T16:29:59"), office, "A").number == "A001"
        with refused("last-number-given"):
            issue_at(at_local("2026-03-02T16:30"), office, "A")
        with refused("last-number-given") as found:
            issue_at(at_local("2026-03-02T16:30"), office, "B", "A")
        assert found.value.facts == {"next_opening": "2026-03-03T08:00:00+08:00"}
        assert issue_at(at_local("2026-03-02T16:30"), office, "B").number == "B001"

    def test_b13_the_last_number_is_the_last_also_when_counters_work_on_after_hours(self, office):
        office.services["A"].last_ticket_minutes = 30
        office.services["A"].save()
        layout_changed(branch_id=office.id, what="service")
        with time_machine.travel(at_local("2026-03-02T07:30"), tick=False):
            open_counter(office, "1", a_person(Role.OFFICER, office, actor="user:0"))
        assert issue_at(at_local("2026-03-02T07:30"), office, "A").number == "A001"
        with refused("last-number-given") as found:
            issue_at(at_local("2026-03-02T17:05"), office, "A")
        assert found.value.facts == {"next_opening": "2026-03-03T08:00:00+08:00"}
        assert issue_at(at_local("2026-03-02T17:05"), office, "B").number == "B001"

    def test_b13_before_a_midday_closing_the_afternoon_is_named(self, db):
        friday = a_branch("FRIDAY", always_open=False)
        hours(friday, 5, time(8), time(12, 15))
        hours(friday, 5, time(14, 45), time(17))
        friday.services["A"].last_ticket_minutes = 15
        friday.services["A"].save()
        layout_changed(branch_id=friday.id, what="service")
        with translation.override("en"), refused("last-number-given") as found:
            issue_at(at_local("2026-03-06T12:05"), friday, "A")
        assert found.value.facts == {"next_opening": "2026-03-06T14:45:00+08:00"}
        assert str(found.value.words).endswith("we open on Friday, 6 March 2026, 14:45.")
        assert issue_at(at_local("2026-03-06T14:45"), friday, "A").number == "A001"


class TestOneEach:
    """B14: one live number a person, kept as a keyed hash while the ticket lives."""

    @pytest.fixture
    def strict(self, db):
        return a_branch("ONE", one_ticket_each=True)

    @pytest.mark.parametrize("reference", ["", "  ", "---", "+"])
    def test_b14_a_reference_is_needed(self, strict, reference):
        with refused("reference-needed"):
            a_ticket(strict, reference=reference)

    @pytest.mark.parametrize("again", ["012-345 6789", "+60123456789", "60 12 345 6789", "0123456789"])
    def test_b14_one_live_number_however_the_telephone_number_is_written(self, strict, again):
        a_ticket(strict, reference="012-3456789")
        with refused("already-has-number"):
            a_ticket(strict, reference=again)
        assert a_ticket(strict, reference="012-3456780").number == "A002"

    def test_b14_another_branch_does_not_know_it(self, strict):
        a_ticket(strict, reference="0123456789")
        assert a_ticket(a_branch("TWO", one_ticket_each=True), reference="0123456789").number == "A001"

    def test_b14_a_branch_that_does_not_ask_keeps_nothing(self, here):
        assert a_ticket(here, reference="0123456789").holder == ""

    def test_b14_the_reference_itself_is_kept_nowhere(self, strict):
        a_ticket(strict, reference="0123456789")
        a_ticket(strict, reference="0123456780")
        with connection.cursor() as cursor:
            for table in ("queueing_ticket", "kit_event", "kit_head"):
                cursor.execute(f"SELECT * FROM {table}")
                assert "12345678" not in str(cursor.fetchall())

    @pytest.mark.parametrize("ending", ["finish", "next", "cancel", "holder"])
    def test_b14_when_the_ticket_ends_the_hash_is_erased_from_it(self, strict, ending):
        officer = a_person(Role.OFFICER, strict, actor="user:0")
        counter = open_counter(strict, "1", officer)
        ticket = a_ticket(strict, reference="0123456789")
        digest = ticket.holder
        at = {"branch_id": strict.id, "ticket_id": ticket.pk}
        queueing.call_next(branch_id=strict.id, counter_id=counter, by=officer)
        if ending == "finish":
            queueing.finish(**at, by=officer)
        elif ending == "next":
            queueing.call_next(branch_id=strict.id, counter_id=counter, by=officer)
        else:
            queueing.cancel(**at, by=officer if ending == "cancel" else queueing.holder(ticket.pk))
        ticket.refresh_from_db()
        assert ticket.holder == ""
        assert digest not in ticket.before
        # Aside for an undo of ten seconds; gone with the counter's session at the latest.
        queueing.close_counter(branch_id=strict.id, counter_id=counter, by=officer)
        assert digest not in kit.Head.objects.get(branch_id=strict.id).tally
        assert a_ticket(strict, reference="0123456789").number == "A002"

    def test_b14_who_missed_the_call_may_return_and_only_after_that_take_a_new_number(self, strict):
        officer = a_person(Role.OFFICER, strict, actor="user:0")
        with time_machine.travel(at_local("2026-03-02T10:00"), tick=False) as clock:
            counter = open_counter(strict, "1", officer)
            ticket = a_ticket(strict, reference="0123456789")
            queueing.call_next(branch_id=strict.id, counter_id=counter, by=officer)
            queueing.no_show(branch_id=strict.id, ticket_id=ticket.pk, by=officer)
            clock.shift(timedelta(minutes=15))
            with refused("already-has-number"):
                a_ticket(strict, reference="0123456789")
            clock.shift(timedelta(seconds=1))
            with refused("too-late-to-return"):
                queueing.return_to_line(
                    branch_id=strict.id, ticket_id=ticket.pk, by=queueing.holder(ticket.pk)
                )
            assert a_ticket(strict, reference="0123456789").number == "A002"


def test_only_who_may_issue_here_gives_numbers(here):
    there = a_branch("UTC-B")
    strangers = [
        a_person(Role.KIOSK, there, actor="token:9"),
        a_person(Role.BOARD, here, actor="token:8"),
        a_person(Role.AUDITOR, here, actor="user:7"),
        queueing.holder(a_ticket(here).pk),
    ]
    for stranger in strangers:
        with refused("not-allowed"):
            queueing.issue(branch_id=here.id, services=["PASSPORT"], by=stranger)
    with refused("unknown-branch"):
        queueing.issue(branch_id=10**9, services=["PASSPORT"], by=strangers[0])
