"""What waits for a person because of clusters: one function a capacity, each with one or two queries.

`community` draws the desk; every item carries its verb, why it is this person's, since when, and the address
of the very button.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.db.models import BooleanField, Case, Q, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.choices import ACTIVE_STATES, FOLLOW_UP_DAYS, ParticipationStatus, State
from clusters.models import Cluster, Condition, FollowUp, MergeRequest, Participation, PreparedDecision, Stage
from clusters.rules.follow_up import is_late
from clusters.rules.proposal_comments import asked_words
from clusters.rules.roadmap import seen_versions
from clusters.sentences import why_returned
from clusters.tables.ended_leads import leads_to_find
from clusters.tables.prepared import with_prepared
from clusters.tables.several import age_in_words, old_roadmaps
from clusters.visibility import Viewer, viewer
from community.contributions import DeskItem
from community.models import User

#: At most so many of one sort stand on the desk, and one line says that there are more.
MOST = 50
#: Within so many days an answer is expected, as the reminders have it.
ANSWER_DAYS = 7


def items(user: User, on: date) -> Iterable[DeskItem]:
    """Yield everything of clusters that waits for `user` on the day `on`, the most urgent sort first."""
    who = viewer(user, on)
    if who.member_id is None:
        return
    if who.is_coordinator:
        yield from first(_to_decide(user, who, on), "clusters:review")
        yield from first(_to_confirm(who, on), "clusters:overview")
        yield from first(_merges_to_answer(user, who), "clusters:review")
    yield from leads_to_find(who, on)
    yield from first(_to_answer_as_lead(who))
    yield from first(_invitations(who))
    if not who.is_former:
        yield from first(_returned_and_drafts(who))
    yield from first(_to_start_or_end(who, on))
    yield from first(_late_stages(who, on), "clusters:several")
    yield from first(_old_roadmaps(who, on), "clusters:several")
    yield from first(_requests(who), "clusters:several")
    yield from first(_open_conditions(who, on))
    yield from first(_follow_ups(who, on))


def first(found: Iterable[DeskItem], page: str = "clusters:list") -> Iterator[DeskItem]:
    """Yield the first `MOST` of one sort; where there are more, say so, and lead to a page that has them all."""
    rows = list(found)
    yield from rows[:MOST]
    if len(rows) > MOST:
        yield DeskItem(
            verb=_("See more"),
            title=_("There are more like “%(title)s”") % {"title": rows[MOST].title},
            why=_("%(verb)s: the first %(count)d stand here. The next ones follow as these are done.")
            % {"verb": rows[MOST].verb, "count": MOST},
            url=reverse(page),
        )


def answer_by(since: datetime | None, days: int = ANSWER_DAYS) -> date | None:
    """Return the day by which an answer to what was asked at a moment is expected; None where that is not known."""
    return timezone.localdate(since) + timedelta(days=days) if since is not None else None


def _verb(cluster: Cluster, verb: str) -> str:
    return reverse("clusters:transition", kwargs={"reference": cluster.name, "verb": verb})


def _page(cluster: Cluster, name: str = "detail") -> str:
    return reverse(f"clusters:{name}", kwargs={"reference": cluster.name})


def _to_decide(user: User, who: Viewer, on: date) -> Iterator[DeskItem]:
    waiting = Cluster.objects.waiting_for_decision().without_party(who.member_id or 0)
    waiting = waiting.select_related("working_group", "review_assignment__member")
    own = waiting if who.is_mission else waiting.for_groups(who.group_ids)
    stand_in = [] if who.is_mission else list(waiting.for_stand_ins(on).outside_groups(who.group_ids)[: MOST + 1])
    rows = [(cluster, False) for cluster in own[: MOST + 1]] + [(cluster, True) for cluster in stand_in]
    prepared = PreparedDecision.objects.by_cluster([cluster for cluster, _stands_in in rows])
    for cluster, stands_in in rows:
        words = _("You coordinate %(group)s, which decides on it.")
        if stands_in:
            words = _("No coordinator of %(group)s may decide on it.")
        item = DeskItem(
            verb=_("Review as stand-in") if stands_in else _("Review"),
            title=str(cluster),
            why=_joined(words, cluster, who, on),
            url=reverse("clusters:review_case", kwargs={"reference": cluster.name}),
            since=cluster.submitted_at,
            due=answer_by(cluster.state_since or cluster.submitted_at, (1 + stands_in) * ANSWER_DAYS),
            many=reverse("clusters:review_several"),
            many_label=_("Do several at once as a coordinator"),
        )
        found = with_prepared(item, prepared.get(cluster.pk), who.member_id)
        if found is not None:
            yield found


def _joined(words: str, cluster: Cluster, who: Viewer, on: date) -> str:
    """Return why a proposal is the reader's, until when comments are asked for, and who looks at it."""
    words = words % {"group": _group(cluster)}
    if asked := asked_words(cluster, on):
        words = _("%(why)s Asked for: %(asked)s.") % {"why": words, "asked": asked}
    row = getattr(cluster, "review_assignment", None)
    if row is None:
        return words
    if row.member_id == who.member_id:
        return _("%(why)s It is assigned to you.") % {"why": words}
    return _("%(why)s %(name)s looks at it.") % {"why": words, "name": row.member.name}


