"""Catching up: documents that should exist and do not, after an import, a demo load or a long failure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.choices import PUBLIC_STATES
from clusters.models import Cluster
from clusters.querysets.cluster import ClusterQuerySet
from clusters.visibility import viewer
from community.batches import NotDone, enqueue_batch
from community.models import Job, JobItem, User
from community.permissions import Refusal
from factsheets.actions.issue import draw_first, take_version
from factsheets.actions.revise import revise
from factsheets.choices import Face, RevisionReason
from factsheets.models import Edition, Issue, IssueTranslation
from factsheets.pdf import PdfUnavailable
from factsheets.permissions import can_catch_up

Outcome = tuple[str, PdfUnavailable | Refusal | None]


def issue_missing(*, at: datetime) -> Iterator[Outcome]:
    """Issue for every public cluster the face that its state asks for and that was never issued.

    Versions that were taken before and never drawn are drawn too. Yields each as a line and the problem,
    if there was one; a failure stops no other. By reference.
    """
    for clusters in without_version():
        for pk in list(clusters.values_list("pk", flat=True)):
            take_missing(cluster=pk, by=None, at=at)
    yield from draw_missing()


def without_version() -> tuple[ClusterQuerySet, ClusterQuerySet]:
    """Return the clusters that were approved and have no factsheet, and those that ended without their final one."""
    issued = Issue.objects.filter(subject_kind="cluster", subject_id=OuterRef("pk"))
    public = Cluster.objects.in_states(PUBLIC_STATES).order_by("reference")
    begun = public.active().exclude(Exists(issued))
    ended = public.finished().exclude(Exists(issued.filter(face=Face.BACKWARD)))
    return begun, ended


@transaction.atomic
def take_missing(*, cluster: int, by: User | None, at: datetime) -> Issue | None:
    """Take the version that a cluster (its key) lacks, with its row locked; None when it lacks none any more."""
    row = Cluster.objects.select_for_update().get(pk=cluster)
    for face, clusters in zip((Face.FORWARD, Face.BACKWARD), without_version(), strict=True):
        if clusters.filter(pk=row.pk).exists():
            return take_version(cluster=row, face=face, reason="missing", by=by, at=at)
    return None


def missing_for(user: User) -> list[tuple[str, Cluster | Issue]]:
    """Return what `user` may have made and is missing, as label and subject: a cluster without a version, a version.

    Administrators and coordinators of the mission see all of it, others what their working groups answer for.
    """
    who = viewer(user, timezone.localdate())
    groups = None if who.is_mission or who.is_administrator else who.group_ids
    rows: list[tuple[str, Cluster | Issue]] = []
    for lacking in without_version():
        clusters = lacking if groups is None else lacking.for_groups(groups)
        rows += [(f"{row.reference}, {row.title}", row) for row in clusters]
    issues = Issue.objects.incomplete().defer("snapshot").order_by("reference", "version")
    for issue in issues if groups is None else issues.of_groups(groups):
        label = gettext("%(reference)s, version %(version)d: %(title)s")
        facts = {"reference": issue.reference, "version": issue.version, "title": issue.title}
        rows.append((label % facts, issue))
    return rows


@transaction.atomic
def ask_for_missing(*, by: User) -> Job:
    """Write the job that makes everything that is missing; the open one of the same account is returned instead.

    Raises:
        Refusal: the person may not, or nothing is missing.
    """
    if not (verdict := can_catch_up(by)):
        raise Refusal.of(verdict)
    key = f"factsheets.complete:{by.pk}"
    if (going_on := Job.objects.open().filter(key=key).first()) is not None:
        return going_on
    if not (rows := missing_for(by)):
        raise Refusal(_("Nothing is missing."), "done")
    return enqueue_batch("factsheets.complete", key=key, by=by, items=rows)


def make_missing(item: JobItem, *, by: User | None, at: datetime) -> str:
    """Make what one item of that job lacks: its version, its page with the PDF, or the PDF alone; say what was made.

    A no-op when it is there.

    Raises:
        NotDone: it could not be made; with the reason.
    """
    try:
        if item.kind == "cluster":
            taken = take_missing(cluster=item.subject_id or 0, by=by, at=at)
            issues = [taken] if taken else list(_undrawn_of(item.subject_id or 0))
        else:
            issues = list(Issue.objects.filter(pk=item.subject_id or 0))
        for issue in issues:
            _complete(issue, at)
    except PdfUnavailable as problem:
        raise NotDone(problem.sentence) from problem
    except Refusal as refusal:
        raise NotDone(refusal.reason) from refusal
    made = ", ".join(gettext("version %(version)d") % {"version": issue.version} for issue in issues)
    return made or gettext("It was there already.")


def _undrawn_of(cluster: int) -> Iterable[Issue]:
    """Return the versions of a cluster that a worker took and did not come to draw."""
    return Issue.objects.factsheets().filter(subject_kind="cluster", subject_id=cluster).undrawn()


def _complete(issue: Issue, at: datetime) -> None:
    """Draw an issue's first edition in each of its languages, and give those that lack it their PDF."""
    draw_first(issue=issue)
    for row in issue.translations.undrawn():
        draw_first(issue=issue, language=row.language)
    for edition in Edition.objects.without_pdf().filter(issue=issue):
        revise(issue=issue, language=edition.language, why=RevisionReason.PDF_ADDED, at=at)


