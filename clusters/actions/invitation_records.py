"""What of a person stands in invitations by address: what they asked for, in their words, and how it was answered."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clusters.models import Invitation
from community.contributions import PersonalRecords
from community.models import Member, Message, SignedLink


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
    about = {"kind": "invitation", "subject_id__in": _received(member).values("pk")}
    SignedLink.objects.filter(**about).update(address="", address_key="")
    Message.objects.filter(**about).update(to_address="")
    return _received(member).exclude(message="").update(message="")


RECEIVED = PersonalRecords(_("Invitations that you took up"), _received, _export_received, erase=_erase_received)
