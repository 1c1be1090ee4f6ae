"""Issuing: a snapshot of a subject becomes a version that never changes again.

A version is *taken* in the transaction of what led to it, so it says what was approved or concluded, whatever
happens next; its edition, with page, PDF and data, is *drawn* by a job.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster
from clusters.summary import snapshot as snapshot_of
from community import jobs, kinds
from community.chain import head_of
from community.models import DemoMarker, Event, Member, User
from community.permissions import Refusal
from factsheets import sentences, storage, summary
from factsheets.choices import IssueKind, PdfProblem, RevisionReason
from factsheets.exports import canonical
from factsheets.imprint import Imprint
from factsheets.models import Edition, EditionName, Issue, IssueTranslation
from factsheets.rendering.document import Composed, compose, kind_of
from factsheets.rendering.originals import in_language
from results.models import StatementVersion

#: So often is an edition drawn anew because a consent to be named, or a name, changed while it was drawn.
ROUNDS = 5
CHANGED = _("Consents to be named changed at the same moment. Try again.")


@transaction.atomic
def take_version(
    *,
    cluster: Cluster,
    face: str,
    reason: str,
    by: User | None,
    at: datetime,
    role: str = "",
    event: Event | None = None,
) -> Issue:
    """Freeze the next version of a cluster's factsheet: its number and its snapshot, as the cluster stands now.

    Order of effects: lock the cluster's row, so that versions follow one another in the order of what led to
    them; read it; write the issue. Its first edition is drawn afterwards, by `draw_first`. A no-op that returns the
    issue when `event` has led to one already.

    Args:
        cluster: it must have its reference.
        face: forward or backward.
        reason: why it is issued: the verb that led to it, or words of who issues it.
        by: who caused it; None is the registry itself.
        at: the moment that the document shows as its date of issue.
        role: capacity of `by`, a code of `clusters.choices.Capacity`.
        event: what led to it.

    Raises:
        Refusal: the cluster was never submitted.
    """
    locked = Cluster.objects.select_for_update().get(pk=cluster.pk)
    if locked.reference is None:
        raise Refusal(_("A cluster that was never proposed has no factsheet."))
    if event is not None and (done := Issue.objects.rested_on(event).first()):
        return done
    taken = snapshot_of(locked, at=at)
    return freeze_version(
        kind=IssueKind.CLUSTER,
        subject=locked,
        taken=taken,
        face=face,
        reason=reason,
        by=by,
        at=at,
        role=role,
        event=event,
    )


def freeze_version(
    *,
    kind: IssueKind,
    subject: Model,
    taken: Mapping[str, Any],
    reason: str,
    by: User | None,
    at: datetime,
    face: str = "",
    role: str = "",
    event: Event | None = None,
) -> Issue:
    """Write what was taken of a subject as its next version, in the caller's transaction, which holds its row.

    `taken` is the snapshot, with `reference` and `title`; the other arguments are those of `take_version`.
    """
    chain = kinds.of(subject).chain(subject)
    number, newest = head_of(chain)
    issue = Issue(
        kind=kind,
        subject_kind=kinds.of(subject).code,
        subject_id=subject.pk,
        reference=taken["reference"],
        version=Issue.objects.about(subject).next_version(),
        title=taken["title"],
        face=face,
        issued_at=at,
        by=by,
        role=role,
        reason=reason,
        event=event,
        snapshot=taken,
        snapshot_sha256=sha256(canonical(taken)).hexdigest(),
        history_chain=chain,
        history_number=number,
        history_hash=newest,
    )
    issue.save(force_insert=True)
    return issue


def take_statement_version(*, version: StatementVersion, event: Event) -> Issue:
    """Freeze the document of an adopted version of a policy statement, in the transaction of its adoption.

    A no-op that returns the issue when `event` has led to one already.
    """
    if done := Issue.objects.rested_on(event).first():
        return done
    return freeze_version(
        kind=IssueKind.STATEMENT,
        subject=version.statement,
        taken=version.snapshot,
        reason=event.verb,
        by=version.adopted_by,
        at=version.adopted_at,
        role=version.role,
        event=event,
    )


def draw_first(*, issue: Issue, language: str = "", accepts_missing_pdf: bool = False) -> Edition:
    """Draw the first edition of an issue in a language and write it with its files.

    Order of effects: draw, set and store the files (content-addressed, so a later failure leaves only files that
    nobody points to); then, in one short transaction with the rows of who is named and of the issue locked, write
    edition and who is named. Drawn again when a consent to be named, or a name, changed meanwhile. A no-op that
    returns the edition when it is there.

    Args:
        issue: the version to draw.
        language: one in which it was taken (`factsheets.actions.language`); its own by default.
        accepts_missing_pdf: do without the PDF when it cannot be made now, and say so, instead of raising.

    Raises:
        PdfUnavailable: the PDF cannot be made now and a later try may do better; nothing is written.
        Refusal: consents changed each time that it was drawn.
        IssueTranslation.DoesNotExist: it was not taken in this language.
    """
    language = language or issue.snapshot["language"]
    for _round in range(ROUNDS):
        if (found := issue.editions.in_language(language).first()) is not None:
            return found
        at = issue.issued_at if language == issue.snapshot["language"] else _taken(issue, language).taken_at
        composed, members = compose_edition(issue, language=language, revision=1, at=at)
        if composed.problem is not None and not (composed.problem.lasting or accepts_missing_pdf):
            raise composed.problem
        if (edition := _write(issue, language, composed, members, at)) is not None:
            return edition
    raise Refusal(CHANGED, "conflict")


def issue_factsheet(
    *,
    cluster: Cluster,
    face: str,
    reason: str,
    by: User | None,
    at: datetime,
    role: str = "",
    event: Event | None = None,
    accepts_missing_pdf: bool = False,
) -> Issue:
    """Take the next version of a cluster's factsheet and draw its first edition at once.

    Arguments and errors are those of `take_version` and `draw_first`. When the PDF cannot be made, the version
    stays taken and is drawn by a later try.
    """
    issue = take_version(cluster=cluster, face=face, reason=reason, by=by, at=at, role=role, event=event)
    draw_first(issue=issue, accepts_missing_pdf=accepts_missing_pdf)
    return issue


def compose_edition(issue: Issue, *, language: str, revision: int, at: datetime) -> tuple[Composed, list[Member]]:
    """Draw one edition of an issue with the names consented to now; return it and who is named."""
    issue.refresh_from_db(fields=["snapshot", "title", "redaction"])
    issue.drawn_from = issue.sources
    kind = kind_of(issue.kind)
    named = summary.named_members(kind.persons(issue.snapshot))
    content, shown, imprint = snapshots_in(issue, language=language, revision=revision)
    composed = compose(
        kind,
        content,
        imprint,
        names={key: member.name for key, member in named.items()},
        created_at=at,
        file_stem=issue.file_stem(language),
        shown=shown,
    )
    return composed, list({member.pk: member for member in named.values()}.values())


def snapshots_in(issue: Issue, *, language: str, revision: int) -> tuple[Any, Any, Imprint]:
    """Return what an edition of `issue` says: its snapshot in a language, as data and as it is drawn; and its imprint.

    Raises:
        IssueTranslation.DoesNotExist: it was not taken in this language.
    """
    imprint = imprint_of(issue, language=language, revision=revision)
    if language == issue.snapshot["language"]:
        return issue.snapshot, issue.snapshot, imprint
    return in_language(issue.snapshot, imprint, _taken(issue, language).texts)


def copy_in(edition: Edition) -> tuple[Any, Imprint]:
    """Return what a copy of an edition says: its snapshot as it is drawn in that language, and its imprint."""
    _content, shown, imprint = snapshots_in(edition.issue, language=edition.language, revision=edition.revision)
    return shown, replace(imprint, data_sha256=edition.data_sha256, table_sha256=edition.table_sha256)


def _taken(issue: Issue, language: str) -> IssueTranslation:
    """Return the texts of an issue in another language."""
    return issue.translations.get(language=language)


def imprint_of(issue: Issue, *, language: str, revision: int) -> Imprint:
    """Return what an edition of `issue` prints beside its snapshot."""
    before = Issue.objects.for_reference(issue.reference).filter(version__lt=issue.version).first()
    with sentences.own_words(language):
        issuer = sentences.issuer(issue.role, (issue.snapshot["working_group"] or {"code": ""})["code"])
    return Imprint(
        face=issue.face,
        language=language,
        address=settings.SITE_URL + issue.address_in(language),
        version=issue.version,
        revision=revision,
        issued_at=issue.issued_at,
        issuer=issuer,
        replaces=(before.version, timezone.localdate(before.issued_at)) if before else None,
        history=(issue.history_number, issue.history_hash) if issue.history_number else None,
        is_demo=DemoMarker.objects.exists(),
    )


def _write(issue: Issue, language: str, composed: Composed, members: list[Member], at: datetime) -> Edition | None:
    """Store the files, then write the rows under the issue's lock; None when it has to be looked at again."""
    edition = stored_edition(composed, language=language, revision=1, why=RevisionReason.FIRST, at=at)
    if (written := _write_rows(issue, edition, members)) is None:
        remove_unheld(set(edition.files))
    return written


