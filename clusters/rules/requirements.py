"""What a verb of a cluster's life requires beyond state and person: one predicate a requirement.

Each takes the attempt and answers with a verdict whose sentence says what is missing and what to do.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from clusters import contributions
from clusters.choices import ACTIVE_STATES, Capacity, State
from clusters.models import Cluster
from clusters.permissions import eligible_to_lead, is_gone
from clusters.rules.corrections import changed_since_report
from clusters.rules.proposal import held_up_by
from clusters.rules.reminders import LAST_IDLE_STEP, RESTS, TOLD_DAYS_BEFORE, key_of
from community import lifecycle
from community.choices import MessageState, Standing
from community.lifecycle import Attempt
from community.models import Event, Message
from community.permissions import ALLOWED, Obstacle, Verdict, refused

#: How long an undoable verb can be taken back, and its mails wait.
UNDO_SECONDS = 30
#: After so many days of idleness the clock withdraws a returned proposal.
IDLE_DAYS = 90


def _page(cluster: Cluster, name: str = "detail") -> str:
    return reverse(f"clusters:{name}", kwargs={"reference": cluster.name})


def proposal_complete(attempt: Attempt) -> Verdict:
    """Question, objective, dates, stage, working group, lead, expected outcome: all there, in one's own words."""
    missing = held_up_by(attempt.subject, attempt.on)
    if not missing:
        return ALLOWED
    obstacles = [Obstacle(sentence, field=field) for field, sentence in missing]
    return refused(" ".join(str(sentence) for _field, sentence in missing), obstacles=obstacles)


def lead_eligible(attempt: Attempt) -> Verdict:
    """The named lead may lead on that day; that there must be one is for other requirements to say."""
    cluster = attempt.subject
    if cluster.lead_id is None:
        return ALLOWED
    if attempt.is_asking and getattr(cluster, "leads_rightly", False) and not is_gone(cluster.lead):
        return ALLOWED  # the page's own query has looked
    verdict = attempt.once("eligible", lambda: eligible_to_lead(cluster.lead, cluster.lead_organisation, attempt.on))
    if verdict:
        return verdict
    if attempt.verb.code == "start":
        return replace(verdict, obstacles=(Obstacle(verdict.reason, _page(cluster, "amendment_hand_over")),))
    field = "lead" if attempt.verb.code == "submit" else ""
    return replace(verdict, obstacles=(Obstacle(verdict.reason, field=field),))


def lead_is_to_answer(attempt: Attempt) -> Verdict:
    """The lead was asked and has not answered yet."""
    accepted_at = attempt.subject.lead_accepted_at
    if accepted_at is None:
        return ALLOWED
    day = date_format(timezone.localtime(accepted_at), "j F Y, H:i")
    return refused(_("You accepted to lead this cluster on %(day)s.") % {"day": day}, "done")


def lead_has_answered(attempt: Attempt) -> Verdict:
    """The lead accepted, so there is something to take back."""
    if attempt.subject.lead_accepted_at is not None:
        return ALLOWED
    return refused(_("You have not accepted to lead this cluster, so there is nothing to take back."), "done")


def lead_accepted(attempt: Attempt) -> Verdict:
    """The named lead has agreed."""
    if attempt.subject.has_lead:
        return ALLOWED
    if attempt.subject.lead_id is None:
        words = _("A lead is wanted: name one first.")
        url = _page(attempt.subject, "amendment_hand_over") if attempt.verb.code == "start" else ""
        return refused(words, obstacles=[Obstacle(words, url)])
    return refused(_("The named lead has not accepted yet. The lead has been asked and is reminded."))


def not_decided_yet(attempt: Attempt) -> Verdict:
    """A proposal can be recalled while nobody has decided on it in this round."""
    cluster = attempt.subject
    if cluster.decisions.filter(decided_at__gte=cluster.submitted_at, verb="approve").exists():
        return refused(_("This proposal is decided on."), "state")
    return ALLOWED


def other_group_named(attempt: Attempt) -> Verdict:
    """The move names a working group other than the present one."""
    if attempt.is_asking:
        return ALLOWED
    group = attempt.details.get("working_group")
    if group is None or group.pk == attempt.subject.working_group_id:
        return refused(_("Choose the working group that the proposal moves to."))
    return ALLOWED


