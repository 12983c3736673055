"""How long it takes, as every face of the queue says it (B7)."""

from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from layan.places.api import announce_disruption
from layan.queueing import api as queueing
from layan.queueing.promises import UsualHour, Wait
from layan.queueing.wait_reads import overdue
from layan.queueing.wait_words import (
    basis_words,
    now_words,
    reason_words,
    short_words,
    wait_words,
)
from tests.builders import a_branch, a_ticket, open_counter
from tests.told import RANGE, told

pytestmark = pytest.mark.django_db
REASONS = ("no_counter", "no_history", "disruption", "closed", "after_closing", "no_forecast")


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode()).replace("\N{NO-BREAK SPACE}", " ")


def a_visitor() -> Client:
    visitor = Client()
    visitor.cookies["layan_language"] = "en"
    return visitor


@pytest.mark.parametrize(
    ("low", "high", "words", "short"),
    [
        (0, 5, "less than 5 minutes", "under 5 min"),
        (0, 15, "up to 15 min", "up to 15 min"),
        (15, 25, "about 15–25 min", "15–25 min"),
        (45, 60, "about 45 min to 1 h", "45 min to 1 h"),
        (90, 120, "about 1 h 30 min to 2 h", "1 h 30 min to 2 h"),
    ],
)
def test_b7_a_range_is_said_in_steps_a_citizen_understands(low, high, words, short):
    with translation.override("en"):
        wait = Wait(3, low=low, likely=low, high=high)
        assert wait_words(wait).replace("\N{NO-BREAK SPACE}", " ") == words
        assert short_words(wait).replace("\N{NO-BREAK SPACE}", " ") == short


@pytest.mark.parametrize("language", ["ms", "en", "zh-hans", "ta"])
@pytest.mark.parametrize("reason", REASONS)
def test_b7_every_reason_has_words_of_its_own_in_every_language(reason, language):
    with translation.override(language):
        said = {(reason_words(each), short_words(Wait(0, each))) for each in REASONS}
        assert len(said) == len(REASONS)
        told_in = reason_words(reason)
    with translation.override("en"):
        assert language == "en" or told_in != reason_words(reason)


def test_b7_a_range_says_what_it_rests_on():
    with translation.override("en"):
        assert (
            basis_words(Wait(6, counters=3, minutes_each=7.2))
            == "6 ahead, 3 counters, each about 7 min lately"
        )
        assert basis_words(Wait(0, counters=1, minutes_each=0.2)) == "1 counter, each about 1 min lately"
        assert basis_words(Wait(2)) == "2 ahead"


def test_b7_a_kiosk_s_tiles_say_how_long_and_the_live_part_says_the_same():
    here = a_branch(public_kiosk=True)
    a_ticket(here)
    with told():
        page = text(a_visitor(), f"/kiosk/{here.code}/services")
        assert page.count("now about 15–25 min") == 3
        assert "1 person waiting" in page
        tiles = text(a_visitor(), f"/kiosk/{here.code}/tiles?q=passport&also=TAX")
        assert tiles.count("now about 15–25 min") == 1
        assert "?also=TAX" in tiles
        assert "about 15–25 min" in text(a_visitor(), f"/kiosk/{here.code}/services/PASSPORT")
    with translation.override("en"):
        assert now_words(Wait(0, "no_counter")) == "no counter open"


def test_b7_a_tile_says_in_short_why_there_is_no_time():
    here = a_branch(public_kiosk=True)
    with told(Wait(0, "no_counter")):
        assert text(a_visitor(), f"/kiosk/{here.code}/services").count("no counter open") == 3
    assert "time not known" in text(a_visitor(), f"/kiosk/{here.code}/services")


def test_b7_the_page_of_the_number_and_the_ticket_say_how_long_and_why():
    here = a_branch(public_kiosk=True)
    with time_machine.travel("2027-03-01T08:00:00+08:00", tick=False) as now, told():
        a_ticket(here)
        mine = a_ticket(here)
        token = queueing.track_token(mine.pk)
        assert "about 15–25 min" in text(a_visitor(), f"/kiosk/{here.code}/numbers/{token}")
        page = text(a_visitor(), f"/t/{token}")
        assert "about 15–25 min" in page
        assert "1 ahead, 3 counters, each about 7 min lately" in page
        assert "reckoned at 08:05" in page
        assert "Promised at 08:00: your turn between 08:15 and 08:25." in page
        assert "We are sorry" not in page
        now.shift(timedelta(minutes=26))
        assert "We are sorry; you keep your place." in text(a_visitor(), f"/t/{token}")