def _write_rows(issue: Issue, edition: Edition, members: list[Member]) -> Edition | None:
    language = edition.language
    with transaction.atomic():
        if not are_named_still(issue, members):
            return None
        Issue.objects.select_for_update().get(pk=issue.pk)
        if issue.editions.in_language(language).exists():
            return None
        written = write_edition(edition, issue, members)
        if issue.kind == IssueKind.REPORT:
            _ask_for_mails(issue)
        return written


def _ask_for_mails(issue: Issue) -> None:
    """Have the mails of a report queued, in the transaction that gives it its page, whoever draws it.

    A mail never leads to a page that is not there, and no page is there without its mails.
    """
    key, by = f"factsheets.deliver:{issue.subject_id}", issue.by
    jobs.enqueue("factsheets.deliver", key=key, subject=issue.report, by=by, report=issue.subject_id)


def remove_unheld(files: set[str]) -> None:
    """Delete stored files that no edition holds: of one that was withdrawn, or that was drawn and not written.

    What was drawn with a name that may not stand any more would lie in the storage for ever.
    """
    for edition in Edition.objects.holding(files):
        files = files - set(edition.files)
    storage.remove(files)


def are_named_still(issue: Issue, members: list[Member]) -> bool:
    """Lock who was drawn with a name, then the issue; say whether they may be named so still, and the words stand.

    In the transaction that writes the edition, before every other lock. Who withdraws what names a person holds that
    row, too (`withdraw_naming`): it finds the edition, or the edition finds the consent withdrawn.
    """
    hold_people(member.pk for member in members)
    named = summary.named_members(kind_of(issue.kind).persons(issue.snapshot)).values()
    Issue.objects.select_for_update(of=("self",)).only("pk").get(pk=issue.pk)
    if issue.sources != issue.drawn_from:
        return False
    return {(member.pk, member.name) for member in named} == {(member.pk, member.name) for member in members}


