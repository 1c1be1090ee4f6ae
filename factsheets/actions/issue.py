"""Issuing: a snapshot of a cluster becomes a version that never changes again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster
from clusters.snapshot_shape import Snapshot
from clusters.summary import snapshot as snapshot_of
from community import kinds
from community.chain import head_of
from community.models import DemoMarker, Event, Member, User
from community.permissions import Refusal
from factsheets import sentences, storage, summary
from factsheets.choices import IssueKind, PdfProblem, RevisionReason
from factsheets.exports import canonical
from factsheets.imprint import Imprint
from factsheets.models import Edition, EditionName, Issue
from factsheets.rendering import Composed, compose

#: So often is a factsheet drawn anew because another version was issued while it was drawn.
ROUNDS = 5


@dataclass(frozen=True)
class _Draft:
    """A version before it is written: everything that was read and made outside of the transaction."""

    issue: Issue
    composed: Composed
    members: list[Member]


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
    """Issue the next version of a cluster's factsheet, with its first edition in the cluster's language.

    Order of effects: take the snapshot, draw, set and store the files (content-addressed, so a later failure
    leaves only files that nobody points to); then, in one short transaction with the cluster's row locked, write
    issue, edition and who is named. When another version was issued meanwhile, all is drawn again with the next
    number. A no-op that returns the issue when `event` has led to one already.

    Args:
        cluster: it must have its reference.
        face: forward or backward.
        reason: why it is issued: the verb that led to it, or words of who issues it.
        by: who caused it; None is the registry itself.
        at: the moment that the document shows as its date of issue.
        role: capacity of `by`, a code of `clusters.choices.Capacity`.
        event: what led to it.
        accepts_missing_pdf: issue without the PDF when it cannot be made now, and say so, instead of raising.

    Raises:
        Refusal: the cluster was never submitted.
        PdfUnavailable: the PDF cannot be made now and a later try may do better; nothing is written.
    """
    if cluster.reference is None:
        raise Refusal(_("A cluster that was never proposed has no factsheet."))
    for _round in range(ROUNDS):
        if event is not None and (done := Issue.objects.rested_on(event).first()):
            return done
        draft = _draft(cluster, face, reason, by, at, role, event, accepts_missing_pdf=accepts_missing_pdf)
        if (issue := _write(cluster, draft)) is not None:
            return issue
    raise Refusal(_("Other versions were issued at the same moment. Try again."), "conflict")


def _draft(
    cluster: Cluster,
    face: str,
    reason: str,
    by: User | None,
    at: datetime,
    role: str,
    event: Event | None,
    *,
    accepts_missing_pdf: bool,
) -> _Draft:
    """Read and draw the version that comes next; nothing is written but files later."""
    taken = snapshot_of(cluster, at=at)
    chain = kinds.of(cluster).chain(cluster)
    number, newest = head_of(chain)
    issue = Issue(
        kind=IssueKind.CLUSTER,
        subject_kind=kinds.of(cluster).code,
        subject_id=cluster.pk,
        reference=taken["reference"],
        version=Issue.objects.about(cluster).next_version(),
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
    composed, members = compose_edition(issue, language=taken["language"], revision=1, at=at)
    if composed.problem is not None and not (composed.problem.lasting or accepts_missing_pdf):
        raise composed.problem
    return _Draft(issue, composed, members)


def compose_edition(issue: Issue, *, language: str, revision: int, at: datetime) -> tuple[Composed, list[Member]]:
    """Draw one edition of an issue with the names consented to now; return it and who is named."""
    snapshot: Snapshot = issue.snapshot
    named = summary.named_members(snapshot)
    composed = compose(
        snapshot,
        imprint_of(issue, language=language, revision=revision),
        names={key: member.name for key, member in named.items()},
        created_at=at,
        file_name=f"{issue.file_stem(language)}.json",
    )
    return composed, list({member.pk: member for member in named.values()}.values())


def imprint_of(issue: Issue, *, language: str, revision: int) -> Imprint:
    """Return what an edition of `issue` prints beside its snapshot."""
    before = Issue.objects.for_reference(issue.reference).filter(version__lt=issue.version).first()
    with translation.override(language):
        issuer = sentences.issuer(issue.role, issue.snapshot["working_group"]["code"])
    return Imprint(
        face=issue.face,
        language=language,
        address=address_of(issue, language),
        version=issue.version,
        revision=revision,
        issued_at=issue.issued_at,
        issuer=issuer,
        replaces=(before.version, timezone.localdate(before.issued_at)) if before else None,
        history=(issue.history_number, issue.history_hash) if issue.history_number else None,
        is_demo=DemoMarker.objects.exists(),
    )


def address_of(issue: Issue, language: str) -> str:
    """Return the permanent address that a document prints, with the site's name."""
    return settings.SITE_URL + reverse("factsheets:issue", args=[issue.reference, issue.version, language])


def _write(cluster: Cluster, draft: _Draft) -> Issue | None:
    """Store the files, then write the rows under the cluster's lock; None when another one was quicker."""
    language, at = draft.issue.snapshot["language"], draft.issue.issued_at
    edition = stored_edition(draft.composed, language=language, revision=1, why=RevisionReason.FIRST, at=at)
    with transaction.atomic():
        Cluster.objects.select_for_update().get(pk=cluster.pk)
        event = draft.issue.event
        if event is not None and Issue.objects.rested_on(event).exists():
            return None
        if Issue.objects.about(cluster).next_version() != draft.issue.version:
            return None
        draft.issue.save(force_insert=True)
        write_edition(edition, draft.issue, draft.members)
    return draft.issue


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