@pytest.mark.parametrize("reason", REASONS)
def test_b7_a_ticket_without_an_honest_time_says_why_and_shows_no_number(reason):
    here = a_branch()
    mine = a_ticket(here)
    with told(Wait(0, reason)), translation.override("en"):
        page = text(a_visitor(), f"/t/{queueing.track_token(mine.pk)}")
        assert reason_words(reason) in page
        assert "ticket__range" not in page


def test_b15_a_disruption_takes_every_time_away_at_once_though_the_forecast_is_older():
    here = a_branch(public_kiosk=True)
    mine = a_ticket(here)
    with told():
        announce_disruption(branch_id=here.id, message={"ms": "Bekalan elektrik terputus"}, actor="user:1")
        assert "15–25" not in text(a_visitor(), f"/t/{queueing.track_token(mine.pk)}")
        assert text(a_visitor(), f"/kiosk/{here.code}/tiles").count("interrupted") == 3
        assert "15–25" not in text(a_visitor(), f"/b/{here.code}/waiting")


def test_b7_who_is_called_sees_no_waiting_time(here, aminah):
    with told():
        mine = a_ticket(here)
        queueing.call_next(branch_id=here.id, counter_id=open_counter(here, "1", aminah), by=aminah)
        page = text(a_visitor(), f"/t/{queueing.track_token(mine.pk)}")
    assert "15–25" not in page
    assert "Promised at" not in page


def test_b12_the_floor_lists_who_waits_longer_than_promised(here, chong):
    with time_machine.travel("2027-03-01T08:00:00+08:00", tick=False) as now, told():
        first, second = a_ticket(here), a_ticket(here, "B")
        assert overdue(here.place, first.issued_at + timedelta(minutes=25)) == []
        late = overdue(here.place, second.issued_at + timedelta(minutes=28))
        assert [(each.ticket.pk, each.minutes) for each in late] == [(first.pk, 3), (second.pk, 3)]
        now.shift(timedelta(minutes=20))
        queueing.postpone(branch_id=here.id, ticket_id=first.pk, minutes=10, by=queueing.holder(first.pk))
        still = overdue(here.place, second.issued_at + timedelta(minutes=28))
        assert [each.ticket.pk for each in still] == [second.pk]


def test_b7_the_branch_s_page_says_how_long_one_would_wait_and_is_answered_with_304_while_that_holds():
    here = a_branch()
    visitor = a_visitor()
    with told():
        first = visitor.get(f"/b/{here.code}/waiting")
        assert text(visitor, f"/b/{here.code}/waiting").count("about 15–25 min") == 3
        again = visitor.get(f"/b/{here.code}/waiting", headers={"If-None-Match": first["ETag"]})
        assert again.status_code == 304
    changed = visitor.get(f"/b/{here.code}/waiting", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_b7_the_usual_shape_of_a_day_is_a_table_with_bars():
    here = a_branch()
    hours = (UsualHour(9, 10, 40, 55), UsualHour(14, 5, 15, 31))
    with told(RANGE, hours):
        page = text(a_visitor(), f"/b/{here.code}/usual?day=2&service=TAX")
        assert "10–40 min" in page
        assert "Shortest waits: for numbers taken from 14:00." in page
        assert '<rect class="usual__range" x="25" width="75" height="10"/>' in page
        assert '<option value="2" selected>' in page
        assert '<option value="TAX" selected>' in page
        assert "style=" not in page
        part = a_visitor().get(f"/b/{here.code}/usual", headers={"HX-Request": "true"}).content.decode()
        assert part.startswith("<section")


@pytest.mark.parametrize("query", ["", "?day=9&service=NONE", "?day=x"])
def test_b7_without_history_the_branch_s_page_says_so(query):
    here = a_branch()
    assert "No history for this day yet" in text(a_visitor(), f"/b/{here.code}/usual{query}")
    assert Client().get("/b/NOWHERE/usual").status_code == 404
    assert f"/b/{here.code}/usual" in text(a_visitor(), f"/b/{here.code}")
