"""A refusal explains itself: what was not done, why, and what to do instead."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.utils.functional import Promise

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

#: Media type of a refusal told to a program, and the page that says what each code means (RFC 9457).
PROBLEM = "application/problem+json"
PROBLEM_PAGE = "/api/v1/problems"


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

    def problem(self) -> dict[str, Any]:
        """Return the problem's members in the active language; the facts stand beside the standard ones."""
        return {
            **self.facts,
            "type": f"{PROBLEM_PAGE}#{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": str(self.words),
        }

    def __str__(self) -> str:
        return f"{self.code}: {self.words}"
