"""Second factors that an administrator, or who runs the machine, takes off somebody who lost theirs."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from community import notifications
from community.events import record
from community.models import User
from community.permissions import Refusal
from community.sessions import end_sessions
from community.visibility import is_administrator

ADMINISTRATORS_ONLY = _("Only an administrator resets second factors.")
NOT_ONESELF = _("Nobody resets their own second factors. Ask another administrator.")
SUPERUSERS_ONLY = _("Only a superuser resets the second factors of a superuser.")
NOTHING = _("This account has no second factor.")
NO_REASON = _("Say how you made sure that it is this person who asks.")


@transaction.atomic
def reset_factors(*, user: User, by: User | None, reason: str) -> User:
    """Take all second factors, passkeys and recovery codes off an account; end its sessions; one event, one mail.

    The password stays. The mail goes to the address of the account, also where it was asked for by telephone, so that
    a deceived administrator is noticed.

    Args:
        user: whose factors they are.
        by: the administrator; None is who runs the machine, for the one whom no other administrator can help.
        reason: how they made sure that it is this person who asks.

    Raises:
        Refusal: `by` is no administrator, is the person, or no superuser where the account is one's; there is nothing
            to take off; no reason is given.
    """
    row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if by is not None:
        _refuse(row, by)
    if not reason.strip():
        raise Refusal(NO_REASON, "reason")
    factors = Authenticator.objects.filter(user_id=row.pk)
    kinds = sorted(factors.values_list("type", flat=True))
    if not kinds:
        raise Refusal(NOTHING, "state")
    factors.delete()
    end_sessions(row)
    if row.is_active:
        notifications.queue("account/notice", to_address=row.email, subject=row, notice="factors_reset")
    record(verb="reset_factors", subject=row, by=by, data={"kinds": kinds}, detail={"reason": reason.strip()})
    return row


def _refuse(row: User, by: User) -> None:
    """Refuse who may not do it by the site.

    Raises:
        Refusal: as `reset_factors` says.
    """
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    if row.pk == by.pk:
        raise Refusal(NOT_ONESELF, "forbidden")
    if row.is_superuser and not by.is_superuser:
        raise Refusal(SUPERUSERS_ONLY, "forbidden")
