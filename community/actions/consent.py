"""Giving and withdrawing consent, one purpose at a time."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from community.choices import ConsentWay
from community.events import record
from community.models import Consent, ConsentWording, Member, User


@transaction.atomic
def give_consent(
    *,
    member: Member,
    wording: ConsentWording,
    by: User | None,
    how: str = ConsentWay.FORM,
    at: datetime | None = None,
) -> Consent:
    """Note that a person agreed to one purpose in these words; one event.

    A no-op that returns the standing consent when it was given in the same
    wording; given in a newer one, the old consent ends and the new one begins.
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
    data = {"purpose": wording.purpose, "wording": wording.pk, "how": how}
    record(verb="give_consent", subject=member, by=by, at=at, data=data)
    return consent


@transaction.atomic
def withdraw_consent(*, member: Member, purpose: str, by: User | None, at: datetime | None = None) -> Consent | None:
    """End a person's consent to one purpose; one event, on which documents that name the person are issued anew.

    A no-op that returns None when there is none.
    """
    at = at or timezone.now()
    consent = Consent.objects.select_for_update().standing().for_purpose(purpose).filter(member=member).first()
    if consent is None:
        return None
    consent.withdrawn_at = max(at, consent.given_at)
    consent.save(update_fields=["withdrawn_at"])
    record(verb="withdraw_consent", subject=member, by=by, at=at, data={"purpose": purpose})
    return consent
