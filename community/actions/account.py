"""Accounts: deactivated, made administrator, and never the last one lost."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import notifications
from community.actions.appointment import lock_deciders_with, refuse_without_coordinators
from community.actions.export import forget_exports_of
from community.choices import LinkState
from community.events import record
from community.models import Event, SignedLink, User
from community.permissions import Refusal
from community.sessions import end_sessions
from community.visibility import is_administrator

ADMINISTRATORS_ONLY = _("Only an administrator changes accounts.")
SUPERUSERS_ONLY = _("Only a superuser makes or ends superusers.")
NOT_ONESELF = _("Nobody closes their own account: your sign-in would end with it. Ask another administrator.")
LAST_ADMINISTRATOR = _("This is the last administrator. Make somebody else one first.")


@transaction.atomic
def deactivate_account(*, user: User, by: User) -> User:
    """Close an account and end its sessions, for good: they do not live again when it is opened; one event.

    Its open links are revoked, mails that wait for it are dropped when their turn comes, and files that were made
    for it are removed.
    A no-op when it is closed already.

    Raises:
        Refusal: `by` is no administrator; it is the last administrator, or the last coordinator, or their own.
    """
    administrators, row = _lock_administrators(), _locked(user, by)
    if not row.is_active:
        return row
    _refuse_without_others(administrators, row)
    if row.pk == by.pk:
        raise Refusal(NOT_ONESELF, "forbidden")
    refuse_without_coordinators(leaving=row, on=timezone.localdate())
    row.is_active = False
    row.save(update_fields=["is_active"])
    end_sessions(row)
    SignedLink.objects.open().filter(user=row).update(state=LinkState.REVOKED)
    forget_exports_of(row)
    event = record(verb="deactivate_account", subject=row, by=by)
    if row.is_staff:
        _tell_administrators(row, event)
    return row


@transaction.atomic
def reactivate_account(*, user: User, by: User) -> User:
    """Open a closed account again; one event. A no-op when it is open.

    Raises:
        Refusal: `by` is no administrator, the person was erased, or their entry was merged into another one.
    """
    row = _locked(user, by)
    if row.member is not None and row.member.merged_into_id is not None:
        raise Refusal(_("This person has another account: their entry was merged. Take the merge back first."), "state")
    if row.erased_at is not None:
        raise Refusal(_("This person was erased; nobody can sign in with that account again."))
    if not row.is_active:
        row.is_active = True
        row.save(update_fields=["is_active"])
        event = record(verb="reactivate_account", subject=row, by=by)
        if row.is_staff:
            _tell_administrators(row, event)
    return row


@transaction.atomic
def set_administrator(*, user: User, is_staff: bool, by: User) -> User:
    """Make an account an administrator's, or no longer; one event. A no-op when it is so already.

    Raises:
        Refusal: `by` is no administrator, or nobody would be left.
    """
    administrators, row = _lock_administrators(), _locked(user, by)
    if row.is_staff == is_staff:
        return row
    if not is_staff:
        _refuse_without_others(administrators, row)
    row.is_staff = is_staff
    row.save(update_fields=["is_staff"])
    _tell_administrators(
        row, record(verb="make_administrator" if is_staff else "end_administrator", subject=row, by=by)
    )
    return row


@transaction.atomic
def set_superuser(*, user: User, is_superuser: bool, by: User) -> User:
    """Let an account change everything in the Django admin, or no longer; one event. A no-op when it is so already.

    Raises:
        Refusal: `by` is no administrator, or no superuser.
    """
    row = _locked(user, by)
    if row.is_superuser == is_superuser:
        return row
    if not by.is_superuser:
        raise Refusal(SUPERUSERS_ONLY, "forbidden")
    row.is_superuser = is_superuser
    row.save(update_fields=["is_superuser"])
    _tell_administrators(row, record(verb="make_superuser" if is_superuser else "end_superuser", subject=row, by=by))
    return row


def _tell_administrators(row: User, event: Event) -> None:
    """Tell the person and every administrator but the one who did it."""
    told = User.objects.administrators() | User.objects.active().filter(pk=row.pk)
    for one in told.exclude(pk=event.by_id or 0).order_by("pk"):
        notifications.queue("account/administrators", to=one, subject=row, event=event, verb=event.verb)


def lock_those_in_charge(user: User, *, on: date) -> None:
    """Lock all administrators and all who decide on a day, as far as this account is one of them: before it goes."""
    if user.is_staff:
        _lock_administrators()
    lock_deciders_with(user, on)


def _locked(user: User, by: User) -> User:
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _lock_administrators() -> set[int]:
    """Return the ids of all administrators, their rows locked in one order, so that two at once cannot both go.

    Not the keys: each event refers to who did it, and whoever writes one may hold the appointments that come next.
    """
    rows = User.objects.administrators().select_for_update(no_key=True).order_by("pk")
    return set(rows.values_list("pk", flat=True))


def _refuse_without_others(administrators: set[int], leaving: User) -> None:
    """Refuse when `leaving` is the last administrator."""
    if administrators == {leaving.pk}:
        raise Refusal(LAST_ADMINISTRATOR)
