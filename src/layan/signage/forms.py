"""What the supervisor fills in to post a notice."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from layan.kit.i18n import words
from layan.places.api import Layout
from layan.signage.services import TEXT_LIMIT

_LANGUAGES = {
    "ms": _("Text in Malay"),
    "en": _("Text in English"),
    "zh": _("Text in Chinese"),
    "ta": _("Text in Tamil"),
}


def _moment(label: Any, help_text: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "class": "input"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, help_text=help_text, required=False, widget=widget)


class NoticeForm(forms.Form):
    """A notice: its text in one to four languages, where it is shown, from when until when (branch time)."""

    zone = forms.TypedChoiceField(label=_("Shown on"), coerce=int, empty_value=None, required=False)
    starts_at = _moment(_("From"), _("Empty: at once."))
    ends_at = _moment(_("Until"), _("Empty: until you end it."))

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
