"""Catching up: documents that should exist and do not, after an import, a demo load or a long failure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from django.db.models import Exists, OuterRef

from clusters.choices import PUBLIC_STATES
from clusters.models import Cluster
from community.permissions import Refusal
from factsheets.actions.issue import draw_first, take_version
from factsheets.actions.revise import revise
from factsheets.choices import Face, RevisionReason
from factsheets.models import Edition, Issue
from factsheets.pdf import PdfUnavailable

Outcome = tuple[str, PdfUnavailable | Refusal | None]


def issue_missing(*, at: datetime) -> Iterator[Outcome]:
    """Issue for every public cluster the face that its state asks for and that was never issued.

    Versions that were taken before and never drawn are drawn too. Yields each as a line and the problem,
    if there was one; a failure stops no other. By reference.
    """
    issued = Issue.objects.filter(subject_kind="cluster", subject_id=OuterRef("pk"))
    public = Cluster.objects.in_states(PUBLIC_STATES).order_by("reference")
    ended = public.finished().exclude(Exists(issued.filter(face=Face.BACKWARD)))
    begun = public.active().exclude(Exists(issued))
    for face, clusters in ((Face.FORWARD, begun), (Face.BACKWARD, ended)):
        for pk in list(clusters.values_list("pk", flat=True)):
            take_version(cluster=Cluster.objects.get(pk=pk), face=face, reason="missing", by=None, at=at)
    yield from draw_missing()


def draw_missing() -> Iterator[Outcome]:
    """Draw the first edition of every version that has none: its job failed for good, or has not come yet.

    Yields as `issue_missing`.
    """
    for pk in list(Issue.objects.undrawn().order_by("reference", "version").values_list("pk", flat=True)):
        issue = Issue.objects.get(pk=pk)
        try:
            draw_first(issue=issue)
        except (PdfUnavailable, Refusal) as problem:
            yield str(issue), problem
        else:
            yield str(issue), None


def add_missing_pdfs(*, at: datetime) -> Iterator[Outcome]:
    """Make the next revision, with its PDF, of every current edition that was issued without.

    Yields as `issue_missing`; stops at a problem that will last, because all others would meet it too.
    """
    for pk in list(Edition.objects.without_pdf().values_list("pk", flat=True)):
        edition = Edition.objects.select_related("issue").get(pk=pk)
        try:
            revise(issue=edition.issue, language=edition.language, why=RevisionReason.PDF_ADDED, at=at)
        except PdfUnavailable as problem:
            yield str(edition), problem
            if problem.lasting:
                return
        else:
            yield str(edition), None


def keep_up(at: datetime) -> int:
    """Draw what was never drawn and add missing PDFs, for the scheduler; return how many were made."""
    work = chain(draw_missing(), add_missing_pdfs(at=at))
    return sum(problem is None for _line, problem in work)
