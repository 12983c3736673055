"""Forms of sign-in and of one's own account, in our words."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


def _name(form: forms.BaseForm, field: str, label: Any, help_text: Any = "") -> None:
    """Give a field our label; a placeholder that repeats the label would vanish while typing, so it goes."""
    if field not in form.fields:
        return
    form.fields[field].label = label
    form.fields[field].help_text = help_text
    form.fields[field].widget.attrs.pop("placeholder", None)


class LoginForm(account.LoginForm):  # type: ignore[misc]
    """Username and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self, "login", _("Username"))
        _name(self, "password", _("Password"))
        self.fields["login"].widget.attrs.update(autofocus=True, autocapitalize="none", spellcheck="false")


class ChangePasswordForm(account.ChangePasswordForm):  # type: ignore[misc]
    """The present password and twice the new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self, "oldpassword", _("Present password"))
        _name(
            self,
            "password1",
            _("New password"),
            _("At least 12 characters. A short sentence is easy to remember and hard to guess."),
        )
        _name(self, "password2", _("New password, once more"))


class ReauthenticateForm(account.ReauthenticateForm):  # type: ignore[misc]
    """The password again, before something important."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self, "password", _("Password"))


_CODE = pgettext_lazy("of an authenticator app", "Code")


class AuthenticateForm(mfa.AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self, "code", _CODE, _("Six digits from the app, or one of your recovery codes."))
        self.fields["code"].widget.attrs["autofocus"] = True


class ReauthenticateCodeForm(mfa.ReauthenticateForm):  # type: ignore[misc]
    """A code, before something important."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self, "code", _CODE)


class ActivateTotpForm(totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code proves that the app has the secret."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self, "code", _("Code that the app shows now"))


class AddKeyForm(webauthn.AddWebAuthnForm):  # type: ignore[misc]
    """A passkey or security key and what to call it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self, "name", _("Name of this key"), _("Such as: my telephone."))
        _name(
            self,
            "passwordless",
            _("Sign in with this key alone, without a password"),
            _("The key then asks for your fingerprint, face or PIN."),
        )


class EditKeyForm(webauthn.EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name(self, "name", _("Name of this key"))


class DeviceTokenForm(forms.Form):
    """A token typed on the machine that is to hold it."""

    token = forms.CharField(
        label=_("Token"),
        max_length=200,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
