"""`people/`, `roadmap/`, `meetings/` and `outcomes/`: who worked, by when, what was said, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.choices import ParticipationStatus
from clusters.models import Participation
from factsheets.dossier.archive import Archive
from factsheets.dossier.parts import Part, dossier_parts, line
from factsheets.dossier.reader import Reader

_PEOPLE: Final = ("organisation", "country", "role", "external", "status", "from", "until", "person")
_ROLES: Final = ("role", "organisation", "country", "person")
_STAGES: Final = (
    *("number", "title", "kind", "status", "planned_start", "planned_end", "actual_start", "actual_end"),
    *("deliverable", "evidence_address", "note", "waits_for", "waits_why", "responsible"),
)
_BASELINES: Final = ("baseline", "frozen_at", "amendment", "position", "stage", "planned_start", "planned_end")
#: Column of a table -> attribute of its row.
_MEETINGS: Final = {
    "kind": "kind",
    "title": "title",
    "first_day": "held_on",
    "last_day": "until_on",
    "place": "place",
    "stage": "stage.title",
    "agenda": "agenda",
    "minutes": "minutes",
    "cancelled_at": "cancelled_at",
    "why_cancelled": "cancel_reason",
}
_MEETING_DECISIONS: Final = {
    "number": "number",
    "decision": "text",
    "noted_at": "noted_at",
    "taken_back_at": "taken_back_at",
}
_ATTENDANCE: Final = {
    "organisation": "organisation.name",
    "country": "organisation.country",
    "persons": "persons",
    "completed": "completed",
}
_OUTCOMES: Final = {
    "kind": "kind",
    "title": "title",
    "description": "description",
    "reached_on": "reached_on",
    "stage": "stage.title",
    "objective": "objective.text",
    "evidence_address": "evidence_url",
    "participants": "participants_count",
    "organisations": "organisations_count",
    "countries": "countries_count",
}
_OBJECTIVES: Final = {
    "objective": "text",
    "criterion": "criterion",
    "measured": "measured",
    "reached": "is_reached",
    "partly": "is_partly",
}
_FOLLOW_UPS: Final = {
    "why": "why",
    "due": "due_on",
    "answer": "answer",
    "note": "note",
    "evidence_address": "evidence_url",
    "answered_at": "answered_at",
    "cancelled_at": "cancelled_at",
}
#: Whose part in the work is on record; what was asked and declined stays between those who asked and answered.
_ON_RECORD: Final = (ParticipationStatus.ACTIVE, ParticipationStatus.LEFT)


def write_people(archive: Archive, reader: Reader) -> list[str]:
    """Add who takes and took part, by organisation, and who stands for the cluster."""
    rows = Participation.objects.filter(cluster=reader.cluster, status__in=_ON_RECORD).select_related("organisation")
    parts = list(rows.order_by("organisation__name_key", "pk"))
    named = reader.names(row.member_id for row in parts)
    archive.table("people/participants.csv", _PEOPLE, [_participant(row, named) for row in parts])
    archive.table("people/roles.csv", _ROLES, _roles(reader))
    return []


def _participant(row: Participation, named: dict[int, str]) -> dict[str, Any]:
    return {
        **_place(row.organisation),
        "role": row.role,
        "external": row.is_external,
        "status": row.status,
        "from": row.from_on,
        "until": row.until_on,
        "person": named.get(row.member_id or 0, ""),
    }


def _place(organisation: Any) -> dict[str, str]:
    return {"organisation": organisation.name if organisation else "", "country": getattr(organisation, "country", "")}


def _roles(reader: Reader) -> Iterator[dict[str, Any]]:
    """Yield proposer, lead, and the working groups."""
    cluster = reader.cluster
    named = reader.names([cluster.proposer_id, cluster.lead_id])
    yield {**_place(None), "role": "proposer", "person": named.get(cluster.proposer_id or 0, "")}
    yield {**_place(cluster.lead_organisation), "role": "lead", "person": named.get(cluster.lead_id or 0, "")}
    groups = [
        ("working_group", cluster.working_group),
        *(("further", row) for row in cluster.further_working_groups.all()),
    ]
    for role, group in groups:
        if group is not None:
            yield {"role": role, "organisation": f"{group.code} {group.title}", "country": "", "person": ""}


def write_roadmap(archive: Archive, reader: Reader) -> list[str]:
    """Add the stages, and each frozen baseline."""
    stages = list(reader.cluster.stages.order_by("position", "pk"))
    numbers = {row.pk: number for number, row in enumerate(stages, 1)}
    named = reader.names(row.responsible_id for row in stages)
    archive.table(
        "roadmap/stages.csv",
        _STAGES,
        [
            {
                "number": numbers[row.pk],
                "title": row.title,
                "kind": row.kind,
                "status": row.status,
                "planned_start": row.planned_start_on,
                "planned_end": row.planned_end_on,
                "actual_start": row.actual_start_on,
                "actual_end": row.actual_end_on,
                "deliverable": row.deliverable,
                "evidence_address": row.evidence_url,
                "note": row.note,
                "waits_for": numbers.get(row.waits_for_id or 0, ""),
                "waits_why": row.waits_why,
                "responsible": named.get(row.responsible_id or 0, ""),
            }
            for row in stages
        ],
    )
    archive.table("roadmap/baselines.csv", _BASELINES, _baselines(reader))
    return []


def _baselines(reader: Reader) -> Iterator[dict[str, Any]]:
    for baseline in reader.cluster.baselines.prefetch_related("stages").select_related("amendment").order_by("number"):
        for row in baseline.stages.all():
            yield {
                "baseline": baseline.number,
                "frozen_at": baseline.frozen_at,
                "amendment": baseline.amendment.number if baseline.amendment else "",
                "position": row.position,
                "stage": row.title,
                "planned_start": row.planned_start_on,
                "planned_end": row.planned_end_on,
            }


def write_meetings(archive: Archive, reader: Reader) -> list[str]:
    """Add the meetings with their minutes, what they decided, and how many came from where."""
    rows = list(enumerate(reader.meetings, 1))
    archive.table(
        "meetings/meetings.csv",
        ("meeting", *_MEETINGS, "organisers"),
        [
            {"meeting": number, **line(row, _MEETINGS), "organisers": sorted(one.name for one in row.organisers.all())}
            for number, row in rows
        ],
    )
    archive.table(
        "meetings/decisions.csv",
        ("meeting", *_MEETING_DECISIONS),
        [{"meeting": number, **line(one, _MEETING_DECISIONS)} for number, row in rows for one in row.decisions.all()],
    )
    archive.table(
        "meetings/attendance.csv",
        ("meeting", *_ATTENDANCE),
        [{"meeting": number, **line(one, _ATTENDANCE)} for number, row in rows for one in row.attendance.all()],
    )
    return [] if reader.sees_room else [_("meetings/: the room is not open to you, so nothing of it is here.")]


def write_outcomes(archive: Archive, reader: Reader) -> list[str]:
    """Add objectives with what was measured, outcomes, and what was answered afterwards."""
    cluster = reader.cluster
    outcomes = cluster.outcomes.select_related("stage", "objective").order_by("pk")
    archive.table("outcomes/outcomes.csv", tuple(_OUTCOMES), (line(row, _OUTCOMES) for row in outcomes))
    objectives = cluster.objectives.order_by("position", "pk")
    archive.table("outcomes/objectives.csv", tuple(_OBJECTIVES), (line(row, _OBJECTIVES) for row in objectives))
    follow_ups = cluster.follow_ups.order_by("due_on", "pk")
    archive.table("outcomes/follow_ups.csv", tuple(_FOLLOW_UPS), (line(row, _FOLLOW_UPS) for row in follow_ups))
    return []


dossier_parts.register(
    "people",
    Part(
        "people/",
        gettext_lazy(
            "Who takes and took part: organisations with their roles and days, and who proposed and leads the cluster. "
            "Which persons are named is said under “Persons”."
        ),
        write_people,
        order=50,
    ),
)
dossier_parts.register(
    "roadmap",
    Part(
        "roadmap/",
        gettext_lazy("The stages with their planned and actual days, and every baseline as it was frozen."),
        write_roadmap,
        order=60,
    ),
)
dossier_parts.register(
    "meetings",
    Part(
        "meetings/",
        gettext_lazy(
            "Meetings with agenda and minutes, what was decided there, and how many persons came from which "
            "organisation; their names stand nowhere."
        ),
        write_meetings,
        order=70,
    ),
)
dossier_parts.register(
    "outcomes",
    Part(
        "outcomes/",
        gettext_lazy(
            "The objectives with what was measured, the outcomes, and what was answered after the end to the question "
            "whether they are still in use."
        ),
        write_outcomes,
        order=80,
    ),
)