def _group(cluster: Cluster) -> str:
    return cluster.working_group.code if cluster.working_group else "–"


def _to_confirm(who: Viewer, on: date) -> Iterator[DeskItem]:
    """Ask whom `clusters.actions.condition.can_settle` lets through: no party, and stand-ins where nobody else may."""
    clusters = Cluster.objects.in_states(ACTIVE_STATES).without_party(who.member_id or 0)
    if not who.is_mission:
        own = clusters.for_groups(who.group_ids)
        others = clusters.for_stand_ins(on).filter(working_group__isnull=False)
        clusters = clusters.filter(Q(pk__in=own.values("pk")) | Q(pk__in=others.values("pk")))
    rows = Condition.objects.filter(
        met_at__isnull=False,
        confirmed_at__isnull=True,
        waived_at__isnull=True,
        cluster__in=clusters.values("pk"),
    ).select_related("cluster")
    for condition in rows[: MOST + 1]:
        yield DeskItem(
            verb=_("Confirm or waive"),
            title=str(condition.cluster),
            why=_("The lead reports a condition as met: “%(text)s”.") % {"text": condition.text},
            url=f"{_page(condition.cluster)}#condition-{condition.pk}",
            since=condition.met_at,
            due=answer_by(condition.met_at),
        )


def _merges_to_answer(user: User, who: Viewer) -> Iterator[DeskItem]:
    rows = MergeRequest.objects.open().for_page().exclude(asked_by=user)
    for row in (rows if who.is_mission else rows.for_groups(who.group_ids))[: MOST + 1]:
        yield DeskItem(
            verb=_("Agree or refuse"),
            title=str(row.cluster),
            why=_("Asked to go into %(name)s of %(group)s, which you coordinate.")
            % {"name": row.into.name, "group": _group(row.into)},
            url=_verb(row.cluster, "merge"),
            since=row.asked_at,
            due=answer_by(row.asked_at),
        )


def _to_answer_as_lead(who: Viewer) -> Iterator[DeskItem]:
    rows = Cluster.objects.led_by(who.member_id or 0).filter(state=State.SUBMITTED, lead_accepted_at__isnull=True)
    for cluster in rows[: MOST + 1]:
        yield DeskItem(
            verb=_("Accept or decline to lead"),
            title=str(cluster),
            why=_("You are named as its lead."),
            url=_verb(cluster, "accept-lead"),
            since=cluster.lead_asked_at,
            due=answer_by(cluster.lead_asked_at),
        )


