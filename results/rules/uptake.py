"""Who keeps uptakes, and what each step requires: predicates with reasons.

Evidence is required from `committed` on (DOMAIN section 1): a file or the address of a page.
"""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext_lazy as _

from clusters.choices import FINISHED_STATES, Access, Capacity
from clusters.models import Cluster
from clusters.permissions import LEADS, can_correct, capacities
from clusters.rules.joining import access_of, can_contribute
from community.lifecycle import Attempt
from community.models import User
from community.permissions import ALLOWED, Verdict, refused
from results.choices import FROM_COMMITTED_ON, LADDER, EvidenceKind, UptakeKind, UptakeStep
from results.models import AdoptedLine, Uptake

Anybody = User | AnonymousUser | None

LEADING = (*LEADS, Capacity.COORDINATOR, Capacity.MISSION_COORDINATOR)
#: Keep the uptakes of a cluster; participants while it goes on, the others after its end too.
KEEPERS = (*LEADING, Capacity.PARTICIPANT)
NO_EVIDENCE = _("Add what shows it: a file, or the address of a page. From “committed” on it is asked for.")
FIRST_YEAR = 2000


def can_record(user: Anybody, cluster: Cluster) -> Verdict:
    """Whoever contributes to a cluster records who takes what up; lead and coordinators after the end too.

    Uptakes are followed up after the end, so that the record goes on where the work does not.
    """
    verdict = can_correct(user, cluster)
    if verdict or verdict.code == "state":
        return verdict
    if can_contribute(user, cluster):
        return ALLOWED
    if cluster.state in FINISHED_STATES:
        return refused(_("This cluster has ended: its lead and coordinators follow the uptakes up."), "forbidden")
    return refused(
        _("Only the lead, the coordinators and those who take part and contribute keep uptakes."), "forbidden"
    )


def can_ask_adopter(user: Anybody, cluster: Cluster) -> Verdict:
    """Lead, deputy and coordinators ask the adopting organisation, and settle what it corrects."""
    verdict = can_correct(user, cluster)
    if verdict or verdict.code == "state":
        return verdict
    return refused(_("Only the lead, the deputy and the coordinators ask the adopting organisation."), "forbidden")


def uptake_capacities(user: Anybody, uptake: Uptake, on: date) -> frozenset[str]:
    """Return as what `user` acts on an uptake: as on its cluster; who takes part without contributing does not."""
    held = capacities(user, uptake.cluster, on)
    if Capacity.PARTICIPANT in held and access_of(user, uptake.cluster) != Access.CONTRIBUTE:
        held -= {Capacity.PARTICIPANT}
    return held


def wrong_step(attempt: Attempt) -> Verdict:
    """Say on which step the uptake is."""
    words = _("This uptake is on the step “%(step)s”, from where this does not lead.")
    return refused(str(words) % {"step": attempt.subject.step.label}, "state")


def nobody_is_party(attempt: Attempt) -> Verdict:
    """Steps are declared by the cluster itself: nobody decides on them, so four eyes are not asked for."""
    return ALLOWED


def cluster_is_kept(attempt: Attempt) -> Verdict:
    """Ask the cluster whether its uptakes may be kept by this person today."""
    return can_record(attempt.by or AnonymousUser(), attempt.subject.cluster)


def says_kind(attempt: Attempt) -> Verdict:
    """From `committed` on it is said how it was taken up, and what was adapted, and why."""
    kind = attempt.details.get("kind") or attempt.subject.kind
    adaptation = attempt.details.get("adaptation", attempt.subject.adaptation)
    return refused(problem, "form") if (problem := kind_problem(str(kind), str(adaptation))) else ALLOWED


def shows_evidence(attempt: Attempt) -> Verdict:
    """From `committed` on something shows it."""
    uptake: Uptake = attempt.subject
    url = attempt.details.get("evidence_url") or uptake.evidence_url
    return ALLOWED if url or uptake.evidence.present().exists() else refused(NO_EVIDENCE, "form")


def says_day(attempt: Attempt) -> Verdict:
    """Something that is in use has a day since when, which has come."""
    day = attempt.details.get("in_use_on")
    if day is None:
        return refused(_("Say since when it is in use."), "form")
    return refused(problem, "form") if (problem := day_problem(day, attempt.on)) else ALLOWED


