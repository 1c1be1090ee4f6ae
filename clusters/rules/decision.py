"""What a decision on a proposal requires: who may not decide and why, the check-list, the days of conditions.

Shared by the life cycle's table and the form of the approval, so that both say the same sentence.
"""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clusters.choices import (
    BINDING_PARTICIPATIONS,
    LEADING_ROLES,
    Capacity,
    ParticipationRole,
    ParticipationStatus,
)
from clusters.models import Cluster, Decision
from clusters.permissions import parties, sees_names
from clusters.querysets.cluster import WRITING_VERBS
from clusters.rules import checklist
from clusters.rules.roadmap import ended_long_ago, too_far_back
from clusters.visibility import viewer
from community.lifecycle import Attempt
from community.models import Event
from community.permissions import ALLOWED, Obstacle, Verdict, refused


def checklist_for_plain_approval(attempt: Attempt) -> Verdict:
    """All seven points are fulfilled, or conditions say what is still to be done."""
    if attempt.is_asking or attempt.details.get("conditions"):
        return ALLOWED
    # The lead's own requirements say what is wrong with the lead.
    found = checklist.unfulfilled(checklist.checklist(attempt.subject, attempt.on))
    points = [f"{point.label} ({point.evidence})" for point in found if point.code != "lead"]
    if not points:
        return ALLOWED
    return refused(
        _("Not fulfilled: %(points)s. Return the proposal for changes, or approve it with a condition.")
        % {"points": "; ".join(points)},
        obstacles=[Obstacle(_("Not fulfilled: %(points)s") % {"points": point}) for point in points],
    )


def conditions_due_in_time(attempt: Attempt) -> Verdict:
    """Every condition that has a day is due between the day of the approval and the cluster's end.

    A record that is entered afterwards keeps the days that were set then.
    """
    if attempt.is_asking or attempt.entered is not None:
        return ALLOWED
    for condition in attempt.details.get("conditions") or ():
        if problem := due_problem(condition.get("due_on"), attempt.subject, attempt.on):
            return refused(problem)
    return ALLOWED


def due_problem(due_on: date | None, cluster: Cluster, on: date) -> str:
    """Return what is wrong with the day by which a condition is to be met, and what to do; "" when nothing is."""
    if due_on is None:
        return ""
    end = cluster.ends_on
    if end is not None and end < on:
        words = _("The cluster's end, %(end)s, is past, so nothing can be due before it. Take the day out.")
        return words % {"end": date_format(end, "j F Y")}
    if due_on < on:
        words = _("%(day)s is past. Choose a day from today on, or take the day out.")
        return words % {"day": date_format(due_on, "j F Y")}
    if end is not None and due_on > end:
        words = _("%(day)s is after the cluster's end. Choose a day until %(end)s, or take the day out.")
        return words % {"day": date_format(due_on, "j F Y"), "end": date_format(end, "j F Y")}
    return ""


def not_too_far_back(attempt: Attempt) -> Verdict:
    """A cluster, of one day or of many, may be approved up to 90 days after its end."""
    cluster = attempt.subject
    if cluster.ends_on is None or not too_far_back(cluster, attempt.on):
        return ALLOWED
    return refused(ended_long_ago(cluster.ends_on, is_decided_now=True))


#: What an approval requires beside its lead.
APPROVAL = (not_too_far_back, checklist_for_plain_approval, conditions_due_in_time)


def four_eyes(attempt: Attempt) -> Verdict:
    """Nobody decides on what they proposed or lead; own capacities of the row pass.

    A row such as "coordinator, neither proposer nor lead; lead" lets the lead through as lead.
    """
    own = {Capacity.PROPOSER, Capacity.NAMED_LEAD, Capacity.LEAD, Capacity.DEPUTY, Capacity.CLOCK}
    acting = attempt.capacities.intersection(attempt.verb.who_in(attempt.source))
    if acting & own or attempt.by is None:
        return ALLOWED
    member_id = viewer(attempt.by, attempt.on).member_id
    cluster = attempt.subject
    if member_id is None or member_id not in attempt.once("parties", lambda: parties(cluster)):
        return ALLOWED
    return refused(attempt.once("why a party", lambda: why_a_party(cluster, member_id)), "forbidden")


def why_a_party(cluster: Cluster, member_id: int, *, name: str = "") -> str:
    """Return the sentence that says why a person who is one of `parties` may not decide on `cluster`.

    Three queries at most, none for proposer, lead and who acts as lead. `name` is how the cluster is called where
    more than one is spoken of.
    """
    words = _("%(why)s, so somebody else must decide (four eyes).")
    return words % {"why": _tie(cluster, member_id) % {"cluster": name or _("this cluster")}}