def hold_people(ids: Iterable[int]) -> None:
    """Lock the rows of persons, in the order of their keys, until the caller's transaction ends."""
    rows = Member.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=set(ids)).order_by("pk")
    list(rows.values_list("pk", flat=True))


def stored_edition(composed: Composed, *, language: str, revision: int, why: str, at: datetime) -> Edition:
    """Store an edition's files and return its row, unsaved."""
    article = storage.put(composed.document.article.encode(), suffix=".html")
    data = storage.put(composed.data, suffix=".json")
    edition = Edition(
        language=language,
        revision=revision,
        why=why,
        made_at=at,
        article_file=article.name,
        article_sha256=article.sha256,
        article_size=article.size,
        data_file=data.name,
        data_sha256=data.sha256,
        data_size=data.size,
        table_sha256=sha256(composed.table).hexdigest(),
    )
    if composed.pdf is None:
        is_lasting = composed.problem is not None and composed.problem.lasting
        edition.pdf_problem = PdfProblem.LIBRARY if is_lasting else PdfProblem.FAILED
        return edition
    pdf = storage.put(composed.pdf, suffix=".pdf")
    edition.pdf_file, edition.pdf_sha256, edition.pdf_size = pdf.name, pdf.sha256, pdf.size
    edition.pages = composed.pdf.pages
    return edition


def write_edition(edition: Edition, issue: Issue, members: list[Member]) -> Edition:
    """Write an edition's row and who is named in it, in the caller's transaction."""
    edition.issue, edition.reference, edition.version = issue, issue.reference, issue.version
    edition.file_stem = issue.file_stem(edition.language)
    edition.save(force_insert=True)
    EditionName.objects.bulk_create([EditionName(edition=edition, member=member) for member in members])
    return edition
