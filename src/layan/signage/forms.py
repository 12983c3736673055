"""What the supervisor fills in to post a notice, and for a screen."""

from typing import Any

from django import forms
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from layan.kit.i18n import DJANGO_CODES, words
from layan.places.api import Layout
from layan.signage.announcing.services import LEAST_MINUTES
from layan.signage.announcing.services import TEXT_LIMIT as SAID_LIMIT
from layan.signage.arrows import ARROWS
from layan.signage.models import LAYOUTS, Screen
from layan.signage.rules import ScreenLayout
from layan.signage.screens.services import Settings
from layan.signage.services import EVERY_DAY, TEXT_LIMIT

WEEKDAYS = [
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
]
_LANGUAGES = {
    "ms": _("Text in Malay"),
    "en": _("Text in English"),
    "zh": _("Text in Chinese"),
    "ta": _("Text in Tamil"),
}


def _moment(label: Any, help_text: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "class": "input"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, help_text=help_text, required=False, widget=widget)


def _hour(label: Any, help_text: Any = "") -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time", "class": "input"}, format="%H:%M")
    return forms.TimeField(label=label, help_text=help_text, required=False, widget=widget)


class NoticeForm(forms.Form):
    """A notice: its text in one to four languages, where it is shown, from when until when (branch time)."""

    zone = forms.TypedChoiceField(label=_("Shown on"), coerce=int, empty_value=None, required=False)
    starts_at = _moment(_("From"), _("Empty: at once."))
    ends_at = _moment(_("Until"), _("Empty: until you end it."))

    weekdays = forms.MultipleChoiceField(
        label=_("Repeats on"),
        choices=[(str(day), WEEKDAYS[day - 1]) for day in range(1, 8)],
        initial=list(EVERY_DAY),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    from_time = _hour(_("Each time from"), _("Empty: all day long, without repeating."))
    until_time = _hour(_("Each time until"), _("Earlier than the beginning: on the next morning."))
    open_days_only = forms.BooleanField(
        label=_("Only on days when the office opens"), required=False, widget=forms.CheckboxInput
    )

    field_order = [*(f"text_{code}" for code in _LANGUAGES), "zone", "starts_at", "ends_at"]

    def __init__(self, place: Layout, data: Any = None) -> None:
        super().__init__(data, prefix="notice")
        for code, label in _LANGUAGES.items():
            widget = forms.TextInput(attrs={"class": "input", "lang": code})
            self.fields[f"text_{code}"] = forms.CharField(
                label=label, max_length=TEXT_LIMIT, required=code == "ms", widget=widget
            )
        self.order_fields(self.field_order)
        zone = self.fields["zone"]
        assert isinstance(zone, forms.TypedChoiceField)  # noqa: S101
        zone.choices = [
            ("", _("the whole branch")),
            *((zone_id, words(info.name)) for zone_id, info in place.zones.items()),
        ]
        zone.widget.attrs["class"] = "input"

    @property
    def text(self) -> dict[str, str]:
        """The text by language, as typed."""
        return {code: self.cleaned_data[f"text_{code}"] for code in _LANGUAGES}


class AnnouncementForm(forms.Form):
    """A message to be said: its text in one to four languages, where, when, how often (branch time)."""

    zones = forms.TypedMultipleChoiceField(
        label=_("Said in"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    due_at = _moment(_("When"), _("Empty: as soon as its turn comes."))
    every_minutes = forms.IntegerField(
        label=_("Said again every"),
        help_text=_("Minutes. Empty: once."),
        min_value=LEAST_MINUTES,
        max_value=24 * 60,
        required=False,
        widget=forms.NumberInput(attrs={"class": "input"}),
    )
    ends_at = _moment(_("Until"), _("Only for what is said again."))
    urgent = forms.BooleanField(
        label=_("Urgent"),
        help_text=_("Goes before calls, and is heard in quiet hours too."),
        required=False,
    )

    field_order = [*(f"text_{code}" for code in _LANGUAGES), "zones", "urgent"]

    def __init__(self, place: Layout, data: Any = None) -> None:
        super().__init__(data, prefix="announcement", initial={"zones": list(place.zones)})
        for code, label in _LANGUAGES.items():
            widget = forms.Textarea(attrs={"class": "input", "lang": code, "rows": 2})
            self.fields[f"text_{code}"] = forms.CharField(
                label=label, max_length=SAID_LIMIT, required=code == "ms", widget=widget
            )
        self.order_fields(self.field_order)
        zones = self.fields["zones"]
        assert isinstance(zones, forms.ChoiceField)  # noqa: S101
        zones.choices = [(zone_id, words(info.name)) for zone_id, info in place.zones.items()]

    @property
    def text(self) -> dict[str, str]:
        """The text by language, as typed."""
        return {code: self.cleaned_data[f"text_{code}"] for code in _LANGUAGES}


class ScreenForm(forms.Form):
    """What a screen shows and how loud it may be."""

    name = forms.CharField(
        label=_("Name"),
        help_text=_("Where it hangs, such as: canteen, left wall."),
        max_length=60,
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    zones = forms.TypedMultipleChoiceField(
        label=_("Zones shown"), coerce=int, widget=forms.CheckboxSelectMultiple
    )
    layout = forms.ChoiceField(
        label=_("Layout"), choices=LAYOUTS, initial=ScreenLayout.HALL.value, widget=forms.RadioSelect
    )
    counter = forms.TypedChoiceField(
        label=_("Counter"),
        help_text=_("For the layout of one counter."),
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.Select(attrs={"class": "input"}),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"), initial=["ms", "en"], widget=forms.CheckboxSelectMultiple
    )
    arrow = forms.ChoiceField(
        label=_("Seen from the screen, the counters are"),
        choices=[("", _("in sight: no arrow")), *ARROWS.items()],
        required=False,
        widget=forms.Select(attrs={"class": "input"}),
    )
    hangs_in = forms.TypedChoiceField(
        label=_("Hangs in"),
        help_text=_("One line of announcements is heard in each zone, from one screen at a time."),
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.Select(attrs={"class": "input"}),
    )
    sound = forms.BooleanField(label=_("Announcements may be heard here"), required=False)
    volume = forms.IntegerField(
        label=_("Volume"),
        help_text=_("0 to 100."),
        min_value=0,
        max_value=100,
        initial=70,
        widget=forms.NumberInput(attrs={"class": "input"}),
    )
    quiet_from = _hour(_("Quiet from"))
    quiet_until = _hour(_("Quiet until"))

    def __init__(self, place: Layout, data: Any = None, *, screen: Screen | None = None) -> None:
        super().__init__(data, prefix="screen", initial=_initial(screen) if screen else {})
        zones = [(zone_id, words(info.name)) for zone_id, info in place.zones.items()]
        self._offer("zones", zones)
        self._offer("hangs_in", [("", _("the first zone shown")), *zones])
        counters = [(counter_id, info.code) for counter_id, info in place.counters.items()]
        self._offer("counter", [("", "–"), *counters])
        spoken_here = [(code, get_language_info(DJANGO_CODES[code])["name_local"]) for code in _LANGUAGES]
        self._offer("languages", spoken_here)
        if len(place.zones) == 1 and screen is None:
            self.fields["zones"].initial = list(place.zones)

    def _offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = choices

    @property
    def settings(self) -> Settings:
        """What was chosen."""
        chosen = self.cleaned_data
        return Settings(
            name=chosen["name"],
            zone_ids=chosen["zones"],
            layout=chosen["layout"],
            counter_id=chosen["counter"],
            languages=chosen["languages"],
            arrow=chosen["arrow"],
            hangs_in_id=chosen["hangs_in"],
            sound=chosen["sound"],
            volume=chosen["volume"],
            quiet_from=chosen["quiet_from"],
            quiet_until=chosen["quiet_until"],
        )


class PairForm(ScreenForm):
    """A new screen: the code that it shows, and what it is to show then."""

    code = forms.CharField(
        label=_("Code on the screen"),
        max_length=12,
        widget=forms.TextInput(
            attrs={
                "class": "input num",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )
    field_order = ["code"]


def _initial(screen: Screen) -> dict[str, Any]:
    return {
        "name": screen.name,
        "zones": [zone.pk for zone in screen.zones.all()],
        "layout": screen.layout,
        "counter": screen.counter_id,
        "languages": screen.languages.split(","),
        "arrow": screen.arrow,
        "hangs_in": screen.hangs_in_id,
        "sound": screen.sound,
        "volume": screen.volume,
        "quiet_from": screen.quiet_from,
        "quiet_until": screen.quiet_until,
    }
