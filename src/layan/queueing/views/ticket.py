"""The ticket page: where a customer stands, live, without a sign-in; late, back, cancel (B7, B13, B15)."""

from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Protocol

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import conditional_page, require_http_methods, require_safe

from layan.kit import clock
from layan.kit.i18n import DJANGO_CODES
from layan.kit.refusal import Refusal
from layan.places.api import CounterInfo, Layout, ZoneInfo, disruption_message, layout, opening
from layan.queueing import refusals
from layan.queueing.access import holder, ticket_id_of
from layan.queueing.models import Ticket
from layan.queueing.reads import people_ahead, ticket_by_id
from layan.queueing.rules.states import AT_COUNTER, ENDED, State
from layan.queueing.rules.taking import How
from layan.queueing.services.moving import LATE_MINUTES, NOT_LATE, cancel, postpone, return_to_line
from layan.queueing.services.paper import confirm, untaken
from layan.queueing.ticket_parts import ticket_parts
from layan.queueing.wait_reads import promised_until, wait_of

#: Remembers for one ticket's pages how many were ahead at first, so that the line can shorten from there.
AHEAD_COOKIE = "layan_ahead"
_DAY_SECONDS = 24 * 3600
#: The nearer the turn, the sooner a page asks again; hundreds of pages do not ask at once after each call.
_CALMEST_SECONDS = 10


class TicketView(Protocol):
    def __call__(self, request: HttpRequest, ticket: Ticket, place: Layout, token: str) -> HttpResponse: ...


class TokenView(Protocol):
    def __call__(self, request: HttpRequest, token: str) -> HttpResponse: ...


