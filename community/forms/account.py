"""allauth's forms of the account in the words of this site: same fields, same checks, other labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.core import context as present
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community.models import User
from community.rights import can_use_code
from community.sign_in_limits import count_mail

NEW: dict[str, str | Promise] = {"password1": _("New password"), "password2": _("New password, once more")}


class _Worded:
    """Gives fields the labels of `words` after allauth has made them."""

    words: Mapping[str, str | Promise] = {"email": _("E-mail address")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make the form, then word it."""
        super().__init__(*args, **kwargs)
        for name, label in self.words.items():
            self.fields[name].label = label  # type: ignore[attr-defined]


class LoginForm(_Worded, allauth_forms.LoginForm):  # type: ignore[misc]
    """Address and password."""

    words = {"login": _("E-mail address")}


class AddEmailForm(_Worded, allauth_forms.AddEmailForm):  # type: ignore[misc]
    """The new address of an account."""

    words = {"email": _("New e-mail address")}


class ResetPasswordForm(_Worded, allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    """The address to which the link for a new password goes."""

    def clean_email(self) -> str:
        """Take the address, unless too many mails went to it."""
        address: str = super().clean_email()
        _count(address, "password_mail")
        return address


class ChangePasswordForm(_Worded, allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    """The present password and a new one."""

    words = {"oldpassword": _("Present password"), **NEW}


class SetPasswordForm(_Worded, allauth_forms.SetPasswordForm):  # type: ignore[misc]
    """The first password of an account."""

    words = NEW


class ResetPasswordKeyForm(_Worded, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password by the link of a mail."""

    words = NEW


class RequestLoginCodeForm(_Worded, allauth_forms.RequestLoginCodeForm):  # type: ignore[misc]
    """The address to which a code to sign in goes, if its account signs in that way.

    Every address is answered alike: the page is the same, and each gets one mail.
    """

    def clean_email(self) -> str:
        """Look the account up by its folded address; one with a password of its own gets no code."""
        address: str = self.cleaned_data["email"]
        _count(address, "code_mail")
        account = User.objects.active().with_address(address).select_related("member").first()
        self._user = account if account is not None and can_use_code(account) else None
        return address


def _count(address: str, action: str) -> None:
    """Count one more mail to an address.

    Raises:
        ImmediateHttpResponse: it is one too many; the page of 429 says what to do instead.
    """
    if not count_mail(present.request, address, action):
        raise get_adapter().validation_error("too_many_login_attempts")


class AddKeyForm(_Worded, AddWebAuthnForm):  # type: ignore[misc]
    """A new key: its name, and whether it opens the account alone."""

    words = {"name": _("Name of the key"), "passwordless": _("Open the account with this key alone (a passkey)")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Make the form; say what the choice asks of the device."""
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].help_text = _(
            "Without e-mail address and password: the device asks for your finger, face or PIN."
        )
