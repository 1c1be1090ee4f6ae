"""What the record itself keeps of a person: what they did, and what was done about them."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from community.contributions import PersonalRecords
from community.models import Event, Member

#: Details of events about these hold the data of other people.
_PERSONS: Final = ("member", "user")


def _about(member: Member) -> Q:
    about = Q(kind="member", subject_id=member.pk)
    return about | Q(kind="user", subject_id=member.user_id) if member.user_id else about


def _done(member: Member) -> QuerySet[Event]:
    """Return what a person did, about others and themselves."""
    return Event.objects.filter(by__member=member).select_related("detail").order_by("pk")


def _happened(member: Member) -> QuerySet[Event]:
    """Return what was done about a person and their account, by themselves or by others."""
    return Event.objects.filter(_about(member)).select_related("detail").order_by("pk")


def _export(row: Event) -> dict[str, Any]:
    """Return an event that somebody did; its words, unless they are about another person."""
    facts = {"at": row.at, "verb": row.verb, "role": row.role, "chain": row.chain, "number": row.number}
    facts |= {"kind": row.kind, "subject": row.subject_id, "facts": row.data}
    return facts if row.kind in _PERSONS else {**facts, "words": _words(row)}


def _export_about(row: Event) -> dict[str, Any]:
    """Return an event about the person with its words; not who did it."""
    return {"at": row.at, "verb": row.verb, "facts": row.data, "words": _words(row)}


def _words(row: Event) -> Any:
    try:
        return row.detail.body
    except ObjectDoesNotExist:
        return None


RECORDS: Final[dict[str, PersonalRecords]] = {
    "community.events": PersonalRecords(_("What you did"), _done, _export),
    "community.events_about": PersonalRecords(_("What was done about you"), _happened, _export_about),
}
