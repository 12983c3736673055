"""Forms for what a branch is made of."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from layan.customers.api import SPECIAL_GROUPS
from layan.kit.forms import WordsField
from layan.kit.i18n import words
from layan.places.models import (
    Agency,
    Branch,
    Counter,
    CounterService,
    Service,
    Zone,
)
from layan.places.states import STATES

WEEKDAYS = [
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
]
GROUPS = {
    "senior": _("senior citizens"),
    "oku": _("persons with disabilities (OKU)"),
    "pregnant": _("pregnant women"),
    "infant": _("people with infants"),
}


def time_input() -> forms.TimeInput:
    """Return the browser's own input for a time."""
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


def weekday_field(label: Any, help_text: Any = "", *, required: bool) -> forms.TypedMultipleChoiceField:
    """Return a field of ISO weekdays, one box each."""
    return forms.TypedMultipleChoiceField(
        label=label,
        help_text=help_text,
        required=required,
        coerce=int,
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
    )


class CapitalsMixin:
    """Takes codes and letters as they are typed and writes them in capitals."""

    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        """Return the code in capitals."""
        return str(self.cleaned_data["code"]).upper()

    def clean_letter(self) -> str:
        """Return the letter of a service's numbers in capitals."""
        return str(self.cleaned_data["letter"]).upper()


