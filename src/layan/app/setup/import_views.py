"""Reading a file: check every row, show what would happen, then write all of it or nothing."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from layan.app.setup.access import agency_of, branch_of
from layan.people.api import Permission, not_allowed
from layan.people.web import person_of, staff_required
from layan.places.fault_words import fault_words, unreadable_words
from layan.places.importing import (
    COLUMNS,
    MAX_BYTES,
    Checked,
    Kind,
    Known,
    Unreadable,
    check,
    decode,
    template,
)
from layan.places.imports import import_at_branch, import_branches, known_at_branch, known_in_agency
from layan.places.models import Agency, Branch

_TITLES = {
    Kind.BRANCHES: gettext_lazy("Branches from a file"),
    Kind.ZONES: gettext_lazy("Zones from a file"),
    Kind.SERVICES: gettext_lazy("Services from a file"),
    Kind.COUNTERS: gettext_lazy("Counters from a file"),
}


class FileForm(forms.Form):
    """A CSV file, or its text."""

    #: Fields of which one is needed, so that none is marked as optional.
    one_of = ("file", "text")

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Or paste the rows here, with the header"),
        required=False,
        max_length=MAX_BYTES,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        """Read the file, or else the text."""
        cleaned = super().clean() or {}
        uploaded = cleaned.get("file")
        if uploaded is None and not cleaned.get("text"):
            raise forms.ValidationError(_("Choose a file or paste its rows."))
        try:
            data = uploaded.read(MAX_BYTES + 1) if uploaded is not None else cleaned["text"].encode()
            cleaned["csv"] = decode(data)
        except Unreadable as wrong:
            raise forms.ValidationError(unreadable_words(wrong.code)) from wrong
        return cleaned


@dataclass(frozen=True)
class _Target:
    """Where the file goes."""

    kind: Kind
    known: Known
    agency: Agency
    branch: Branch | None

    @property
    def back(self) -> str:
        if self.branch is None:
            return reverse("setup:home")
        return reverse("setup:section", args=[self.branch.code, self.kind.value])

    def write(self, checked: Checked, actor: str) -> None:
        if self.branch is None:
            import_branches(agency=self.agency, checked=checked, actor=actor)
        else:
            import_at_branch(branch=self.branch, checked=checked, actor=actor)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def branches_file(request: HttpRequest, code: str) -> HttpResponse:
    """Read branches of an agency from a file."""
    host = agency_of(request, code)
    return _import(request, _Target(Kind.BRANCHES, known_in_agency(host), host, None))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def branch_file(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Read zones, services or counters of a branch from a file."""
    held = branch_of(request, code)
    if kind not in {Kind.ZONES.value, Kind.SERVICES.value, Kind.COUNTERS.value}:
        raise Http404
    target = _Target(Kind(kind), known_at_branch(held, Kind(kind)), held.agency, held)
    return _import(request, target)


def _import(request: HttpRequest, target: _Target) -> HttpResponse:
    confirmed = "confirm" in request.POST
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    checked = _check(form, target) if request.method == "POST" and form.is_valid() else None
    if checked is not None and confirmed and not checked.faults:
        try:
            target.write(checked, person_of(request).actor)
        except IntegrityError:
            form.add_error(
                None, _("Someone changed the same a moment ago. Nothing was written; check it again.")
            )
        else:
            count = len(checked.rows)
            messages.success(
                request,
                ngettext("%(count)s row was written.", "%(count)s rows were written.", count)
                % {"count": count},
            )
            return redirect(target.back)
    if checked is not None and checked.faults:
        # What came as a file can be mended where the faults are shown.
        form = FileForm(initial={"text": form.cleaned_data["csv"]})
    context = {
        "title": _TITLES[target.kind],
        "form": form,
        "target": target,
        "branch": target.branch,
        "agency": target.agency,
        "checked": checked,
        "preview": _preview(checked) if checked else None,
        "csv": form.cleaned_data["csv"] if checked and not checked.faults else "",
        "columns": COLUMNS[target.kind],
    }
    failed = bool(form.errors or (checked is not None and checked.faults))
    return render(request, "setup/import.html", context, status=422 if failed else 200)


def _check(form: FileForm, target: _Target) -> Checked | None:
    try:
        return check(target.kind, form.cleaned_data["csv"], target.known)
    except Unreadable as wrong:
        form.add_error(None, unreadable_words(wrong.code))
        return None


def _preview(checked: Checked) -> dict[str, Any]:
    """Return the table of what would be written, with each row's faults in words."""
    used = {name for row in checked.rows for name in row.given}
    names = [column.name for column in COLUMNS[checked.kind] if column.name in used]
    faults: dict[int, list[dict[str, str]]] = {}
    for fault in checked.faults:
        faults.setdefault(fault.line, []).append({"column": fault.column, "words": fault_words(fault)})
    rows = [
        {
            "line": row.line,
            "is_new": row.is_new,
            "cells": [row.given.get(name, "") for name in names],
            "faults": faults.pop(row.line, []),
        }
        for row in checked.rows
    ]
    return {"names": names, "rows": rows, "others": sorted(faults.items())}


@require_safe
@staff_required
def template_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Give the template of a kind of file."""
    if not person_of(request).may_somewhere(Permission.CONFIGURE):
        raise not_allowed()
    if kind not in {known.value for known in Kind}:
        raise Http404
    response = HttpResponse(template(Kind(kind)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return response
