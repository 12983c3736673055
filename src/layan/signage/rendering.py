"""The part of a board that changes, rendered once for all the screens that show it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from threading import Lock

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from layan.kit import clock
from layan.places.api import Layout, branch_id_of
from layan.queueing.api import head, public_branch
from layan.signage import refusals
from layan.signage.labels import LABELS, Languages, opens_again, today_line, week_lines
from layan.signage.reads import CALLS_SHOWN, board
from layan.signage.rules import ScreenLayout
from layan.signage.view import View

_ASSETS = (
    "signage/board.css",
    "signage/calls.css",
    "signage/screens.css",
    "signage/layouts.css",
    "signage/board.js",
    "signage/board-voice.js",
    "kit/tokens.css",
    "kit/live.js",
    "kit/clock.js",
    "kit/icons.svg",
)
_TEMPLATE_OF = {
    ScreenLayout.COUNTERTOP.value: "signage/_countertop_board.html",
    ScreenLayout.INFORMATION.value: "signage/_information_board.html",
}
_TEMPLATES = Path(__file__).parent / "templates" / "signage"
_KEPT_AT_MOST = 1_000


@dataclass(frozen=True)
class Fragment:
    """What a board shows, as HTML. `etag` changes exactly when the HTML does."""

    html: str
    etag: str
    seq: int
    true_until: datetime


Key = tuple[int, View]
_kept: dict[Key, Fragment] = {}
_locks: defaultdict[Key, Lock] = defaultdict(Lock)
_served_version = ""


def served_version() -> str:
    """Return a digest of what this server gives the screens to run."""
    global _served_version  # noqa: PLW0603  # computed once a process, when the static files can be found
    if not _served_version:
        digest = blake2b(version("layan").encode(), digest_size=6)
        for asset in _ASSETS:
            found = finders.find(asset)
            digest.update(Path(found).read_bytes() if isinstance(found, str) else b"")
        for name in sorted(_TEMPLATES.glob("*board.html")):
            digest.update(name.read_bytes())
        _served_version = digest.hexdigest()
    return _served_version


def page_version(place: Layout, view: View) -> str:
    """Return what a screen compares: it differs after an upgrade, and when the page around the fragment has changed."""
    names = [place.zone_codes[code].name for code in view.zones if code in place.zone_codes]
    around = (
        f"{served_version()} {place.name} {place.time_zone} {place.primary_colour} "
        f"{names[0] if len(names) == 1 else names} {view}"
    )
    return blake2b(around.encode(), digest_size=8).hexdigest()


def fragment(code: str, zone_code: str, languages: Languages) -> Fragment:
    """Return the present fragment of one zone's board as it stands in the hall; see `fragment_of`."""
    return fragment_of(View(code, (zone_code,), languages))


def fragment_of(view: View) -> Fragment:
    """Return the present fragment of a view, rendered at most once an event of the branch.

    It is rendered again when the branch's log has moved on, or when the moment has come at which the board changes by
    itself (a notice begins or ends, the office opens or closes, a new day). Raises unknown-branch and unknown-zone.
    """
    key = (branch_id_of(view.code) or 0, view)
    kept = _kept.get(key)
    if kept is not None and _is_current(kept, key[0]):
        return kept
    place = public_branch(view.code)
    if not view.zones or any(zone not in place.zone_codes for zone in view.zones):
        raise refusals.unknown_zone()
    with _locks[key]:
        kept = _kept.get(key)
        if kept is None or not _is_current(kept, place.branch_id):
            if len(_kept) >= _KEPT_AT_MOST:
                _kept.clear()
            kept = _kept[key] = _render(public_branch(view.code), view)
    return kept


def forget_fragments() -> None:
    """Drop every kept fragment (a restored database may repeat event numbers)."""
    _kept.clear()


def _is_current(kept: Fragment, branch_id: int) -> bool:
    return kept.seq == head(branch_id)[0] and clock.now() < kept.true_until


def _render(place: Layout, view: View) -> Fragment:
    # The number is read before the facts: facts may be newer than it says, and are then rendered once more.
    seq, _ = head(place.branch_id)
    now = clock.now()
    shown = board(place, [place.zone_codes[zone] for zone in view.zones], now)
    html = render_to_string(
        _TEMPLATE_OF.get(view.layout, "signage/_board.html"),
        {
            "board": shown,
            "view": view,
            "post": next((line for line in shown.counters if line.counter.code == view.counter), None),
            "languages": view.languages,
            "labels": LABELS,
            "calls_shown": CALLS_SHOWN,
            "version": page_version(place, view),
            "today_hours": today_line(shown, view.languages),
            "week": week_lines(shown, view.languages),
            "opens_again": opens_again(shown, view.languages),
        },
    )
    etag = f'"{blake2b(html.encode(), digest_size=8).hexdigest()}"'
    return Fragment(html, etag, seq, shown.true_until)
