"""Accounts that administrators make, and the invitation by which a person takes theirs up."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import links, notifications
from community.actions.external import prove_address
from community.choices import MessageState, Standing
from community.events import record
from community.folding import fold_key
from community.models import Member, Message, SignedLink, User
from community.permissions import Refusal
from community.sessions import end_sessions
from community.visibility import is_administrator

PURPOSE = "invite"
#: How long an invitation acts, counted from the moment when its mail is sent.
LASTS_DAYS = 14

ADMINISTRATORS_ONLY = _("Only an administrator makes accounts and invites.")
TAKEN = _("This address belongs to the account of %(person)s already.")
NO_ADDRESS = _("%(person)s has no e-mail address yet. Enter one first, then invite.")
DEACTIVATED = _("The account of %(person)s is deactivated. Activate it first, then invite.")
JOINED = _("%(person)s has joined already and signs in with a password.")
OF_SUPERUSER = _("This address is a superuser's. Only a superuser ties that account to a person.")
HAS_PASSWORD = _("A password was chosen for this account. Sign in with it, or have it reset.")
NOT_INVITED = _("%(person)s has no open invitation that could be taken back.")
NOT_MEMBER = _("%(person)s is no CoP member. External partners are invited into a cluster.")


@transaction.atomic
def give_account(*, member: Member, address: str, by: User) -> User:
    """Give a person an account without a password; one event. A no-op when they have one.

    An account of that address which belongs to nobody is taken for it.

    Raises:
        Refusal: `by` is no administrator.
        ValidationError: the address is none, or belongs to somebody else.
    """
    refuse_others(by)
    row = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    present: User | None = row.user
    if present is not None:
        return present
    account = User.objects.with_address(address).first()
    if account is not None and account.member is not None:
        raise ValidationError(TAKEN, code="taken", params={"person": account.member.name})
    if account is not None and account.is_superuser and not by.is_superuser:
        raise ValidationError(OF_SUPERUSER, code="taken")
    if account is None:
        account = User(email=address)
        account.set_unusable_password()
        account.full_clean()
        account.save(force_insert=True)
    row.user = account
    row.version += 1
    row.save(update_fields=["user", "version"])
    member.user, member.version = account, row.version
    record(verb="give_account", subject=row, by=by, data={"account": account.pk})
    return account


@transaction.atomic
def change_address(*, user: User, address: str, by: User) -> User:
    """Change the address with which somebody signs in and tell the old one; one event. A no-op when it is the same.

    Who has joined gets a mail at the new address, whose link proves it; else the next invitation does. The address is
    written last, behind the event: it is a key, and while its row is locked with that nobody writes an event of the
    person, who may hold the end of the chain.

    Raises:
        Refusal: `by` is no administrator, it is their own account, or a superuser's and `by` is none.
        ValidationError: the address is none, or belongs to somebody else.
    """
    refuse_others(by)
    row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    before = row.email
    if fold_key(before) == fold_key(address):
        return row
    if row.is_superuser and not by.is_superuser:
        raise Refusal(_("Only a superuser changes the address of a superuser."), "forbidden")
    if row.pk == by.pk:
        raise Refusal(_("Change your own address under “Signing in”, which asks for your password first."), "forbidden")
    row.email = address
    row.full_clean()
    EmailAddress.objects.filter(user=row).delete()
    EmailAddress.objects.create(user=row, email=row.email, verified=False, primary=True)
    close_invitation(row)
    SocialAccount.objects.filter(user_id=row.pk).delete()
    end_sessions(row)
    if row.erased_at is None:
        notifications.queue("account/notice", to_address=before, subject=row, notice="email_changed")
    if row.is_active and row.has_usable_password():
        notifications.queue("account/email_confirmation", to_address=row.email, subject=row)
    record(verb="change_address", subject=row, by=by, detail={"changes": {"email": [before, row.email]}})
    row.save(update_fields=["email"])
    return row


@transaction.atomic
def invite(*, member: Member, by: User, at: datetime | None = None) -> SignedLink:
    """Send a person the link by which they choose a password; one event. A newer link replaces an open one.

    Raises:
        Refusal: `by` is no administrator; the person has no address, no active account, has joined, or is external.
    """
    refuse_others(by)
    row = Member.objects.select_for_update(of=("self",)).select_related("user").get(pk=member.pk)
    person = {"person": row.name}
    if row.user is None:
        raise Refusal(NO_ADDRESS % person)
    if not row.user.is_active:
        raise Refusal(DEACTIVATED % person, "state")
    if row.standing != Standing.MEMBER:
        raise Refusal(NOT_MEMBER % person)
    if row.user.has_usable_password():
        raise Refusal(JOINED % person, "state")
    _stop_mails(row.user)
    link = links.reserve(PURPOSE, subject=row.user, user=row.user, by=by, lasts_days=LASTS_DAYS, at=at)
    event = record(verb="invite", subject=row, by=by, at=at)
    notifications.queue("community/invite", to=row.user, subject=row, link=link, event=event)
    return link


@transaction.atomic
def take_back_invitation(*, member: Member, by: User, at: datetime | None = None) -> None:
    """Close a person's open invitation; one event. A mail that did not leave yet is not sent; nobody is told.

    Raises:
        Refusal: `by` is no administrator, or no invitation is open.
    """
    refuse_others(by)
    row = Member.objects.select_for_update(of=("self",)).select_related("user").get(pk=member.pk)
    if row.user is None or not close_invitation(row.user):
        raise Refusal(NOT_INVITED % {"person": row.name}, "state")
    record(verb="take_back_invitation", subject=row, by=by, at=at)


def is_invited_since(member: Member, moment: datetime) -> bool:
    """Tell whether an invitation that was made from that moment on is open."""
    rows = SignedLink.objects.open().filter(purpose=PURPOSE, user=member.user_id, created_at__gte=moment)
    return member.user_id is not None and rows.exists()


def close_invitation(account: User) -> bool:
    """Close the open invitation of an account, and do not send its mail; tell whether there was one."""
    is_closed = bool(links.revoke_for(account, purpose=PURPOSE))
    _stop_mails(account)
    return is_closed


def _stop_mails(account: User) -> None:
    """Do not send the invitations that wait: their links act no more."""
    waiting = Message.objects.recallable().filter(link__user=account, link__purpose=PURPOSE)
    waiting.filter(state=MessageState.QUEUED).update(state=MessageState.CANCELLED)


@transaction.atomic
def accept_invitation(*, link: SignedLink, password: str, by: User | None, at: datetime | None = None) -> User:
    """Set the password that the invited person chose; one event.

    Order of effects: use the link up, lock the account, set the password, note the address as proven. The caller
    signs the person in.

    Raises:
        Refusal: the link is closed, `by` is somebody else (nothing is consumed), the account is deactivated, or a
            password was chosen for it meanwhile.
    """
    at = at or timezone.now()
    used = links.use(link, by=by, at=at)
    account = User.objects.select_for_update(no_key=True).filter(pk=used.user_id or 0).first()
    if account is None or not account.is_active or fold_key(account.email) != used.address_key:
        raise Refusal(links.CLOSED["revoked"], "closed")  # type: ignore[index]
    if account.has_usable_password():
        raise Refusal(HAS_PASSWORD, "closed")
    account.set_password(password)
    account.save(update_fields=["password"])
    prove_address(account)
    end_sessions(account)
    record(verb="accept_invitation", subject=account.member or account, by=account, at=at)
    return account


def ask_anew(*, link: SignedLink, at: datetime | None = None) -> None:
    """Send the invited person a fresh link in the place of one that ran out, once a day.

    Silent when that is not open to them. The recipient asks, so the mail goes only to the address that the link was
    sent to.
    """
    at = at or timezone.now()
    account = link.user
    if not links.has_run_out(link, at=at):
        return
    if account is None or not account.is_active or account.has_usable_password() or account.member is None:
        return
    key = f"invite:{account.pk}:anew:{timezone.localdate(at).isoformat()}"
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=account.pk)
        if Message.objects.filter(key=key).exists():
            return
        fresh = links.reserve(PURPOSE, subject=account, user=account, by=link.by, lasts_days=LASTS_DAYS, at=at)
        notifications.queue("community/invite", to=account, subject=account.member, link=fresh, key=key)


def refuse_others(by: User) -> None:
    """Refuse everybody but administrators.

    Raises:
        Refusal: `by` is none.
    """
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
