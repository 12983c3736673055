"""Notices: supervisors post and end them, readers look, strangers neither."""

from datetime import time, timedelta

import pytest
import time_machine
from django.test import Client

from layan.kit import clock
from layan.kit.models import Event
from layan.people.api import Role
from layan.signage.models import Notice
from layan.signage.reads import notices
from layan.signage.rendering import fragment
from layan.signage.services import TEXT_LIMIT, end_notice, post_notice
from tests.builders import a_branch, a_person, a_user
from tests.refusals import refused

pytestmark = pytest.mark.django_db


def shown(here, zone: str = "HALL") -> str:
    return fragment(here.code, zone, ("ms", "en")).html


def test_a_notice_stands_on_every_board_of_the_branch_at_once(here, supervisor):
    assert "Surau" not in shown(here)
    post_notice(
        branch_id=here.id, text={"ms": "Surau di aras 1", "en": "Prayer room on level 1"}, by=supervisor
    )
    assert "Surau di aras 1" in shown(here, "HALL")
    assert "Prayer room on level 1" in shown(here, "UPPER")


def test_a_notice_of_a_zone_stands_on_its_boards_only(here, supervisor):
    hall = here.branch.zones.get(code="HALL")
    post_notice(branch_id=here.id, text={"ms": "Dewan sahaja"}, zone_id=hall.pk, by=supervisor)
    assert "Dewan sahaja" in shown(here, "HALL")
    assert "Dewan sahaja" not in shown(here, "UPPER")


def test_an_ended_notice_leaves_the_boards_at_once(here, supervisor):
    notice = post_notice(branch_id=here.id, text={"ms": "Surau di aras 1"}, by=supervisor)
    end_notice(branch_id=here.id, notice_id=notice.pk, by=supervisor)
    assert "Surau" not in shown(here)


def test_the_log_says_that_a_notice_was_posted_and_ended_but_not_its_text(here, supervisor):
    notice = post_notice(branch_id=here.id, text={"ms": "Puan Siti, sila ke kaunter 1"}, by=supervisor)
    end_notice(branch_id=here.id, notice_id=notice.pk, by=supervisor)
    end_notice(branch_id=here.id, notice_id=notice.pk, by=supervisor)
    events = list(
        Event.objects.filter(type__startswith="notice.").order_by("seq").values_list("type", "payload")
    )
    assert events == [
        ("notice.posted", f'{{"notice":{notice.pk}}}'),
        ("notice.ended", f'{{"notice":{notice.pk}}}'),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ({}, "text-needed"),
        ({"ms": "  "}, "text-needed"),
        ({"en": "English only"}, "text-needed"),
        ({"ms": "x" * (TEXT_LIMIT + 1)}, "text-too-long"),
    ],
)
def test_a_notice_needs_a_short_malay_text(here, supervisor, text, code):
    with refused(code):
        post_notice(branch_id=here.id, text=text, by=supervisor)
    assert not Notice.objects.exists()


def test_a_notice_ends_later_than_it_starts_and_later_than_now(here, supervisor):
    now = clock.now()
    for starts, ends in (
        (None, now - timedelta(seconds=1)),
        (now + timedelta(hours=2), now + timedelta(hours=1)),
    ):
        with refused("ends-too-soon"):
            post_notice(
                branch_id=here.id, text={"ms": "Ujian"}, starts_at=starts, ends_at=ends, by=supervisor
            )


def test_a_zone_of_another_branch_is_refused(here, supervisor):
    elsewhere = a_branch("UTC-B").branch.zones.get(code="HALL")
    with refused("unknown-zone"):
        post_notice(branch_id=here.id, text={"ms": "Ujian"}, zone_id=elsewhere.pk, by=supervisor)


def test_a_notice_of_another_branch_cannot_be_ended(here, supervisor):
    other = a_branch("UTC-B")
    theirs = post_notice(branch_id=other.id, text={"ms": "Ujian"}, by=a_person(Role.SUPERVISOR, other))
    with refused("unknown-notice"):
        end_notice(branch_id=here.id, notice_id=theirs.pk, by=supervisor)


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.SUPERVISOR, Role.ADMINISTRATOR}])
def test_only_supervisors_and_administrators_post_and_end(here, supervisor, role):
    notice = post_notice(branch_id=here.id, text={"ms": "Ujian"}, by=supervisor)
    with refused("not-allowed"):
        post_notice(branch_id=here.id, text={"ms": "Ujian"}, by=a_person(role, here))
    with refused("not-allowed"):
        end_notice(branch_id=here.id, notice_id=notice.pk, by=a_person(role, here))


def test_the_floors_list_holds_present_coming_and_lately_ended_notices(here, supervisor):
    with time_machine.travel("2026-03-03T02:00:00Z", tick=False) as travel:
        now = clock.now()
        post_notice(branch_id=here.id, text={"ms": "lama"}, ends_at=now + timedelta(hours=1), by=supervisor)
        travel.move_to(now + timedelta(hours=20))
        later = clock.now()
        post_notice(branch_id=here.id, text={"ms": "kini"}, ends_at=later + timedelta(hours=1), by=supervisor)
        post_notice(
            branch_id=here.id, text={"ms": "esok"}, starts_at=later + timedelta(days=1), by=supervisor
        )
        travel.move_to(later + timedelta(hours=2))
        listed = [notice.text["ms"] for notice in notices(here.place, clock.now())]
    assert listed == ["esok", "kini"]


def as_(client: Client, here, role: Role) -> Client:
    client.force_login(a_user(role.value, role, here))
    return client


def form(**fields: str) -> dict[str, str]:
    return {f"notice-{name}": value for name, value in fields.items()}


