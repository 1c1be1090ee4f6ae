"""What policy statements add to pages and chores that the apps below draw and run; called by `apps.py`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters import contributions as of_clusters
from clusters.choices import PUBLIC_STATES, Capacity
from clusters.models import Cluster, Outcome
from clusters.visibility import viewer
from community import contributions, kinds
from community.contributions import DeskItem, NavigationEntry, PageSection, PersonalRecords
from community.models import Member, User
from results.choices import EvidenceKind, StatementState
from results.models import AdoptedLine, LineEvidence, PeerReview, PolicyStatement, Uptake
from results.notifications.policy import TOPICS
from results.notifications.statement_silences import waiting_statements
from results.tables.policy import lines_resting_on, listed

#: At most so many stand on the desk, or in the section of another noun's page.
MOST, SHOWN = 20, 12
#: Within so many days somebody adopts what was discussed, or says what is missing.
ADOPT_DAYS = 14


def register() -> None:
    """Register the kinds, the menu, desk items, sections of pages, mails and personal records."""
    kinds.register(
        kinds.Kind(
            "statement", "results.PolicyStatement", gettext_lazy("Policy statement"), "results:statement", is_told=True
        )
    )
    kinds.register(
        kinds.Kind(
            "statement_line",
            "results.AdoptedLine",
            gettext_lazy("Line of a policy statement"),
            "results:statement",
            lambda line: {"pk": line.version.statement_id},
        )
    )
    contributions.navigation.register(
        "policy", NavigationEntry(gettext_lazy("Policy"), "results:statements", order=45, prefixes=("/policy/",))
    )
    contributions.desk_items.register("results.statements", items)
    contributions.silences.register("results.statements", waiting_statements)
    of_clusters.outcome_uses.register("results.statements", _keeps_outcome)
    contributions.events_of_groups.register("results.statements", _events_of_group)
    for code, topic in TOPICS.items():
        contributions.mail_topics.register(code, topic)
    contributions.page_sections.register(
        "results.statements.group", PageSection("working_group", "results/policy/section.html", _of_group, order=120)
    )
    contributions.page_sections.register(
        "results.statements.solution", PageSection("solution", "results/policy/section.html", _of_solution, order=120)
    )
    contributions.personal_records.register(
        "results.statements",
        PersonalRecords(
            gettext_lazy("Policy statements in which you wrote"),
            lambda member: PolicyStatement.objects.filter(writers=member),
            lambda row: {"statement": row.title},
            erase=_erase,
        ),
    )


def items(user: User, on: date) -> Iterable[DeskItem]:
    """Yield the statements under discussion that `user` may adopt, once comments are in; one query for coordinators."""
    who = viewer(user, on)
    if who.member_id is None or not who.is_coordinator:
        return
    rows = PolicyStatement.objects.in_state(StatementState.DISCUSSED).not_written_by(who.member_id).for_list()
    if not who.is_mission:
        rows = rows.of_groups(who.group_ids)
    for row in rows.order_by("state_since", "pk")[:MOST]:
        if row.comments_until is not None and row.comments_until >= on:
            continue
        opened = timezone.localdate(row.state_since) if row.state_since else on
        yield DeskItem(
            verb=_("Adopt, or say what is missing"),
            title=row.title,
            why=_("A policy statement of %(group)s that you did not write in.") % {"group": row.working_group.code},
            url=reverse("results:statement", args=[row.pk]),
            since=row.state_since,
            due=(row.comments_until or opened) + timedelta(days=ADOPT_DAYS),
        )


def _of_group(request: HttpRequest, group: Any) -> dict[str, Any] | None:
    """Return the statements of a working group that the reader may know of."""
    rows = PolicyStatement.objects.visible_to(request.user).of_group(group).for_list()[:SHOWN]
    found = listed(rows, request.user)
    return {"statements": found} if found else None


def _of_solution(request: HttpRequest, solution: Any) -> dict[str, Any] | None:
    """Return the adopted lines that rest on a solution, and apart those of clusters that work with it.

    A line rests on it as in its chain: through an uptake of it, or an outcome that counts as a peer review of it, of
    those that the reader may see.
    """
    clusters = Cluster.objects.visible_to(request.user).order_by()
    reviews = PeerReview.objects.shown_to(request.user).filter(solution=solution, outcome__cluster__in=clusters)
    reviewed_as = reviews.order_by().values_list("outcome", flat=True)
    uptakes = Uptake.objects.visible_to(request.user).filter(Q(solution=solution) | Q(outcome__in=reviewed_as))
    keys = uptakes.order_by().values_list("pk", flat=True)
    resting = lines_resting_on({EvidenceKind.UPTAKE: keys, EvidenceKind.OUTCOME: reviewed_as})
    outcomes = Outcome.objects.filter(cluster__solutions=solution, cluster__state__in=sorted(PUBLIC_STATES))
    near = lines_resting_on({EvidenceKind.OUTCOME: outcomes.order_by().values_list("pk", flat=True)})
    every = "all_lines" in request.GET
    found, more = _some(resting, every)
    # By keys: one query within the other is deeper than SQLite reads.
    known = resting.order_by().values_list("pk", flat=True) if more else [line.pk for line in found]
    besides, more_besides = _some(near.exclude(pk__in=list(known)), every)
    if not found and not besides:
        return None
    return {"resting": found, "more": more, "nearby": besides, "more_nearby": more_besides}


def _some(lines: Any, every: bool) -> tuple[list[AdoptedLine], int]:
    """Return the first lines, or every one, and how many more there are; asks for the number only where some are."""
    rows = list(lines.for_page()[: None if every else SHOWN + 1])
    if every or len(rows) <= SHOWN:
        return rows, 0
    return rows[:SHOWN], lines.count() - SHOWN


def _keeps_outcome(outcome_id: int) -> str:
    """Say that a line of a written or adopted statement rests on an outcome; "" where none does."""
    written = LineEvidence.objects.about(EvidenceKind.OUTCOME, [outcome_id]).in_use()
    if not written.exists() and not AdoptedLine.objects.standing().resting_on(EvidenceKind.OUTCOME, [outcome_id]):
        return ""
    return _("A line of a policy statement rests on this outcome, so it stays.")


def _events_of_group(group: int | None) -> Q:
    """Return the condition that an event is about a statement of a group; of the mission clusters say it for both."""
    written = PolicyStatement.objects.order_by().filter(working_group=group).values("pk")
    return Q(kind="statement", subject_id__in=written) & ~Q(role=Capacity.MISSION_COORDINATOR)


def _erase(member: Member) -> int:
    """Take an erased person out of those who wrote; the statements stay."""
    return int(PolicyStatement.writers.through._default_manager.filter(member=member).delete()[0])
