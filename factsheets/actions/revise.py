"""Revisions: the same snapshot once more, without a name or with the PDF that was missing; and withdrawal."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from community import jobs
from community.choices import RedactionReason, RedactionTarget
from community.models import Member, Redaction, User
from factsheets import storage
from factsheets.actions.booklet import ask_for_report_booklet, remove_with
from factsheets.actions.issue import compose_edition, stored_edition, write_edition
from factsheets.choices import EditionState, RevisionReason
from factsheets.models import CopReport, Edition, EditionName, Issue


def withdraw_naming(
    *, member: Member, reason: RedactionReason, by: User | None, at: datetime, erasure: str = ""
) -> list[Edition]:
    """Withdraw every current edition that names a person, and have the next revisions made without the name.

    Rows merged into `member` count as the same person. A no-op for who is named nowhere.
    """
    people = [member, *member.merged_from.all()]
    with transaction.atomic():
        found = {edition.pk: edition for person in people for edition in Edition.objects.naming(person)}
        for edition in found.values():
            withdraw_edition(edition=edition, reason=reason, by=by, at=at, erasure=erasure)
    return list(found.values())


@transaction.atomic
def withdraw_edition(
    *, edition: Edition, reason: RedactionReason, by: User | None, at: datetime, erasure: str = ""
) -> Redaction:
    """Empty an edition, enter that in the redaction ledger, and ask for the next revision.

    The ledger's row comes first: the database refuses to change an edition without one. Files go after the
    commit, unless another edition holds the same. A no-op that returns the old row when it was withdrawn before.
    """
    locked = Edition.objects.select_for_update(of=("self",)).select_related("issue", "redaction").get(pk=edition.pk)
    if locked.redaction is not None:
        return locked.redaction
    files = set(locked.files)
    row = Redaction.objects.create(
        target=RedactionTarget.EDITION, target_id=locked.pk, reason=reason, erasure=erasure, by=by, at=at
    )
    EditionName.objects.filter(edition=locked).delete()
    Edition.objects.filter(pk=locked.pk).update(
        state=EditionState.WITHDRAWN, article_file="", pdf_file="", data_file="", redaction=row
    )
    remove_with(locked, at)
    transaction.on_commit(lambda: _remove_unheld(files))
    jobs.enqueue(
        "factsheets.revise",
        key=f"factsheets.revise:{locked.issue_id}:{locked.language}",
        subject=locked.issue,
        by=by,
        issue=locked.issue_id,
        language=locked.language,
        why=RevisionReason.NAME_REMOVED,
    )
    return row


def revise(*, issue: Issue, language: str, why: str, at: datetime, accepts_missing_pdf: bool = False) -> Edition | None:
    """Make the next revision of an issue from its own snapshot, with the names consented to now.

    Files are made first, the row is written in a short transaction that locks the newest revision. A no-op that
    returns None when the newest revision stands and has what `why` asks for.

    Raises:
        PdfUnavailable: the PDF cannot be made now and a later try may do better; nothing is written.
    """
    newest = _newest(issue, language)
    if not _is_wanted(newest, why):
        return None
    composed, members = compose_edition(issue, language=language, revision=newest.revision + 1, at=at)
    if composed.problem is not None and (
        why == RevisionReason.PDF_ADDED or not (composed.problem.lasting or accepts_missing_pdf)
    ):
        raise composed.problem
    edition = stored_edition(composed, language=language, revision=newest.revision + 1, why=why, at=at)
    with transaction.atomic():
        Edition.objects.select_for_update().get(pk=newest.pk)
        again = _newest(issue, language)
        if again.pk != newest.pk or not _is_wanted(again, why):
            return None
        made = write_edition(edition, issue, members)
        for report in CopReport.objects.holding(issue):
            ask_for_report_booklet(report=report)
        return made


def _newest(issue: Issue, language: str) -> Edition:
    return issue.editions.in_language(language).order_by("-revision")[0]


def _is_wanted(newest: Edition, why: str) -> bool:
    if why == RevisionReason.PDF_ADDED:
        return newest.is_current and not newest.pdf_file
    return not newest.is_current


def _remove_unheld(files: set[str]) -> None:
    """Delete stored files that no edition holds any more."""
    for edition in Edition.objects.holding(files):
        files = files - set(edition.files)
    storage.remove(files)
