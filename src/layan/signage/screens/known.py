"""Which screen holds a key, and what it shows. Read again only when the branch's layout version moved."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time
from hashlib import sha256

from layan.kit import clock
from layan.kit.events import layout_version
from layan.places.api import Layout, layout
from layan.signage.labels import chosen_languages
from layan.signage.models import Screen
from layan.signage.view import View

_branches: dict[str, int] = {}
_kept: dict[int, tuple[int, dict[str, "Display"]]] = {}


@dataclass(frozen=True)
class Display:
    """A paired screen: what it shows, and how loud it may be (0 to 100; quiet hours in branch time)."""

    id: int
    branch_id: int
    name: str
    view: View
    #: Where it hangs, and so which zone hears it.
    zone_id: int
    volume: int
    quiet_from: time | None
    quiet_until: time | None
    last_seen: datetime
    version: str


def new_key() -> str:
    """Return a key for a display, of 256 random bits."""
    return secrets.token_urlsafe(32)


def digest_of(key: str) -> str:
    """Return the SHA-256 (hex) under which a display's key is kept."""
    return sha256(key.encode()).hexdigest()


def branch_of(digest: str) -> int | None:
    """Return the id of the branch with which the holder of a key was paired; a pairing never moves to another."""
    if digest not in _branches:
        learn_branches([digest])
    return _branches.get(digest)


def known_branch(digest: str) -> int | None:
    """Return the same without asking the database; None also for one that was never looked up."""
    return _branches.get(digest)


def learn_branches(digests: Collection[str]) -> None:
    """Look up the branches of many keys at once."""
    found = Screen.objects.filter(digest__in=digests).values_list("digest", "branch_id")
    _branches.update(found)


def displays(branch_id: int) -> dict[str, Display]:
    """Return the branch's screens that are not revoked, by digest of their key."""
    version = layout_version(branch_id)
    kept = _kept.get(branch_id)
    if kept is None or kept[0] != version:
        place = layout(branch_id, version=version)
        screens = Screen.objects.filter(branch_id=branch_id, revoked_at=None).prefetch_related("zones")
        kept = _kept[branch_id] = (version, {screen.digest: display(place, screen) for screen in screens})
    return kept[1]


def display_of(key: str) -> Display | None:
    """Return the screen that holds a key, or None when there is none or it was revoked."""
    digest = digest_of(key)
    branch_id = branch_of(digest)
    return displays(branch_id).get(digest) if branch_id is not None else None


def display(place: Layout, screen: Screen) -> Display:
    """Return what a screen shows; one whose zones are all gone shows the whole branch."""
    chosen = {zone.pk for zone in screen.zones.all()}
    zones = [zone.code for zone in place.zones.values() if zone.id in chosen]
    counter = place.counters.get(screen.counter_id or 0)
    shown = zones or list(place.zone_codes)
    first = place.zone_codes[shown[0]].id if shown else 0
    zone_id = screen.hangs_in_id if screen.hangs_in_id in place.zones else first
    sound = f"{zone_id} {screen.volume}" if screen.sound else ""
    return Display(
        id=screen.pk,
        branch_id=place.branch_id,
        name=screen.name,
        view=View(
            code=place.code,
            zones=tuple(shown),
            languages=chosen_languages(screen.languages),
            layout=screen.layout,
            counter=counter.code if counter else "",
            arrow=screen.arrow,
            sound=sound,
        ),
        zone_id=zone_id,
        volume=screen.volume if screen.sound and zone_id else 0,
        quiet_from=screen.quiet_from,
        quiet_until=screen.quiet_until,
        last_seen=screen.last_seen,
        version=screen.version,
    )


def open_screens(branch_id: int) -> list[Screen]:
    """Return the branch's screens that are not revoked, by name, as the table has them now."""
    return list(
        Screen.objects.filter(branch_id=branch_id, revoked_at=None)
        .select_related("counter", "paired_by")
        .prefetch_related("zones")
    )


def forget_screens() -> None:
    """Drop what is kept of screens (a restored database may repeat version numbers)."""
    _branches.clear()
    _kept.clear()


def minutes_silent(screen: Screen) -> int:
    """Return for how many whole minutes a screen was not heard of."""
    return int(clock.minutes_between(screen.last_seen, clock.now()))
