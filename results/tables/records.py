"""What of a person stands in uptakes and confirmations: declared, asked, answered for an organisation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from community.contributions import PersonalRecords
from community.models import Member, Message, SignedLink
from results.choices import ConfirmationStatus
from results.models import Uptake, UptakeConfirmation


def evidence_of_projects() -> Iterator[tuple[int, int | None]]:
    """Yield (file, project) for the evidence of uptakes: the project whose solution was taken up."""
    rows = Uptake.objects.filter(evidence__isnull=False)
    yield from rows.values_list("evidence", "solution__project").distinct().order_by("evidence")


def _declared(member: Member) -> QuerySet[Uptake]:
    return Uptake.objects.filter(declared_by=member).order_by("pk")


def _export_declared(row: Uptake) -> dict[str, Any]:
    return {"uptake": row.pk, "step": row.state, "at": row.declared_at, "adaptation": row.adaptation}


DECLARED = PersonalRecords(_("Uptakes that you declared"), _declared, _export_declared)


def _asked(member: Member) -> QuerySet[UptakeConfirmation]:
    return UptakeConfirmation.objects.filter(asked_by__member=member).order_by("pk")


def _export_asked(row: UptakeConfirmation) -> dict[str, Any]:
    """Return the asker's words; the address is somebody else's."""
    return {"uptake": row.uptake_id, "message": row.message, "at": row.asked_at, "status": row.status}


def _erase_asked(member: Member) -> int:
    """Empty what an erased person wrote to those whom they asked; return how many questions."""
    return _asked(member).exclude(message="").update(message="")


QUESTIONS = PersonalRecords(_("Adopting organisations that you asked"), _asked, _export_asked, erase=_erase_asked)


def _answered(member: Member) -> QuerySet[UptakeConfirmation]:
    """Return the questions that went to the address of a person's account."""
    key = member.user.email_key if member.user is not None else ""
    return UptakeConfirmation.objects.filter(address_key=key).exclude(address_key="").order_by("pk")


def _export_answered(row: UptakeConfirmation) -> dict[str, Any]:
    names = ("person_name", "function", "organisation_name", "said", "answered_at", "status", "message")
    return {"uptake": row.uptake_id, **{name: getattr(row, name) for name in names}}


def _erase_answered(member: Member) -> int:
    """Take the person out of what they answered for their organisation; that it answered stands. Return how many.

    A question that waits ends by it.
    """
    rows = _answered(member)
    known = list(rows.values_list("pk", flat=True))
    about = {"kind": "confirmation", "subject_id__in": known}
    SignedLink.objects.filter(**about).update(address="", address_key="")
    Message.objects.filter(**about).update(to_address="")
    rows.filter(status=ConfirmationStatus.OPEN).update(status=ConfirmationStatus.TAKEN_BACK)
    return UptakeConfirmation.objects.filter(pk__in=known).update(
        person_name="", said="", message="", address="", address_key=""
    )


ANSWERS = PersonalRecords(
    _("What you answered for an adopting organisation"), _answered, _export_answered, erase=_erase_answered
)