class CodedForm(CapitalsMixin, forms.ModelForm):  # type: ignore[type-arg]
    """A form whose code is fixed once it exists: addresses, tokens and the log refer to it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.widget.attrs.update(autocapitalize="characters", spellcheck="false")
        if self.instance.pk:
            code.disabled = True
            code.help_text = _("It cannot be changed: addresses and records refer to it.")


class AgencyForm(CodedForm):
    """A public body."""

    name = WordsField(label=_("Name"), max_length=200)

    class Meta:
        model = Agency
        fields = ("code", "name", "primary_colour")
        widgets = {"primary_colour": forms.TextInput(attrs={"type": "color"})}
        help_texts = {
            "code": _("A short one, such as JPN: letters, digits and hyphens."),
            "primary_colour": _("For buttons and marks; white words on it must be readable."),
        }


class BranchForm(CodedForm):
    """A building that customers come to."""

    name = WordsField(label=_("Name"), max_length=200)
    weekend = weekday_field(
        _("Rest days"), _("Kedah, Kelantan and Terengganu rest on Friday and Saturday."), required=False
    )
    state = forms.ChoiceField(
        label=_("State or territory"),
        required=False,
        choices=[("", _("none")), *STATES.items()],
        help_text=_("Its public holidays close the branch by themselves."),
    )

    class Meta:
        model = Branch
        fields = (
            "code",
            "name",
            "address",
            "state",
            "weekend",
            "time_zone",
            "policy",
            "late_minutes",
            "one_ticket_each",
            "public_kiosk",
        )
        widgets = {"address": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "code": _("A short one for addresses, such as UTC-01."),
            "policy": _(
                "Accumulating priority lets every group gain priority while it waits, so that nobody waits without end."
            ),
            "one_ticket_each": _(
                "Whoever gives a telephone or reference number gets one number at a time; only a mark of it is kept."
            ),
            "public_kiosk": _("Anyone who opens the kiosk's address may take a number."),
        }


class InBranchForm(CapitalsMixin, forms.ModelForm):  # type: ignore[type-arg]
    """A form for something of one branch; offers only what that branch has."""

    #: Fields of which each value may be there once in the branch.
    once: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, branch: Branch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.branch = branch
        self.instance.branch = branch
        if isinstance(self.fields.get("zone"), forms.ModelChoiceField):
            zones = self.fields["zone"]
            zones.queryset = branch.zones.all()  # type: ignore[attr-defined]
            zones.label_from_instance = lambda zone: words(zone.name)  # type: ignore[attr-defined]
            zones.empty_label = None  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        """Check what may be there only once."""
        cleaned = super().clean() or {}
        others = type(self.instance)._default_manager.filter(branch=self.branch).exclude(pk=self.instance.pk)
        for name in self.once:
            if name in cleaned and others.filter(**{name: cleaned[name]}).exists():
                self.add_error(name, _("This is there already at this branch. Choose another."))
        return cleaned


class ZoneForm(InBranchForm):
    """A part of the building."""

    once = ("code",)
    name = WordsField(label=_("Name"), max_length=200)
    directions = WordsField(
        label=_("How to get there"),
        required=False,
        help_text=_("Shown on the ticket when the customer is called."),
    )

    class Meta:
        model = Zone
        fields = ("code", "name", "directions")
        help_texts = {"code": _("A short one, such as A: the address of its board ends in it.")}


class ServiceForm(InBranchForm):
    """What a customer comes for."""

    once = ("code", "letter")
    name = WordsField(label=_("Name"), max_length=200)
    bring = WordsField(
        label=_("What to bring"),
        required=False,
        rows=3,
        help_text=_("One thing a line; shown before the number is taken."),
    )
    fee = WordsField(label=_("Fee"), required=False)
    guide = WordsField(
        label=_("Guide for the officer"),
        required=False,
        rows=4,
        help_text=_("Opens at the counter with the service."),
    )

    class Meta:
        model = Service
        fields = (
            "name",
            "code",
            "letter",
            "zone",
            "agency",
            "bring",
            "fee",
            "guide",
            "norm_minutes",
            "wait_limit_minutes",
            "queue_limit",
            "last_ticket_minutes",
            "active",
        )
        help_texts = {
            "code": _("A short one for files and programs, such as LICENCE."),
            "letter": _("Its numbers begin with it: A gives A001."),
            "last_ticket_minutes": _("0 gives numbers until the counters close."),
            "wait_limit_minutes": _("A longer wait alarms the floor."),
            "queue_limit": _("More people waiting alarm the floor."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agencies = self.fields["agency"]
        agencies.label = _("Agency")
        agencies.label_from_instance = lambda agency: words(agency.name)  # type: ignore[attr-defined]
        agencies.empty_label = None  # type: ignore[attr-defined]
        if not self.instance.pk:
            agencies.initial = self.branch.agency_id


class CounterForm(InBranchForm):
    """A place of service and what is given there, in which order."""

    once = ("code",)
    groups = forms.MultipleChoiceField(
        label=_("Groups served first"),
        required=False,
        choices=[(group, GROUPS[group]) for group in GROUPS if group in SPECIAL_GROUPS],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("For a special counter; it serves others when none of these waits."),
    )

    class Meta:
        model = Counter
        fields = ("code", "zone", "kind", "groups", "active")
        labels = {"zone": _("Zone")}
        help_texts = {"code": _("As on the sign above it; boards show it: 1, 12 or A3.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.services = list(self.branch.services.all())
        held = (
            dict(self.instance.offers.values_list("service_id", "preference")) if self.instance.pk else None
        )
        choices = [("", _("not here"))] + [(str(rank), str(rank)) for rank in range(1, 10)]
        for position, service in enumerate(self.services):
            preference = 1 if held is None else held.get(service.pk, "")
            self.fields[f"offer_{service.pk}"] = forms.ChoiceField(
                label=f"{service.letter} · {words(service.name)}",
                required=False,
                choices=choices,
                initial=str(preference),
                help_text="" if position else _("1 is taken first, then 2; equal ones by who is next."),
            )

    def save(self, commit: bool = True) -> Counter:  # noqa: FBT001, FBT002
        """Write the counter and its services."""
        counter: Counter = super().save(commit)
        counter.offers.all().delete()
        chosen = {service: self.cleaned_data[f"offer_{service.pk}"] for service in self.services}
        CounterService.objects.bulk_create(
            CounterService(counter=counter, service=service, preference=int(rank))
            for service, rank in chosen.items()
            if rank
        )
        return counter
