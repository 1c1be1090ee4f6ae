"""Lines of adopted policy statements as links of a chain: its end, resting on outcomes and uptakes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from results.choices import EvidenceKind
from results.contributions import Agent, LinkKind, Node, Ref, Refs
from results.models import AdoptedLine, StatementVersion


def _lines(user: Any, keys: Collection[int]) -> Sequence[Node]:
    """Return adopted lines of any version: an address that was cited keeps its meaning."""
    return [_line(row) for row in AdoptedLine.objects.visible_to(user).filter(pk__in=keys).for_chain()]


def _resting_on(user: Any, refs: Refs, most: int) -> Sequence[Node]:
    """Return the lines that stand today and rest on some of these outcomes and uptakes."""
    rows = AdoptedLine.objects.visible_to(user).standing()
    found = rows.none()
    for kind in EvidenceKind.values:
        if keys := refs.get(kind):
            found = found | rows.resting_on(kind, keys)
    return [_line(row) for row in found.for_chain()[:most]]


def _line(row: AdoptedLine) -> Node:
    version = row.version
    statement = version.statement
    group = statement.working_group
    audience = version.snapshot["audience"]
    gone = _gone(version)
    return Node(
        "statement_line",
        row.pk,
        row.heading or str(Truncator(row.text).chars(120)),
        _address(row, is_gone=bool(gone)),
        on=timezone.localdate(version.adopted_at),
        over=_("%(reference)s, version %(number)d, line %(line)d")
        % {"reference": statement.reference, "number": version.number, "line": row.number},
        who=f"{group.code} {group.title}",
        where=_("For: %(audience)s") % {"audience": audience} if audience else "",
        said=row.text,
        rests_on=_rests_on(row),
        agents=(Agent("working_group", group.pk, f"{group.code} {group.title}"),),
        gone=gone,
    )


def _rests_on(row: AdoptedLine) -> list[Ref]:
    """Return what a line rests on, from what its version froze: the same as its rows of evidence, without a query."""
    lines = row.version.snapshot["lines"]
    return [
        (piece["kind"], piece["id"]) for line in lines if line["number"] == row.number for piece in line["evidence"]
    ]


def _gone(version: StatementVersion) -> str:
    """Say that a version was withdrawn or superseded; "" where it stands."""
    statement = version.statement
    found = [_("Withdrawn")] if statement.withdrew(version.number) else []
    if version.number < statement.adopted_version and not statement.is_withdrawn:
        found.append(_("superseded by version %(number)d") % {"number": statement.adopted_version})
    return str(capfirst(", ".join(found)))


def _address(row: AdoptedLine, *, is_gone: bool) -> str:
    """Return where a line is read: on the page of its statement, or, when it stands no more, in the issued document."""
    version = row.version
    if is_gone:
        try:
            language = version.snapshot["language"]
            return reverse("factsheets:statement", args=[version.statement_id, version.number, language])
        except NoReverseMatch:
            return reverse("results:statement", args=[version.statement_id])
    return f"{reverse('results:statement', args=[version.statement_id])}#adopted-{row.pk}"


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
