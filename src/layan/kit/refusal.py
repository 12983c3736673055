"""A refusal explains itself: what was not done, why, and what to do instead."""

from dataclasses import dataclass, field

from django.utils.functional import Promise

Json = str | int | float | bool | None


@dataclass
class Refusal(Exception):
    """A command was understood and not carried out; nothing was changed.

    `code` is stable and documented (docs/refusals.md); `words` are for the person, translatable;
    `status` is the HTTP status the API answers with; `facts` are extra members of the problem+json body.
    """

    code: str
    words: str | Promise
    status: int = 409
    facts: dict[str, Json] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.code}: {self.words}"