def _tie(cluster: Cluster, member_id: int) -> str:
    """Return what ties a person to a cluster, the strongest first, as a pattern with %(cluster)s."""
    if member_id == cluster.proposer_id:
        return _("You proposed %(cluster)s")
    if member_id == cluster.lead_id:
        return _("You lead %(cluster)s") if cluster.lead_accepted_at else _("You are named as lead of %(cluster)s")
    if member_id == cluster.acting_lead_id:
        return _("You act as lead of %(cluster)s")
    parts = cluster.participations.filter(
        member=member_id, role__in=sorted(LEADING_ROLES), status__in=sorted(BINDING_PARTICIPATIONS)
    )
    if part := parts.order_by("-pk").first():
        if part.role == ParticipationRole.LEAD:
            return _("You led %(cluster)s")
        is_deputy = part.status == ParticipationStatus.ACTIVE
        return _("You are deputy lead of %(cluster)s") if is_deputy else _("You were deputy lead of %(cluster)s")
    return _past_tie(cluster, member_id)


def _past_tie(cluster: Cluster, member_id: int) -> str:
    """Return what tied a person to a cluster whose rows do not name them any more; two queries."""
    rows = Event.objects.about(cluster).filter(by__member=member_id).of_verbs([*WRITING_VERBS])
    written = list(rows.values_list("verb", "data"))
    verbs = {verb for verb, data in written if "entered_for" not in data}
    chain = Event.objects.of_chains([f"cluster:{cluster.pk}"])
    named = Q(verb="participation.deputy_named", data__member=member_id)
    handed = Q(data__lead_before=member_id) & ~Q(verb="proposal.edited")
    past = {
        verb == "participation.deputy_named" for verb in chain.filter(named | handed).values_list("verb", flat=True)
    }
    if False in past:
        return _("You led %(cluster)s")
    if written and not verbs:
        return _("You entered %(cluster)s for others")
    if "adopt" in verbs:
        return _("You acted as lead of %(cluster)s")
    if "accept_lead" in verbs:
        return _("You accepted to lead %(cluster)s before")
    if not verbs and past:
        return _("You were deputy lead of %(cluster)s")
    return _("You wrote in the draft of %(cluster)s")


#: What a decision did, by its verb, as patterns with %(who)s and %(day)s.
DECIDED: dict[str, str | Promise] = {
    "approve": gettext_lazy("%(who)s approved this on %(day)s."),
    "return": gettext_lazy("%(who)s returned this for changes on %(day)s."),
    "decline": gettext_lazy("%(who)s declined this on %(day)s."),
}


def wrong_state(attempt: Attempt) -> Verdict:
    """Say how the cluster stands, and who brought it there when and how: the loser of a race reads this."""
    cluster = attempt.subject
    decision = decision_of_this_round(cluster)
    is_of_now = attempt.verb.checks_seen or (decision is not None and decision.decided_at == cluster.state_since)
    said = _said(decision, attempt) if is_of_now else ""
    if not said:
        words = _("This can't be done while the cluster is: %(state)s.")
        return refused(words % {"state": cluster.get_state_display()}, "state")
    now = _("It is now: %(state)s. Your press changed nothing.") % {"state": cluster.get_state_display()}
    return refused(f"{said} {now}", "state")


def how_decided(attempt: Attempt) -> str:
    """Return who decided on the proposal when and how, and how it stands: for who comes to review it too late."""
    now = _("It is now: %(state)s.") % {"state": attempt.subject.get_state_display()}
    said = _said(decision_of_this_round(attempt.subject), attempt) or _("This waits for no decision any more.")
    return f"{said} {now}"


def _said(decision: Decision | None, attempt: Attempt) -> str:
    """Return who decided what when, as a sentence for the person of the attempt; "" where nobody decided."""
    if decision is None or decision.verb not in DECIDED:
        return ""
    words = str(DECIDED[decision.verb])
    count = decision.conditions.count() if decision.verb == "approve" else 0
    if count:
        words = ngettext(
            "%(who)s approved this on %(day)s with %(count)s condition, which stands.",
            "%(who)s approved this on %(day)s with %(count)s conditions, which stand.",
            count,
        )
    day = date_format(timezone.localtime(decision.decided_at), "j F Y, H:i")
    return words % {"who": _decider(decision, attempt), "day": day, "count": count}


def decision_of_this_round(cluster: Cluster) -> Decision | None:
    """Return the last decision since the cluster was last proposed; None while it waits for one."""
    rows = cluster.decisions.select_related("working_group", "decided_by", "event")
    if cluster.submitted_at is not None:
        rows = rows.filter(decided_at__gte=cluster.submitted_at)
    return rows.order_by("-decided_at", "-pk").first()


def _decider(decision: Decision, attempt: Attempt) -> str:
    """Return who decided: the reader, the person for those who see names here, else the role with its group."""
    group, role = decision.working_group.code, decision.get_capacity_display()
    if decision.decided_by is not None and attempt.by is not None:
        if decision.decided_by_id == viewer(attempt.by, attempt.on).member_id:
            return _("You")
        if sees_names(attempt.by, attempt.subject):
            return f"{decision.decided_by.name} ({role}, {group})"
    return _("A %(capacity)s of %(group)s") % {"capacity": role, "group": group}
