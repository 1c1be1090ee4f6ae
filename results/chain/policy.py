"""Lines of policy statements as links of a chain: what is adopted, and what the reader reads while it is written."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.visibility import viewer
from results.choices import EvidenceKind, StatementState
from results.contributions import LinkKind, Node, Refs
from results.models import LineEvidence, StatementLine

#: So many signs of a line without a heading stand as its title.
TITLE = 90


def readable(user: Any) -> QuerySet[StatementLine]:
    """Return the lines that a reader reads as they are written now.

    Everybody reads those of adopted statements; the community also what is discussed; coordinators of the group,
    those of the mission and administrators all. While a next version is written, the lines of the adopted one are read
    on the statement's page alone.
    """
    who = viewer(user, timezone.localdate())
    rows = StatementLine.objects.select_related("statement__working_group").prefetch_related("evidence")
    if who.is_mission or who.is_administrator:
        return rows
    seen = Q(statement__state=StatementState.ADOPTED)
    if who.is_cop:
        seen |= Q(statement__state=StatementState.DISCUSSED)
    if who.group_ids:
        seen |= Q(statement__working_group__in=who.group_ids)
    return rows.filter(seen)


def _lines(user: Any, keys: Collection[int]) -> Sequence[Node]:
    return [_line(row) for row in readable(user).filter(pk__in=keys)]


def _lines_resting_on(user: Any, refs: Refs, most: int) -> Sequence[Node]:
    pieces = Q(pk__in=[])
    for kind in EvidenceKind.values:
        pieces |= Q(kind=kind, subject_id__in=refs.get(kind, ()))
    lines = LineEvidence.objects.filter(pieces).values("line")
    return [_line(row) for row in readable(user).filter(pk__in=lines).order_by("-pk")[:most]]


def _line(row: StatementLine) -> Node:
    statement = row.statement
    is_adopted = statement.state == StatementState.ADOPTED
    since = statement.state_since if is_adopted and statement.state_since else statement.created_at
    return Node(
        "statement_line",
        row.pk,
        row.heading or str(Truncator(row.text).chars(TITLE)),
        f"{reverse('results:statement', args=[statement.pk])}#line-{row.pk}",
        on=timezone.localdate(since),
        over=_("%(state)s · line of “%(title)s”") % {"state": statement.get_state_display(), "title": statement.title},
        where=statement.working_group.code,
        said=row.text if row.heading else "",
        rests_on=[(piece.kind, piece.subject_id) for piece in row.evidence.all()],
    )


LINE = LinkKind(
    "statement_line",
    gettext_lazy("Policy line"),
    gettext_lazy("Policy lines"),
    60,
    "policy",
    "fig",
    "policy",
    _lines,
    _lines_resting_on,
)