def _invitations(who: Viewer) -> Iterator[DeskItem]:
    rows = Participation.objects.filter(
        member=who.member_id,
        status=ParticipationStatus.INVITED,
        asked_at__isnull=False,
        cluster__state__in=sorted(ACTIVE_STATES),
    ).select_related("cluster")
    for row in rows[: MOST + 1]:
        yield DeskItem(
            verb=_("Answer the invitation"),
            title=str(row.cluster),
            why=_("You are invited to take part."),
            url=f"{_page(row.cluster, 'people')}#mine",
            since=row.asked_at,
            due=answer_by(row.asked_at),
        )


def _returned_and_drafts(who: Viewer) -> Iterator[DeskItem]:
    mine = Cluster.objects.filter(proposer=who.member_id, state__in=[State.RETURNED, State.DRAFT])
    clusters = list(mine.order_by("-state", "updated_at", "pk")[: MOST + 1])
    returned = why_returned(clusters)
    for cluster in clusters:
        if cluster.state == State.RETURNED:
            last = returned.get(cluster.pk)
            yield DeskItem(
                verb=_("Change and propose again"),
                title=str(cluster),
                why=_("Returned to you: “%(reason)s”") % {"reason": last.reason}
                if last and last.reason
                else _("It was returned to you for changes."),
                url=_page(cluster, "update"),
                since=cluster.state_since,
            )
        else:
            yield DeskItem(
                verb=_("Go on writing"),
                title=cluster.title or _("Draft without a title"),
                why=_("Your draft: nobody is asked before you propose it."),
                url=_page(cluster, "update"),
                since=cluster.updated_at,
            )


def _to_start_or_end(who: Viewer, on: date) -> Iterator[DeskItem]:
    led = Cluster.objects.kept_by(who.member_id or 0)
    for cluster in led.filter(state=State.APPROVED, starts_on__lte=on)[: MOST + 1]:
        yield DeskItem(
            verb=_("Start"),
            title=str(cluster),
            why=_("Its planned start has come."),
            url=_verb(cluster, "start"),
            due=cluster.starts_on,
            late=cluster.starts_on is not None and cluster.starts_on < on,
        )
    for cluster in led.filter(state=State.RUNNING, ends_on__lt=on)[: MOST + 1]:
        yield DeskItem(
            verb=_("Conclude"),
            title=str(cluster),
            why=_("Its planned end is past."),
            url=_verb(cluster, "conclude"),
            due=cluster.ends_on,
            late=True,
        )


def _late_stages(who: Viewer, on: date) -> Iterator[DeskItem]:
    kept = Cluster.objects.kept_by(who.member_id or 0)
    is_kept = Case(When(cluster__in=kept, then=True), default=False, output_field=BooleanField())
    rows = Stage.objects.late_or_orphan(on).annotate(is_kept=is_kept)
    rows = rows.filter(Q(is_kept=True) | Q(responsible=who.member_id, is_orphan=False))
    rows = rows.filter(cluster__state__in=sorted(ACTIVE_STATES))
    rows = rows.filter(Q(is_orphan=True) | Q(cluster__state=State.RUNNING, planned_end_on__lt=on))
    for stage in rows.select_related("cluster").order_by("planned_end_on", "pk")[: MOST + 1]:
        leads = bool(getattr(stage, "is_kept", False))
        if stage.is_orphan:
            yield DeskItem(
                verb=_("Name who is responsible"),
                title=f"{stage.cluster.name}: {stage.title}",
                why=_("Who was responsible for this stage takes part no more."),
                url=f"{_page(stage.cluster, 'roadmap')}#stage-{stage.pk}",
                due=stage.planned_end_on,
            )
        if stage.cluster.state != State.RUNNING or not stage.is_late(on):
            continue
        if not leads:
            yield DeskItem(
                verb=_("Say how it stands"),
                title=f"{stage.cluster.name}: {stage.title}",
                why=_("You are responsible for the stage, and it is past its planned end."),
                url=reverse("clusters:stage_note", args=[stage.cluster.name, stage.pk]),
                due=stage.planned_end_on,
                late=True,
            )
            continue
        yield DeskItem(
            verb=_("Update the stage"),
            title=f"{stage.cluster.name}: {stage.title}",
            why=_("You lead the cluster, and the stage is past its planned end."),
            url=f"{_page(stage.cluster, 'roadmap')}#stage-{stage.pk}",
            due=stage.planned_end_on,
            late=True,
        )


