"""What a screen with sound asks for and confirms. Only the key that a paired screen holds is heard here (B9)."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from layan.kit import clock
from layan.places.api import layout
from layan.signage.announcing.line import played
from layan.signage.announcing.rules import is_quiet
from layan.signage.announcing.saying import Saying, next_saying
from layan.signage.screens.known import Display, display_of
from layan.signage.speech.api import Utterance
from layan.signage.speech.files import kept_sound
from layan.signage.view import SCREEN_COOKIE

#: Seconds until a screen in its quiet hours asks again.
_QUIET_SECONDS = 30
_YEAR_SECONDS = 31_536_000


# The key's cookie is SameSite=Lax: a page of another site cannot send it along with a POST.
@csrf_exempt
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Hand the screen its next announcement: `say` (null for nothing now) and `again`, seconds until it asks again."""
    screen = _screen(request)
    if screen is None or not screen.volume:
        return HttpResponse(status=401, headers={"Cache-Control": "no-store"})
    place = layout(screen.branch_id)
    now = clock.now()
    quiet = is_quiet(clock.local(now, place.time_zone).time(), screen.quiet_from, screen.quiet_until)
    saying, turn = next_saying(place, screen.zone_id, screen_id=screen.id, urgent_only=quiet)
    again = max(0.2, (turn.again - clock.now()).total_seconds())
    answer = {
        "say": _told(saying, screen) if saying else None,
        "again": _QUIET_SECONDS if quiet and saying is None else round(again, 3),
    }
    return JsonResponse(answer, headers={"Cache-Control": "no-store"})


@csrf_exempt
@require_POST
def confirm(request: HttpRequest, announcement_id: int) -> HttpResponse:
    """Note that the screen has said an announcement; told twice is told once."""
    screen = _screen(request)
    if screen is None:
        return HttpResponse(status=401)
    played(announcement_id, screen_id=screen.id)
    return HttpResponse(status=204)


@require_safe
def sound(request: HttpRequest, sha: str) -> HttpResponseBase:
    """Return a sentence that was said here or is about to be. Its name is a digest of all that is heard in it."""
    path = kept_sound(sha)
    if path is None:
        raise Http404
    headers = {"Cache-Control": f"public, max-age={_YEAR_SECONDS}, immutable"}
    return FileResponse(path.open("rb"), content_type="audio/wav", headers=headers)


def _screen(request: HttpRequest) -> Display | None:
    key = request.COOKIES.get(SCREEN_COOKIE, "")
    return display_of(key) if key else None


def _written(saying: Saying, said: Utterance) -> str:
    """Return a sentence for readers: as the supervisor wrote it, not as a voice reads it."""
    return saying.announcement.text.get(said.language) or said.text


def _told(saying: Saying, screen: Display) -> dict[str, object]:
    return {
        "id": saying.announcement.pk,
        "url": reverse("signage:sound", args=[saying.sound.sha]),
        "seconds": round(saying.sound.seconds, 2),
        "volume": screen.volume,
        "number": saying.announcement.number,
        "text": [{"language": each.language, "words": _written(saying, each)} for each in saying.utterances],
    }
