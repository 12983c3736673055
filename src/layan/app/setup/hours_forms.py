"""Forms for when a branch is open: the hours of a week, its lunch, days of their own."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from layan.app.setup.forms import WEEKDAYS, InBranchForm, time_input, weekday_field
from layan.kit.forms import WordsField
from layan.places.models import LunchRule, OpeningBlock, SpecialDay


class WeekdaysForm(InBranchForm):
    """The same times on each of the chosen weekdays; writes one row a day."""

    weekdays = weekday_field(_("Days"), required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["weekdays"].initial = [self.instance.weekday]
        elif not self.is_bound:
            self.fields["weekdays"].initial = self.expected()
        self.order_fields(["weekdays"])

    def expected(self) -> list[int]:
        """Return the weekdays that are chosen to begin with: working days that have none of these yet."""
        has = set(self._others().values_list("weekday", flat=True))
        return [day for day, _name in WEEKDAYS if day not in has | set(self.branch.weekend)]

    def _others(self) -> Any:
        rows = type(self.instance)._default_manager.filter(branch=self.branch)
        return rows.exclude(pk=self.instance.pk)

    def named(self, weekdays: set[int]) -> str:
        """Name weekdays, in their order."""
        return ", ".join(str(name) for day, name in WEEKDAYS if day in weekdays)

    def save(self, commit: bool = True) -> Any:  # noqa: FBT001, FBT002
        """Write the times once for each chosen day."""
        first, *others = self.cleaned_data["weekdays"]
        self.instance.weekday = first
        saved = super().save(commit)
        times = {name: getattr(saved, name) for name in self._meta.fields or ()}
        type(saved)._default_manager.bulk_create(
            type(saved)(branch=self.branch, weekday=weekday, **times) for weekday in others
        )
        return saved


class HoursForm(WeekdaysForm):
    """A stretch of hours on the chosen weekdays."""

    class Meta:
        model = OpeningBlock
        fields = ("opens", "closes", "kind")
        widgets = {"opens": time_input(), "closes": time_input()}
        help_texts = {"kind": _("Extended hours are evenings and weekends outside office hours.")}

    def clean(self) -> dict[str, Any] | None:
        """Check the order of the times, and that no day has two stretches at once."""
        cleaned = super().clean() or {}
        opens, closes = cleaned.get("opens"), cleaned.get("closes")
        if opens is None or closes is None:
            return cleaned
        if closes <= opens:
            self.add_error(
                "closes",
                _("Closing must come after opening. Hours past midnight are two stretches, one on each day."),
            )
        clash = self._others().filter(
            weekday__in=cleaned.get("weekdays", []), opens__lt=closes, closes__gt=opens
        )
        if clash.exists():
            days = self.named({block.weekday for block in clash})
            self.add_error(
                "weekdays", _("There are hours at that time already on: %(days)s.") % {"days": days}
            )
        return cleaned


class LunchForm(WeekdaysForm):
    """How many counters stay open through lunch on the chosen weekdays (B5)."""

    class Meta:
        model = LunchRule
        fields = ("starts", "ends", "counters")
        widgets = {"starts": time_input(), "ends": time_input()}
        help_texts = {"counters": _("The floor is told when fewer are open.")}

    def expected(self) -> list[int]:
        """Return the weekdays that are chosen to begin with: those with hours and without a lunch rule."""
        has = set(self._others().values_list("weekday", flat=True))
        hours = set(self.branch.opening_blocks.values_list("weekday", flat=True)) - set(self.branch.weekend)
        return sorted(hours - has) or super().expected()

    def clean(self) -> dict[str, Any] | None:
        """Check the order of the times, and that no day has two lunches."""
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("Lunch must end after it starts."))
        taken = self._others().filter(weekday__in=cleaned.get("weekdays", []))
        if taken.exists():
            days = self.named({rule.weekday for rule in taken})
            self.add_error("weekdays", _("There is a lunch rule already on: %(days)s.") % {"days": days})
        return cleaned


class SpecialDayForm(InBranchForm):
    """A date that differs from its weekday."""

    once = ("date",)
    name = WordsField(
        label=_("Name"), max_length=200, help_text=_("Shown to customers, such as: Hari Keluarga.")
    )

    class Meta:
        model = SpecialDay
        fields = ("date", "name", "opens", "closes")
        widgets = {
            "date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "opens": time_input(),
            "closes": time_input(),
        }
        help_texts = {"opens": _("Leave both times empty when the branch is closed all day.")}

    def clean(self) -> dict[str, Any] | None:
        """Check that there are both times, in order, or none."""
        cleaned = super().clean() or {}
        opens, closes = cleaned.get("opens"), cleaned.get("closes")
        if (opens is None) != (closes is None):
            self.add_error("closes", _("Give both times, or none for a closed day."))
        elif opens and closes and closes <= opens:
            self.add_error("closes", _("Closing must come after opening."))
        return cleaned
