"""What of a person stands in invitations by address: what they asked for, in their words, and how it was answered."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.choices import InvitationStatus
from clusters.models import Invitation
from community.actions.erasure_effects import forget_links_and_mails
from community.contributions import PersonalRecords
from community.models import Member
from community.personal_addresses import address_keys


def _sent(member: Member) -> QuerySet[Invitation]:
    return Invitation.objects.filter(asked_by__member=member).order_by("pk")


def _export(row: Invitation) -> dict[str, Any]:
    """Return the asker's words; the address is somebody else's."""
    return {"purpose": row.purpose, "message": row.message, "at": row.asked_at, "status": row.status}


def _erase(member: Member) -> int:
    """Empty what an erased person wrote to those whom they asked; return how many invitations."""
    return _sent(member).exclude(message="").update(message="")


SENT = PersonalRecords(_("Invitations that you sent by address"), _sent, _export, erase=_erase)


def _received(member: Member) -> QuerySet[Invitation]:
    return Invitation.objects.filter(participation__member=member).order_by("pk")


def _export_received(row: Invitation) -> dict[str, Any]:
    return {"purpose": row.purpose, "message": row.message, "at": row.asked_at, "answered_at": row.answered_at}


def _erase_received(member: Member) -> int:
    """Empty what an erased person was written when they were asked, and the address in links and mails.

    Returns how many invitations were emptied.
    """
    forget_links_and_mails("invitation", list(_received(member).values_list("pk", flat=True)))
    return _received(member).exclude(message="").update(message="")


def _waiting(member: Member) -> QuerySet[Invitation]:
    """Return the invitations that went to an address of a person's account and were not taken up with it."""
    rows = Invitation.objects.filter(address_key__in=address_keys(member), participation=None)
    return rows.select_related("cluster").order_by("pk")


def _export_waiting(row: Invitation) -> dict[str, Any]:
    facts = {"cluster": row.cluster.title, "purpose": row.purpose, "message": row.message, "at": row.asked_at}
    return {**facts, "status": row.status, "answered_at": row.answered_at, "reason": row.answer_reason}


def _erase_waiting(member: Member) -> int:
    """End what still waits, so that nobody is reminded, and empty address and words; return how many invitations."""
    known = list(_waiting(member).values_list("pk", flat=True))
    forget_links_and_mails("invitation", known)
    rows = Invitation.objects.filter(pk__in=known)
    ended = {"status": InvitationStatus.TAKEN_BACK, "answered_at": timezone.now(), "address": "", "address_key": ""}
    rows.filter(status=InvitationStatus.OPEN).update(**ended)
    return rows.update(address="", address_key="", message="", answer_reason="")


WAITING = PersonalRecords(_("Invitations to your address"), _waiting, _export_waiting, erase=_erase_waiting)
RECEIVED = PersonalRecords(_("Invitations that you took up"), _received, _export_received, erase=_erase_received)
