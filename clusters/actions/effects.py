"""What a verb of a cluster's life does beside changing the state: one function a code of the table.

All run inside the transaction of `community.actions.transition`, on the locked row.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.baseline import freeze_baseline as freeze
from clusters.actions.invitation import end_open_invitations
from clusters.actions.meeting import leave_meetings
from clusters.actions.parts import note_writer
from clusters.actions.waiting import move_up
from clusters.choices import (
    DECIDERS,
    OPEN_AMENDMENTS,
    Capacity,
    FollowUpReason,
    ParticipationRole,
    ParticipationStatus,
    StageKind,
)
from clusters.models import (
    Cluster,
    Condition,
    Decision,
    FollowUp,
    Participation,
    ReferenceCounter,
    ReviewAssignment,
    Stage,
)
from clusters.notifications.follow_up import call_off
from clusters.permissions import is_gone
from clusters.rules import checklist
from clusters.rules.content import content_hash
from clusters.rules.requirements import UNDO_SECONDS
from community import notifications
from community.actions.transition import effect, transition
from community.dates import add_months
from community.lifecycle import Attempt
from community.models import Event, Member
from community.permissions import Refusal

#: Columns that conclude, discontinue and correct may write along.
RESULT_FIELDS = ("practitioners_summary", "lessons", "next_steps", "has_no_outcome")


@effect("delete_draft")
def delete_draft(attempt: Attempt) -> None:
    """Really delete a draft that was never proposed; nothing else refers to it."""
    attempt.facts["title"] = attempt.subject.title
    attempt.facts["readers"] = [share.member_id for share in attempt.subject.shares.all()]
    attempt.subject.delete()


@effect("give_reference")
def give_reference(attempt: Attempt) -> None:
    """Give the next reference of the year at the first submit; a recalled draft keeps its own."""
    if attempt.subject.reference is None:
        attempt.set(reference=next_reference(attempt.on.year))
    attempt.set(submitted_at=attempt.at)
    if attempt.subject.comments_until is not None and attempt.subject.comments_until < attempt.on:
        attempt.set(comments_until=None)  # it was asked of an earlier round


def next_reference(year: int) -> str:
    """Return the next unused reference of a year, such as `M4N-CL-2026-07`; the counter's row is locked."""
    ReferenceCounter.objects.get_or_create(year=year)
    counter = ReferenceCounter.objects.select_for_update().get(year=year)
    counter.last += 1
    counter.save(update_fields=["last"])
    return f"M4N-CL-{year}-{counter.last:02d}"


@effect("make_one_day_stage")
def make_one_day_stage(attempt: Attempt) -> None:
    """Make the one stage of a one-day cluster that has none."""
    cluster = attempt.subject
    if cluster.is_one_day and not cluster.stages.exists():
        Stage.objects.create(
            cluster=cluster,
            position=1,
            title=cluster.title,
            kind=StageKind.MEETING,
            planned_start_on=cluster.starts_on,
            planned_end_on=cluster.ends_on,
        )


@effect("ask_or_accept_lead")
def ask_or_accept_lead(attempt: Attempt) -> None:
    """A lead who proposes has accepted by that; any other is asked, and asked again after a change of name.

    Where somebody else enters a proposal that waits for its decision, the lead has pressed nothing and is asked now.
    """
    cluster = attempt.subject
    member = attempt.by.member if attempt.by else None
    is_theirs = attempt.entered is None or not attempt.entered.is_waiting
    if is_theirs and member is not None and member.pk == cluster.lead_id:
        attempt.set(lead_accepted_at=attempt.at)
    elif cluster.lead_accepted_at is None:
        attempt.set(lead_asked_at=timezone.now() if attempt.entered else attempt.at)


@effect("accept_lead")
def accept_lead(attempt: Attempt) -> None:
    """Note that the named lead agreed."""
    attempt.set(lead_accepted_at=attempt.at)


@effect("take_back_lead")
def take_back_lead(attempt: Attempt) -> None:
    """Take the named lead's acceptance back; the person is asked anew from that day on."""
    attempt.set(lead_accepted_at=None, lead_asked_at=attempt.at)


@effect("clear_lead_answer")
def clear_lead_answer(attempt: Attempt) -> None:
    """Take the name of a lead who declined off the proposal; history keeps who it was."""
    attempt.facts["declined_lead"] = attempt.subject.lead_id
    attempt.set(lead=None, lead_accepted_at=None, lead_asked_at=None)


@effect("end_lead")
def end_lead(attempt: Attempt) -> None:
    """End the lead's participation on that day, or on its first where it has not begun; a lead is then wanted."""
    cluster = attempt.subject
    attempt.facts["lead_before"] = cluster.lead_id
    note_writer(cluster, cluster.lead_id)
    for row in cluster.participations.leading().filter(role=ParticipationRole.LEAD):
        row.status, row.answer_reason = ParticipationStatus.LEFT, attempt.reason[:600]
        row.until_on = max(attempt.on, row.from_on) if row.from_on else attempt.on
        row.save(update_fields=["status", "answer_reason", "until_on"])
    attempt.set(lead=None, lead_accepted_at=None, lead_asked_at=None)