def day_has_come(attempt: Attempt) -> Verdict:
    """The clock starts a cluster on its first day, not before."""
    if Capacity.CLOCK not in attempt.capacities:
        return ALLOWED
    starts = attempt.subject.starts_on
    if starts is not None and starts > attempt.on:
        return refused(_("The day of this cluster has not come yet."))
    return ALLOWED


def stages_closed(attempt: Attempt) -> Verdict:
    """Every stage is done or dropped."""
    cluster = attempt.subject
    open_ = [(str(n), stage) for n, stage in enumerate(cluster.stages.all(), 1) if stage.is_open]
    if not open_:
        return ALLOWED
    roadmap, each = _page(cluster, "roadmap"), _("Stage %(number)s is neither done nor dropped: %(title)s")
    return refused(
        ngettext_lazy(
            "Stage %(stages)s is neither done nor dropped.",
            "Stages %(stages)s are neither done nor dropped.",
            len(open_),
        )
        % {"stages": get_text_list([n for n, _stage in open_], gettext("and"))},
        obstacles=[
            Obstacle(each % {"number": n, "title": stage.title}, f"{roadmap}#stage-{stage.pk}") for n, stage in open_
        ],
    )


def conditions_settled(attempt: Attempt) -> Verdict:
    """Every condition of the approval is confirmed or waived."""
    if not getattr(attempt.subject, "has_open_conditions", True):
        return ALLOWED
    open_ = [condition for condition in attempt.subject.conditions.all() if condition.is_open]
    if not open_:
        return ALLOWED
    page = _page(attempt.subject)
    each = {
        True: _("A condition is reported as met, a coordinator confirms or waives it: “%(text)s”"),
        False: _("A condition of the approval is not met yet: “%(text)s”"),
    }
    return refused(
        ngettext_lazy(
            "%(count)d condition of the approval is neither confirmed nor waived.",
            "%(count)d conditions of the approval are neither confirmed nor waived.",
            len(open_),
        )
        % {"count": len(open_)},
        obstacles=[
            Obstacle(each[row.met_at is not None] % {"text": row.text}, f"{page}#condition-{row.pk}") for row in open_
        ],
    )


def outcome_or_lessons(attempt: Attempt) -> Verdict:
    """One outcome is recorded, or it is said that there is none, and what was learnt."""
    cluster = attempt.subject
    known = getattr(cluster, "has_outcomes", None)
    if known if known is not None else cluster.outcomes.exists():
        return ALLOWED
    said_none = attempt.details.get("has_no_outcome", cluster.has_no_outcome)
    lessons = attempt.details.get("lessons", cluster.lessons)
    if said_none and str(lessons).strip():
        if not contributions.has_results(cluster):
            return ALLOWED
        words = _("An uptake in use is recorded, so something came of it: record the outcome that it came with.")
        return refused(words, "form", [Obstacle(words, _page(cluster, "outcome_create"))])
    words = _("Record at least one outcome, or say that there is none and write what was learnt.")
    where = _page(cluster, "outcome_create") if attempt.is_asking else "#id_has_no_outcome"
    return refused(words, "form", [Obstacle(words, where)])


def something_to_report(attempt: Attempt) -> Verdict:
    """The record differs from what the last factsheet says: by what the form says, or by outcomes changed since."""
    cluster = attempt.subject
    if attempt.is_asking or any(getattr(cluster, name) != value for name, value in attempt.details.items()):
        return ALLOWED
    if changed_since_report(cluster) is not None:
        return ALLOWED
    return refused(
        _("Nothing differs from the last factsheet. Change a text here, or the outcomes, before you issue a version.")
    )


def lessons_when_started(attempt: Attempt) -> Verdict:
    """A cluster that had started says what was learnt before it is given up."""
    cluster = attempt.subject
    if attempt.is_asking or cluster.baseline_frozen_at is None:
        return ALLOWED
    if str(attempt.details.get("lessons", cluster.lessons)).strip():
        return ALLOWED
    return refused(_("The cluster had started: write what was learnt, failures too."))