def _old_roadmaps(who: Viewer, on: date) -> Iterator[DeskItem]:
    """Ask whether a roadmap still stands that nobody has confirmed or written for two weeks; one press says so."""
    for cluster, age in old_roadmaps(who.member_id or 0, on):
        yield DeskItem(
            verb=_("Still true"),
            title=str(cluster),
            why=age_in_words(age),
            url=_page(cluster, "roadmap_confirm"),
            method="post",
            data=(("seen", seen_versions(cluster.stages.all())),),
            many=reverse("clusters:several"),
        )


def _requests(who: Viewer) -> Iterator[DeskItem]:
    rows = Participation.objects.filter(
        cluster__in=Cluster.objects.kept_by(who.member_id or 0).in_states(ACTIVE_STATES),
        status__in=[ParticipationStatus.REQUESTED, ParticipationStatus.WANTED],
    ).select_related("cluster", "organisation")
    by_cluster: dict[int, list[Participation]] = {}
    for row in rows.order_by("cluster_id", "asked_at", "pk")[: MOST * 4]:
        by_cluster.setdefault(row.cluster_id, []).append(row)
    for group in by_cluster.values():
        asked = [row for row in group if row.status == ParticipationStatus.REQUESTED]
        wanted = [row for row in group if row.status == ParticipationStatus.WANTED]
        cluster = group[0].cluster
        if asked:
            words = ngettext("%(count)d person asks to join.", "%(count)d persons ask to join.", len(asked))
            yield DeskItem(
                verb=_("Answer"),
                title=str(cluster),
                why=words % {"count": len(asked)},
                url=f"{_page(cluster, 'people')}#h-requests",
                since=asked[0].asked_at,
                due=answer_by(asked[0].asked_at),
                many=reverse("clusters:several"),
            )
        if wanted:
            names = ", ".join(row.organisation.known_as for row in wanted if row.organisation)
            yield DeskItem(
                verb=_("Find a person"),
                title=str(cluster),
                why=_("Wanted, without a person yet: %(organisations)s.") % {"organisations": names},
                url=f"{_page(cluster, 'people')}#h-wanted",
            )


def _open_conditions(who: Viewer, on: date) -> Iterator[DeskItem]:
    rows = Condition.objects.filter(
        cluster__in=Cluster.objects.kept_by(who.member_id or 0).in_states(ACTIVE_STATES),
        met_at__isnull=True,
        waived_at__isnull=True,
    ).select_related("cluster", "decision")
    for condition in rows[: MOST + 1]:
        yield DeskItem(
            verb=_("Report it as met"),
            title=str(condition.cluster),
            why=_("A condition of the approval: “%(text)s”.") % {"text": condition.text},
            url=f"{_page(condition.cluster)}#condition-{condition.pk}",
            since=condition.decision.decided_at,
            due=condition.due_on,
            late=condition.is_late(on),
        )


def _follow_ups(who: Viewer, on: date) -> Iterator[DeskItem]:
    for row in FollowUp.objects.due(on).filter(asked=who.member_id).select_related("cluster")[: MOST + 1]:
        yield DeskItem(
            verb=_("Say what became of it"),
            title=str(row.cluster),
            why=_("%(why)s: is what came of it still in use?") % {"why": row.get_why_display()},
            url=reverse("clusters:follow_up", kwargs={"reference": row.cluster.name, "pk": row.pk}),
            since=row.asked_at,
            due=row.due_on + timedelta(days=FOLLOW_UP_DAYS),
            late=is_late(row, on),
        )
