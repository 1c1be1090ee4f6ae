"""What a coordinator can do to many things at once: say who looks at proposals, remind those who lead."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.models import Cluster, Participation
from clusters.notifications.reminder_words import WORDS
from clusters.querysets.cluster import ClusterQuerySet
from clusters.rules.lead_asked import asked_of_lead
from clusters.tables.overview import clusters_of
from clusters.tables.several import MOST, Pick
from clusters.visibility import Viewer, viewer
from community.models import Appointment, User


@dataclass
class ReviewSeveral:
    """The lines of each sort, and the people to whom a proposal can be given."""

    free: list[Pick] = field(default_factory=list)
    assigned: list[Pick] = field(default_factory=list)
    leads: list[Pick] = field(default_factory=list)
    people: list[tuple[int, str]] = field(default_factory=list)
    has_more: bool = False

    @property
    def lists(self) -> dict[str, list[Pick]]:
        """The lines that each press may be used on."""
        return {
            "assign-review": [*self.free, *self.assigned],
            "release-review": self.assigned,
            "remind-lead": self.leads,
        }

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.free or self.assigned or self.leads)


def review_several_of(user: User, on: date) -> ReviewSeveral:
    """Return everything that a coordinator can do at once; as many queries for many as for one."""
    who, found = viewer(user, on), ReviewSeveral()
    _add_proposals(found, who, on)
    rows = clusters_of(user, who, on).in_overview_order("attention")
    if not who.is_coordinator:
        rows = rows.none()
    clusters = list(with_leads(rows)[: MOST + 1])
    found.has_more |= len(clusters) > MOST
    for cluster in clusters[:MOST]:
        asked = asked_of_lead(cluster, on)
        if not asked.why_not:
            day = date_format(asked.day, "j M Y")
            words = _("%(what)s, since %(day)s") % {"what": WORDS[asked.rule].label, "day": day}
            part = f": {asked.part}" if asked.part else ""
            found.leads.append(Pick(str(cluster.pk), str(cluster), f"{words}{part}"))
    return found


def with_leads(rows: ClusterQuerySet) -> ClusterQuerySet:
    """Join and prefetch what says whom a cluster waits for."""
    people = Participation.objects.leading().select_related("member__user")
    joined = rows.select_related("proposer__user", "lead__user", "acting_lead__user")
    return joined.prefetch_related(Prefetch("participations", people), "stages", "conditions")


def _add_proposals(found: ReviewSeveral, who: Viewer, on: date) -> None:
    """Add the proposals on which the reader may decide, the oldest first, and who else may look at them."""
    waiting = Cluster.objects.waiting_for_decision().without_party(who.member_id or 0)
    waiting = waiting.select_related("working_group", "review_assignment__member")
    own = waiting if who.is_mission else waiting.for_groups(who.group_ids)
    others = waiting.for_stand_ins(on).outside_groups(who.group_ids)
    rows = list(own[: MOST + 1]) if who.is_coordinator else []
    stand_in = list(others[: MOST + 1]) if who.is_coordinator and not who.is_mission else []
    found.has_more |= len(rows) > MOST or len(stand_in) > MOST
    rows = rows[:MOST] + stand_in[:MOST]
    for cluster in rows:
        row, group = getattr(cluster, "review_assignment", None), cluster.working_group
        days = (on - timezone.localdate(cluster.submitted_at)).days if cluster.submitted_at else 0
        words = ngettext("waits for %(days)d day", "waits for %(days)d days", days) % {"days": days}
        words = f"{group.code if group else '–'} · {words}"
        if row is not None:
            words = _("%(words)s · %(name)s looks at it") % {"words": words, "name": row.member.name}
        (found.assigned if row else found.free).append(Pick(str(cluster.pk), str(cluster), words))
    if rows:
        found.people = _coordinators(on)


def _coordinators(on: date) -> list[tuple[int, str]]:
    """Return everybody who coordinates something that day, with what; whether one may decide is judged at the press."""
    present = Appointment.objects.present(on).filter(member__user__is_active=True)
    names: dict[int, tuple[str, list[str]]] = {}
    for row in present.select_related("member", "working_group").order_by("member__sort_name", "pk"):
        group = row.working_group.code if row.working_group else _("mission")
        names.setdefault(row.member_id, (row.member.name, []))[1].append(str(group))
    return [(pk, f"{name} ({', '.join(groups)})") for pk, (name, groups) in names.items()]
