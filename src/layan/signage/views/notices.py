"""Notices on the floor page: readers look, supervisors post and end them."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from layan.kit import clock
from layan.kit.refusal import Refusal
from layan.people.api import Permission
from layan.people.web import person_of, staff_required
from layan.places.api import Layout
from layan.queueing.api import branch_for
from layan.signage.forms import WEEKDAYS, NoticeForm
from layan.signage.reads import is_on, notices
from layan.signage.services import end_notice, post_notice


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def listing(request: HttpRequest, code: str) -> HttpResponse:
    """List the branch's notices with the form that posts one; a fragment for htmx, else a page of its own."""
    person = person_of(request)
    posting = request.method == "POST"
    place = branch_for(person, code, Permission.SUPERVISE if posting else Permission.READ_STATE)
    with timezone.override(ZoneInfo(place.time_zone)):
        form = NoticeForm(place, request.POST if posting else None)
        if form.is_valid() and _post(request, place, form):
            if not request.headers.get("HX-Request"):
                return redirect("signage:notices", code=place.code)
            form = NoticeForm(place)
        return _show(request, place, form)


@require_POST
@staff_required
def end(request: HttpRequest, code: str, notice_id: int) -> HttpResponse:
    """Take a notice off the boards."""
    person = person_of(request)
    place = branch_for(person, code, Permission.SUPERVISE)
    end_notice(branch_id=place.branch_id, notice_id=notice_id, by=person)
    if not request.headers.get("HX-Request"):
        return redirect("signage:notices", code=place.code)
    with timezone.override(ZoneInfo(place.time_zone)):
        return _show(request, place, NoticeForm(place))


def _post(request: HttpRequest, place: Layout, form: NoticeForm) -> bool:
    """Post what the form holds; a refusal of its facts goes beside them, one of the person to its own page."""
    try:
        post_notice(
            branch_id=place.branch_id,
            text=form.text,
            zone_id=form.cleaned_data["zone"],
            starts_at=form.cleaned_data["starts_at"],
            ends_at=form.cleaned_data["ends_at"],
            weekdays="".join(form.cleaned_data["weekdays"]),
            from_time=form.cleaned_data["from_time"],
            until_time=form.cleaned_data["until_time"],
            open_days_only=form.cleaned_data["open_days_only"],
            by=person_of(request),
        )
    except Refusal as refusal:
        beside = {"ends-too-soon": "ends_at", "wrong-hours": "until_time"}
        if refusal.code not in beside:
            raise
        form.add_error(beside[refusal.code], str(refusal.words))
        return False
    return True


def _show(request: HttpRequest, place: Layout, form: NoticeForm) -> HttpResponse:
    now = clock.now()
    listed = notices(place, now)
    context = {
        "place": place,
        "form": form,
        "now": now,
        "notices": listed,
        "on_boards": {notice.pk for notice in listed if is_on(place, notice, now)},
        "weekday_names": WEEKDAYS,
        "may_post": person_of(request).may(Permission.SUPERVISE, place.branch_id, place.agency_id),
    }
    template = "signage/_notices.html" if request.headers.get("HX-Request") else "signage/notices.html"
    return render(request, template, context, status=422 if form.errors else 200)
