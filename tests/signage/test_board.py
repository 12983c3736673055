"""What a board shows, and when it changes."""

from datetime import date, time, timedelta
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from layan.kit import clock
from layan.places.api import announce_disruption, end_disruption, layout_changed
from layan.queueing import api as queueing
from layan.signage import rendering
from layan.signage.rendering import forget_fragments, fragment
from layan.signage.services import post_notice
from tests.builders import BuiltBranch, a_branch, a_ticket, open_counter

pytestmark = pytest.mark.django_db


@pytest.fixture
def renders(monkeypatch) -> list[str]:
    """The zones rendered, in order."""
    zones: list[str] = []
    render = rendering._render

    def counted(place, view):
        zones.extend(view.zones)
        return render(place, view)

    monkeypatch.setattr(rendering, "_render", counted)
    return zones


def board(here: BuiltBranch, zone: str = "HALL", languages: tuple[str, ...] = ("ms", "en")) -> str:
    return fragment(here.code, zone, languages).html


def called(here: BuiltBranch, counter: str, by) -> str:
    ticket = queueing.call_next(branch_id=here.id, counter_id=here.counter(counter), by=by)
    assert ticket is not None
    return ticket.number


def shown_calls(html: str) -> list[str]:
    """Return the numbers of the list of calls, newest first, with those kept in reserve left out."""
    rows = [row.partition("</li>")[0] for row in html.split('<li class="board__call"')[1:]]
    return [
        row.split("data-item=")[1][1:].split(".")[0] for row in rows if "hidden>" not in row.split("\n")[0]
    ]


def test_a_called_number_stands_first_with_its_counter(here, supervisor):
    open_counter(here, "1", supervisor), open_counter(here, "2", supervisor)
    a_ticket(here), a_ticket(here)
    called(here, "2", supervisor), called(here, "1", supervisor)
    html = board(here)
    assert shown_calls(html) == ["A002", "A001"]
    assert html.index("A002") < html.index("A001")


def test_a_board_shows_its_own_zone_only(here, supervisor):
    open_counter(here, "1", supervisor), open_counter(here, "3", supervisor)
    a_ticket(here), a_ticket(here)
    called(here, "1", supervisor), called(here, "3", supervisor)
    assert shown_calls(board(here, "HALL")) == ["A001"]
    assert shown_calls(board(here, "UPPER")) == ["A002"]


def test_the_last_six_calls_are_shown_and_older_ones_kept_in_reserve(here, supervisor):
    open_counter(here, "1", supervisor)
    for _ in range(9):
        a_ticket(here)
        called(here, "1", supervisor)
    html = board(here)
    assert shown_calls(html) == ["A009", "A008", "A007", "A006", "A005", "A004"]
    assert html.count('class="board__call"') == 9


def test_a_second_call_of_the_same_number_is_a_call_of_its_own_to_the_screen(here, supervisor):
    open_counter(here, "1", supervisor)
    ticket = a_ticket(here)
    called(here, "1", supervisor)
    first = board(here)
    queueing.recall(branch_id=here.id, ticket_id=ticket.pk, by=supervisor)
    second = board(here)
    assert shown_calls(first) == shown_calls(second) == ["A001"]
    assert first.split('data-item="')[1].split('"')[0] != second.split('data-item="')[1].split('"')[0]


def test_an_undone_call_leaves_the_board(here, supervisor):
    open_counter(here, "1", supervisor)
    a_ticket(here), a_ticket(here)
    called(here, "1", supervisor), called(here, "1", supervisor)
    queueing.undo(branch_id=here.id, counter_id=here.counter("1"), by=supervisor)
    assert shown_calls(board(here)) == ["A001"]


def test_waiting_people_are_counted_by_service_also_when_a_counter_elsewhere_calls_them(here, supervisor):
    open_counter(here, "3", supervisor)
    a_ticket(here), a_ticket(here), a_ticket(here, "B")
    assert board(here).count("<strong>2</strong>") == 1
    called(here, "3", supervisor)
    assert "<strong>2</strong>" not in board(here)