def of_ticket(view: TicketView) -> TokenView:
    """Give a view the ticket that its signed address names; keep the answer out of caches and search engines."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        ticket = ticket_by_id(ticket_id_of(token))
        if ticket is None:
            raise refusals.unknown_ticket()
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(DJANGO_CODES.get(ticket.language, settings.LANGUAGE_CODE))
        response = view(request, ticket, layout(ticket.branch_id), token)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
@of_ticket
def page(request: HttpRequest, ticket: Ticket, place: Layout, token: str) -> HttpResponse:
    """Show the ticket; a POST says "I will be late" (`minutes`), or in `do`: back, cancel."""
    if request.method != "HEAD" and untaken(ticket) is not None:
        # Whoever opened this has the number, with or without a slip.
        confirm(ticket=ticket, how=How.PHONE, by=holder(ticket.pk))
        ticket.refresh_from_db()
    if request.method != "POST":
        return _page(request, ticket, place, token)
    try:
        _act(request, ticket)
    except Refusal as refusal:
        ticket.refresh_from_db()
        return _page(request, ticket, place, token, refusal)
    return redirect("queueing:ticket", token=token)


@require_safe
@of_ticket
@conditional_page
def now(request: HttpRequest, ticket: Ticket, place: Layout, token: str) -> HttpResponse:
    """Return the part of the page that changes by itself."""
    return _show(request, "queueing/ticket_now.html", _context(request, ticket, place, token))


def _act(request: HttpRequest, ticket: Ticket) -> None:
    by = holder(ticket.pk)
    wish = request.POST.get("do", "")
    if wish == "back":
        return_to_line(branch_id=ticket.branch_id, ticket_id=ticket.pk, by=by)
    elif wish == "cancel":
        # A second tap finds it cancelled already, which is what was wanted.
        if ticket.state != State.CANCELLED:
            cancel(branch_id=ticket.branch_id, ticket_id=ticket.pk, by=by)
    else:
        minutes = request.POST.get("minutes", "")
        if minutes not in {str(choice) for choice in (NOT_LATE, *LATE_MINUTES)}:
            raise refusals.bad_value("minutes")
        postpone(branch_id=ticket.branch_id, ticket_id=ticket.pk, minutes=int(minutes), by=by)


def _page(
    request: HttpRequest, ticket: Ticket, place: Layout, token: str, refusal: Refusal | None = None
) -> HttpResponse:
    context = _context(request, ticket, place, token) | {"refusal": refusal}
    return _show(request, "queueing/ticket.html", context, refusal.status if refusal else 200)


def _show(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    response = render(request, template, context, status=status)
    if context["ahead_at_first"] > 0:
        response.set_cookie(
            AHEAD_COOKIE,
            str(context["ahead_at_first"]),
            max_age=_DAY_SECONDS,
            path=f"/t/{context['token']}",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def _context(request: HttpRequest, ticket: Ticket, place: Layout, token: str) -> dict[str, Any]:
    moment = clock.now()
    ahead = people_ahead(ticket, place, moment)
    counter = place.counters.get(ticket.counter_id) if ticket.counter_id else None
    return_until = _return_until(ticket, place)
    return {
        "ticket": ticket,
        "token": token,
        "place": place,
        "disruption": disruption_message(place.branch_id),
        "ahead": ahead,
        **_wait_context(ticket, place, ahead, moment),
        "calm": min(_CALMEST_SECONDS, 2 + ahead),
        "ahead_at_first": max(ahead, _first_seen(request)),
        "later": ticket.not_before if ticket.not_before and ticket.not_before > moment else None,
        "counter": counter,
        "zone": _zone(ticket, place, counter),
        "service": place.services.get(ticket.service_id),
        "steps": _steps(ticket, place),
        "return_until": return_until if return_until and return_until >= moment else None,
        "late_minutes": LATE_MINUTES,
        "live": ticket.state not in ENDED,
        "parts": ticket_parts(ticket, token),
    }


def _wait_context(ticket: Ticket, place: Layout, ahead: int, moment: datetime) -> dict[str, Any]:
    """Return how long it will still take, when that was reckoned, and what was promised with the number (B7)."""
    wait, until = wait_of(ticket, place, ahead, moment), promised_until(ticket)
    return {
        "wait": wait,
        "reckoned_at": parse_datetime(wait.as_of) if wait and wait.as_of else None,
        "promised_from": ticket.issued_at + timedelta(minutes=ticket.promised["low"]) if until else None,
        "promised_until": until,
        "is_late": until is not None and until < moment,
        "closes_at": opening(place, moment).closes_at if wait and wait.reason == "after_closing" else None,
    }


def _first_seen(request: HttpRequest) -> int:
    kept = request.COOKIES.get(AHEAD_COOKIE, "")
    return min(int(kept), 10_000) if kept.isascii() and kept.isdigit() and len(kept) < 6 else 0


def _zone(ticket: Ticket, place: Layout, counter: CounterInfo | None) -> ZoneInfo | None:
    """Return where to go: the counter's zone when one is to be gone to, else where the service is waited for."""
    if counter is not None and ticket.state in AT_COUNTER | {State.ON_HOLD}:
        return place.zones.get(counter.zone_id)
    service = place.services.get(ticket.service_id)
    return place.zones.get(service.zone_id) if service else None


def _return_until(ticket: Ticket, place: Layout) -> datetime | None:
    """Return until when a customer who missed the call may come back."""
    if ticket.state != State.NO_SHOW or ticket.called_at is None:
        return None
    return ticket.called_at + timedelta(minutes=place.late_minutes)


def _steps(ticket: Ticket, place: Layout) -> list[tuple[dict[str, str], str]]:
    """Return the visit's services in order, each with done, now or later; empty for a single one (B3)."""
    present = place.services.get(ticket.service_id)
    steps = [(code, "done") for code in ticket.finished_services]
    if present is not None and ticket.state not in ENDED:
        steps.append((present.code, "now"))
    steps += [(code, "later") for code in ticket.remaining]
    if len(steps) < 2:
        return []
    return [(place.service_codes[code].name, state) for code, state in steps if code in place.service_codes]
