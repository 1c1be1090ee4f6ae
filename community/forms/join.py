"""The one field with which an invited person takes up their account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.utils.translation import gettext_lazy as _

from community.models import User


class JoinForm(forms.Form):
    """A password, typed once; password managers fill it in, and a new link is one press away."""

    password = forms.CharField(
        label=_("Password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, account: User, **kwargs: Any) -> None:
        """Check the password against the account that it is for."""
        super().__init__(*args, **kwargs)
        self.account = account
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean_password(self) -> str:
        """Refuse what the site's rules refuse."""
        password = str(self.cleaned_data["password"])
        validate_password(password, self.account)
        return password
