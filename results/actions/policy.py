"""Policy statements: begun, written line by line, put on evidence, discussed, and carried through their life.

Whoever saves something wrote in it, and does not adopt it. What is written before a statement was first opened for
discussion leaves no event: its history begins there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import check_fields, differences, known_only, stale
from community import events
from community.actions.transition import transition
from community.lifecycle import GONE
from community.models import User, WorkingGroup
from community.permissions import Refusal
from results.choices import EvidenceKind, StatementState
from results.models import LineEvidence, PolicyStatement, StatementLine
from results.policy_summary import evidence_now
from results.rules.policy import can_discard, can_write, statement_capacities

FIELDS = ("title", "audience", "summary", "language")
LINE_FIELDS = ("heading", "text")
MOST_LINES, MOST_EVIDENCE = 60, 20


@transaction.atomic
def begin_statement(
    *, working_group: WorkingGroup, by: User, at: datetime | None = None, **values: Any
) -> PolicyStatement:
    """Begin a statement of a working group as a draft that only its coordinators read.

    Raises:
        Refusal: the person does not coordinate the group, or the title is missing.
    """
    at = at or timezone.now()
    row = PolicyStatement(working_group=working_group, state_since=at, **known_only(values, FIELDS))
    if not (verdict := can_write(by, row)):
        raise Refusal.of(verdict)
    check_fields(row, leave_out=("working_group",))
    row.save(force_insert=True)
    if by.member is not None:
        row.writers.add(by.member)
    return row


@transaction.atomic
def update_statement(
    *, statement: PolicyStatement, by: User, seen_version: int, at: datetime | None = None, **values: Any
) -> PolicyStatement:
    """Change title, audience, summary or language. A no-op when they all stand there already.

    Raises:
        Refusal: stale, when somebody saved it after `seen_version`; or the person may not.
    """
    row = _locked(statement, by=by)
    given = known_only(values, FIELDS)
    before = {name: getattr(row, name) for name in given}
    if before == given:
        return row
    _seen(row, seen_version, by=by, at=at)
    for name, value in given.items():
        setattr(row, name, value)
    check_fields(row, leave_out=("working_group",))
    return _written(row, by=by, at=at, fields=tuple(given), changes=differences(before, given))


@transaction.atomic
def add_line(*, statement: PolicyStatement, by: User, at: datetime | None = None, **values: Any) -> StatementLine:
    """Add a line at the end. The same words as the last line again are a no-op that returns it.

    Raises:
        Refusal: the person may not, nothing is written, or the statement is full.
    """
    row = _locked(statement, by=by)
    last = row.lines.order_by("-position", "-pk").first()
    line = StatementLine(statement=row, **known_only(values, LINE_FIELDS))
    if last is not None and (last.heading, last.text) == (line.heading, line.text):
        return last
    if row.lines.count() >= MOST_LINES:
        raise Refusal(_("A statement holds at most %(most)d lines.") % {"most": MOST_LINES})
    line.position = (row.lines.aggregate(last=Max("position"))["last"] or 0) + 1
    check_fields(line, leave_out=("statement",))
    line.save(force_insert=True)
    _written(row, by=by, at=at, what="line_added", text=line.text)
    return line


@transaction.atomic
def update_line(
    *, line: StatementLine, by: User, seen_version: int, at: datetime | None = None, **values: Any
) -> StatementLine:
    """Change the words of a line. A no-op when they stand there already.

    Raises:
        Refusal: as `update_statement`, or the line is gone.
    """
    row, there = _locked_line(line, by=by)
    given = known_only(values, LINE_FIELDS)
    before = {name: getattr(there, name) for name in given}
    if before == given:
        return there
    _seen(row, seen_version, by=by, at=at)
    for name, value in given.items():
        setattr(there, name, value)
    check_fields(there, leave_out=("statement",))
    there.save(update_fields=[*given])
    _written(row, by=by, at=at, what="line_changed", changes=differences(before, given))
    return there


@transaction.atomic
def move_line(*, line: StatementLine, by: User, up: bool, at: datetime | None = None) -> None:
    """Move a line one place up or down. A no-op at the end of the list.

    Raises:
        Refusal: the person may not, or the line is gone.
    """
    row, there = _locked_line(line, by=by)
    order = list(row.lines.order_by("position", "pk"))
    place = next(number for number, one in enumerate(order) if one.pk == there.pk)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(order):
        return
    order[place], order[other] = order[other], order[place]
    for number, one in enumerate(order, 1):
        one.position = number
    StatementLine.objects.bulk_update(order, ["position"])
    _written(row, by=by, at=at, what="line_moved", text=there.text)


@transaction.atomic
def remove_line(*, line: StatementLine, by: User, at: datetime | None = None) -> None:
    """Take a line out with what stands under it. A no-op when it is gone.

    Raises:
        Refusal: the person may not.
    """
    row = _locked(line.statement, by=by)
    there = row.lines.filter(pk=line.pk).first()
    if there is None:
        return
    words = there.text
    there.delete()
    _written(row, by=by, at=at, what="line_removed", text=words)


@transaction.atomic
def put_under(
    *, line: StatementLine, by: User, kind: str, subject_id: int, shows: str = "", at: datetime | None = None
) -> LineEvidence:
    """Put an outcome or an uptake under a line. What stands there already is a no-op that returns it.

    Raises:
        Refusal: the person may not; it stands there already and shows something else; it is not on record, or not
            public: everybody who reads the line reads its evidence.
    """
    at = at or timezone.now()
    row, there = _locked_line(line, by=by)
    known = there.evidence.filter(kind=kind, subject_id=subject_id).first()
    if known is not None and shows in ("", known.shows):
        return known
    if known is not None:
        raise Refusal(_("It stands under the line already. What it shows there is changed on the statement's page."))
    if kind not in EvidenceKind.values or (kind, subject_id) not in evidence_now([(kind, subject_id)]):
        raise Refusal(_("This is not on record, or not public: choose something that every reader may read."), "state")
    if there.evidence.count() >= MOST_EVIDENCE:
        raise Refusal(_("A line rests on at most %(most)d things.") % {"most": MOST_EVIDENCE})
    piece = LineEvidence(line=there, kind=kind, subject_id=subject_id, shows=shows, added_by=by.member, added_at=at)
    check_fields(piece, leave_out=("line", "added_by"))
    piece.save(force_insert=True)
    _written(row, by=by, at=at, what="evidence_added", data={"kind": kind, "subject": subject_id}, text=there.text)
    return piece


@transaction.atomic
def update_shows(
    *, piece: LineEvidence, by: User, seen_version: int, shows: str, at: datetime | None = None
) -> LineEvidence:
    """Say anew what a piece of evidence shows under its line. A no-op when that stands there already.

    Raises:
        Refusal: stale, when somebody saved the statement after `seen_version`; the person may not, or it is gone.
    """
    row, there = _locked_line(piece.line, by=by)
    known = there.evidence.filter(pk=piece.pk).first()
    if known is None:
        raise Refusal(_("This does not stand under the line any more."), "state")
    if known.shows == shows:
        return known
    _seen(row, seen_version, by=by, at=at)
    changes = differences({"shows": known.shows}, {"shows": shows})
    known.shows = shows
    check_fields(known, leave_out=("line", "added_by"))
    known.save(update_fields=["shows"])
    data = {"kind": known.kind, "subject": known.subject_id}
    _written(row, by=by, at=at, what="evidence_changed", data=data, changes=changes, text=there.text)
    return known


@transaction.atomic
def take_from_under(*, piece: LineEvidence, by: User, at: datetime | None = None) -> None:
    """Take a piece of evidence from under its line. A no-op when it is gone.

    Raises:
        Refusal: the person may not.
    """
    row, there = _locked_line(piece.line, by=by)
    known = there.evidence.filter(pk=piece.pk).first()
    if known is None:
        return
    data = {"kind": known.kind, "subject": known.subject_id}
    known.delete()
    _written(row, by=by, at=at, what="evidence_removed", data=data, text=there.text)


@transaction.atomic
def discard_statement(*, statement: PolicyStatement, by: User) -> None:
    """Throw a draft away that was never opened: it is really deleted. A no-op when it is gone.

    Raises:
        Refusal: the person may not, or it was opened or adopted once.
    """
    row = PolicyStatement.objects.select_for_update().filter(pk=statement.pk).first()
    if row is None:
        return
    if not (verdict := can_discard(by, row)):
        raise Refusal.of(verdict)
    row.delete()


def act(
    *, statement: PolicyStatement, verb: str, by: User, seen: str | None = None, reason: str = "", **details: Any
) -> PolicyStatement:
    """Do a verb of a statement's life (`results.policy_lifecycle`).

    Raises:
        Refusal: as `transition`.
    """
    return transition(statement, verb, by=by, seen=seen, reason=reason, **details)


def _locked(statement: PolicyStatement, *, by: User) -> PolicyStatement:
    """Return the statement as it is now, its row locked, for somebody who writes in it.

    Raises:
        Refusal: the person may not, or it is gone.
    """
    row = PolicyStatement.objects.select_for_update(of=("self",)).select_related("working_group")
    found = row.filter(pk=statement.pk).first()
    if found is None:
        raise Refusal(GONE, "state")
    if not (verdict := can_write(by, found)):
        raise Refusal.of(verdict)
    return found


def _locked_line(line: StatementLine, *, by: User) -> tuple[PolicyStatement, StatementLine]:
    row = _locked(line.statement, by=by)
    there = row.lines.filter(pk=line.pk).first()
    if there is None:
        raise Refusal(_("This line is not there any more."), "state")
    return row, there


def _seen(row: PolicyStatement, seen_version: int, *, by: User, at: datetime | None) -> None:
    if row.version != seen_version:
        raise stale(row, _("this statement"), by=by, at=at or timezone.now())


def _written(
    row: PolicyStatement,
    *,
    by: User,
    at: datetime | None,
    fields: tuple[str, ...] = (),
    what: str = "changed",
    data: Mapping[str, Any] | None = None,
    **detail: Any,
) -> PolicyStatement:
    """Raise the version, note who wrote, and leave one event once the statement was opened."""
    row.version += 1
    row.save(update_fields=[*fields, "version", "updated_at"])
    if by.member is not None:
        row.writers.add(by.member)
    if row.reference is None and row.state == StatementState.DRAFT:
        return row
    held = statement_capacities(by, row, timezone.localdate(at))
    words = {name: value for name, value in detail.items() if value}
    events.record(
        verb=f"statement.{what}",
        subject=row,
        by=by,
        at=at,
        role=next(iter(sorted(held)), ""),
        data={"version": row.version, **(data or {})},
        detail=words or None,
    )
    return row