def draw_missing() -> Iterator[Outcome]:
    """Draw the first edition of every version and language that has none: its job failed for good, or is to come.

    Yields as `issue_missing`.
    """
    undrawn = Issue.objects.undrawn().order_by("reference", "version").values_list("pk", flat=True)
    others = IssueTranslation.objects.undrawn().order_by("issue__reference", "issue__version", "language")
    wanted = [(pk, "") for pk in undrawn] + list(others.values_list("issue", "language"))
    for pk, language in wanted:
        issue = Issue.objects.get(pk=pk)
        line = f"{issue}, {language}" if language else str(issue)
        try:
            draw_first(issue=issue, language=language)
        except (PdfUnavailable, Refusal) as problem:
            yield line, problem
        else:
            yield line, None


def add_missing_pdfs(*, at: datetime) -> Iterator[Outcome]:
    """Make the next revision, with its PDF, of every current edition that was issued without.

    Yields as `issue_missing`; stops at a problem that will last, because all others would meet it too.
    """
    for pk in list(Edition.objects.without_pdf().values_list("pk", flat=True)):
        edition = Edition.objects.select_related("issue").get(pk=pk)
        try:
            revise(issue=edition.issue, language=edition.language, why=RevisionReason.PDF_ADDED, at=at)
        except Refusal as refusal:
            yield str(edition), refusal
        except PdfUnavailable as problem:
            yield str(edition), problem
            if problem.lasting:
                return
        else:
            yield str(edition), None


def add_missing_revisions(*, at: datetime) -> Iterator[Outcome]:
    """Make the revision that follows a withdrawn edition and that its job gave up, without the PDF if need be.

    Yields as `issue_missing`.
    """
    for edition in list(Edition.objects.awaiting_revision().select_related("issue", "redaction")):
        try:
            revise(
                issue=edition.issue,
                language=edition.language,
                why=RevisionReason.NAME_CORRECTED if edition.is_corrected else RevisionReason.NAME_REMOVED,
                at=at,
                accepts_missing_pdf=True,
            )
        except (PdfUnavailable, Refusal) as problem:
            yield str(edition), problem
        else:
            yield str(edition), None


def keep_up(at: datetime) -> int:
    """Draw what was never drawn, add missing revisions and PDFs, for the scheduler; return how many were made."""
    work = chain(draw_missing(), add_missing_revisions(at=at), add_missing_pdfs(at=at))
    return sum(problem is None for _line, problem in work)
