"""What a lead can do to many things at once: roadmaps, requests, reminders, stages that nobody has."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.choices import ACTIVE_STATES, ParticipationStatus, State
from clusters.models import Cluster, Participation, Stage
from clusters.rules.roadmap import OLD_DAYS, age_of_roadmap, seen_versions
from community.models import User
from community.visibility import member_of

#: At most so many of one sort stand on the page, which says where there are more.
MOST = 50


@dataclass(frozen=True)
class Pick:
    """One line with its box: `value` names it and what the page showed of it."""

    value: str
    title: str
    words: str


@dataclass
class Several:
    """The lines of each sort, and the people that a stage can be given to, by cluster."""

    roadmaps: list[Pick] = field(default_factory=list)
    requests: list[Pick] = field(default_factory=list)
    invited: list[Pick] = field(default_factory=list)
    late: list[Pick] = field(default_factory=list)
    unassigned: list[Pick] = field(default_factory=list)
    people: list[tuple[int, str]] = field(default_factory=list)
    has_more: bool = False

    @property
    def lists(self) -> dict[str, list[Pick]]:
        """The lines that each press may be used on."""
        return {
            "still-true": self.roadmaps,
            "accept": self.requests,
            "decline": self.requests,
            "remind": self.invited,
            "remind-stage": self.late,
            "assign": self.unassigned,
        }

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.roadmaps or self.requests or self.invited or self.late or self.unassigned)


def old_roadmaps(member_id: int, on: date) -> list[tuple[Any, int]]:
    """Return the running clusters of a person whose roadmap is old, each with its age in days; two queries."""
    rows = Cluster.objects.kept_by(member_id).in_states([State.RUNNING]).with_old_roadmap(on, OLD_DAYS)
    found = ((row, age_of_roadmap(row, on)) for row in rows.prefetch_related("stages").order_by("pk")[: MOST + 1])
    return [(row, age) for row, age in found if age is not None and age >= OLD_DAYS]


def age_in_words(age: int) -> str:
    """Say how old a roadmap is, as a question."""
    words = ngettext(
        "Its roadmap was last confirmed %(days)d day ago. Still true?",
        "Its roadmap was last confirmed %(days)d days ago. Still true?",
        age,
    )
    return words % {"days": age}


def several_of(user: User, on: date) -> Several:
    """Return everything that the person can do at once; as many queries for many as for one."""
    member = member_of(user)
    found = Several()
    if member is None:
        return found
    for cluster, age in old_roadmaps(member.pk, on):
        value = f"{cluster.pk}:{seen_versions(cluster.stages.all())}"
        found.roadmaps.append(Pick(value, str(cluster), age_in_words(age)))
    _add_people(found, member.pk)
    _add_stages(found, member.pk, on)
    sorts = (found.roadmaps, found.requests, found.invited, found.late, found.unassigned)
    found.has_more = any(len(lines) > MOST for lines in sorts)
    for lines in sorts:
        del lines[MOST:]
    return found


def _add_people(found: Several, member_id: int) -> None:
    rows = Participation.objects.filter(
        cluster__in=Cluster.objects.kept_by(member_id).in_states(ACTIVE_STATES),
        asked_at__isnull=False,
    )
    rows = rows.select_related("cluster", "member", "organisation").order_by("cluster_id", "asked_at", "pk")
    asked = rows.filter(status=ParticipationStatus.REQUESTED)[: MOST + 1]
    invited = rows.filter(status=ParticipationStatus.INVITED)[: MOST + 1]
    for row in [*asked, *invited]:
        organisation = row.organisation.known_as if row.organisation else ""
        words = f"{row.member} · {organisation}" if row.member else organisation
        if row.status == ParticipationStatus.REQUESTED:
            more = f": “{row.message}”" if row.message else ""
            found.requests.append(Pick(str(row.pk), str(row.cluster), f"{words}{more}"))
        else:
            found.invited.append(Pick(str(row.pk), str(row.cluster), words))


def _add_stages(found: Several, member_id: int, on: date) -> None:
    kept = Cluster.objects.kept_by(member_id)
    stages = Stage.objects.select_related("cluster", "responsible").order_by("cluster_id", "position", "pk")
    free = list(stages.open().unassigned().filter(cluster__in=kept.in_states(ACTIVE_STATES))[: MOST + 1])
    for stage in free:
        value = f"{stage.pk}:{stage.version}"
        found.unassigned.append(Pick(value, f"{stage.cluster.name}: {stage.title}", _("Nobody is responsible for it.")))
    late = stages.late(on).of_others_than(member_id).filter(cluster__in=kept.in_states([State.RUNNING]))
    for stage in late[: MOST + 1]:
        words = _("Overdue since %(day)s; responsible: %(name)s.")
        day = date_format(stage.planned_end_on, "j M Y") if stage.planned_end_on else ""
        words = words % {"day": day, "name": stage.responsible}
        found.late.append(Pick(str(stage.pk), f"{stage.cluster.name}: {stage.title}", words))
    clusters = {stage.cluster_id for stage in free}
    there = Participation.objects.active().filter(cluster__in=clusters, member__isnull=False)
    names = {row.member_id or 0: str(row.member) for row in there.select_related("member").order_by("member__name")}
    found.people = sorted(names.items(), key=lambda pair: pair[1])
