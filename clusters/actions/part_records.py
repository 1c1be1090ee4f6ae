"""What of a person stands in their parts in clusters and in drafts of theirs alone: given out, and erased."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.actions.parts import record_part
from clusters.actions.waiting import move_up
from clusters.choices import LIVE_PARTICIPATIONS, ParticipationStatus, StageStatus, State
from clusters.models import Cluster, DraftWriter, Participation, Stage
from community.contributions import PersonalRecords
from community.models import Member

_WORDS: Final = {"purpose": "", "message": "", "answer_reason": ""}


def _parts(member: Member) -> QuerySet[Participation]:
    rows = Participation.objects.filter(member=member).select_related("cluster", "organisation")
    return rows.order_by("pk")


def _export(row: Participation) -> dict[str, Any]:
    names = ("role", "status", "from_on", "until_on", "asked_at", "answered_at", *_WORDS)
    given = {name: getattr(row, name) for name in names}
    return {"cluster": str(row.cluster), "for": row.organisation.name if row.organisation else None, **given}


def _erase(member: Member) -> int:
    """End what an erased person still has a part in, empty the words about their coming and going; return how many.

    Stages that are not done have nobody responsible any more. That the person took part stays, as the pseudonym.
    """
    at = timezone.now()
    live = _parts(member).filter(status__in=LIVE_PARTICIPATIONS)
    for pk in sorted(set(live.values_list("cluster", flat=True))):
        cluster = Cluster.objects.select_for_update(of=("self",)).get(pk=pk)
        for row in live.filter(cluster=pk):
            _end(cluster, row)
        move_up(cluster, at=at)
    undone = Stage.objects.filter(responsible=member).exclude(status__in=[StageStatus.DONE, StageStatus.DROPPED])
    undone.update(responsible=None)
    return _parts(member).update(**_WORDS)


def _end(cluster: Cluster, row: Participation) -> None:
    """End one part as of today; the history tells it of who took part."""
    today = timezone.localdate()
    if row.status != ParticipationStatus.ACTIVE:
        row.status = ParticipationStatus.EXPIRED
        row.save(update_fields=["status"])
        return
    row.status = ParticipationStatus.LEFT
    row.until_on = max(today, row.from_on) if row.from_on else today
    row.save(update_fields=["status", "until_on"])
    record_part(cluster, "ended", row, by=None, at=timezone.now())


PARTS: Final = PersonalRecords(_("Clusters in which you take or took part"), _parts, _export, erase=_erase)


def _drafts(member: Member) -> QuerySet[Cluster]:
    """Return what a person writes alone: never proposed, shared with nobody, no lead asked."""
    rows = Cluster.objects.filter(proposer=member, state=State.DRAFT, submitted_at=None, reference=None)
    others = DraftWriter.objects.filter(cluster=OuterRef("pk")).exclude(member=member)
    alone = rows.filter(Q(lead=None) | Q(lead=member), shares=None).exclude(Exists(others))
    return alone.order_by("pk")


def _export_draft(row: Cluster) -> dict[str, Any]:
    names = ("title", "question", "need_text", "out_of_scope", "adoption_plan", "created_at", "updated_at")
    return {name: getattr(row, name) for name in names}


def _erase_drafts(member: Member) -> int:
    """Really delete the drafts that nobody but an erased person knows of; return how many."""
    rows = list(_drafts(member))
    for row in rows:
        row.delete()
    return len(rows)


DRAFTS: Final = PersonalRecords(_("Drafts that nobody but you knows of"), _drafts, _export_draft, erase=_erase_drafts)
