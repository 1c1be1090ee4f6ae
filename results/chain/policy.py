"""Lines of adopted policy statements as links of a chain: its end, resting on outcomes and uptakes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from results.choices import EvidenceKind
from results.contributions import LinkKind, Node, Refs
from results.models import AdoptedLine


def _lines(user: Any, keys: Collection[int]) -> Sequence[Node]:
    """Return adopted lines of any version: an address that was cited keeps its meaning."""
    return [_line(row) for row in AdoptedLine.objects.visible_to(user).filter(pk__in=keys).for_page()]


def _resting_on(user: Any, refs: Refs, most: int) -> Sequence[Node]:
    """Return the lines that stand today and rest on some of these outcomes and uptakes."""
    rows = AdoptedLine.objects.visible_to(user).standing()
    found = rows.none()
    for kind in EvidenceKind.values:
        if keys := refs.get(kind):
            found = found | rows.resting_on(kind, keys)
    return [_line(row) for row in found.for_page()[:most]]


def _line(row: AdoptedLine) -> Node:
    version = row.version
    statement = version.statement
    group = statement.working_group
    audience = version.snapshot["audience"]
    return Node(
        "statement_line",
        row.pk,
        row.heading or str(Truncator(row.text).chars(120)),
        f"{reverse('results:statement', args=[statement.pk])}#adopted-{row.pk}",
        on=timezone.localdate(version.adopted_at),
        over=_("%(reference)s, version %(number)d, line %(line)d")
        % {"reference": statement.reference, "number": version.number, "line": row.number},
        who=f"{group.code} {group.title}",
        where=_("For: %(audience)s") % {"audience": audience} if audience else "",
        said=row.text,
        rests_on=[(piece.kind, piece.subject_id) for piece in row.evidence.all()],
        agents=(f"{group.code} {group.title}",),
    )


LINE = LinkKind(
    "statement_line",
    gettext_lazy("Policy line"),
    gettext_lazy("Policy lines"),
    60,
    "policy",
    "fig",
    "approved",
    _lines,
    _resting_on,
)
