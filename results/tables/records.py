"""What of a person stands in uptakes and confirmations: declared, asked, answered for an organisation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clusters.rules.erasure import worked_on
from community.contributions import PersonalRecords
from community.models import File, Member, Solution
from community.personal_addresses import address_keys
from results.actions.answerer import empty
from results.models import Uptake, UptakeConfirmation


def evidence_of_projects(file: int | None = None) -> Iterator[tuple[int, int | None]]:
    """Yield (file, project) for what shows an uptake or confirms it: the project whose solution was taken up.

    A solution's own file counts once it is out of sight: until then the catalogue needs it. Of one file, or of all.
    """
    kept = File.objects.kept() if file is None else File.objects.kept().filter(pk=file)
    for path in ("uptakes", "confirmations__uptake"):
        rows = kept.filter(**{f"{path}__isnull": False}).order_by("pk")
        yield from rows.values_list("pk", f"{path}__solution__project").distinct()
    projects = dict(Solution.objects.values_list("pk", "project")) if file is None else {}
    for key, solution in kept.removed().filter(kind="solution").order_by("pk").values_list("pk", "subject_id"):
        if file is not None:
            projects = dict(Solution.objects.filter(pk=solution).values_list("pk", "project"))
        yield key, projects.get(solution)


def evidence_with_names(member: Member) -> QuerySet[File]:
    """Return the files with names of uptakes on whose clusters a person worked, and the letters that they gave."""
    mine = worked_on(member)
    of_them = Q(uptakes__cluster__in=mine) | Q(confirmations__uptake__cluster__in=mine)
    of_them |= Q(confirmations__in=_answered(member).order_by().values("pk"))
    return File.objects.kept().filter(of_them, holds_names=True).distinct()


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
    """Return the questions that went to an address of a person's account, of today or an earlier one."""
    return UptakeConfirmation.objects.filter(address_key__in=address_keys(member)).order_by("pk")


def _export_answered(row: UptakeConfirmation) -> dict[str, Any]:
    names = ("person_name", "function", "organisation_name", "said", "answered_at", "status", "message")
    return {"uptake": row.uptake_id, **{name: getattr(row, name) for name in names}}


def _erase_answered(member: Member) -> int:
    """Take the person out of what they answered for their organisation; that it answered stands. Return how many."""
    known = list(_answered(member).values_list("pk", flat=True))
    rows = UptakeConfirmation.objects.filter(pk__in=known)
    rows.update(function="")
    return empty(rows)


ANSWERS = PersonalRecords(
    _("What you answered for an adopting organisation"), _answered, _export_answered, erase=_erase_answered
)