@effect("leave_meetings", after=True)
def take_meetings_out(attempt: Attempt) -> None:
    """Take the coming meetings out of the calendar of a lead who takes part no more."""
    gone = attempt.facts.get("lead_before")
    if gone is not None and attempt.event is not None:
        lead = Member.objects.select_related("user").get(pk=gone)
        leave_meetings(attempt.subject, lead, event=attempt.event)


@effect("offer_places", after=True)
def offer_places(attempt: Attempt) -> None:
    """Let the first on the waiting list ask, where a lead who is gone left a place."""
    move_up(attempt.subject, at=attempt.at)


@effect("approve_cluster")
def approve_cluster(attempt: Attempt) -> None:
    """Stamp the approval and make the lead's participation; history keeps how many conditions there are, and which."""
    attempt.set(approved_at=attempt.at)
    if conditions := attempt.details.get("conditions"):
        attempt.facts["conditions"] = len(conditions)
        days = [condition.get("due_on") for condition in conditions]
        attempt.words["conditions"] = [
            {"text": condition["text"], "due_on": day.isoformat() if day else None}
            for condition, day in zip(conditions, days, strict=True)
        ]
    make_lead_participation(attempt.subject, at=attempt.at)


def make_lead_participation(cluster: Cluster, *, at: datetime) -> None:
    """Make the named lead an active participant with the role of lead; a live row is raised to it."""
    if cluster.lead_id is None:
        return
    Participation.objects.update_or_create(
        cluster=cluster,
        member_id=cluster.lead_id,
        status__in=[ParticipationStatus.INVITED, ParticipationStatus.INTERESTED, ParticipationStatus.ACTIVE],
        defaults={
            "organisation_id": cluster.lead_organisation_id,
            "role": ParticipationRole.LEAD,
            "status": ParticipationStatus.ACTIVE,
            "from_on": cluster.starts_on or timezone.localdate(at),
            "answered_at": at,
        },
        create_defaults={
            "cluster": cluster,
            "member_id": cluster.lead_id,
            "organisation_id": cluster.lead_organisation_id,
            "role": ParticipationRole.LEAD,
            "status": ParticipationStatus.ACTIVE,
            "from_on": cluster.starts_on or timezone.localdate(at),
            "answered_at": at,
        },
    )


@effect("store_decision", after=True)
def store_decision(attempt: Attempt) -> None:
    """Keep who decided in which capacity on what, with the check-list as it stood."""
    cluster = attempt.subject
    capacity = next((c for c in DECIDERS if c in attempt.capacities), Capacity.CLOCK)
    attempt.facts["decision"] = Decision.objects.create(
        cluster=cluster,
        verb=attempt.verb.code,
        decided_by=attempt.by.member if attempt.by else None,
        capacity=capacity,
        working_group_id=attempt.facts.get("group_before", cluster.working_group_id),
        decided_at=attempt.at,
        proposer_id=cluster.proposer_id,
        lead_id=cluster.lead_id,
        checklist=[point.as_json() for point in checklist.checklist(cluster, attempt.on)],
        content_hash=content_hash(cluster),
        event=attempt.event,
    )


@effect("store_conditions", after=True)
def store_conditions(attempt: Attempt) -> None:
    """Keep the conditions of an approval: `conditions` is a list of {text, due_on}."""
    decision = attempt.facts["decision"]
    Condition.objects.bulk_create(
        Condition(
            cluster=attempt.subject,
            decision=decision,
            position=number,
            text=condition["text"],
            due_on=condition.get("due_on"),
        )
        for number, condition in enumerate(attempt.details.get("conditions") or (), 1)
    )


@effect("ask_participants", after=True)
def ask_participants(attempt: Attempt) -> None:
    """Ask the named participants now, and turn "I would join" into requests."""
    rows = attempt.subject.participations
    rows.filter(status=ParticipationStatus.INVITED, asked_at__isnull=True).update(
        asked_at=attempt.at, asked_by=attempt.by
    )
    rows.filter(status=ParticipationStatus.INTERESTED).update(status=ParticipationStatus.REQUESTED, asked_at=attempt.at)


@effect("start_express", after=True)
def start_express(attempt: Attempt) -> None:
    """Start a one-day cluster of today or before in the same press; an earlier day is "recorded afterwards"."""
    cluster = attempt.subject
    if not cluster.is_one_day or cluster.starts_on > attempt.on:
        return
    if cluster.starts_on < attempt.on:
        Cluster.objects.filter(pk=cluster.pk).update(is_recorded_afterwards=True)
    by = cluster.lead.user if attempt.entered and cluster.lead else None
    cluster.__dict__.update(transition(cluster, "start", by=by, at=attempt.at, entered=attempt.entered).__dict__)


@effect("move_to_group")
def move_to_group(attempt: Attempt) -> None:
    """Make another working group responsible; nobody of it looks at the proposal yet."""
    attempt.facts["group_before"] = attempt.subject.working_group_id
    group = attempt.details["working_group"]
    attempt.facts["group"] = group.pk
    attempt.set(working_group=group)
    ReviewAssignment.objects.filter(cluster=attempt.subject).delete()
    attempt.subject.further_working_groups.remove(group)