def test_a_supervisor_posts_and_ends_a_notice_on_the_page(here, client: Client):
    as_(client, here, Role.SUPERVISOR)
    posted = client.post(
        f"/floor/{here.code}/notices", form(text_ms="Surau di aras 1", text_en="Prayer room")
    )
    assert posted.status_code == 302
    page = client.get(posted["Location"]).content.decode()
    assert "Surau di aras 1" in page
    assert "Surau di aras 1" in shown(here)
    notice = Notice.objects.get()
    ended = client.post(f"/floor/{here.code}/notices/{notice.pk}/end")
    assert ended.status_code == 302
    assert "Surau" not in shown(here)


def test_times_on_the_form_are_the_branchs_wall_clock(here, client: Client):
    as_(client, here, Role.SUPERVISOR)
    with time_machine.travel("2026-03-03T02:00:00Z", tick=False):
        client.force_login(a_user("second", Role.SUPERVISOR, here))
        client.post(
            f"/floor/{here.code}/notices",
            form(text_ms="Ujian", starts_at="2026-03-03T12:00", ends_at="2026-03-03T13:00"),
        )
    notice = Notice.objects.get()
    assert (notice.starts_at.isoformat(), notice.ends_at.isoformat()) == (
        "2026-03-03T04:00:00+00:00",
        "2026-03-03T05:00:00+00:00",
    )


def test_a_wrong_end_is_said_beside_the_field_and_what_was_typed_is_kept(here, client: Client):
    as_(client, here, Role.SUPERVISOR)
    answer = client.post(f"/floor/{here.code}/notices", form(text_ms="Ujian", ends_at="2001-01-01T10:00"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'id="id_notice-ends_at_error"' in page
    assert 'value="Ujian"' in page
    assert not Notice.objects.exists()


def test_with_htmx_the_answer_is_the_panel_alone(here, client: Client):
    as_(client, here, Role.SUPERVISOR)
    answer = client.post(f"/floor/{here.code}/notices", form(text_ms="Ujian"), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.content.decode().lstrip().startswith('<section id="notices"')


def test_an_officer_reads_the_notices_and_has_no_form(here, client: Client, supervisor):
    post_notice(branch_id=here.id, text={"ms": "Ujian"}, by=supervisor)
    page = as_(client, here, Role.OFFICER).get(f"/floor/{here.code}/notices").content.decode()
    assert "Ujian" in page
    assert "/end" not in page
    assert "notice-text_ms" not in page


def test_an_officer_posts_and_ends_nothing(here, client: Client, supervisor):
    notice = post_notice(branch_id=here.id, text={"ms": "Ujian"}, by=supervisor)
    as_(client, here, Role.OFFICER)
    assert client.post(f"/floor/{here.code}/notices", form(text_ms="Palsu")).status_code == 403
    assert client.post(f"/floor/{here.code}/notices/{notice.pk}/end").status_code == 403
    assert Notice.objects.filter(ends_at=None).count() == 1


def test_a_supervisor_of_another_branch_is_a_stranger(here, client: Client, supervisor):
    notice = post_notice(branch_id=here.id, text={"ms": "Ujian"}, by=supervisor)
    as_(client, a_branch("UTC-B"), Role.SUPERVISOR)
    assert client.get(f"/floor/{here.code}/notices").status_code == 403
    assert client.post(f"/floor/{here.code}/notices", form(text_ms="Palsu")).status_code == 403
    assert client.post(f"/floor/{here.code}/notices/{notice.pk}/end").status_code == 403


def test_nobody_is_sent_to_the_sign_in_page(here, client: Client):
    for answer in (
        client.get(f"/floor/{here.code}/notices"),
        client.post(f"/floor/{here.code}/notices/1/end"),
    ):
        assert answer.status_code == 302
        assert "/accounts/login" in answer["Location"]


def test_a_repeating_notice_comes_and_goes_on_the_board_by_the_clock(here, supervisor):
    with time_machine.travel("2026-03-06T04:29:00Z", tick=False) as moment:  # a Friday, 12:29 there
        post_notice(
            branch_id=here.id,
            text={"ms": "Solat Jumaat"},
            weekdays="5",
            from_time=time(12, 30),
            until_time=time(14, 45),
            by=supervisor,
        )
        seen = []
        for minutes in (0, 1, 134, 1, 7 * 24 * 60 - 134):
            moment.shift(timedelta(minutes=minutes))
            seen.append("Solat Jumaat" in shown(here))
        assert seen == [False, True, True, False, True]


def test_weekdays_alone_mean_the_whole_day_and_half_hours_are_refused(here, supervisor):
    notice = post_notice(branch_id=here.id, text={"ms": "Pasar tani"}, weekdays="7", by=supervisor)
    assert (notice.from_time, notice.until_time) == (time(0), time(0))
    with refused("wrong-hours"):
        post_notice(branch_id=here.id, text={"ms": "x"}, from_time=time(9), by=supervisor)


def test_a_supervisor_posts_a_repeating_notice_on_the_page(here, client: Client):
    as_(client, here, Role.SUPERVISOR)
    typed = form(text_ms="Tutup 17:00", from_time="16:45", until_time="17:00", open_days_only="on")
    answer = client.post(
        f"/floor/{here.code}/notices", typed | {"notice-weekdays": ["1", "2", "3", "4", "5"]}
    )
    assert answer.status_code == 302
    notice = Notice.objects.get()
    assert (notice.weekdays, notice.from_time, notice.open_days_only) == ("12345", time(16, 45), True)
    page = client.get(f"/floor/{here.code}/notices").content.decode()
    assert "16:45–17:00" in page