def test_of_many_services_a_board_lists_those_that_people_wait_for_the_longest_line_first(here):
    first = here.services["A"]
    for number in range(8):
        first.pk, first.code, first.letter = None, f"S{number}", f"{chr(68 + number)}A"
        first.name = {"ms": f"Urusan {number}"}
        first.save()
    layout_changed(branch_id=here.id, what="service")
    assert board(here).count('class="board__service"') == 0
    a_ticket(here, "B"), a_ticket(here, "C"), a_ticket(here, "C")
    html = board(here, languages=("en",))
    assert html.count('class="board__service"') == 2
    assert html.index("Tax") < html.index("Licence")


def test_a_board_without_calls_asks_to_take_a_number(here):
    html = board(here, languages=("en",))
    assert "Please take a number at the kiosk" in html
    assert "board__call" not in html


def test_yesterdays_numbers_are_not_shown_today(here, supervisor):
    open_counter(here, "1", supervisor)
    with time_machine.travel("2026-03-03T15:00:00Z", tick=False):  # 23:00 in Kuala Lumpur
        a_ticket(here)
        called(here, "1", supervisor)
        assert shown_calls(board(here)) == ["A001"]
    with time_machine.travel("2026-03-03T17:00:00Z", tick=False):  # 01:00 the next day
        assert shown_calls(board(here)) == []


def test_nothing_of_a_person_is_on_a_board(here, supervisor):
    open_counter(here, "1", supervisor)
    ticket = a_ticket(here, category="oku", reference="0123456789")
    called(here, "1", supervisor)
    html = board(here)
    assert "oku" not in html.lower()
    assert "0123456789" not in html
    assert ticket.pk.hex not in html
    assert str(UUID(ticket.pk.hex)) not in html


def test_b15_a_disruption_stands_on_every_board_of_the_branch_until_it_ends(here):
    a_board_before = board(here)
    announce_disruption(branch_id=here.id, message={"ms": "Sistem tergendala"}, actor="user:1")
    assert "Sistem tergendala" in board(here, "HALL")
    assert "Sistem tergendala" in board(here, "UPPER")
    end_disruption(branch_id=here.id, actor="user:1")
    assert board(here) == a_board_before


def _with_hours(here: BuiltBranch) -> None:
    here.branch.always_open = False
    here.branch.save()
    for weekday in range(1, 6):
        here.branch.opening_blocks.create(weekday=weekday, opens=time(8), closes=time(17))
        here.branch.opening_blocks.create(weekday=weekday, opens=time(17), closes=time(19), kind="extended")
    here.branch.special_days.create(date=date(2026, 3, 5), name={"ms": "Cuti khas", "en": "Special leave"})
    layout_changed(branch_id=here.id, what="hours")


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-03-03T02:00:00Z", ["Open today 08:00–19:00", "Tuesday, 3 March 2026", "Please take a number"]),
        ("2026-03-03T12:00:00Z", ["We are closed now", "We open again: Wednesday, 4 March 2026, 08:00"]),
        (
            "2026-03-05T02:00:00Z",
            ["Closed today: Special leave", "We open again: Friday, 6 March 2026, 08:00"],
        ),
        ("2026-03-07T02:00:00Z", ["Closed today", "We open again: Monday, 9 March 2026, 08:00"]),
    ],
)
def test_b11_the_board_shows_todays_hours(here, moment, said):
    _with_hours(here)
    with time_machine.travel(moment, tick=False):
        html = board(here, languages=("en",))
    for text in said:
        assert text in html


def test_b11_the_board_changes_by_itself_when_the_office_opens(here, renders):
    _with_hours(here)
    with time_machine.travel("2026-03-02T23:59:30Z", tick=False):
        assert "We are closed now" in board(here, languages=("en",))
    with time_machine.travel("2026-03-03T00:00:00Z", tick=False):
        assert "Please take a number" in board(here, languages=("en",))
    assert renders == ["HALL", "HALL"]


def test_a_board_is_rendered_once_however_many_screens_ask(here, supervisor, renders):
    open_counter(here, "1", supervisor)
    a_ticket(here)
    for _ in range(20):
        board(here)
    called(here, "1", supervisor)
    for _ in range(20):
        board(here)
    assert renders == ["HALL", "HALL"]


