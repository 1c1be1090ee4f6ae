"""What the verbs of a policy statement do beside changing its state: one function a code of its life cycle.

All run inside the transaction of `community.actions.transition`, the statement's row locked.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from community.actions.transition import effect, tells
from community.lifecycle import Attempt
from community.permissions import Refusal
from results.models import (
    AdoptedEvidence,
    AdoptedLine,
    LineEvidence,
    PolicyStatement,
    StatementLine,
    StatementVersion,
)
from results.notifications import policy as mails
from results.policy_summary import snapshot_of
from results.statement_shape import HEAD, StatementSnapshot


@effect("name_statement")
def name_statement(attempt: Attempt) -> None:
    """Give the reference at the first opening, such as `M4N-PS-2026-07`: it is never given twice."""
    statement: PolicyStatement = attempt.subject
    if statement.reference is None:
        attempt.set(reference=f"M4N-PS-{attempt.on.year}-{statement.pk:02d}")


@effect("ask_statement_comments")
def ask_statement_comments(attempt: Attempt) -> None:
    """Note until when comments are asked for.

    Raises:
        Refusal: the day is past.
    """
    until = attempt.details.get("comments_until")
    if until is not None and until < attempt.on:
        raise Refusal(_("Choose a day from today on."))
    attempt.set(comments_until=until)
    attempt.facts["comments_until"] = until.isoformat() if until else None


@effect("take_statement_version")
def take_statement_version(attempt: Attempt) -> None:
    """Freeze the next version, its evidence with the state of the day."""
    statement: PolicyStatement = attempt.subject
    attempt.set(adopted_version=statement.adopted_version + 1)
    attempt.facts["number"] = statement.adopted_version


@effect("name_adoption", after=True)
def name_adoption(attempt: Attempt) -> None:
    """Write the version with the event that adopted it, before upper apps hear of that event."""
    statement: PolicyStatement = attempt.subject
    if attempt.by is None or attempt.event is None:
        return
    version = StatementVersion.objects.create(
        statement=statement,
        number=statement.adopted_version,
        adopted_at=attempt.at,
        adopted_by=attempt.by,
        role=attempt.event.role,
        event=attempt.event,
        snapshot=snapshot_of(statement, at=attempt.at),
    )
    for shape in version.snapshot["lines"]:
        words = {name: shape[name] for name in ("number", "heading", "text")}
        line = AdoptedLine.objects.create(version=version, **words)
        pieces = [AdoptedEvidence(line=line, kind=one["kind"], subject_id=one["id"]) for one in shape["evidence"]]
        AdoptedEvidence.objects.bulk_create(pieces)


@effect("note_withdrawal")
def note_withdrawal(attempt: Attempt) -> None:
    """Note which version is in force no more: writing on does not bring it back."""
    statement: PolicyStatement = attempt.subject
    if statement.adopted_version > statement.withdrawn_version:
        attempt.set(withdrawn_version=statement.adopted_version, withdrawn_at=attempt.at)


@effect("begin_statement_version")
def begin_statement_version(attempt: Attempt) -> None:
    """Nobody has written in the next version yet but who begins it."""
    attempt.subject.writers.clear()
    _wrote(attempt)
    attempt.set(comments_until=None)


@effect("put_statement_back")
def put_statement_back(attempt: Attempt) -> None:
    """Put words, lines and evidence back as they were adopted last; what was written since stands in the history.

    Who put a piece under a line is kept where the same piece still stands in the statement. Comments stay, and who
    wrote stays named until the next version begins.
    """
    statement: PolicyStatement = attempt.subject
    version = statement.versions.get(number=statement.adopted_version)
    snapshot: StatementSnapshot = version.snapshot
    attempt.set(comments_until=None, **{name: snapshot[name] for name in HEAD})
    attempt.facts["number"] = version.number
    pieces = LineEvidence.objects.filter(line__statement=statement)
    known = {(one.kind, one.subject_id, one.shows): (one.added_by, one.added_at) for one in pieces}
    statement.lines.all().delete()
    for shape in snapshot["lines"]:
        words = {"position": shape["number"], "heading": shape["heading"], "text": shape["text"]}
        line = StatementLine.objects.create(statement=statement, **words)
        rows = []
        for one in shape["evidence"]:
            key = (one["kind"], one["id"], one["shows"])
            by, at = known.get(key, (None, version.adopted_at))
            rows.append(LineEvidence(line=line, kind=key[0], subject_id=key[1], shows=key[2], added_by=by, added_at=at))
        LineEvidence.objects.bulk_create(rows)


@effect("note_statement_writer")
def note_statement_writer(attempt: Attempt) -> None:
    """Count who puts a version forward, or writes on in it, among those who wrote: somebody else adopts it."""
    _wrote(attempt)


def _wrote(attempt: Attempt) -> None:
    member = attempt.by.member if attempt.by is not None else None
    if member is not None:
        attempt.subject.writers.add(member)


@tells("statement")
def tell(attempt: Attempt) -> None:
    """Queue the mails that the verb's row names."""
    mails.tell(attempt)
