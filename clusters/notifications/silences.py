"""What waits on a day, as plain facts for `clusters.rules.reminders`: each sort in one query, whatever there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.choices import ACTIVE_STATES, AmendmentKind, AmendmentState, ParticipationStatus, State
from clusters.models import (
    Amendment,
    Cluster,
    Condition,
    FollowUp,
    Invitation,
    Meeting,
    MergeRequest,
    Participation,
    PreparedDecision,
    Stage,
)
from clusters.permissions import Leads, is_gone
from clusters.rules.amendment import own_parties
from clusters.rules.invitations import has_run_out
from clusters.rules.leads import is_lead_ended
from clusters.rules.reminder_rights import parties_of
from clusters.rules.reminders import RULES, Person, Silence
from community import contributions
from community.models import Appointment, Event, Member

#: Where something may still have to be done.
WAITING_STATES = sorted({State.SUBMITTED, State.RETURNED, *ACTIVE_STATES})
#: What is planned for later than this is left out.
AHEAD = timedelta(days=60)

#: What is mailed to everybody in the room, so that nobody is reminded of it on the same day.
CALLS = ("meeting.called", "meeting.changed")

People = tuple[Person, ...]


def silences(on: date) -> list[Silence]:
    """Return everything that waits for somebody on the day `on`, by cluster; as many queries for many as for one."""
    facts = _Facts(on)
    found = [*facts.of_clusters(), *facts.of_parts(), *facts.of_people(), *facts.of_amendments(), *facts.of_ended()]
    found += [*facts.of_addresses(), *facts.of_leads(), *facts.of_meetings()]
    for provider in contributions.silences:
        found += provider(on)
    order = list(RULES)
    return sorted(found, key=lambda silence: (silence.cluster_id, order.index(silence.rule), silence.key))


def _day(moment: datetime | None) -> date:
    """Return the day of a moment in the site's zone; a long time ago where it is not known."""
    return timezone.localdate(moment) if moment is not None else date(2000, 1, 1)


def person_of(member: Member | None, absent_until: date | None = None) -> People:
    """Return one person as facts; nobody for nobody."""
    if member is None:
        return ()
    user = member.user
    is_active = user is None or user.is_active
    return (Person(user.pk if user else None, member.name, is_active, absent_until, has_left=is_gone(member)),)


def _is_reached(member: Member | None) -> bool:
    """Tell whether a mail reaches somebody who is there."""
    return member is not None and member.user is not None and not is_gone(member)


def appointments_on(on: date) -> list[Appointment]:
    """Return the appointments of a day whose holders have an account; one query."""
    current = Appointment.objects.current(on).select_related("member__user").order_by("pk")
    return [row for row in current if row.member.user is not None]


def coordinators_of(appointments: Iterable[Appointment], group_id: int | None) -> People:
    """Return the coordinators of a group among appointments, those of the mission where it has none."""
    rows = list(appointments)
    own = [row for row in rows if row.working_group_id == group_id and group_id is not None]
    return _persons(own or [row for row in rows if row.working_group_id is None])


def _persons(rows: Iterable[Appointment]) -> People:
    unique = {row.member_id: row for row in rows}
    return tuple(person for row in unique.values() for person in person_of(row.member, row.absent_until))