def stopped_in_order(attempt: Attempt) -> Verdict:
    """It stopped on a day that has come, and after it began."""
    day, began = attempt.details.get("stopped_on") or attempt.on, attempt.subject.in_use_on
    if problem := day_problem(day, attempt.on):
        return refused(problem, "form")
    if began is not None and day < began:
        return refused(_("It can't have stopped before it was in use."), "form")
    return ALLOWED


def has_no_twin(attempt: Attempt) -> Verdict:
    """Nothing that goes on says the same already."""
    uptake: Uptake = attempt.subject
    twins = Uptake.objects.of_cluster(uptake.cluster_id).live().exclude(pk=uptake.pk)
    twins = twins.filter(
        solution=uptake.solution_id, organisation=uptake.organisation_id, territory=uptake.territory_id
    )
    return refused(_("The same is recorded once more and goes on there."), "state") if twins.exists() else ALLOWED


def is_undisclosed(attempt: Attempt) -> Verdict:
    """Only what is not disclosed can be."""
    return refused(_("It is disclosed already."), "done") if attempt.subject.is_disclosed else ALLOWED


def is_disclosed(attempt: Attempt) -> Verdict:
    """Only what is disclosed can be kept to those who work on it."""
    return ALLOWED if attempt.subject.is_disclosed else refused(_("It is not disclosed."), "done")


def kind_problem(kind: str, adaptation: str) -> str:
    """Return what is wrong with how something was taken up, or ""."""
    if kind not in UptakeKind.values:
        return str(_("Say how it is taken up."))
    if kind == UptakeKind.ADAPTED and not adaptation.strip():
        return str(_("Say what was adapted, and why."))
    return ""


def day_problem(day: date, on: date) -> str:
    """Return what is wrong with a day of an uptake, or ""."""
    if day > on:
        return str(_("This day has not come yet."))
    if day.year < FIRST_YEAR:
        return str(_("Give a year from 2000 on."))
    return ""


def step_before(uptake: Uptake) -> str:
    """Return the step below, for one that was set too high."""
    return LADDER[max(0, LADDER.index(uptake.step) - 1)]


def step_after_stop(uptake: Uptake) -> str:
    """Return the step that something stopped goes back to."""
    return uptake.state_before or UptakeStep.AWARE


def reached(uptake: Uptake) -> str:
    """Return how far it has come; of one that stopped, how far it had: what belongs to that step stays asked for."""
    return step_after_stop(uptake) if uptake.state == UptakeStep.STOPPED else uptake.state


def is_whole(attempt: Attempt) -> Verdict:
    """What goes on says what its step asks for: how it is taken up, since when it is in use, and what shows it."""
    uptake: Uptake = attempt.subject
    step = reached(uptake)
    problem = kind_problem(uptake.kind, uptake.adaptation) if step in FROM_COMMITTED_ON else ""
    if step == UptakeStep.IN_USE and uptake.in_use_on is None:
        problem = problem or str(_("Say since when it is in use."))
    if step in FROM_COMMITTED_ON and not (uptake.evidence_url or uptake.evidence.present().exists()):
        problem = problem or str(NO_EVIDENCE)
    return refused(_("Edit it first. %(why)s") % {"why": problem}, "state") if problem else ALLOWED


def can_remove(user: Anybody, uptake: Uptake) -> Verdict:
    """Only what nothing rests on is removed: before it was committed, and before the organisation was asked."""
    verdict = can_record(user, uptake.cluster)
    if not verdict:
        return verdict
    if uptake.state in FROM_COMMITTED_ON or uptake.kind:
        return refused(_("It was committed, so it stays on the record. It can be stopped, with the reason."), "state")
    if uptake.confirmations.exists():
        return refused(_("The organisation was asked about it, so it stays on the record."), "state")
    if AdoptedLine.objects.resting_on(EvidenceKind.UPTAKE, [uptake.pk]).exists():
        return refused(_("An adopted line of a policy statement names it, so it stays on the record."), "state")
    return ALLOWED
