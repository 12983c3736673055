"""The kiosk: language, service, category, number. Three touches, one question a screen (B3, B13, B14, B15)."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from layan.customers.api import CATEGORY_WORDS, Category
from layan.kit import clock
from layan.kit.address import client_address
from layan.kit.i18n import DJANGO_CODES, short_code, words
from layan.kit.refusal import Refusal
from layan.kit.templatetags.kit import DISPLAY_COOKIE
from layan.people.api import Grant, Permission, Person, Role
from layan.people.web import device_person, person_of
from layan.places.api import Layout, ServiceInfo, disruption_message, opening, service_day, week_hours
from layan.queueing import refusals
from layan.queueing.access import public_branch, ticket_id_of, track_token
from layan.queueing.aloud import aloud_address, languages_aloud, number_aloud, service_aloud, services_aloud
from layan.queueing.models import Ticket
from layan.queueing.offers import Offer, offers
from layan.queueing.qr import qr_code
from layan.queueing.reads import people_ahead, ticket_by_id
from layan.queueing.services.paper import printer_of, untaken
from layan.queueing.taking import count_public_number, form_key, take
from layan.queueing.wait_reads import wait_of

PUBLIC = "public"
#: Services that one visit may be given at the kiosk; officers may add more.
MOST_SERVICES = 5
#: Offered at the kiosk, in this order, each with its icon; appointments have a check-in of their own.
CATEGORIES = (
    (Category.SENIOR, "user"),
    (Category.OKU, "accessibility"),
    (Category.PREGNANT, "user-plus"),
    (Category.INFANT, "baby"),
)

Parameters = ParamSpec("Parameters")
View = Callable[Concatenate[HttpRequest, Layout, Person, Parameters], HttpResponse]


def at_kiosk(view: View[Parameters]) -> Callable[..., HttpResponse]:
    """Give a view its branch and whoever may issue numbers on this screen; others learn how to register it."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, code: str, *args: Any, **kwargs: Any) -> HttpResponse:
        place = public_branch(code)
        issuer = _issuer(request, place)
        if issuer is None:
            return render(request, "queueing/kiosk_closed_to_you.html", {"place": place}, status=403)
        # Every page asks it: only a registered screen has a place to which somebody can be called.
        request.kiosk_id = issuer.token_id  # type: ignore[attr-defined]
        return view(request, place, issuer, *args, **kwargs)

    return guarded


def _issuer(request: HttpRequest, place: Layout) -> Person | None:
    """Return the registered screen, the member of staff at the reception, or where allowed anyone."""
    for person in (device_person(request), person_of(request)):
        if person is not None and person.may(Permission.ISSUE, place.branch_id, place.agency_id):
            return person
    if place.public_kiosk:
        return Person(actor=PUBLIC, grants=(Grant(Role.KIOSK, branch_id=place.branch_id),))
    return None


@require_safe
@at_kiosk
def start(request: HttpRequest, place: Layout, _issuer: Person) -> HttpResponse:
    """Ask for the language. A new visit: what the last person chose for eyes and reach is forgotten."""
    chosen = request.COOKIES.pop(DISPLAY_COOKIE, None)
    translation.activate(settings.LANGUAGE_CODE)
    names = [_(get_language_info(code)["name"]) for code in DJANGO_CODES.values()]
    context = {**_now_context(place), "aloud": aloud_address(place, languages_aloud(names))}
    response = render(request, "queueing/kiosk_start.html", context)
    if chosen is not None:
        response.delete_cookie(DISPLAY_COOKIE)
    return response


@require_safe
@at_kiosk
def now(request: HttpRequest, place: Layout, _issuer: Person) -> HttpResponse:
    """Return the part of the first screen that changes by itself: disruption, open or closed."""
    translation.activate(settings.LANGUAGE_CODE)
    return render(request, "queueing/kiosk_now.html", _now_context(place))


def _now_context(place: Layout) -> dict[str, Any]:
    return {
        "place": place,
        "opening": opening(place, clock.now()),
        "disruption": disruption_message(place.branch_id),
        "languages": list(DJANGO_CODES.values()),
    }


@require_safe
@at_kiosk
def services(request: HttpRequest, place: Layout, _issuer: Person) -> HttpResponse:
    """Ask for the service. `q` searches by name in any language; `also` holds services already chosen (B3)."""
    moment = clock.now()
    context = _services_context(request, place, moment)
    offered = [offer for offer, _names in context["offers"]]
    if not (context["also"] or context["query"]) and offered and all(map(_is_closed, offered)):
        context |= {
            "aloud": "",
            "opening": opening(place, moment),
            "week": week_hours(place, service_day(place, moment)),
        }
        return render(request, "queueing/kiosk_closed.html", context)
    return render(request, "queueing/kiosk_services.html", context)


@require_safe
@at_kiosk
def tiles(request: HttpRequest, place: Layout, _issuer: Person) -> HttpResponse:
    """Return the part of the second screen that changes by itself: how long each service takes now (B7)."""
    return render(request, "queueing/kiosk_tiles.html", _services_context(request, place, clock.now()))


