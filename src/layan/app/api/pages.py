"""The page that a problem's `type` leads to: what each code means and what to do."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@dataclass(frozen=True)
class Meaning:
    """What a refusal's code means."""

    code: str
    status: int
    means: str
    do: str


@cache
def meanings() -> list[Meaning]:
    """Return every refusal, by code."""
    table = tomllib.loads(files(__package__).joinpath("refusals.toml").read_text(encoding="utf-8"))
    return [Meaning(code, **facts) for code, facts in table.items()]


@require_safe
def problems(request: HttpRequest) -> HttpResponse:
    """List every code with its status, meaning and remedy."""
    return render(request, "api/problems.html", {"meanings": meanings()})
