"""A form field for texts that are data: one input for each language."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

#: Each language in its own name, as its readers know it; Malay first.
LANGUAGES = {"ms": "Bahasa Melayu", "en": "English", "zh": "中文", "ta": "தமிழ்"}
_TAGS = {"ms": "ms", "en": "en", "zh": "zh-Hans", "ta": "ta"}


class WordsWidget(forms.MultiWidget):
    """One input a language; with `rows` above 1 a text of several lines."""

    template_name = "kit/words_input.html"
    use_fieldset = True

    def __init__(self, *, rows: int = 1) -> None:
        self.rows = rows
        super().__init__({language: self._input(language) for language in LANGUAGES})

    def _input(self, language: str) -> forms.Widget:
        attributes: dict[str, Any] = {"lang": _TAGS[language]}
        return (
            forms.TextInput(attributes)
            if self.rows == 1
            else forms.Textarea({**attributes, "rows": self.rows})
        )

    def decompress(self, value: Any) -> list[str]:
        """Return the text of each language, in our order."""
        return [(value or {}).get(language, "") for language in LANGUAGES]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the name of each language to its input."""
        context = super().get_context(name, value, attrs)
        for part, label in zip(context["widget"]["subwidgets"], LANGUAGES.values(), strict=True):
            part["label"] = label
            # Four inputs share the field's messages; each would otherwise claim to be required.
            part["attrs"].pop("required", None)
        context["widget"]["more_given"] = any(part["value"] for part in context["widget"]["subwidgets"][2:])
        return context


class WordsField(forms.MultiValueField):
    """A text in several languages; Malay is required when the field is, the others may follow."""

    widget = WordsWidget
    default_error_messages = {"malay": _("Give the Malay text; the other languages may follow.")}

    def __init__(self, *, rows: int = 1, max_length: int = 2000, **options: Any) -> None:
        fields = [forms.CharField(required=False, max_length=max_length) for _language in LANGUAGES]
        options.setdefault("widget", WordsWidget(rows=rows))
        super().__init__(fields=fields, require_all_fields=False, **options)

    def compress(self, data_list: list[str]) -> dict[str, str]:
        """Return the texts that were given, by language."""
        texts = dict(zip(LANGUAGES, data_list, strict=True)) if data_list else {}
        return {language: text for language, text in texts.items() if text}

    def clean(self, value: Any) -> dict[str, str]:
        """Return the texts by language. Raises ValidationError when there are some and none is Malay."""
        parts = value if isinstance(value, list) else []
        cleaned = self.compress([field.clean(part) for field, part in zip(self.fields, parts, strict=False)])
        if (self.required or cleaned) and not cleaned.get("ms"):
            raise ValidationError(self.error_messages["malay"], code="malay")
        return cleaned

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Say whether any language's text differs."""
        before = initial or {}
        return [text or "" for text in data or []] != [before.get(language, "") for language in LANGUAGES]