def _services_context(request: HttpRequest, place: Layout, moment: datetime) -> dict[str, Any]:
    also = _chosen(place, request.GET.get("also", ""))
    query = request.GET.get("q", "").strip()[:80]
    offered = [offer for offer in offers(place, moment) if offer.service not in also]
    shown = [offer for offer in offered if _matches(offer.service, query)]
    return {
        "place": place,
        "disruption": disruption_message(place.branch_id),
        "also": also,
        "also_codes": _codes(also),
        "query": query,
        "offers": [(offer, _names(offer.service)) for offer in shown],
        "aloud": aloud_address(place, services_aloud(shown, more=bool(also))),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@at_kiosk
def service(request: HttpRequest, place: Layout, issuer: Person, service: str) -> HttpResponse:
    """Show what to bring and the fee before a number is taken; a touch on a category takes it."""
    wanted = place.service_codes.get(service)
    if wanted is None:
        raise refusals.unknown_service(service)
    also = [other for other in _chosen(place, request.GET.get("also", "")) if other != wanted]
    if request.method != "POST":
        return _service_page(request, place, issuer, wanted, also)
    try:
        if issuer.actor == PUBLIC:
            count_public_number(place, client_address(request))
        printer = printer_of(issuer, place.branch_id)
        ticket = take(
            place=place,
            key=request.POST.get("key", ""),
            services=[each.code for each in (*also, wanted)],
            by=issuer,
            category=_offered_category(request.POST.get("category", "")),
            language=short_code(),
            reference=request.POST.get("reference", "")[:80],
            # One that is known not to print is none: the number is taken from the screen, as without a printer.
            printer_id=printer.pk if printer and printer.prints else None,
        )
    except Refusal as refusal:
        return _service_page(request, place, issuer, wanted, also, refusal)
    return redirect("queueing:kiosk-number", code=place.code, token=track_token(ticket.pk))


def _service_page(
    request: HttpRequest,
    place: Layout,
    issuer: Person,
    wanted: ServiceInfo,
    also: list[ServiceInfo],
    refusal: Refusal | None = None,
) -> HttpResponse:
    offer = next(each for each in offers(place, clock.now()) if each.service == wanted)
    context = {
        "place": place,
        "disruption": disruption_message(place.branch_id),
        "offer": offer,
        "service": wanted,
        "zone": place.zones.get(wanted.zone_id),
        "also": also,
        "also_codes": _codes(also),
        "more_codes": _codes([*also, wanted]) if len(also) + 1 < MOST_SERVICES else "",
        "categories": [(each, CATEGORY_WORDS[each], icon) for each, icon in CATEGORIES],
        "key": form_key(),
        "no_slip": _prints_no_slip(issuer, place),
        "aloud": aloud_address(place, service_aloud(offer, _groups())),
        "refusal": refusal,
    }
    return render(request, "queueing/kiosk_service.html", context, status=refusal.status if refusal else 200)


@require_safe
@at_kiosk
def number(request: HttpRequest, place: Layout, issuer: Person, token: str) -> HttpResponse:
    """Show the number just taken, where to wait, and the way to the ticket page."""
    ticket = ticket_by_id(ticket_id_of(token))
    if ticket is None or ticket.branch_id != place.branch_id:
        raise refusals.unknown_ticket()
    first = place.services.get(ticket.service_id)
    moment = clock.now()
    ahead = people_ahead(ticket, place, moment)
    address = public_address(request, ticket)
    zone = place.zones.get(first.zone_id) if first else None
    wait = wait_of(ticket, place, ahead, moment)
    context = {
        "place": place,
        "disruption": disruption_message(place.branch_id),
        "ticket": ticket,
        "service": first,
        "then": [place.service_codes[code] for code in ticket.remaining if code in place.service_codes],
        "zone": zone,
        "ahead": ahead,
        "wait": wait,
        "busy": first is not None and 0 < first.queue_limit <= ahead,
        "address": address,
        "qr": qr_code(address),
        "own_phone": issuer.actor == PUBLIC,
        "untaken": untaken(ticket) if ticket.issued_by == issuer.actor else None,
        "token": token,
        "no_slip": _prints_no_slip(issuer, place),
        "aloud": aloud_address(
            place, number_aloud(ticket.number, words(zone.name) if zone else "", ahead, wait)
        ),
    }
    return render(request, "queueing/kiosk_number.html", context)


def _groups() -> list[str]:
    """Return the buttons of a service's page that give a number, in their order."""
    return [_("Take a number"), *(str(CATEGORY_WORDS[each]) for each, _icon in CATEGORIES), _("Emergency")]


def _prints_no_slip(issuer: Person, place: Layout) -> bool:
    """Say whether the kiosk has a printer of which it is known that nothing comes out now."""
    printer = printer_of(issuer, place.branch_id)
    return printer is not None and not printer.prints


def public_address(request: HttpRequest, ticket: Ticket) -> str:
    """Return the whole address of the ticket page as a customer's phone reaches it."""
    path = reverse("queueing:ticket", args=[track_token(ticket.pk)])
    return settings.PUBLIC_URL + path if settings.PUBLIC_URL else request.build_absolute_uri(path)


def _offered_category(value: str) -> str:
    if value not in {Category.GENERAL, Category.EMERGENCY, *(category for category, _ in CATEGORIES)}:
        raise refusals.bad_value("category")
    return value


def _chosen(place: Layout, codes: str) -> list[ServiceInfo]:
    """Return the services chosen before this one, each once. Raises unknown-service."""
    chosen = []
    for code in dict.fromkeys(part for part in codes.split(",")[: MOST_SERVICES - 1] if part):
        if code not in place.service_codes:
            raise refusals.unknown_service(code)
        chosen.append(place.service_codes[code])
    return chosen


def _codes(services: list[ServiceInfo]) -> str:
    return ",".join(service.code for service in services)


def _is_closed(offer: Offer) -> bool:
    return offer.refusal is not None and offer.refusal.code == "closed-now"


def _names(service: ServiceInfo) -> str:
    """Return every name under which a service may be looked for."""
    names = [*service.name.values(), *service.agency_name.values(), service.code]
    return " ".join(names).casefold()


def _matches(service: ServiceInfo, query: str) -> bool:
    return all(word in _names(service) for word in query.casefold().split())