@effect("freeze_baseline")
def freeze_baseline(attempt: Attempt) -> None:
    """Freeze the roadmap as baseline 1 at the first start; a reopened cluster keeps its own."""
    cluster = attempt.subject
    if cluster.baseline_frozen_at is None:
        freeze(cluster=cluster, at=attempt.at)
        attempt.set(baseline_frozen_at=attempt.at)
    if cluster.started_on is None:
        was_its_day = cluster.is_one_day and cluster.starts_on <= attempt.on
        attempt.set(started_on=cluster.starts_on if was_its_day else attempt.on)


@effect("write_results")
def write_results(attempt: Attempt) -> None:
    """Write what the form of the end says: summary, lessons, next steps, or that there is no outcome."""
    given = {name: attempt.details[name] for name in RESULT_FIELDS if name in attempt.details}
    if given:
        attempt.set(**given)


@effect("end_cluster")
def end_cluster(attempt: Attempt) -> None:
    """Note the day of the end; one that the form gives may lie before today, not after."""
    ended_on = attempt.details.get("ended_on") or attempt.on
    started_on = attempt.subject.started_on
    attempt.set(ended_on=max(ended_on, started_on) if started_on else ended_on)


@effect("close_requests", after=True)
def close_requests(attempt: Attempt) -> None:
    """Close what is asked and unanswered; `open_requests` are told, and so are addresses that were invited."""
    open_ = attempt.subject.participations.filter(
        status__in=[
            ParticipationStatus.REQUESTED,
            ParticipationStatus.WAITING,
            ParticipationStatus.INVITED,
            ParticipationStatus.INTERESTED,
        ]
    )
    attempt.facts["closed_requests"] = [row.member_id for row in open_]
    open_.update(status=ParticipationStatus.EXPIRED, answered_at=attempt.at)
    is_past = attempt.entered is not None and not attempt.entered.is_waiting
    end_open_invitations(attempt.subject, at=attempt.at, event=None if is_past else attempt.event)


@effect("close_amendments", after=True)
def close_amendments(attempt: Attempt) -> None:
    """End what is suggested or put forward, each with an event: nothing of an ended cluster is amended any more."""
    for amendment in attempt.subject.amendments.filter(state__in=sorted(OPEN_AMENDMENTS)).order_by("number"):
        transition(amendment, "amendment.lapsed", by=None, at=attempt.at)


@effect("plan_follow_ups", after=True)
def plan_follow_ups(attempt: Attempt) -> None:
    """Plan the follow-ups: 6 and 12 months after the end, and a month before the uptake year of the project ends.

    One that was answered before the cluster was reopened stays and is not asked again.
    """
    cluster = attempt.subject
    days = {
        FollowUpReason.SIX_MONTHS: add_months(cluster.ended_on, 6),
        FollowUpReason.TWELVE_MONTHS: add_months(cluster.ended_on, 12),
    }
    project_end = cluster.owning_project.end_on if cluster.owning_project else None
    if project_end is not None:
        uptake_year = add_months(project_end, 11)
        if uptake_year > cluster.ended_on:
            days[FollowUpReason.UPTAKE_YEAR] = uptake_year
    planned = set(cluster.follow_ups.filter(cancelled_at__isnull=True).values_list("why", flat=True))
    FollowUp.objects.bulk_create(
        FollowUp(cluster=cluster, why=why, due_on=day, asked_id=cluster.lead_id)
        for why, day in days.items()
        if why not in planned
    )


@effect("reopen_cluster")
def reopen_cluster(attempt: Attempt) -> None:
    """Cancel the follow-ups that wait, end their links and take the end back; answered ones stay."""
    cluster = attempt.subject
    open_ = cluster.follow_ups.filter(cancelled_at__isnull=True, answered_at__isnull=True)
    for row in open_.filter(asked_at__isnull=False):
        call_off(row)
    open_.update(cancelled_at=attempt.at)
    attempt.set(ended_on=None)


@effect("adopt_cluster")
def adopt_cluster(attempt: Attempt) -> None:
    """Let the coordinator act as lead until one is found; a lead who is gone no longer counts as one."""
    if is_gone(attempt.subject.lead):
        end_lead(attempt)
    if attempt.by is not None:
        note_writer(attempt.subject, attempt.subject.acting_lead_id)
        attempt.set(acting_lead=attempt.by.member)


@effect("undo_last", after=True)
def undo_last(attempt: Attempt) -> None:
    """Cancel the mails of the step that was taken back; what waits for another try after an earlier one stays.

    Raises:
        Refusal: a mail that was held back for the undo has left, or is on its way.
    """
    before = Event.objects.about(attempt.subject)
    undone = (before.exclude(pk=attempt.event.pk) if attempt.event else before).first()
    if undone is not None:
        notifications.cancel(undone)
        if notifications.has_left(undone, held_until=undone.at + timedelta(seconds=UNDO_SECONDS)):
            raise Refusal(_("The mail has left already, so this can't be taken back."), "state")
