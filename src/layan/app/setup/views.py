"""The guided pages of setting up: agencies, branches, and the parts of a branch."""

from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from layan.app.setup.access import agency_of, branch_of, may_set_up
from layan.app.setup.forms import AgencyForm, BranchForm
from layan.app.setup.sections import SECTIONS, SPECIAL_DAYS, Section
from layan.app.setup.steps import next_step, steps
from layan.kit import clock
from layan.kit.events import start_log
from layan.people.api import Permission, not_allowed
from layan.people.web import person_of, staff_required
from layan.places.api import layout_changed
from layan.places.layout import holidays_of
from layan.places.models import Agency, Branch
from layan.places.services import changing_layout


@require_safe
@staff_required
def home(request: HttpRequest) -> HttpResponse:
    """Show the agencies and branches that the person sets up, and how far each branch is."""
    person = person_of(request)
    if not person.may_somewhere(Permission.CONFIGURE):
        raise not_allowed()
    listed = []
    for agency in Agency.objects.prefetch_related("branches"):
        whole = person.may_in_agency(Permission.CONFIGURE, agency.pk)
        branches = [branch for branch in agency.branches.all() if may_set_up(person, branch)]
        if whole or branches:
            cards = [_card(branch) for branch in branches]
            listed.append({"agency": agency, "whole": whole, "branches": cards})
    context = {"agencies": listed, "may_add": person.may_everywhere(Permission.CONFIGURE)}
    return render(request, "setup/home.html", context)


def _card(branch: Branch) -> dict[str, Any]:
    found = [step for step in steps(branch) if not step.optional]
    done = sum(step.done for step in found)
    return {"branch": branch, "done": done, "all": len(found), "next": next_step(found)}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def agency(request: HttpRequest, code: str | None = None) -> HttpResponse:
    """Add an agency (the installation's administrator only) or change one."""
    if code is None and not person_of(request).may_everywhere(Permission.CONFIGURE):
        raise not_allowed()
    held = agency_of(request, code) if code else None
    form = AgencyForm(request.POST or None, instance=held)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            saved = form.save()
            # Those it hosts, and those where it gives services: all show its name and colour.
            shown_at = Branch.objects.filter(Q(agency=saved) | Q(services__agency=saved)).distinct()
            for branch_id in shown_at.values_list("pk", flat=True):
                layout_changed(branch_id=branch_id, what="agency", actor=person_of(request).actor)
        messages.success(request, _("Saved."))
        return redirect("setup:home" if held else "setup:new-branch", *([] if held else [saved.code]))
    return _form_page(request, form, title=_("Agency") if held else _("Add an agency"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def new_branch(request: HttpRequest, code: str) -> HttpResponse:
    """Add a branch to an agency; its log starts with it."""
    host = agency_of(request, code)
    form = BranchForm(request.POST or None, instance=Branch(agency=host, weekend=[6, 7]))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            branch = form.save()
            start_log(branch.pk)
            layout_changed(branch_id=branch.pk, what="branch", actor=person_of(request).actor)
        messages.success(request, _("The branch is there. Now give it what it needs."))
        return redirect("setup:branch", branch.code)
    return _form_page(request, form, title=_("Add a branch"), agency=host)


@require_safe
@staff_required
def branch(request: HttpRequest, code: str) -> HttpResponse:
    """Guide through what a branch needs: what is done, what comes next."""
    held = branch_of(request, code)
    found = steps(held)
    context = {"branch": held, "steps": found, "next": next_step(found)}
    return render(request, "setup/branch.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def details(request: HttpRequest, code: str) -> HttpResponse:
    """Change what a branch is."""
    held = branch_of(request, code)
    form = BranchForm(request.POST or None, instance=held)
    if request.method == "POST" and form.is_valid():
        with changing_layout(branch_id=held.pk, what="branch", actor=person_of(request).actor):
            form.save()
        messages.success(request, _("Saved."))
        return redirect("setup:branch", held.code)
    return _form_page(request, form, title=_("Branch"), branch=held)


def _section(key: str) -> Section:
    if key not in SECTIONS:
        raise Http404
    return SECTIONS[key]


@require_safe
@staff_required
def section(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """List one part of a branch."""
    held, part = branch_of(request, code), _section(key)
    rows = [
        {
            "pk": thing.pk,
            "name": part.name(thing),
            "cells": [(title, cell(thing)) for title, cell in part.columns],
        }
        for thing in part.rows(held)
    ]
    context: dict[str, Any] = {"branch": held, "section": part, "rows": rows, "next": next_step(steps(held))}
    if part is SPECIAL_DAYS:
        context["holidays"] = _coming_holidays(held)
    return render(request, "setup/section.html", context)


def _coming_holidays(branch: Branch) -> list[tuple[Any, dict[str, str]]]:
    today = clock.local_date(clock.now(), branch.time_zone)
    return [item for item in sorted(holidays_of(branch.country, branch.state).items()) if item[0] >= today]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def edit(request: HttpRequest, code: str, key: str, pk: int | None = None) -> HttpResponse:
    """Add one thing to a part of the branch, or change it."""
    held, part = branch_of(request, code), _section(key)
    thing = get_object_or_404(part.model, pk=pk, branch=held) if pk else None
    form = part.form(request.POST or None, instance=thing, branch=held)
    if request.method == "POST" and form.is_valid():
        try:
            with changing_layout(branch_id=held.pk, what=part.key, actor=person_of(request).actor):
                form.save()
        except IntegrityError:
            form.add_error(None, _("Someone saved the same a moment ago. Look at the list, then try again."))
        else:
            messages.success(request, _("Saved."))
            return redirect("setup:section", held.code, part.key)
    title = part.name(thing) if thing else str(part.add)
    return _form_page(request, form, title=title, branch=held, section=part, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def remove(request: HttpRequest, code: str, key: str, pk: int) -> HttpResponse:
    """Remove one thing after asking; what records refer to stays and can be switched off."""
    held, part = branch_of(request, code), _section(key)
    thing = get_object_or_404(part.model, pk=pk, branch=held)
    if request.method == "POST":
        try:
            with changing_layout(branch_id=held.pk, what=part.key, actor=person_of(request).actor):
                thing.delete()
        except ProtectedError:
            messages.error(
                request, _("It is still in use or has records, so it stays. You can switch it off instead.")
            )
        else:
            messages.success(request, _("Removed."))
        return redirect("setup:section", held.code, part.key)
    context = {"branch": held, "section": part, "name": part.name(thing)}
    return render(request, "setup/remove.html", context)


def _form_page(request: HttpRequest, form: Any, *, title: str, **context: Any) -> HttpResponse:
    return render(
        request,
        "setup/form.html",
        {"form": form, "title": title, **context},
        status=422 if form.errors else 200,
    )
