"""Policy statements in words: lists, and one statement for one reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.choices import OutcomeKind
from clusters.tables.outcome import reach_of
from clusters.visibility import viewer
from community.access import named_members
from community.lifecycle import Offer
from community.models import Comment, Event, User
from results.choices import EvidenceKind, StatementState, UptakeKind, UptakeStep, proof_of
from results.models import AdoptedLine, LineEvidence, PolicyStatement, StatementLine, StatementVersion
from results.policy_lifecycle import STATEMENT, content_hash
from results.policy_sentences import entries_of
from results.policy_summary import (
    Key,
    bears,
    changes_since,
    evidence_now,
    evidence_since,
    lines_of,
    open_clusters,
    pieces_of,
    shape_of,
    told_of,
)
from results.querysets.policy import AdoptedLineQuerySet
from results.rules.policy import can_comment, can_discard, can_write, reads_present
from results.statement_shape import EvidenceShape, LineShape

Anybody = User | AnonymousUser

#: So many lines that rest on something stand on its page.
RESTING = 12


@dataclass(frozen=True)
class Piece:
    """A piece of evidence in words: what it is, how it stands, where it is read; `changed` since the adoption.

    `told` are sentences on the cluster and the files behind it, as they stand where the shape was taken. `is_there`
    and `has_cluster` say whether its page and that of its cluster are there for everybody.
    """

    shape: EvidenceShape
    key: int
    label: str
    standing: str
    mark: str
    changed: str = ""
    told: list[str] = field(default_factory=list)
    is_there: bool = True
    has_cluster: bool = True

    @property
    def name(self) -> str:
        """What tells it from every other piece of a list."""
        return f"{self.shape['kind']}-{self.shape['id']}"

    @property
    def reach(self) -> list[str]:
        """How many took part in an outcome, in words, where its version holds it."""
        names = ("participants_count", "organisations_count", "countries_count")
        values: dict[str, Any] = {**self.shape}
        return reach_of(*(values.get(name) for name in names))

    @property
    def day(self) -> date | None:
        """The day of the outcome, or since when it is used."""
        return date.fromisoformat(self.shape["on"]) if self.shape["on"] else None


@dataclass(frozen=True)
class Line:
    """A line with its evidence; `row` is None in an adopted version, whose `chain` is the key of its own chain.

    `gone` are the rows of what is not on record any more, or not public: they are taken away. `is_early` where the
    line is being written and rests only on uptakes that do not count.
    """

    number: int
    heading: str
    text: str
    pieces: list[Piece]
    row: StatementLine | None = None
    chain: int = 0
    gone: list[LineEvidence] = field(default_factory=list)

    @property
    def is_early(self) -> bool:
        """Whether nothing bears the line yet but uptakes below committed, stopped, or not confirmed."""
        return self.row is not None and bool(self.pieces) and not any(bears(piece.shape) for piece in self.pieces)

    @property
    def is_left(self) -> bool:
        """Whether all that bears the line came of clusters that were discontinued."""
        bearing = [piece.shape for piece in self.pieces if bears(piece.shape)]
        return bool(bearing) and all(shape.get("discontinued_on") for shape in bearing)


@dataclass
class Remark:
    """A comment for one reader, with its answers."""

    comment: Comment
    who: str
    is_mine: bool
    answers: list[Remark] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """One statement for one reader.

    `version` is the adopted version that is shown, None where the text as it is written now is shown.
    """

    statement: PolicyStatement
    title: str
    audience: str
    summary: str
    lines: list[Line]
    version: StatementVersion | None
    versions: list[StatementVersion]
    changed_count: int
    offers: list[Offer]
    may_write: bool
    why_not: str
    may_discard: bool
    entries: list[Any]
    remarks: list[Remark]
    may_comment: bool
    sees_comments: bool
    seen: str


def piece_of(shape: EvidenceShape, *, key: int = 0, changed: str = "") -> Piece:
    """Return a piece of evidence in words."""
    if shape["kind"] == EvidenceKind.OUTCOME:
        label, standing, mark = str(EvidenceKind.OUTCOME.label), str(OutcomeKind(shape["state"]).label), "outcome"
    else:
        label, step = str(EvidenceKind.UPTAKE.label), str(UptakeStep(shape["state"]).label)
        how = str(UptakeKind(shape["how"]).label).lower() if shape["how"] else ""
        standing = f"{step}, {how}" if how else step
        is_refused = shape.get("is_refused", False)
        mark = proof_of(shape["state"], is_documented=shape["is_documented"], is_refused=is_refused).value
    return Piece(shape, key, label, standing, mark, changed, told_of(shape))


def piece_under(row: LineEvidence) -> Piece | None:
    """Return what stands under a line in words, as it is today; None where it is gone or not public. Two queries."""
    key = (row.kind, row.subject_id)
    shape = evidence_now([key]).get(key)
    return piece_of(shape, key=row.pk) if shape else None


def sheet_of(statement: PolicyStatement, user: Anybody) -> Sheet:
    """Return the statement as the reader may read it: written now, or as it was adopted last."""
    versions = list(StatementVersion.objects.filter(statement=statement).order_by("-number"))
    is_adopted = statement.state == StatementState.ADOPTED
    is_present = reads_present(user, statement) and not is_adopted
    version = versions[0] if versions and not is_present else None
    now_there = evidence_since(version.snapshot) if version else {}
    changes = changes_since(version.snapshot, now_there) if version else {}
    lines = frozen_lines(version, changes, now_there) if version else _written_lines(statement)
    snapshot: Any = version.snapshot if version else None
    now, writes = timezone.now(), can_write(user, statement)
    reads_all = reads_present(user, statement) and bool(viewer(user, timezone.localdate()).member_id)
    sees_comments = viewer(user, timezone.localdate()).is_cop and reads_all
    return Sheet(
        statement=statement,
        title=snapshot["title"] if snapshot else statement.title,
        audience=snapshot["audience"] if snapshot else statement.audience,
        summary=snapshot["summary"] if snapshot else statement.summary,
        lines=lines,
        version=version,
        versions=versions,
        changed_count=len(changes),
        offers=STATEMENT.offers(statement, by=user, at=now) if isinstance(user, User) else [],
        may_write=bool(writes),
        why_not=str(writes.reason) if writes.code == "state" else "",
        may_discard=bool(can_discard(user, statement)),
        entries=entries_of(Event.objects.about(statement).for_sentences(), reads_all=reads_all),
        remarks=_remarks(statement, user) if sees_comments else [],
        may_comment=bool(can_comment(user, statement)),
        sees_comments=sees_comments,
        seen=content_hash(statement),
    )


def frozen_lines(
    version: StatementVersion, changes: Mapping[Key, str], there: Mapping[Key, EvidenceShape]
) -> list[Line]:
    """Return the lines of an adopted version, with what has changed since beside each piece; one or two queries.

    What is not `there` any more leads nowhere.
    """
    lines: list[LineShape] = version.snapshot["lines"]
    chains = dict(version.lines.values_list("number", "pk"))
    gone = [piece for key, piece in pieces_of(version.snapshot).items() if key not in there]
    clusters = open_clusters(piece["cluster"] for piece in gone)

    def frozen(shape: EvidenceShape) -> Piece:
        key = (shape["kind"], shape["id"])
        piece = piece_of(shape, changed=changes.get(key, ""))
        if key in there:
            return piece
        return replace(piece, is_there=False, has_cluster=shape["cluster"] in clusters)

    return [
        Line(
            line["number"],
            line["heading"],
            line["text"],
            [frozen(one) for one in line["evidence"]],
            chain=chains.get(line["number"], 0),
        )
        for line in lines
    ]


def _written_lines(statement: PolicyStatement) -> list[Line]:
    rows = lines_of(statement)
    found = []
    for row, shape in zip(rows, shape_of(rows), strict=True):
        known = {(one.kind, one.subject_id): one for one in row.evidence.all()}
        pieces = [piece_of(one, key=known.pop((one["kind"], one["id"])).pk) for one in shape["evidence"]]
        found.append(Line(shape["number"], shape["heading"], shape["text"], pieces, row, gone=list(known.values())))
    return found


def _remarks(statement: PolicyStatement, user: Anybody) -> list[Remark]:
    """Return the comments, oldest first, each with its answers; others are named with their consent."""
    rows = Comment.objects.filter(kind="statement", subject_id=statement.pk).select_related("by__member")
    found = list(rows.order_by("created_at", "pk"))
    named = named_members(user, [row.by.member.pk for row in found if row.by.member is not None])
    threads: dict[int, Remark] = {}
    for row in found:
        member, is_mine = row.by.member, row.by_id == user.pk
        who = _("You") if is_mine else member.name if member is not None and member.pk in named else _("A member")
        remark = Remark(row, who, is_mine)
        if row.reply_to_id is None:
            threads[row.pk] = remark
        elif row.reply_to_id in threads:
            threads[row.reply_to_id].answers.append(remark)
    return [one for one in threads.values() if one.comment.text or one.answers]


@dataclass(frozen=True)
class Listed:
    """One statement of a list: as everybody reads it, or with how the next version stands for who may know."""

    statement: PolicyStatement
    title: str
    audience: str
    number: int
    adopted_at: Any
    shows_state: bool
    is_withdrawn: bool


def listed(statements: Iterable[PolicyStatement], user: Anybody) -> list[Listed]:
    """Return the lines of a list; one query for all versions."""
    rows = list(statements)
    newest = {one.statement_id: one for one in StatementVersion.objects.newest_of([row.pk for row in rows])}
    found = []
    for row in rows:
        version, is_present = newest.get(row.pk), reads_present(user, row)
        title = row.title if is_present or version is None else version.snapshot["title"]
        audience = row.audience if is_present or version is None else version.snapshot["audience"]
        number, at = (version.number, version.adopted_at) if version else (0, None)
        shows_state = row.state == StatementState.WITHDRAWN and not row.is_withdrawn
        shows_state = shows_state or (is_present and row.state != StatementState.WITHDRAWN)
        found.append(Listed(row, title, audience, number, at, shows_state, row.is_withdrawn))
    return found


def resting_on(kind: str, ids: Iterable[int]) -> list[AdoptedLine]:
    """Return the adopted lines that stand and rest on these subjects, for their pages; two queries."""
    return resting_on_some({kind: ids})


def resting_on_some(subjects: Mapping[str, Iterable[int]]) -> list[AdoptedLine]:
    """Return the adopted lines that stand and rest on some of these subjects, by kind; two queries.

    The text that is written now is read on the statement's own page.
    """
    return list(lines_resting_on(subjects).for_page()[:RESTING])


def lines_resting_on(subjects: Mapping[str, Iterable[int]]) -> AdoptedLineQuerySet:
    """Return all adopted lines that stand and rest on some of these subjects, by kind."""
    rows = AdoptedLine.objects.standing()
    found = rows.none()
    for kind, ids in subjects.items():
        found = found | rows.resting_on(kind, ids)
    return found
