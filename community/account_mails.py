"""Mails about accounts: what allauth wants to tell goes through our outbox, with secrets minted while sending."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account import app_settings
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community import notifications
from community.folding import fold_key
from community.models import Message, User

#: What a change of an account is called; told to the address that the account had.
NOTICES = {
    "password_changed": _("Your password was changed"),
    "password_reset": _("Your password was changed"),
    "password_set": _("A password was set for your account"),
    "email_changed": _("The e-mail address of your account was changed"),
    "email_confirm": _("Your e-mail address is confirmed"),
    "email_deleted": _("An e-mail address was removed from your account"),
    "totp_activated": _("An authenticator app now protects your account"),
    "totp_deactivated": _("The authenticator app no longer protects your account"),
    "webauthn_added": _("A security key was added to your account"),
    "webauthn_removed": _("A security key was removed from your account"),
    "recovery_codes_generated": _("New recovery codes were made for your account"),
    "factors_reset": _("An administrator took the second factors off your account"),
    "account_connected": _("A sign-in elsewhere was connected to your account"),
    "account_disconnected": _("A sign-in elsewhere was disconnected from your account"),
}
#: What is told to the person and to all administrators.
CHANGES = {
    "make_administrator": _("%(who)s made %(person)s an administrator."),
    "end_administrator": _("%(who)s ended that %(person)s is an administrator."),
    "deactivate_account": _("%(who)s closed the account of %(person)s, an administrator."),
    "reactivate_account": _("%(who)s opened the closed account of %(person)s again, an administrator."),
    "erase_member": _("%(who)s had an administrator erased. “%(person)s” stands in their place."),
    "erase_member_due": _("An administrator who asked for it was erased. “%(person)s” stands in their place."),
    "make_superuser": _("%(who)s made %(person)s a superuser."),
    "end_superuser": _("%(who)s ended that %(person)s is a superuser."),
}
#: Mails that ask for something; each has templates of its own.
ASKING = ("password_reset_key", "email_confirmation", "login_code", "unknown_account")


def queue_account_mail(template_prefix: str, address: str, context: Mapping[str, Any]) -> Message | None:
    """Queue what allauth wants to send ("account/email/login_code") to one address.

    Links are not kept: they are minted while sending. A code to sign in with must
    be kept until then; its row is emptied afterwards.

    Raises:
        ValueError: allauth sends a mail that nobody has worded yet.
    """
    name = template_prefix.rsplit("/", 1)[-1]
    name = "email_confirmation" if name == "email_confirmation_signup" else name
    user = context.get("user") or User.objects.with_address(address).first()
    subject = user if isinstance(user, User) else None
    if subject is not None and not subject.is_active:
        return _tell_closed(name, subject)
    if name in NOTICES:
        return notifications.queue("account/notice", to_address=address, subject=subject, notice=name)
    if name not in ASKING:
        raise ValueError(f"no words for the mail {template_prefix!r}")
    if name == "login_code":
        # To the address that the account has: one that only folds to the same key may be another mailbox.
        to, code = subject.email if subject is not None else address, str(context["code"])
        return notifications.queue("account/login_code", to_address=to, subject=subject, is_secret=True, code=code)
    if name == "unknown_account" and subject is not None:
        return notifications.queue("account/use_password", to_address=subject.email, subject=subject)
    return notifications.queue(f"account/{name}", to_address=address, subject=subject)


def _tell_closed(name: str, subject: User) -> Message | None:
    """Tell who wants to sign in with a closed account that it is closed, and whom to write to; nothing else."""
    if name not in ("password_reset_key", "login_code", "unknown_account") or subject.erased_at is not None:
        return None
    return notifications.queue("account/closed", to_address=subject.email, subject=subject)


@notifications.provides("user")
def account_context(user: User, message: Message) -> dict[str, Any]:
    """Return the link that a mail about an account leads to, minted now, or the notice in words."""
    name = message.template.removeprefix("account/")
    if name in ("notice", "closed"):
        return _reaction(message.params.get("notice", name))
    if name == "administrators":
        return _change_of_administrators(user, message)
    if name == "use_password":
        return {"action_url": settings.SITE_URL + reverse("account_login")}
    if name == "password_reset_key":
        token = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
        key = {"uidb36": user_pk_to_url_str(user), "key": token}
        return {"link_url": settings.SITE_URL + reverse("account_reset_password_from_key", kwargs=key)}
    if name == "email_confirmation":
        rows = EmailAddress.objects.filter(user=user, verified=False)
        wanted = next((row for row in rows if fold_key(row.email) == fold_key(message.to_address)), None)
        if wanted is not None:
            confirm = reverse("account_confirm_email", kwargs={"key": EmailConfirmationHMAC(wanted).key})
            return {"link_url": settings.SITE_URL + confirm}
    return {}


def _change_of_administrators(user: User, message: Message) -> dict[str, Any]:
    """Return who did what to whose account, and where administrators look at it."""
    by = message.event.by if message.event is not None else None
    names = {"who": by.get_full_name() if by is not None else settings.SITE_URL, "person": user.get_full_name()}
    verb = message.params.get("verb", "")
    said = CHANGES.get(verb if by is not None else f"{verb}_due", CHANGES.get(verb, ""))
    page = reverse("admin:community_user_change", args=[user.pk])
    found = {"said": str(said) % names if said else "", "action_url": settings.SITE_URL + page}
    return {**found, "is_final": verb == "erase_member", "is_by_clock": by is None, **names}


def _reaction(notice: str) -> dict[str, Any]:
    """Return what a notice says and where its button leads, so that whoever it was not can do something.

    A new password helps as long as its mail comes to the address that is told; where the address itself was changed,
    or the account closed, only an administrator helps.
    """
    helps = notice not in ("email_changed", "email_deleted", "closed")
    page = reverse("account_reset_password" if helps else "community:locked_out")
    return {
        "notice": NOTICES.get(notice, ""),
        "contact": settings.DEFAULT_FROM_EMAIL,
        "new_password_helps": helps,
        "action_url": settings.SITE_URL + page,
    }