def lead_trouble(cluster: Cluster, on: date) -> tuple[str, str] | None:
    """Return what is wrong with the lead of a proposal or of a cluster at work, and who does what about it.

    For pages of those who work on it: the cluster comes `with_lead_rule`, so nothing is asked where nothing is wrong.
    """
    at_work = cluster.state in ACTIVE_STATES
    if not at_work and cluster.state not in (State.SUBMITTED, State.RETURNED):
        return None
    group = cluster.working_group.code if cluster.working_group else "–"
    adopt = gettext("A coordinator of %(group)s adopts it and acts as lead until one is found.") % {"group": group}
    remedy = adopt if at_work else gettext("The proposer names another lead in the proposal, who is then asked.")
    if not at_work and is_gone(cluster.proposer):
        return gettext("The proposer is no longer there"), adopt
    if is_gone(cluster.lead):
        return gettext("The lead is no longer there"), remedy
    if cluster.lead_id is None or (at_work and not cluster.has_lead):
        if at_work and cluster.acting_lead_id is not None:
            remedy = gettext("The coordinator who adopted it acts as lead until one is found.")
        return gettext("A lead is wanted"), remedy
    if cluster.leads_rightly:
        return None
    verdict = eligible_to_lead(cluster.lead, cluster.lead_organisation, on)
    return None if verdict else (gettext("The lead may not lead today"), str(verdict.reason))


def lead_or_proposer_is_gone(attempt: Attempt) -> Verdict:
    """Adoption is for clusters whose proposer or lead is no longer there."""
    cluster = attempt.subject
    if cluster.acting_lead_id is not None and attempt.by and cluster.acting_lead == attempt.by.member:
        return refused(_("You act as lead of this cluster already."), "done")
    if cluster.is_lead_wanted or is_gone(cluster.proposer) or is_gone(cluster.lead):
        return ALLOWED
    return refused(_("Proposer and lead are both there, so there is nothing to adopt."))


def idle_long_enough(attempt: Attempt) -> Verdict:
    """The clock withdraws only what was returned and idle for 90 days, and never before that was announced."""
    if Capacity.CLOCK not in attempt.capacities:
        return ALLOWED
    cluster = attempt.subject
    if cluster.state != State.RETURNED or cluster.updated_at > attempt.at - timedelta(days=IDLE_DAYS):
        return refused(_("It was worked on within the last %(days)d days.") % {"days": IDLE_DAYS})
    if _was_announced(cluster, attempt.at):
        return ALLOWED
    return refused(_("Its proposer was not told before that it will be withdrawn."))


def _was_announced(cluster: Cluster, at: datetime) -> bool:
    """Tell whether the last reminder of this rest left by mail, long enough before, to somebody who is there still."""
    subject, anchor = f"cluster:{cluster.pk}", timezone.localdate(cluster.updated_at)
    keys = [key_of(rule, subject, anchor, LAST_IDLE_STEP, "") for rule in RESTS]
    announced = Message.objects.in_state(MessageState.SENT).filter(
        reduce(or_, (Q(key__startswith=key) for key in keys)),
        sent_at__lt=at - timedelta(days=TOLD_DAYS_BEFORE - 1),
        to__is_active=True,
    )
    return announced.exclude(to__member__standing=Standing.FORMER).exists()


def never_submitted(attempt: Attempt) -> Verdict:
    """Only a draft without a reference can be thrown away."""
    if attempt.subject.reference is None:
        return ALLOWED
    return refused(_("It was proposed once and keeps its history. Propose it again and withdraw it instead."))


def is_the_lead(attempt: Attempt) -> Verdict:
    """The person leads in their own name, not for want of a lead."""
    if attempt.subject.has_lead:
        return ALLOWED
    return refused(_("No lead to step down: you act for want of one."))


def undo_in_time(attempt: Attempt) -> Verdict:
    """The last event is an undoable verb of the same person, at most 30 seconds old."""
    cluster = attempt.subject
    table = lifecycle.of(cluster)
    last = Event.objects.about(cluster).first()
    if last is None or last.verb not in table.verbs or not table.verb(last.verb).undoable:
        return refused(_("There is nothing to undo."), "state")
    if last.by_id != (attempt.by.pk if attempt.by else None):
        return refused(_("Only the person who did it can undo it."), "forbidden")
    if attempt.at - last.at > timedelta(seconds=UNDO_SECONDS):
        return refused(_("It is more than 30 seconds ago and has been mailed."), "state")
    return ALLOWED
