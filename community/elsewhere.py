"""Which account a sign-in at another site (OpenID Connect) leads to, and why it leads to none."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import models
from django.utils.translation import gettext_lazy as _

from community.folding import fold_key
from community.models import User


class Elsewhere(models.TextChoices):
    """Why a sign-in at another site opens nothing here; the label is the sentence for the person."""

    UNPROVEN_THERE = "unproven_there", _("The other site does not say that your e-mail address is proven to be yours.")
    UNKNOWN = "unknown", _("No account here has the e-mail address that the other site gave.")
    UNPROVEN_HERE = "unproven_here", _("Your e-mail address is not confirmed here yet.")
    OTHER = "other", _("The account with your e-mail address is tied to another person's sign-in at that site.")


def find_account(sociallogin: Any) -> User | Elsewhere:
    """Return the account of who signed in elsewhere, or why there is none.

    Both sides must have proven the address, and equal means equal on the folded key. Who signed in once is known by
    the other site's lasting identifier from then on; whoever comes later with the same address but another
    identifier (a mailbox that was given to somebody else) is refused.
    """
    proven = [row.email for row in sociallogin.email_addresses if row.verified is True]
    if not proven:
        return Elsewhere.UNPROVEN_THERE
    account = User.objects.with_address(proven[0]).first()
    if account is None:
        return Elsewhere.UNKNOWN
    rows = EmailAddress.objects.filter(user=account, verified=True)
    if not any(fold_key(row.email) == fold_key(account.email) for row in rows):
        return Elsewhere.UNPROVEN_HERE
    if SocialAccount.objects.filter(user=account, provider=sociallogin.account.provider).exists():
        return Elsewhere.OTHER
    return account