class _Facts:
    """The clusters that are under way, and who leads and coordinates them, looked up once."""

    def __init__(self, on: date) -> None:
        self.on = on
        rows = Cluster.objects.filter(state__in=WAITING_STATES).select_related(
            "proposer__user", "lead__user", "acting_lead__user", "lead_organisation"
        )
        self.clusters = {row.pk: row for row in rows}
        self.parties = parties_of(self.clusters.values())
        self.leading: dict[int, list[Member]] = defaultdict(list)
        parts = Participation.objects.leading().filter(cluster__in=self.clusters, member__isnull=False)
        for part in parts.select_related("member__user").order_by("cluster_id", "-role", "pk"):
            if part.member is not None:
                self.leading[part.cluster_id].append(part.member)
        self.appointments = appointments_on(on)

    def lead(self, cluster: Cluster) -> People:
        """Return lead and deputies; where there is no lead, who acts as one."""
        members = list(self.leading[cluster.pk])
        if cluster.acting_lead is not None and not cluster.has_lead:
            members.append(cluster.acting_lead)
        return tuple(person for member in dict.fromkeys(members) for person in person_of(member))

    def coordinators(self, group_id: int | None) -> People:
        """Return the coordinators of a group."""
        return coordinators_of(self.appointments, group_id)

    def deciders(self, cluster: Cluster, besides: frozenset[int] = frozenset()) -> dict[str, People]:
        """Return who may decide: the group's coordinators and, later, the mission's; stand-ins where none of them may.

        Stand-ins step in only where no coordinator of the group may decide: nobody is asked for what is refused.
        """
        bound = self.parties[cluster.pk] | besides
        free = [row for row in self.appointments if row.member_id not in bound]
        own = [row for row in free if row.working_group_id == cluster.working_group_id]
        own_ids = {row.member_id for row in own}
        others = [row for row in free if row.member_id not in own_ids]
        mission = [row for row in others if row.working_group_id is None]
        if any(self._is_there(row) for row in own):
            return {"coordinators": _persons(own), "mission": _persons(mission)}
        return {"coordinators": _persons([*own, *(others if cluster.working_group_id is not None else [])])}

    def _is_there(self, row: Appointment) -> bool:
        user = row.member.user
        is_away = row.absent_until is not None and row.absent_until >= self.on
        return user is not None and user.is_active and not is_away

    def silence(self, rule: str, cluster: Cluster, anchor: date, people: dict[str, People], **more: Any) -> Silence:
        """Return a silence of a cluster or, with `key`, of a part of it."""
        facts = {"key": f"cluster:{cluster.pk}", "group_id": cluster.working_group_id, **more}
        return Silence(
            rule, anchor=anchor, people=people, cluster_id=cluster.pk, is_paused=cluster.state == State.PAUSED, **facts
        )

    def of_clusters(self) -> Iterator[Silence]:
        """Yield what waits with a cluster itself: a decision, a lead's word, changes, start and end."""
        announced = PreparedDecision.objects.waiting_for_the_clock(self.clusters)
        for cluster in self.clusters.values():
            dated = {"lead": self.lead(cluster), "coordinators": self.coordinators(cluster.working_group_id)}
            since = _day(cluster.approved_at)
            if cluster.state == State.SUBMITTED:
                waits = {"comments_until": cluster.comments_until, "announced_on": announced.get(cluster.pk)}
                yield self.silence("undecided", cluster, _day(cluster.state_since), self.deciders(cluster), **waits)
                if cluster.lead_accepted_at is None and cluster.lead is not None:
                    asked = {"asked": person_of(cluster.lead)}
                    yield self.silence("lead_asked", cluster, _day(cluster.lead_asked_at), asked)
            elif cluster.state == State.RETURNED:
                yield self._of_rest(cluster)
            elif cluster.state == State.APPROVED and self._is_near(cluster.starts_on):
                yield self.silence("start", cluster, cluster.starts_on or self.on, dated, since=since)
            elif cluster.state in (State.RUNNING, State.PAUSED) and self._is_near(cluster.ends_on):
                yield self.silence("end", cluster, cluster.ends_on or self.on, dated, since=since)

    def _of_rest(self, cluster: Cluster) -> Silence:
        """Return the rest of a returned proposal: who may go on with it or, where nobody is left, who may adopt it.

        The clock withdraws only what was announced to somebody who could keep it (`requirements.idle_long_enough`).
        """
        anchor, lead = _day(cluster.updated_at), [cluster.lead]
        if self._is_adopted(cluster):
            lead.append(cluster.acting_lead)
        is_left = any(is_gone(member) for member in (cluster.proposer, cluster.lead))
        if is_left and not any(_is_reached(member) for member in (cluster.proposer, *lead)):
            coordinators = {"coordinators": self.coordinators(cluster.working_group_id)}
            return self.silence("orphaned", cluster, anchor, coordinators)
        leads = tuple(person for member in lead for person in person_of(member))
        return self.silence("idle", cluster, anchor, {"proposer": person_of(cluster.proposer), "lead": leads})

    def _is_adopted(self, cluster: Cluster) -> bool:
        """Tell whether somebody acts as lead who coordinates the cluster's group, or the mission, still."""
        held = [row.working_group_id for row in self.appointments if row.member_id == cluster.acting_lead_id]
        return bool({None, cluster.working_group_id} & {*held})

    def of_leads(self) -> Iterator[Silence]:
        """Yield clusters whose lead may not lead any more; of proposals the coordinators read it on the check-list."""
        leads = Leads([(row.lead, row.lead_organisation) for row in self.clusters.values()], self.on)
        for cluster in self.clusters.values():
            if not is_lead_ended(cluster, leads):
                continue
            people = {"lead": tuple(dict.fromkeys([*person_of(cluster.proposer), *person_of(cluster.lead)]))}
            if cluster.state in ACTIVE_STATES:
                coordinators = self.coordinators(cluster.working_group_id)
                people = {"lead": self.lead(cluster), "coordinators": coordinators}
            yield self.silence("lead_ended", cluster, cluster.lead_flagged_on or self.on, people)

    def _is_near(self, day: date | None) -> bool:
        return day is not None and day <= self.on + AHEAD

    def of_parts(self) -> Iterator[Silence]:
        """Yield stages that are due and conditions of an approval."""
        going = [pk for pk, row in self.clusters.items() if row.state in (State.RUNNING, State.PAUSED)]
        stages = Stage.objects.open().filter(cluster__in=going, planned_end_on__lte=self.on + AHEAD)
        for stage in stages.select_related("responsible__user"):
            people = self._dated(stage.cluster_id) | {"responsible": person_of(stage.responsible)}
            yield self._part("stage", stage, stage.planned_end_on or self.on, people, stage.title)
        active = [pk for pk, row in self.clusters.items() if row.state in ACTIVE_STATES]
        open_ones = Condition.objects.filter(cluster__in=active, confirmed_at__isnull=True, waived_at__isnull=True)
        for condition in open_ones:
            cluster = self.clusters[condition.cluster_id]
            if condition.met_at is not None:
                deciders = self.deciders(cluster)
                yield self._part("condition_met", condition, _day(condition.met_at), deciders, condition.text)
            elif condition.due_on is not None and self._is_near(condition.due_on):
                yield self._part("condition", condition, condition.due_on, self._dated(cluster.pk), condition.text)

    def _dated(self, cluster_id: int) -> dict[str, People]:
        cluster = self.clusters[cluster_id]
        return {"lead": self.lead(cluster), "coordinators": self.coordinators(cluster.working_group_id)}

    def _part(self, rule: str, part: Any, anchor: date, people: dict[str, People], words: str = "") -> Silence:
        cluster = self.clusters[part.cluster_id]
        named = {"stage": "stage", "condition": "condition", "condition_met": "condition"}.get(rule, "participation")
        key, since = f"{named}:{part.pk}", _day(cluster.approved_at)
        since = min(since, anchor) if named == "participation" else since
        return self.silence(rule, cluster, anchor, people, key=key, since=since, part=words, part_id=part.pk)

    def of_people(self) -> Iterator[Silence]:
        """Yield invitations and requests to join that nobody answered."""
        active = [pk for pk, row in self.clusters.items() if row.state in ACTIVE_STATES]
        asked = [ParticipationStatus.INVITED, ParticipationStatus.REQUESTED]
        rows = Participation.objects.filter(cluster__in=active, status__in=asked, asked_at__isnull=False)
        for row in rows.select_related("member__user"):
            if row.status == ParticipationStatus.INVITED:
                yield self._part("invitation", row, _day(row.asked_at), {"asked": person_of(row.member)})
            else:
                yield self._part("request", row, _day(row.asked_at), self._dated(row.cluster_id))

    def of_addresses(self) -> Iterator[Silence]:
        """Yield invitations that went to an address and wait for an answer; the address itself is in no fact.

        The day of the newest mail, also of one that a lead sent by hand, is no day of a reminder.
        """
        active = [pk for pk, row in self.clusters.items() if row.state in ACTIVE_STATES]
        begins = timezone.make_aware(datetime.combine(self.on, time.min))
        for row in Invitation.objects.open().filter(cluster__in=active).with_link().order_by("pk"):
            newest = _day(row.link_made_at or row.asked_at)
            people: dict[str, People] = {
                "address": (Person(None, str(_("somebody asked by address")), has_address=True),)
            }
            more: dict[str, Any] = {"key": f"invitation:{row.pk}", "part_id": row.pk}
            more["since"] = newest + timedelta(days=1)
            more["is_answerable"] = not (has_run_out(row, begins) or row.has_bounced)
            yield self.silence("address", self.clusters[row.cluster_id], _day(row.asked_at), people, **more)

    def of_amendments(self) -> Iterator[Silence]:
        """Yield suggestions, hand-overs and amendments that wait, and merges that were asked for."""
        rows = Amendment.objects.open().filter(cluster__in=self.clusters).select_related("new_lead__user")
        for row in rows:
            cluster, anchor = self.clusters[row.cluster_id], _day(row.state_since or row.created_at)
            more = {"key": f"amendment:{row.pk}", "part_id": row.number}
            if row.state == AmendmentState.SUGGESTED:
                yield self.silence("suggestion", cluster, anchor, {"lead": self.lead(cluster)}, **more)
            elif row.kind == AmendmentKind.LEAD and row.new_lead_accepted_at is None:
                yield self.silence("new_lead", cluster, anchor, {"asked": person_of(row.new_lead)}, **more)
            else:
                yield self.silence("amendment", cluster, anchor, self.deciders(cluster, own_parties(row)), **more)
        for request in MergeRequest.objects.open().select_related("into"):
            if request.cluster_id in self.clusters:
                cluster, into = self.clusters[request.cluster_id], request.into
                people = {"coordinators": self.coordinators(into.working_group_id)}
                yield self.silence("merge", cluster, _day(request.asked_at), people, group_id=into.working_group_id)

    def of_meetings(self) -> Iterator[Silence]:
        """Yield meetings ahead for those who take part now, whenever they came; not on the day of a call or change."""
        active = [pk for pk, row in self.clusters.items() if row.state in ACTIVE_STATES]
        near = Meeting.objects.filter(cluster__in=active, cancelled_at=None)
        rows = list(near.filter(held_on__range=(self.on, self.on + AHEAD)).order_by("pk"))
        told = Event.objects.filter(kind="meeting", subject_id__in=[row.pk for row in rows], verb__in=CALLS)
        since = {pk: _day(at) for pk, at in told.order_by("at", "pk").values_list("subject_id", "at")}
        people: dict[int, list[Person]] = defaultdict(list)
        parts = Participation.objects.active().filter(cluster__in={row.cluster_id for row in rows})
        for part in parts.select_related("member__user").order_by("cluster_id", "pk"):
            people[part.cluster_id] += person_of(part.member)
        for row in rows:
            more: dict[str, Any] = {"key": f"meeting:{row.pk}", "part": row.title, "part_id": row.pk}
            more["since"] = since[row.pk] + timedelta(days=1) if row.pk in since else date.min
            room = {"room": tuple(people[row.cluster_id])}
            yield self.silence("meeting", self.clusters[row.cluster_id], row.held_on, room, **more)

    def of_ended(self) -> Iterator[Silence]:
        """Yield the questions after the end that are due and not answered."""
        rows = FollowUp.objects.due(self.on + AHEAD).filter(asked__isnull=False)
        for row in rows.select_related("cluster", "asked__user"):
            people = {"asked": person_of(row.asked), "coordinators": self.coordinators(row.cluster.working_group_id)}
            more = {"key": f"follow_up:{row.pk}", "part_id": row.pk}
            yield self.silence("follow_up", row.cluster, row.due_on, people, **more)
