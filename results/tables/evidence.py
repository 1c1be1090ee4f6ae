"""Evidence in lists that page: what may stand under a line, lines that rest on nothing, and what no line rests on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.utils.translation import gettext as _

from community.folding import fold
from community.tables import page_of
from community.validators import is_key
from results.choices import EvidenceKind
from results.models import PolicyStatement, StatementLine
from results.policy_summary import (
    bare_of,
    bears,
    of_outcome,
    of_uptake,
    outcomes_for_shape,
    public_outcomes,
    public_uptakes,
    unused_evidence,
    uptakes_for_shape,
    with_evidence,
)
from results.tables.policy import Piece, piece_of

#: So many rows stand on a page of each list.
SHOWN: Final = 25
#: What the address calls the list of lines that rest on nothing.
LINES: Final = "line"


@dataclass(frozen=True)
class Portion:
    """A page of one list; `code` names the list in the address.

    `is_alone` where the address asks for this list: then it pages. Where lists stand side by side, each shows its
    first page and how many `more` there are.
    """

    code: str
    label: str
    rows: list[Any]
    page: Page[Any]
    is_alone: bool

    @property
    def count(self) -> int:
        """How many the list holds."""
        return self.page.paginator.count

    @property
    def more(self) -> int:
        """How many are not shown, of a list that does not page here."""
        return 0 if self.is_alone else self.count - len(self.rows)


@dataclass(frozen=True)
class Bare:
    """A line that is being written and rests on nothing that counts, with its statement."""

    statement: PolicyStatement
    line: StatementLine


@dataclass(frozen=True)
class OnRecord:
    """An outcome or uptake that everybody reads, with the working group of its cluster; whether it `bears` a line."""

    piece: Piece
    group_id: int | None
    bears: bool


@dataclass(frozen=True)
class Place:
    """A statement that is being written: its numbered lines that do not have something under them yet, and those."""

    statement: PolicyStatement
    free: list[tuple[int, StatementLine]]
    holding: list[tuple[int, StatementLine]]

    @property
    def name(self) -> str:
        """Group and title of the statement."""
        return f"{self.statement.working_group.code} · {self.statement.title}"


def on_record(kind: str, pk: int) -> OnRecord | None:
    """Return the outcome or uptake of an address, None where there is none that everybody reads; one query."""
    if kind not in EvidenceKind.values or not is_key(pk):
        return None
    is_outcome = kind == EvidenceKind.OUTCOME
    row: Any = (public_outcomes() if is_outcome else public_uptakes()).filter(pk=pk).first()
    if row is None:
        return None
    shape = of_outcome(row) if is_outcome else of_uptake(row)
    return OnRecord(piece_of(shape), row.cluster.working_group_id, bears(shape))


def places_for(found: OnRecord, statements: Iterable[PolicyStatement]) -> list[Place]:
    """Return the statements with the lines under which something may be put, its own working group first; two queries.

    Args:
        found: what is to be put under one.
        statements: those that the reader writes.
    """
    rows = sorted(statements, key=lambda row: (row.working_group_id != found.group_id, row.working_group.code, row.pk))
    key = (found.piece.shape["kind"], found.piece.shape["id"])
    places = {row.pk: Place(row, [], []) for row in rows}
    numbers = dict.fromkeys(places, 0)
    for line in with_evidence(StatementLine.objects.filter(statement__in=rows)):
        place = places[line.statement_id]
        numbers[line.statement_id] += 1
        line.statement = place.statement
        has_it = any((one.kind, one.subject_id) == key for one in line.evidence.all())
        (place.holding if has_it else place.free).append((numbers[line.statement_id], line))
    return list(places.values())


def offered(
    line: StatementLine, *, words: str, everywhere: bool, kind: str = "", number: str | None = None
) -> list[Portion]:
    """Return uptakes and outcomes to put under a line: of its working group's clusters, or of all.

    What its organisation does not confirm is not offered.

    Words are looked for in the titles of outcomes, solutions, organisations and clusters, without case and accents.
    Three queries for each kind, and one for what stands under the line.

    Args:
        line: what stands under it already is left out.
        words: all of them are wanted.
        everywhere: look beyond the clusters of the statement's working group.
        kind: of `EvidenceKind`, for that list alone; "" for the first page of both.
        number: the page of that list.
    """
    outcomes, uptakes = public_outcomes(), public_uptakes().unrefused()
    if not everywhere:
        group = line.statement.working_group_id
        outcomes, uptakes = (rows.filter(cluster__working_group=group) for rows in (outcomes, uptakes))
    for word in fold(words).split():
        in_cluster = Q(cluster__search_text__contains=word)
        outcomes = outcomes.filter(Q(title__icontains=word) | in_cluster)
        uptakes = uptakes.filter(
            Q(solution__search_text__contains=word) | Q(organisation__name_key__contains=word) | in_cluster
        )
    there = list(line.evidence.values_list("kind", "subject_id"))
    used = {known: [pk for one, pk in there if one == known] for known in EvidenceKind.values}
    outcomes = outcomes.exclude(pk__in=used[EvidenceKind.OUTCOME]).order_by("-reached_on", "-pk")
    uptakes = uptakes.exclude(pk__in=used[EvidenceKind.UPTAKE]).in_order()
    portions = (_uptakes(_("Uptakes"), uptakes, kind, number), _outcomes(_("Outcomes"), outcomes, kind, number))
    return [one for one in portions if one is not None]


def evidence_lists(
    statements: Iterable[PolicyStatement], group_ids: list[int], *, kind: str = "", number: str | None = None
) -> list[Portion]:
    """Return lines without evidence, and outcomes and uptakes of the groups that no line rests on.

    Args:
        statements: those that are being written.
        group_ids: the working groups of the reader.
        kind: of `EvidenceKind` or `LINES`, for that list alone; "" for the first page of each.
        number: the page of that list.
    """
    outcomes, uptakes = unused_evidence(group_ids)
    portions = (
        _bare(list(statements), kind, number),
        _outcomes(_("Outcomes meant for a statement that no line rests on"), outcomes, kind, number),
        _uptakes(_("Uptakes in use that no line rests on"), uptakes, kind, number),
    )
    return [one for one in portions if one is not None]


def _bare(statements: list[PolicyStatement], kind: str, number: str | None) -> Portion | None:
    if kind not in ("", LINES):
        return None
    lines = bare_of(statements)
    rows = [Bare(statement, line) for statement in statements for line in lines.get(statement.pk, ())]
    page = Paginator(rows, SHOWN).get_page(number if kind else 1)
    return Portion(LINES, _("Lines without evidence"), list(page), page, bool(kind))


def _outcomes(label: str, rows: Any, kind: str, number: str | None) -> Portion | None:
    if kind not in ("", EvidenceKind.OUTCOME):
        return None
    page = page_of(rows, number if kind else None, fetch=outcomes_for_shape, per_page=SHOWN)
    pieces = [piece_of(of_outcome(row)) for row in page]
    return Portion(EvidenceKind.OUTCOME.value, label, pieces, page, bool(kind))


def _uptakes(label: str, rows: Any, kind: str, number: str | None) -> Portion | None:
    if kind not in ("", EvidenceKind.UPTAKE):
        return None
    page = page_of(rows, number if kind else None, fetch=uptakes_for_shape, per_page=SHOWN)
    pieces = [piece_of(of_uptake(row)) for row in page]
    return Portion(EvidenceKind.UPTAKE.value, label, pieces, page, bool(kind))
