"""Who puts a report to the community of practice together and sends it."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.choices import ACTIVE_STATES, Capacity, State
from clusters.models import Cluster
from clusters.permissions import LEADS, capacities
from clusters.visibility import viewer
from community.lifecycle import Attempt
from community.models import User, WorkingGroup
from community.permissions import ALLOWED, Verdict, refused
from factsheets.models import CopReport

Anybody = User | AnonymousUser | None

#: Who sends a report; `CLOCK` is the command without a person.
SENDERS = (Capacity.COORDINATOR, Capacity.MISSION_COORDINATOR, Capacity.CLOCK)
NO_SENDER = gettext_lazy("Coordinators report to the community: each for the own working group, the mission's for all.")
NOT_ITS_GROUP = gettext_lazy(
    "The coordinators of its working group report this cluster to the community, or those of the mission."
)
NO_MAKER = gettext_lazy("Coordinators and administrators have missing factsheets made.")
SENT = gettext_lazy("It was sent. A sent report never changes; what is new goes into the next one.")
#: Who issues a factsheet between approval and end, the first that is held signs it.
INTERIM_ISSUERS = (*LEADS, Capacity.COORDINATOR, Capacity.MISSION_COORDINATOR)
NO_ISSUER = gettext_lazy("Lead, deputy and the coordinators of its working group issue a factsheet in between.")
NO_LINGUIST = gettext_lazy("Lead, deputy and the coordinators of its working group issue it in another language.")
NOT_AT_WORK = gettext_lazy(
    "A factsheet in between is for a cluster that is approved, running or paused: the end has a factsheet of its own."
)
NOT_RUNNING = gettext_lazy("Only a running cluster owes a factsheet in between, so there is none to skip.")


def interim_role(user: Anybody, cluster: Cluster) -> str:
    """Return as what `user` issues a factsheet in between; "" for who may not."""
    held = capacities(user, cluster, timezone.localdate())
    return next((role for role in INTERIM_ISSUERS if role in held), "")


def can_issue_interim(user: Anybody, cluster: Cluster) -> Verdict:
    """Lead, deputy and coordinators issue one while the cluster is approved, running or paused."""
    if not interim_role(user, cluster):
        return refused(NO_ISSUER, "forbidden")
    return ALLOWED if cluster.state in ACTIVE_STATES else refused(NOT_AT_WORK, "state")


def can_issue_in_language(user: Anybody, cluster: Cluster) -> Verdict:
    """The same people issue what was issued in another language, too, also after the end; `None` is the registry."""
    if user is None or interim_role(user, cluster):
        return ALLOWED
    return refused(NO_LINGUIST, "forbidden")


def can_skip_interim(user: Anybody, cluster: Cluster) -> Verdict:
    """The same people skip one that is due, of a running cluster."""
    if not (verdict := can_issue_interim(user, cluster)):
        return verdict
    return ALLOWED if cluster.state == State.RUNNING else refused(NOT_RUNNING, "state")


def report_capacities(user: Anybody, report: CopReport, on: date) -> frozenset[str]:
    """Return as what `user` acts on a report: for its group, for the mission, or (None) as the registry itself."""
    if user is None:
        return frozenset({Capacity.CLOCK})
    who = viewer(user, on)
    held = set()
    if report.working_group_id is not None and report.working_group_id in who.group_ids:
        held.add(Capacity.COORDINATOR)
    if who.is_mission:
        held.add(Capacity.MISSION_COORDINATOR)
    return frozenset(held)


def can_begin(user: Anybody) -> Verdict:
    """Coordinators begin reports."""
    if viewer(user, timezone.localdate()).is_coordinator:
        return ALLOWED
    return refused(NO_SENDER, "forbidden")


def can_see_arrivals(user: Anybody) -> Verdict:
    """Coordinators see how far the mails of a sent report are and how often it was fetched; administrators, too.

    They are called when mails do not arrive.
    """
    return ALLOWED if viewer(user, timezone.localdate()).is_administrator else can_begin(user)


def can_report(user: Anybody, cluster: Cluster) -> Verdict:
    """Coordinators of the working group that is responsible for a cluster today report it, and the mission's.

    Further working groups only take part: who is reminded is who reports.
    """
    if not (verdict := can_begin(user)):
        return verdict
    who = viewer(user, timezone.localdate())
    if who.is_mission or cluster.working_group_id in who.group_ids:
        return ALLOWED
    return refused(NOT_ITS_GROUP, "forbidden")


def can_catch_up(user: Anybody) -> Verdict:
    """Administrators and coordinators have documents made that are missing."""
    who = viewer(user, timezone.localdate())
    if who.is_administrator or who.is_coordinator:
        return ALLOWED
    return refused(NO_MAKER, "forbidden")


def can_write(user: Anybody, report: CopReport) -> Verdict:
    """Who may send a draft may also change it."""
    if not report_capacities(user, report, timezone.localdate()):
        return refused(NO_SENDER, "forbidden")
    return refused(SENT, "state") if report.is_sent else ALLOWED


def groups_for(user: User, *, of: Cluster | None = None) -> tuple[list[WorkingGroup], bool]:
    """Return the working groups for which `user` reports, and whether also for the whole mission; two queries.

    `of` keeps the group that is responsible for this cluster.
    """
    who = viewer(user, timezone.localdate())
    rows = WorkingGroup.objects.order_by("code")
    held = [row for row in rows if who.is_mission or row.pk in who.group_ids]
    return [row for row in held if of is None or row.pk == of.working_group_id], who.is_mission


def has_factsheets(attempt: Attempt) -> Verdict:
    """At least one factsheet is in it."""
    report: CopReport = attempt.subject
    if attempt.once("report.factsheets", report.factsheets.exists):
        return ALLOWED
    return refused(_("Choose at least one factsheet."))


def told_once(references: list[str]) -> str:
    """Return the sentence that no cluster stands in a report with two versions."""
    words = _("%(names)s stands in it with two versions, so its figures would count twice. Keep one of them.")
    return words % {"names": ", ".join(references[:3])}


def each_once(attempt: Attempt) -> Verdict:
    """No cluster stands in it with two versions: it would be read, and counted, twice."""
    report: CopReport = attempt.subject
    twice: list[str] = attempt.once("report.twice", report.factsheets.told_twice)
    return refused(told_once(twice)) if twice else ALLOWED


def all_are_drawn(attempt: Attempt) -> Verdict:
    """Every factsheet in it can be read already."""
    report: CopReport = attempt.subject
    undrawn = attempt.once("report.undrawn", lambda: list(report.factsheets.undrawn().values_list("reference")[:3]))
    if not undrawn:
        return ALLOWED
    names = ", ".join(row[0] for row in undrawn)
    return refused(_("The factsheet of %(names)s is still being made. Wait a minute.") % {"names": names}, "state")


def nobody_in_particular(attempt: Attempt) -> Verdict:
    """A report decides nothing, so whoever wrote it may send it."""
    return ALLOWED


def wrong_state(attempt: Attempt) -> Verdict:
    """Say why a verb does not go from where the report stands."""
    return refused(SENT, "done")
