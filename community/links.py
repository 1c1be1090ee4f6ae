"""Signed links: made, opened, used once, revoked.

A token is 32 random bytes; only its sha256 is stored. A link is bound to a purpose,
an address and a subject. Opening changes nothing; only `use` does.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import kinds
from community.choices import LinkState
from community.folding import fold_key
from community.models import SignedLink, User
from community.permissions import Refusal

UNKNOWN = _("This link is not known. It may have been cut off in the mail: open it once more from there.")
CLOSED = {
    LinkState.USED: _("This link was used already, on %(moment)s."),
    LinkState.REVOKED: _("This link was replaced or taken back. The newest mail holds the one that works."),
    LinkState.EXPIRED: _("This link ended on %(moment)s."),
}
WRONG_ACCOUNT = _("This link was sent to somebody else. Sign out, or sign in with the address it was sent to.")


@transaction.atomic
def reserve(
    purpose: str,
    *,
    subject: models.Model,
    by: User | None,
    address: str = "",
    user: User | None = None,
    lasts_days: int | None = None,
    expires_at: datetime | None = None,
    at: datetime | None = None,
) -> SignedLink:
    """Make a link whose token is minted while its mail is sent; an older open one for the same is revoked.

    Args:
        purpose: what it is for ("join"); opening asks for the same purpose.
        subject: what it acts on.
        by: who asked for it; None is the registry.
        address: to whom it is sent; that of `user` when there is an account.
        user: the account it is bound to, if any.
        lasts_days: how long it acts, counted from sending.
        expires_at: when it ends at the latest (None: open until answered).
        at: now, unless a test says otherwise.

    Raises:
        ValueError: neither address nor user is given.
    """
    address = user.email if user else address
    kind = kinds.of(subject).code
    _revoke_older(purpose, address, kind, subject.pk)
    return SignedLink.objects.create(
        purpose=purpose,
        address=address,
        user=user,
        kind=kind,
        subject_id=subject.pk,
        by=by,
        lasts_days=lasts_days,
        expires_at=expires_at,
        created_at=at or timezone.now(),
    )


def give_token(link: SignedLink, *, at: datetime) -> str:
    """Mint the link's token at the moment of sending, replacing an earlier one; return it.

    The time that it lasts begins now, and ends at `expires_at` where that is earlier.
    """
    token = secrets.token_urlsafe(32)
    link.token_hash = _hash(token)
    link.sent_at = at
    if link.lasts_days is not None:
        end = at + timedelta(days=link.lasts_days)
        link.expires_at = min(end, link.expires_at) if link.expires_at else end
    link.save(update_fields=["token_hash", "sent_at", "expires_at"])
    return token


@transaction.atomic
def mint(
    purpose: str,
    *,
    subject: models.Model,
    by: User | None,
    address: str = "",
    user: User | None = None,
    expires_at: datetime | None = None,
    at: datetime | None = None,
) -> tuple[SignedLink, str]:
    """Make a link and its token at once, for a page that shows it; see `reserve` for the arguments."""
    link = reserve(purpose, subject=subject, by=by, address=address, user=user, expires_at=expires_at, at=at)
    return link, give_token(link, at=at or timezone.now())


def find(token: str, purpose: str) -> SignedLink | None:
    """Return the link of a token in any state, or None when the purpose or the token is another one."""
    return SignedLink.objects.filter(token_hash=_hash(token), purpose=purpose).select_related("user", "by").first()


def purpose_of(token: str) -> str:
    """Return what the link of a token is for, in any state; "" when it is not known."""
    return SignedLink.objects.filter(token_hash=_hash(token)).values_list("purpose", flat=True).first() or ""


def open_link(token: str, purpose: str, *, at: datetime | None = None) -> SignedLink:
    """Return the link of a token, still open; changes nothing.

    Raises:
        Refusal: it is unknown (code "unknown"), used, revoked or expired (code "closed"); says which.
    """
    link = find(token, purpose)
    if link is None:
        raise Refusal(UNKNOWN, "unknown")
    refuse_closed(link, at or timezone.now())
    return link


@transaction.atomic
def use(link: SignedLink, *, by: User | None, at: datetime | None = None) -> SignedLink:
    """Use the link up in the caller's transaction; the second of two at once is refused.

    Raises:
        Refusal: it is not open any more, or `by` is not whom it was sent to (nothing is consumed).
    """
    at = at or timezone.now()
    locked = SignedLink.objects.select_for_update().get(pk=link.pk)
    refuse_closed(locked, at)
    if by is not None and by.email_key != locked.address_key and by.pk != locked.user_id:
        raise Refusal(WRONG_ACCOUNT, "wrong_account")
    locked.state, locked.used_at = LinkState.USED, at
    locked.save(update_fields=["state", "used_at"])
    return locked


def revoke_for(subject: models.Model, *, purpose: str | None = None) -> int:
    """Revoke the open links that lead to a subject (of one purpose); return how many."""
    rows = SignedLink.objects.open().about(subject)
    return (rows.filter(purpose=purpose) if purpose else rows).update(state=LinkState.REVOKED)


def expire(at: datetime) -> int:
    """Mark the links whose time is over; return how many."""
    return SignedLink.objects.run_out(at).update(state=LinkState.EXPIRED)


def forget_addresses(at: datetime, *, after_days: int = 60) -> int:
    """Empty the addresses of links that nobody answered, `after_days` after they ended; return how many.

    Only of people without an account (General Data Protection Regulation: unanswered invitations).
    """
    ended = SignedLink.objects.filter(
        state__in=[LinkState.EXPIRED, LinkState.REVOKED], user=None, created_at__lte=at - timedelta(days=after_days)
    ).exclude(address="")
    overdue = ended.filter(models.Q(expires_at=None) | models.Q(expires_at__lte=at - timedelta(days=after_days)))
    return overdue.update(address="", address_key="")


def has_run_out(link: SignedLink, *, at: datetime) -> bool:
    """Tell whether a link ended by its time alone: only then its holder may ask for a fresh one."""
    return link.state == LinkState.EXPIRED or (link.state == LinkState.OPEN and not link.is_open_at(at))


def refuse_closed(link: SignedLink, at: datetime) -> None:
    """Refuse a link that acts no more at the moment `at`; changes nothing.

    Raises:
        Refusal: it was used, revoked or has run out (code "closed"); says which.
    """
    state = LinkState.EXPIRED if link.state == LinkState.OPEN and not link.is_open_at(at) else LinkState(link.state)
    if state is LinkState.OPEN:
        return
    moment = link.used_at if state is LinkState.USED else link.expires_at
    day = timezone.localtime(moment).date().isoformat() if moment else ""
    raise Refusal(CLOSED[state] % {"moment": day}, "closed")


def _revoke_older(purpose: str, address: str, kind: str, subject_id: int) -> None:
    if not address:
        raise ValueError("a link is bound to an address")
    same = {"purpose": purpose, "address_key": fold_key(address), "kind": kind, "subject_id": subject_id}
    SignedLink.objects.open().filter(**same).update(state=LinkState.REVOKED)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
