"""Giving and withdrawing consent, one purpose at a time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.choices import ConsentWay
from community.events import record
from community.models import Consent, ConsentWording, Member, User
from community.permissions import Refusal
from community.visibility import is_administrator

ADMINISTRATORS_ONLY: Final = _("Only an administrator enters what somebody asked by letter or mail.")
TO_COME: Final = _("That day is still to come.")
NONE_STANDS: Final = _("No such consent of this person stands: there is nothing to withdraw.")
GIVEN_SINCE: Final = _("The person gave this consent after that day: what they wrote before does not end it.")


@transaction.atomic
def give_consent(
    *,
    member: Member,
    wording: ConsentWording,
    by: User | None,
    how: str = ConsentWay.FORM,
    at: datetime | None = None,
    asked: dict[str, Any] | None = None,
    kept_at: str = "",
) -> Consent:
    """Note that a person agreed to one purpose in these words; one event.

    A no-op that returns the standing consent when it was given in the same
    wording; given in a newer one, the old consent ends and the new one begins.

    Args:
        asked: when the person agreed, for the event, where they did it otherwise than here.
        kept_at: where the letter is kept, for the event's detail.
    """
    at = at or timezone.now()
    Member.objects.select_for_update().get(pk=member.pk)
    standing = Consent.objects.standing().for_purpose(wording.purpose).filter(member=member).first()
    if standing is not None:
        if standing.wording_id == wording.pk:
            return standing
        standing.withdrawn_at = max(at, standing.given_at)
        standing.save(update_fields=["withdrawn_at"])
    consent = Consent.objects.create(
        member=member, purpose=wording.purpose, wording=wording, given_at=at, how=how, recorded_by=by
    )
    data = {"purpose": wording.purpose, "wording": wording.pk, "how": how, **(asked or {})}
    detail = {"kept_at": kept_at} if kept_at else None
    record(verb="give_consent", subject=member, by=by, at=at, data=data, detail=detail)
    return consent


@transaction.atomic
def withdraw_consent(
    *, member: Member, purpose: str, by: User | None, at: datetime | None = None, asked: dict[str, Any] | None = None
) -> Consent | None:
    """End a person's consent to one purpose; one event, on which documents that name the person are issued anew.

    A no-op that returns None when there is none.

    Args:
        asked: how and when the person asked, for the event, where they did it otherwise than here.
    """
    at = at or timezone.now()
    consent = Consent.objects.select_for_update().standing().for_purpose(purpose).filter(member=member).first()
    if consent is None:
        return None
    consent.withdrawn_at = max(at, consent.given_at)
    consent.save(update_fields=["withdrawn_at"])
    record(verb="withdraw_consent", subject=member, by=by, at=at, data={"purpose": purpose, **(asked or {})})
    return consent


@transaction.atomic
def withdraw_by_letter(
    *, member: Member, purpose: str, how: str, asked_on: date, by: User, at: datetime | None = None
) -> Consent:
    """End a consent that a person withdrew by letter or mail: from now on, with all that their own press does.

    The event says how and on which day they asked, and who entered it.

    Raises:
        Refusal: `by` is no administrator; the day is still to come; no such consent stands, or it was given later.
    """
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    at = at or timezone.now()
    if asked_on > timezone.localdate(at):
        raise Refusal(TO_COME, "day")
    row = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    standing = Consent.objects.standing().for_purpose(purpose).filter(member=row).first()
    if standing is None:
        raise Refusal(NONE_STANDS, "state")
    if asked_on < timezone.localdate(standing.given_at):
        raise Refusal(GIVEN_SINCE, "day")
    asked = {"how": how, "asked_on": asked_on.isoformat()}
    return withdraw_consent(member=row, purpose=purpose, by=by, at=at, asked=asked) or standing
