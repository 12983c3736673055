"""Commands on screens: a code for a display that waits, pairing, changing and revoking. Displays hear of each at once."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from layan.kit import clock
from layan.kit.events import recording
from layan.people.api import Permission, Person, require
from layan.places.api import Layout, layout
from layan.signage import refusals
from layan.signage.arrows import ARROWS
from layan.signage.events import ScreenChanged, ScreenPaired, ScreenRevoked
from layan.signage.labels import chosen_languages
from layan.signage.models import Pairing, Screen
from layan.signage.rules import CODE_ALPHABET, CODE_LENGTH, CODE_MINUTES, ScreenLayout, tidy_code

#: Codes that one address may show, and wrong codes that one person may type, in the time for which a code is good.
CODES_AN_ADDRESS = 60
WRONG_CODES = 20


@dataclass(frozen=True)
class Settings:
    """What a supervisor decides for a screen; zones by id, the one it hangs in too (None: the first shown), volume 0 to 100, quiet hours in branch time."""

    name: str
    zone_ids: Sequence[int]
    layout: str = ScreenLayout.HALL.value
    counter_id: int | None = None
    languages: Sequence[str] = ("ms", "en")
    arrow: str = ""
    hangs_in_id: int | None = None
    sound: bool = False
    volume: int = 70
    quiet_from: time | None = None
    quiet_until: time | None = None


def waiting_code(*, digest: str) -> str | None:
    """Return the code that a display shows, or None when it has none that is still good."""
    shown = Pairing.objects.filter(digest=digest, expires_at__gt=clock.now()).first()
    return shown.code if shown else None


def new_code(*, digest: str, address: str) -> str:
    """Give a display a code, good once and for ten minutes. Raises too-many-codes."""
    _count(f"screen-codes:{address}", CODES_AN_ADDRESS)
    now = clock.now()
    Pairing.objects.filter(expires_at__lte=now).delete()
    while True:
        code = "".join(secrets.choice(CODE_ALPHABET) for _place in range(CODE_LENGTH))
        try:
            with transaction.atomic():
                Pairing.objects.create(
                    code=code, digest=digest, expires_at=now + timedelta(minutes=CODE_MINUTES)
                )
        except IntegrityError:  # another display shows it
            continue
        return code


def pair(*, branch_id: int, code: str, settings: Settings, by: Person) -> Screen:
    """Make the display that shows `code` a screen of the branch; the key it holds already becomes good.

    Raises the refusals not-allowed, unknown-code, too-many-codes and wrong-screen.
    """
    place = _allowed(branch_id, by)
    values = _checked(place, settings)
    with recording(branch_id) as record:
        record_at = clock.now()
        pairing = Pairing.objects.filter(code=tidy_code(code), expires_at__gt=record_at).first()
        # Whoever deletes it has it: a code is good once.
        if pairing is not None and Pairing.objects.filter(pk=pairing.pk).delete()[0]:
            screen = Screen.objects.create(
                branch_id=branch_id,
                digest=pairing.digest,
                paired_at=record_at,
                paired_by_id=by.user_id,
                last_seen=record_at,
                **values,
            )
            screen.zones.set(settings.zone_ids)
            record.layout_changed()
            record(ScreenPaired(screen=screen.pk), actor=by.actor)
            return screen
    _count(f"screen-guesses:{by.actor}", WRONG_CODES)
    raise refusals.unknown_code()


def change_screen(*, branch_id: int, screen_id: int, settings: Settings, by: Person) -> None:
    """Give a screen other settings; it shows them by itself. Raises not-allowed, unknown-screen and wrong-screen."""
    place = _allowed(branch_id, by)
    values = _checked(place, settings)
    with recording(branch_id) as record:
        screen = _screen(branch_id, screen_id)
        for name, value in values.items():
            setattr(screen, name, value)
        screen.save(update_fields=list(values))
        screen.zones.set(settings.zone_ids)
        record.layout_changed()
        record(ScreenChanged(screen=screen.pk), actor=by.actor)


def revoke_screen(*, branch_id: int, screen_id: int, by: Person) -> None:
    """End a screen: it stops within seconds and shows a code again; one that was ended stays so. Raises not-allowed and unknown-screen."""
    _allowed(branch_id, by)
    with recording(branch_id) as record:
        screen = Screen.objects.filter(pk=screen_id, branch_id=branch_id).first()
        if screen is None:
            raise refusals.unknown_screen()
        if screen.revoked_at is not None:
            return
        screen.revoked_at = record.at
        screen.save(update_fields=["revoked_at"])
        record.layout_changed()
        record(ScreenRevoked(screen=screen.pk), actor=by.actor)


def _allowed(branch_id: int, by: Person) -> Layout:
    place = layout(branch_id)
    require(by, Permission.SUPERVISE, branch_id=branch_id, agency_id=place.agency_id)
    return place


def _screen(branch_id: int, screen_id: int) -> Screen:
    screen = Screen.objects.filter(pk=screen_id, branch_id=branch_id, revoked_at=None).first()
    if screen is None:
        raise refusals.unknown_screen()
    return screen


def _checked(place: Layout, settings: Settings) -> dict[str, Any]:
    """Return the fields of a screen. Raises the refusal wrong-screen for settings that nothing could show."""
    name = " ".join(settings.name.split())
    if not name or len(name) > Screen._meta.get_field("name").max_length:  # type: ignore[operator]
        raise refusals.wrong_screen(_("Give the screen a name of at most 60 characters: where it hangs."))
    if not settings.zone_ids or not set(settings.zone_ids) <= place.zones.keys():
        raise refusals.wrong_screen(_("Choose at least one zone of this branch."))
    if settings.layout not in set(ScreenLayout) or settings.arrow not in {"", *ARROWS}:
        raise refusals.wrong_screen(_("Choose one of the layouts and directions offered."))
    if settings.hangs_in_id not in {None, *place.zones}:
        raise refusals.wrong_screen(_("Choose the zone of this branch in which the screen hangs."))
    at_counter = settings.layout == ScreenLayout.COUNTERTOP
    if at_counter and settings.counter_id not in place.counters:
        raise refusals.wrong_screen(_("Choose the counter on which this screen stands."))
    if not 0 <= settings.volume <= 100:
        raise refusals.wrong_screen(_("The volume is from 0 to 100."))
    if (settings.quiet_from is None) != (settings.quiet_until is None):
        raise refusals.wrong_screen(_("Quiet hours need a beginning and an end."))
    return {
        "name": name,
        "layout": settings.layout,
        "counter_id": settings.counter_id if at_counter else None,
        "languages": ",".join(chosen_languages(",".join(settings.languages))),
        "arrow": settings.arrow,
        "hangs_in_id": settings.hangs_in_id,
        "sound": settings.sound,
        "volume": settings.volume,
        "quiet_from": settings.quiet_from,
        "quiet_until": settings.quiet_until,
    }


def _count(key: str, most: int) -> None:
    if cache.add(key, 1, CODE_MINUTES * 60):
        return
    try:
        counted = cache.incr(key)
    except ValueError:  # the period ended between the two steps
        cache.set(key, 1, CODE_MINUTES * 60)
        return
    if counted > most:
        raise refusals.too_many_codes(CODE_MINUTES)
