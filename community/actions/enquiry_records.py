"""What of a person stands in questions to contacts that were asked from an address of their account."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.actions.enquiry import forget_enquiries_of
from community.contributions import PersonalRecords
from community.models import Enquiry, Member
from community.personal_addresses import address_keys


def _asked(member: Member) -> QuerySet[Enquiry]:
    rows = Enquiry.objects.filter(address_key__in=address_keys(member))
    return rows.select_related("solution").order_by("pk")


def _export(row: Enquiry) -> dict[str, Any]:
    facts = {"solution": row.solution.title, "name": row.name, "organisation": row.organisation, "question": row.text}
    return {**facts, "at": row.asked_at, "status": row.status, "ended_at": row.ended_at}


def _erase(member: Member) -> int:
    return forget_enquiries_of(address_keys(member), at=timezone.now())


RECORDS: Final = PersonalRecords(_("Questions that you asked from your address"), _asked, _export, erase=_erase)
