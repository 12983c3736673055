"""Forms of the floor page."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from layan.kit.i18n import words
from layan.places.api import CounterInfo, Layout


class CounterServicesForm(forms.Form):
    """Which services a counter gives, and in what order: a number for each, empty for none."""

    def __init__(self, place: Layout, counter: CounterInfo, data: Any = None) -> None:
        super().__init__(data)
        self._services = sorted(place.services.values(), key=lambda service: service.letter)
        for service in self._services:
            field = forms.IntegerField(
                label=words(service.name), required=False, min_value=1, max_value=len(self._services)
            )
            field.initial = counter.offers.get(service.id)
            field.widget.attrs["inputmode"] = "numeric"
            self.fields[f"service-{service.id}"] = field

    def in_order(self) -> list[int]:
        """Return the ids of the chosen services, first choice first; equal numbers in the order of their letters."""
        chosen: Iterable[tuple[int | None, int]] = (
            (self.cleaned_data[f"service-{service.id}"], place)
            for place, service in enumerate(self._services)
        )
        ranked = sorted((rank, place) for rank, place in chosen if rank is not None)
        return [self._services[place].id for _rank, place in ranked]


class DisruptionForm(forms.Form):
    """What is said of a disruption (B15); Malay is needed, the other languages fall back to it."""

    ms = forms.CharField(
        label=_("Malay"), max_length=300, widget=forms.Textarea(attrs={"rows": 3, "lang": "ms"})
    )
    en = forms.CharField(
        label=_("English"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "en"}),
    )
    zh = forms.CharField(
        label=_("Chinese"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "zh-Hans"}),
    )
    ta = forms.CharField(
        label=_("Tamil"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "ta"}),
    )

    def message(self) -> dict[str, str]:
        """Return the texts that were written."""
        return {language: text for language, text in self.cleaned_data.items() if text}
