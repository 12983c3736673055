"""Two screens of the demonstration, paired already: whoever opens their address holds their key."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import salted_hmac
from django.views.decorators.http import require_safe

from layan.kit import clock
from layan.kit.events import recording
from layan.places.api import layout
from layan.places.models import Branch
from layan.signage.models import Screen
from layan.signage.screens.known import digest_of
from layan.signage.view import SCREEN_COOKIE

#: Name, the zone in which it hangs, languages.
_SCREENS = (("Ruang menunggu", "A", "ms,en"), ("Kafeteria", "B", "ms,en,zh,ta"))


def hang_screens(branch_code: str) -> None:
    """Pair the demonstration's screens with a branch, unless they are."""
    branch = Branch.objects.get(code=branch_code)
    place = layout(branch.pk)
    with recording(branch.pk) as record:
        for which, (name, zone, languages) in enumerate(_SCREENS, start=1):
            zone_id = place.zone_codes[zone].id
            screen, is_new = Screen.objects.get_or_create(
                digest=digest_of(_key(which)),
                defaults={
                    "branch": branch,
                    "name": name,
                    "hangs_in_id": zone_id,
                    "languages": languages,
                    "sound": True,
                    "paired_at": clock.now(),
                    "last_seen": clock.now(),
                },
            )
            if is_new:
                screen.zones.set([zone_id])
                record.layout_changed()


@require_safe
def show(request: HttpRequest, which: int) -> HttpResponse:
    """Make this browser one of the demonstration's screens."""
    if not 1 <= which <= len(_SCREENS):
        raise Http404
    answer = redirect("signage:display")
    answer.set_cookie(
        SCREEN_COOKIE, _key(which), httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return answer


def _key(which: int) -> str:
    return salted_hmac("layan.demo.screens", str(which)).hexdigest()
