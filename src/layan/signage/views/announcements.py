"""Announcements on the floor page: what was said, when and where; supervisors ask for more and take them back (B9)."""

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from layan.kit import clock
from layan.kit.i18n import words
from layan.kit.refusal import Refusal
from layan.people.api import Permission, Person
from layan.people.web import person_of, staff_required
from layan.places.api import Layout
from layan.queueing.api import branch_for
from layan.signage import refusals
from layan.signage.announcing.rules import State
from layan.signage.announcing.saying import message_utterances
from layan.signage.announcing.services import announce, cancel_announcement, tidy
from layan.signage.announcing.words import heard
from layan.signage.forms import AnnouncementForm
from layan.signage.models import Announcement
from layan.signage.screens.known import displays
from layan.signage.speech.files import NoVoice, SoundFile, sound_file

_SHOWN = 60
_RECENT = timedelta(hours=24)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def listing(request: HttpRequest, code: str) -> HttpResponse:
    """List what was said and what waits, with the form that asks for the next; its `do` is hear or say."""
    person = person_of(request)
    posting = request.method == "POST"
    place = branch_for(person, code, Permission.SUPERVISE if posting else Permission.READ_STATE)
    sound = None
    with timezone.override(ZoneInfo(place.time_zone)):
        form = AnnouncementForm(place, request.POST if posting else None)
        if form.is_valid():
            try:
                if request.POST.get("do") == "hear":
                    sound = _heard_first(place, form)
                else:
                    _announce(request, place, form)
                    messages.success(request, _("It is in the line and is said as soon as its turn comes."))
                    return redirect("signage:announcements", code=place.code)
            except Refusal as refusal:
                _say_beside(form, refusal)
        context = {
            "place": place,
            "form": form,
            "sound": sound,
            "silent": _silent_zones(place),
            "may_hear_clips": person.may(Permission.READ_FIGURES, place.branch_id, place.agency_id),
            **_line(place, person),
        }
        return render(request, "signage/announcements.html", context, status=422 if form.errors else 200)


@require_safe
@staff_required
def now(request: HttpRequest, code: str) -> HttpResponse:
    """Return the part of the page that changes: what waits and what was said."""
    person = person_of(request)
    place = branch_for(person, code, Permission.READ_STATE)
    with timezone.override(ZoneInfo(place.time_zone)):
        return render(request, "signage/_announcements.html", _line(place, person))


@require_POST
@staff_required
def cancel(request: HttpRequest, code: str, batch: UUID) -> HttpResponse:
    """Take back a message that was not said yet."""
    person = person_of(request)
    place = branch_for(person, code, Permission.SUPERVISE)
    cancel_announcement(branch_id=place.branch_id, batch=batch, by=person)
    messages.success(request, _("It is taken back and will not be said."))
    return redirect("signage:announcements", code=place.code)


def _heard_first(place: Layout, form: AnnouncementForm) -> SoundFile:
    try:
        return sound_file(message_utterances(tidy(form.text)), agency=str(place.agency_id))
    except NoVoice as missing:
        raise refusals.no_voice(str(missing)) from missing


def _announce(request: HttpRequest, place: Layout, form: AnnouncementForm) -> None:
    chosen = form.cleaned_data
    announce(
        branch_id=place.branch_id,
        text=form.text,
        zone_ids=chosen["zones"],
        due_at=chosen["due_at"],
        urgent=chosen["urgent"],
        every_minutes=chosen["every_minutes"] or 0,
        ends_at=chosen["ends_at"],
        by=person_of(request),
    )


def _line(place: Layout, person: Person) -> dict[str, Any]:
    return {
        "place": place,
        "rows": _rows(place),
        "may_announce": person.may(Permission.SUPERVISE, place.branch_id, place.agency_id),
    }


def _rows(place: Layout) -> list[dict[str, Any]]:
    """Return what waits, then what was said or not, the newest first; a message said in several zones together is one row."""
    found = Announcement.objects.filter(branch_id=place.branch_id, due_at__gt=clock.now() - _RECENT)
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for each in found.select_related("screen", "asked_by").order_by("-due_at", "-pk")[: 4 * _SHOWN]:
        key = (each.batch, each.due_at, each.state, each.screen_id) if each.batch else (each.pk,)
        row = rows.setdefault(key, {"said": each, "zones": [], "words": heard(each)})
        if each.zone_id in place.zones:
            row["zones"].append(place.zones[each.zone_id])
    listed = list(rows.values())[:_SHOWN]
    return sorted(listed, key=lambda row: row["said"].state not in {State.WAITING, State.PLAYING})


def _silent_zones(place: Layout) -> list[str]:
    """Return the zones in which no screen with sound hangs."""
    heard = {screen.zone_id for screen in displays(place.branch_id).values() if screen.volume}
    return [words(zone.name) for zone in place.zones.values() if zone.id not in heard]


def _say_beside(form: AnnouncementForm, refusal: Refusal) -> None:
    """Say a refusal of what was typed in the form; one of the person goes to its own page."""
    beside = {
        "text-needed": "text_ms",
        "text-too-long": None,
        "unknown-zone": "zones",
        "wrong-announcement": "ends_at",
        "no-voice": None,
    }
    if refusal.code not in beside:
        raise refusal
    form.add_error(beside[refusal.code], str(refusal.words))
