"""Devices and programs of a branch: their tokens, shown once, and revoking them."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from layan.app.setup.access import branch_of
from layan.app.setup.steps import next_step, steps
from layan.people.models import DEVICE_ROLES, Token
from layan.people.rules import Role
from layan.people.services import register_device, revoke_device
from layan.people.web import person_of, staff_required


class DeviceForm(forms.Form):
    """A device or program that is to have a token."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("So that it can be found again: kiosk at the door."),
    )
    role = forms.ChoiceField(label=gettext_lazy("What it is"), choices=DEVICE_ROLES)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def devices(request: HttpRequest, code: str) -> HttpResponse:
    """List the branch's devices; make a token, shown once."""
    held = branch_of(request, code)
    form = DeviceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key = register_device(
            role=Role(form.cleaned_data["role"]),
            name=form.cleaned_data["name"],
            branch_id=held.pk,
            actor=person_of(request).actor,
        )
        context = {
            "branch": held,
            "title": _("Token of %(name)s") % {"name": form.cleaned_data["name"]},
            "secret": key,
            "hint": _("Enter it on the machine at the address /device, or in the settings of the program."),
            "back": "setup:devices",
        }
        return render(request, "setup/secret.html", context)
    tokens = Token.objects.filter(branch=held).order_by("revoked_at", "-created_at")
    context = {
        "branch": held,
        "form": form,
        "tokens": tokens,
        "zones": held.zones.all(),
        "next": next_step(steps(held)),
    }
    return render(request, "setup/devices.html", context, status=422 if form.errors else 200)


@require_POST
@staff_required
def revoke(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Stop a device's token; it is refused within a few seconds."""
    held = branch_of(request, code)
    token = get_object_or_404(Token, pk=pk, branch=held, revoked_at=None)
    revoke_device(token_id=token.pk, branch_id=held.pk, actor=person_of(request).actor)
    messages.success(
        request, _("%(name)s was revoked and stops within a few seconds.") % {"name": token.name}
    )
    return redirect("setup:devices", held.code)
