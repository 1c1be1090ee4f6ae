"""Revisions: the same snapshot once more, without a name or with the PDF that was missing; and withdrawal."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.db import transaction

from community import jobs
from community.choices import ConsentPurpose, RedactionReason, RedactionTarget
from community.models import Member, Redaction, User
from community.permissions import Refusal
from community.store_away import delete_after_commit
from factsheets.actions.booklet import ask_for_report_booklet, remove_booklet, remove_with
from factsheets.actions.issue import (
    CHANGED,
    ROUNDS,
    are_named_still,
    compose_edition,
    hold_people,
    remove_unheld,
    stored_edition,
    write_edition,
)
from factsheets.choices import BookletRemoval, EditionState, RevisionReason
from factsheets.models import Booklet, CopReport, Edition, EditionName, Issue, IssueTranslation

#: What the next revision says was done; whether a consent was withdrawn or a person erased is told to nobody.
_WHY: Final = {RedactionReason.CORRECTION: RevisionReason.NAME_CORRECTED}


def withdraw_naming(
    *, member: Member, reason: RedactionReason, by: User | None, at: datetime, erasure: str = ""
) -> list[Edition]:
    """Withdraw every current edition that names a person, and have the next revisions made without the name.

    Order of effects: lock the person's rows, so that an edition that is written at this moment is found, or finds that
    the name may not stand any more; look; withdraw. Rows merged into `member` count as the same person. A no-op for
    who is named nowhere.
    """
    people = [member, *member.merged_from.all()]
    with transaction.atomic():
        hold_people(person.pk for person in people)
        found = {edition.pk: edition for person in people for edition in Edition.objects.naming(person)}
        for edition in found.values():
            withdraw_edition(edition=edition, reason=reason, by=by, at=at, erasure=erasure)
    return list(found.values())


def withdraw_unconsented(at: datetime) -> int:
    """Withdraw every current edition that names a person whose consent to be named does not stand; return how many.

    For the scheduler: withdrawals do it at once, and this finds what one of them missed.
    """
    consented = Member.objects.with_consent(ConsentPurpose.NAMED).not_erased()
    named = Member.objects.filter(named_in__edition__state=EditionState.CURRENT)
    people = named.exclude(pk__in=consented).exclude(merged_into__in=consented).distinct().order_by("pk")
    found = 0
    for person in list(people):
        is_erased = person.erased_at is not None
        reason = RedactionReason.ERASURE if is_erased else RedactionReason.CONSENT
        erasure = person.key if is_erased else ""
        found += len(withdraw_naming(member=person, reason=reason, by=None, at=at, erasure=erasure))
    return found


def withdraw_saying(row: Any, at: datetime, by: User | None, erasure: str) -> None:
    """Withdraw every current edition that says the words of an issue, or of its translation, before they change.

    The next revisions are drawn from the words as they are then. A booklet whose cover says them is removed. In the
    caller's transaction; of other rows nothing is withdrawn.
    """
    if isinstance(row, Booklet) and row.file:
        remove_booklet(booklet=row, why=BookletRemoval.WITHDRAWN, at=at)
    if isinstance(row, IssueTranslation):
        issue = Issue.objects.select_for_update(of=("self",)).get(pk=row.issue_id)
        editions = issue.editions.in_language(row.language)
    elif isinstance(row, Issue):
        editions = row.editions.all()
    else:
        return
    for edition in editions.current().order_by("pk"):
        withdraw_edition(edition=edition, reason=RedactionReason.ERASURE, by=by, at=at, erasure=erasure)


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
    delete_after_commit(lambda: remove_unheld(files))
    jobs.enqueue(
        "factsheets.revise",
        key=f"factsheets.revise:{locked.issue_id}:{locked.language}",
        subject=locked.issue,
        by=by,
        issue=locked.issue_id,
        language=locked.language,
        why=_WHY.get(reason, RevisionReason.NAME_REMOVED),
    )
    return row


def revise(*, issue: Issue, language: str, why: str, at: datetime, accepts_missing_pdf: bool = False) -> Edition | None:
    """Make the next revision of an issue from its own snapshot, with the names consented to now.

    Files are made first; the rows are written in a short transaction that locks who is named and the newest revision.
    Drawn again when a consent to be named, or a name, changed meanwhile, or another revision came. A no-op that returns
    None when the newest revision stands and has what `why` asks for.

    Raises:
        PdfUnavailable: the PDF cannot be made now and a later try may do better; nothing is written.
        Refusal: consents changed each time that it was drawn.
    """
    for _round in range(ROUNDS):
        newest = _newest(issue, language)
        if not _is_wanted(newest, why):
            return None
        composed, members = compose_edition(issue, language=language, revision=newest.revision + 1, at=at)
        if composed.problem is not None and (
            why == RevisionReason.PDF_ADDED or not (composed.problem.lasting or accepts_missing_pdf)
        ):
            raise composed.problem
        edition = stored_edition(composed, language=language, revision=newest.revision + 1, why=why, at=at)
        if (made := _write(edition, issue, members, newest)) is not None:
            return made
        remove_unheld(set(edition.files))
    raise Refusal(CHANGED, "conflict")


def _write(edition: Edition, issue: Issue, members: list[Member], newest: Edition) -> Edition | None:
    """Write the rows of the revision that follows `newest`; None when it has to be looked at again."""
    with transaction.atomic():
        if not are_named_still(issue, members):
            return None
        Edition.objects.select_for_update().get(pk=newest.pk)
        again = _newest(issue, edition.language)
        if again.pk != newest.pk or not _is_wanted(again, edition.why):
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
