"""Reception: an officer at the door gives numbers and says where to go, by keyboard or by one touch (B4, B7)."""

import unicodedata
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language_info
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from layan.customers.api import CATEGORY_WORDS, Category
from layan.kit import clock
from layan.kit.i18n import DJANGO_CODES
from layan.kit.refusal import Refusal
from layan.people.api import Permission
from layan.people.web import person_of, staff_required
from layan.places.api import Layout, disruption_message, service_day
from layan.queueing import refusals
from layan.queueing.access import branch_for, track_token
from layan.queueing.models import Session, Ticket
from layan.queueing.offers import Offer, offers
from layan.queueing.qr import qr_code
from layan.queueing.reads import people_ahead
from layan.queueing.taking import form_key, take
from layan.queueing.views.kiosk import MOST_SERVICES, public_address
from layan.queueing.wait_reads import wait_of
from layan.queueing.words import STATE_WORDS

#: Each group with the key that chooses it; appointments have a check-in of their own.
_CATEGORIES = (
    (Category.GENERAL, "F2"),
    (Category.SENIOR, "F3"),
    (Category.OKU, "F4"),
    (Category.PREGNANT, "F6"),
    (Category.INFANT, "F7"),
    (Category.EMERGENCY, "F9"),
)


@never_cache
@staff_required
@require_http_methods(["GET", "HEAD", "POST"])
def reception(request: HttpRequest, code: str) -> HttpResponse:
    """Show what is given now; a POST gives a number, `number` in the address says where one stands."""
    person = person_of(request)
    place = branch_for(person, code, Permission.ISSUE)
    if request.method != "POST":
        return _page(request, place)
    also = [part for part in request.POST.get("also", "").split(",") if part]
    try:
        ticket = take(
            place=place,
            key=request.POST.get("key", ""),
            services=list(dict.fromkeys([*also, request.POST.get("service", "")]))[:MOST_SERVICES],
            by=person,
            category=_category(request.POST.get("category", "")),
            language=_language(request.POST.get("language", "")),
            reference=request.POST.get("reference", "")[:80],
        )
    except Refusal as refusal:
        return _page(request, place, refusal)
    kept = {"number": ticket.number, "given": "yes", "language": ticket.language}
    return redirect(f"{reverse('queueing:reception', args=[place.code])}?{urlencode(kept)}")


@require_safe
@never_cache
@staff_required
def lines(request: HttpRequest, code: str) -> HttpResponse:
    """Return the part of the page that changes by itself: services with people and time."""
    place = branch_for(person_of(request), code, Permission.ISSUE)
    return render(request, "queueing/reception_lines.html", _lines(place))


def _page(request: HttpRequest, place: Layout, refusal: Refusal | None = None) -> HttpResponse:
    number = request.GET.get("number", "").strip().upper()[:12]
    ticket = _today(place, number) if number else None
    context = {
        **_lines(place),
        "disruption": disruption_message(place.branch_id),
        "categories": [(each.value, CATEGORY_WORDS[each], key) for each, key in _CATEGORIES],
        "languages": [
            (code, get_language_info(django)["name_local"]) for code, django in DJANGO_CODES.items()
        ],
        "language": _language(request.POST.get("language", "") or request.GET.get("language", "")),
        "key": form_key(),
        "refusal": refusal or (refusals.unknown_ticket() if number and ticket is None else None),
        "sought": number,
        "found": _found(request, place, ticket) if ticket else None,
        "given": "given" in request.GET,
    }
    status = refusal.status if refusal else 404 if number and ticket is None else 200
    return render(request, "queueing/reception.html", context, status=status)


def _lines(place: Layout) -> dict[str, Any]:
    staffed = Session.objects.filter(branch_id=place.branch_id, closed_at=None, state="open")
    at_work = [
        place.counters[pk] for pk in staffed.values_list("counter_id", flat=True) if pk in place.counters
    ]
    return {
        "place": place,
        "rows": [
            {
                "offer": offer,
                "search": _plain(" ".join([offer.service.code, *offer.service.name.values()])),
                "zone": place.zones.get(offer.service.zone_id),
                "counters": sorted(each.code for each in at_work if offer.service.id in each.offers),
            }
            for offer in _by_letter(offers(place, clock.now()))
        ],
    }


def _by_letter(offered: list[Offer]) -> list[Offer]:
    return sorted(offered, key=lambda offer: (offer.service.letter, offer.service.code))


def _plain(text: str) -> str:
    """Return a text as it is looked for: without case and the accents of Latin letters."""
    apart = unicodedata.normalize("NFD", text.casefold())
    return "".join(sign for sign in apart if not "\u0300" <= sign <= "\u036f")


def _today(place: Layout, number: str) -> Ticket | None:
    day = service_day(place, clock.now())
    return Ticket.objects.filter(branch_id=place.branch_id, service_day=day, number=number).first()


def _found(request: HttpRequest, place: Layout, ticket: Ticket) -> dict[str, Any]:
    """Return where a number stands and where its holder goes now."""
    now = clock.now()
    ahead = people_ahead(ticket, place, now)
    counter = place.counters.get(ticket.counter_id or 0)
    service = place.services.get(ticket.service_id)
    zone_id = counter.zone_id if counter else service.zone_id if service else 0
    address = public_address(request, ticket)
    return {
        "ticket": ticket,
        "state": STATE_WORDS[ticket.state],
        "service": service,
        "counter": counter,
        "zone": place.zones.get(zone_id),
        "ahead": ahead,
        "wait": wait_of(ticket, place, ahead, now),
        "qr": qr_code(address),
        "page": reverse("queueing:ticket", args=[track_token(ticket.pk)]),
    }


def _category(value: str) -> str:
    if value not in {category.value for category, _key in _CATEGORIES}:
        raise refusals.bad_value("category")
    return value


def _language(value: str) -> str:
    return value if value in DJANGO_CODES else "ms"