def test_each_zone_and_choice_of_languages_is_rendered_once(here, renders):
    for _ in range(3):
        board(here, "HALL"), board(here, "UPPER"), board(here, "HALL", ("zh", "ta"))
    assert sorted(renders) == ["HALL", "HALL", "UPPER"]


def test_an_unchanged_board_costs_one_query(here):
    board(here)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        board(here)
    assert len(queries) == 1


def test_the_tag_of_an_unchanged_board_saves_sending_it_again(here, client: Client):
    address = f"/board/{here.code}/HALL/now"
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    a_ticket(here)
    changed = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_what_does_not_change_the_board_does_not_change_its_tag(here, supervisor):
    before = fragment(here.code, "UPPER", ("ms",))
    open_counter(here, "1", supervisor)
    after = fragment(here.code, "UPPER", ("ms",))
    assert after.seq > before.seq
    assert after.etag == before.etag


def test_languages_are_those_of_the_address_in_its_order(here, client: Client):
    a_ticket(here)
    html = client.get(f"/board/{here.code}/HALL?languages=zh,en,xx").content.decode()
    assert html.index("护照") < html.index("Passport")
    assert "Pasport" not in html
    assert 'lang="zh-Hans"' in html


def test_without_known_languages_a_board_speaks_malay_and_english(here, client: Client):
    a_ticket(here)
    html = client.get(f"/board/{here.code}/HALL?languages=xx").content.decode()
    assert html.index("Pasport") < html.index("Passport")


def test_more_than_two_languages_take_turns_in_pairs(here):
    a_ticket(here)
    html = board(here, languages=("ms", "en", "zh", "ta"))
    service = html[html.index('class="board__service"') :].partition("board__wait")[0]
    assert service.count('class="turn say"') == 2


def test_a_board_follows_an_upgrade_of_the_server(here, client: Client, monkeypatch):
    page = client.get(f"/board/{here.code}/HALL").content.decode()
    versions = {part.split('"')[0] for part in page.split('data-version="')[1:]}
    assert len(versions) == 1
    monkeypatch.setattr(rendering, "_served_version", "another")
    forget_fragments()
    assert f'data-version="{versions.pop()}"' not in board(here)


def test_a_board_is_a_public_page(here, client: Client):
    assert client.get(f"/board/{here.code}/HALL").status_code == 200
    assert client.get(f"/board/{here.code}").status_code == 200


def test_the_list_of_boards_carries_the_chosen_languages_and_arrow(here, client: Client):
    html = client.get(f"/board/{here.code}?languages=ms&languages=ta&arrow=left").content.decode()
    assert f"/board/{here.code}/HALL?languages=ms,ta&amp;arrow=left" in html


@pytest.mark.parametrize(
    "path", ["/board/NOWHERE", "/board/NOWHERE/HALL", "/board/UTC-A/NOWHERE", "/board/UTC-A/NOWHERE/now"]
)
def test_an_unknown_branch_or_zone_is_not_found(here, client: Client, path):
    assert client.get(path).status_code == 404


def test_a_zone_of_another_branch_is_not_found(here, client: Client):
    other = a_branch("UTC-B")
    other.branch.zones.create(code="ANNEX", name={"ms": "Lampiran"})
    layout_changed(branch_id=other.id, what="zone")
    assert client.get(f"/board/{here.code}/ANNEX/now").status_code == 404


def test_boards_only_answer_reading(here, client: Client):
    assert client.post(f"/board/{here.code}/HALL/now").status_code == 405


def test_a_notice_begins_and_ends_on_the_board_by_the_clock(here, supervisor, renders):
    with time_machine.travel("2026-03-03T02:00:00Z", tick=False) as travel:
        now = clock.now()
        post_notice(
            branch_id=here.id,
            text={"ms": "Surau di aras 1"},
            starts_at=now + timedelta(minutes=10),
            ends_at=now + timedelta(minutes=20),
            by=supervisor,
        )
        seen = []
        for minute in (0, 9, 10, 19, 20, 21):
            travel.move_to(now + timedelta(minutes=minute))
            seen.append("Surau" in board(here))
    assert seen == [False, False, True, True, False, False]
    assert len(renders) == 3


def test_a_persons_board_token_is_not_needed_nor_looked_at(here, client: Client):
    answer = client.get(f"/board/{here.code}/HALL/now", headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 200
