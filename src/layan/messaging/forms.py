"""The form in which a customer gives an address for one channel."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from layan.messaging.rules import Channel


class AddressForm(forms.Form):
    """One field; what is typed is judged by `services.ask`."""

    address = forms.CharField(max_length=254, strip=True)

    def __init__(self, channel: Channel, data: Any = None) -> None:
        super().__init__(data, prefix=channel.value)
        self.channel = channel
        field = self.fields["address"]
        email = channel is Channel.EMAIL
        field.label = _("Your e-mail address") if email else _("Your mobile number")
        kind = "email" if email else "tel"
        field.widget.input_type = kind
        field.widget.attrs |= {
            "class": "input",
            "autocomplete": kind,
            "inputmode": kind,
        }
