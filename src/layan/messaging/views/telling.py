"""The page on which the holder of a number asks to be told, and stops it (B8)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from layan.kit.i18n import DJANGO_CODES, short_code
from layan.kit.refusal import Refusal
from layan.messaging import refusals
from layan.messaging.api import masked, on_offer
from layan.messaging.forms import AddressForm
from layan.messaging.rules import Channel
from layan.messaging.services import ask, stop, told_of
from layan.messaging.words import CHANNEL_WORDS
from layan.places.api import Layout
from layan.queueing.api import State, Ticket, holder, ticket_for, ticket_id_of

_OVER = frozenset({State.DONE, State.CANCELLED})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for an address for one channel; a POST gives it, or names in `stop` the channel to stop."""
    ticket_id = ticket_id_of(token)
    ticket, place = ticket_for(holder(ticket_id), ticket_id)
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(DJANGO_CODES.get(ticket.language, settings.LANGUAGE_CODE))
    form, refusal = None, None
    if request.method == "POST":
        try:
            form = _act(request, ticket)
        except Refusal as refused:
            refusal = refused
        if form is None and refusal is None:
            return redirect("queueing:ticket", token=token)
    response = _page(request, ticket, place, token, form, refusal)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _act(request: HttpRequest, ticket: Ticket) -> AddressForm | None:
    """Carry out the wish; return the form when it cannot be, with what is wrong with it."""
    if request.POST.get("stop") in set(Channel):
        stop(ticket=ticket, channel=request.POST["stop"])
        return None
    chosen = request.POST.get("channel", "")
    if chosen not in set(on_offer()):
        raise refusals.channel_not_offered()
    form = AddressForm(Channel(chosen), request.POST)
    if not form.is_valid():
        return form
    try:
        ask(
            ticket=ticket,
            channel=form.channel,
            typed=form.cleaned_data["address"],
            language=short_code(),
        )
    except Refusal as refused:
        if refused.code not in {"bad-phone", "bad-email"}:
            raise
        form.add_error("address", str(refused.words))
        return form
    return None


def _page(
    request: HttpRequest,
    ticket: Ticket,
    place: Layout,
    token: str,
    tried: AddressForm | None,
    refusal: Refusal | None,
) -> HttpResponse:
    ticket.refresh_from_db()
    told = {each.channel: masked(Channel(each.channel), each.address) for each in told_of(ticket)}
    rows = [
        {
            "channel": channel.value,
            "words": CHANNEL_WORDS[channel],
            "masked": told.get(channel.value, ""),
            "form": tried if tried is not None and tried.channel is channel else AddressForm(channel),
        }
        for channel in on_offer()
    ]
    context = {
        "ticket": ticket,
        "token": token,
        "place": place,
        "rows": rows if State(ticket.state) not in _OVER else [],
        "refusal": refusal,
    }
    status = refusal.status if refusal else 422 if tried is not None else 200
    return render(request, "messaging/tell.html", context, status=status)
