"""Booklets: asked for, made by a job, removed after some days or when something in them is withdrawn.

A booklet is its content: the same editions under the same title and language are one row and one file, whoever asks.
"""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models.fields.json import KT, KeyTextTransform
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community import jobs
from community.batches import enqueue_batch
from community.models import DemoMarker, Job, User
from community.permissions import Refusal
from community.store_away import StoreAway, delete_after_commit
from factsheets import sentences, storage
from factsheets.choices import BookletRemoval
from factsheets.joining import NotJoinable, Part, join
from factsheets.models import Booklet, BookletPart, CopReport, Edition, ReportBooklet
from factsheets.rendering.booklet import Facts, Line, about_line, set_front, stamp_in
from factsheets.selection import Selection

logger = logging.getLogger(__name__)

#: At most so many factsheets in one booklet.
MOST: Final = 500
#: So many days is a booklet kept that somebody asked for, and so long is known that it was there.
DAYS_KEPT, DAYS_KNOWN = 7, 90
#: Seconds in which one part is joined, for the estimate whether the rest of a run's time is enough.
A_PART: Final = 0.05
GONE: Final = _("A factsheet in it was withdrawn meanwhile. Ask for the booklet again.")


@transaction.atomic
def ask_for_booklet(
    *, selection: Selection, title: str, words: str, address: str, language: str, by: User
) -> tuple[Booklet, Job]:
    """Write the job that joins the editions of a selection; return the booklet and the job.

    A booklet of the same content is the same row: where its file is kept, the job finds it and is done at once.

    Args:
        title: what the cover says; `words` is the filter in words.
        address: path and query of the page that shows the selection.
        language: of cover, contents and page numbers.

    Raises:
        Refusal: nothing is in it, or too much.
    """
    if not selection.chosen:
        raise Refusal(_("None of these clusters has a factsheet that could be joined."))
    if len(selection.chosen) > MOST:
        sentence = _("A booklet holds at most %(most)d factsheets, and these are %(count)d. Add a filter.")
        raise Refusal(sentence % {"most": MOST, "count": len(selection.chosen)})
    editions = [one.pk for one in selection.chosen]
    key = _key(title, words, language, [one.pdf_sha256 for one in selection.chosen])
    booklet = _row(
        key, editions, title=title[:200], words=words[:1000], address=address[:2000], language=language, report=None
    )
    items = [(f"{row.reference}: {row.title}", row) for row in _editions(booklet)]
    job = enqueue_batch(
        "factsheets.booklet",
        key=f"factsheets.booklet:{booklet.pk}:{by.pk}",
        by=by,
        subject=booklet,
        items=[(label, row.issue) for label, row in items],
        booklet=booklet.pk,
    )
    return booklet, job


def _row(key: str, editions: Sequence[int], **values: object) -> Booklet:
    """Return the booklet of a key with its parts, its row locked; one that was removed may be made again."""
    booklet, is_new = Booklet.objects.select_for_update().get_or_create(key=key, defaults=values)
    if is_new:
        BookletPart.objects.bulk_create(
            BookletPart(booklet=booklet, edition_id=pk, number=number) for number, pk in enumerate(editions, 1)
        )
    elif booklet.removed_at is not None:
        booklet.removed_at, booklet.removed_why = None, ""
        booklet.save(update_fields=["removed_at", "removed_why"])
    return booklet


def _key(title: str, words: str, language: str, sums: Iterable[str]) -> str:
    """Return what stands for everything that a booklet says."""
    return sha256(json.dumps([title, words, language, *sums]).encode()).hexdigest()


def _editions(booklet: Booklet) -> list[Edition]:
    """Return the editions of a booklet in its order, with what the contents tell of their issues; one query."""
    rows = Edition.objects.filter(booklets__booklet=booklet).for_pages().with_titles().order_by("booklets__number")
    # `KT` leads no path over a relation: it would read a key of the column `issue`.
    return list(rows.annotate(group=KeyTextTransform("code", "issue__snapshot__working_group")))


class BadPart(Exception):
    """One part keeps a booklet from being joined; carries its edition, and what is wrong stands in the log."""

    def __init__(self, edition: Edition) -> None:
        """Keep which one it is."""
        super().__init__(f"{edition} can't be joined")
        self.edition = edition


def make_booklet(*, booklet: Booklet, at: datetime, tell: Callable[[int, int], None] | None = None) -> Booklet:
    """Join the file of a booklet and store it. A no-op that returns the row when its file is there.

    Order of effects: set the front; join into a file of this machine, one part in memory at a time; store it; then,
    with the booklet's row locked, look whether all editions still stand, and write the row. `tell(done, total)` hears
    how far it is.

    Raises:
        Refusal: something in it was withdrawn, or its row was replaced; the file is not kept.
        BadPart: the file of one part is damaged or away, or has something that cannot be joined.
        PdfUnavailable, OSError, NotJoinable: it cannot be made; nothing is kept.
    """
    booklet.refresh_from_db()
    if booklet.file:
        return booklet
    editions = _editions(booklet)
    if not editions or any(not one.pdf_file for one in editions):
        raise Refusal(GONE, "state")
    front, title = set_front(_facts(booklet, at), [_line(one, booklet.language) for one in editions])
    parts = _Parts(editions)
    with tempfile.TemporaryDirectory(prefix="registry-booklet-") as folder:
        path = Path(folder) / "booklet.pdf"
        with path.open("wb") as out, parts.named():
            done = join(
                out,
                Part(front, title, front.pages),
                parts.each(),
                count=len(editions),
                stamp=stamp_in(booklet.language, at),
                tell=partial(_told, tell, len(editions)),
            )
        stored = storage.put_file(path, suffix=".pdf")
    return _keep(booklet, stored, pages=done.pages, at=at)


def _told(tell: Callable[[int, int], None] | None, total: int, done: int) -> None:
    """Pass on every tenth part: a lease is longer than that."""
    if tell is not None and (done % 10 == 0 or done == total):
        tell(done, total)


class _Parts:
    """The parts of a booklet, each read when it is its turn; knows at which one the joining is."""

    def __init__(self, editions: Iterable[Edition]) -> None:
        self.editions = editions
        self.at: Edition | None = None

    def each(self) -> Iterator[Part]:
        """Yield each part.

        Raises:
            BadPart: its file is damaged or missing.
            StoreAway: the store does not answer.
        """
        for one in self.editions:
            self.at = one
            try:
                content = storage.read_whole(one.pdf_file)
            except StoreAway:
                raise
            except OSError as error:
                raise BadPart(one) from error
            yield Part(content, f"{one.reference}: {one.title}", one.pages)
        self.at = None

    @contextmanager
    def named(self) -> Iterator[None]:
        """Turn what the joining says of the part that it is at into `BadPart`."""
        try:
            yield
        except NotJoinable as error:
            if self.at is None:
                raise
            logger.exception("a booklet can't be joined")
            raise BadPart(self.at) from error


def _keep(booklet: Booklet, stored: storage.Stored, *, pages: int, at: datetime) -> Booklet:
    """Write the row, unless an edition was withdrawn, or the row replaced, while the file was made: then it goes.

    The checksum of a report's booklet is kept for ever, for who verifies a copy later.
    """
    with transaction.atomic():
        row = Booklet.objects.select_for_update().filter(pk=booklet.pk).first()
        is_wanted = row is not None and row.removed_at is None and row.key == booklet.key
        if row is not None and is_wanted and not row.parts.exclude(edition__state="current").exists():
            before = row.file
            row.file, row.sha256, row.size, row.pages = stored.name, stored.sha256, stored.size, pages
            row.made_at = at
            row.save(update_fields=["file", "sha256", "size", "pages", "made_at"])
            if before not in ("", stored.name):  # Two jobs made the same: the row holds the later one.
                delete_after_commit(partial(_remove_unheld, before))
            if row.report is not None:
                known = {"pages": pages, "made_at": at}
                ReportBooklet.objects.get_or_create(report=row.report, sha256=row.sha256, defaults=known)
            return row
    if not Booklet.objects.filter(file=stored.name).exists():
        storage.remove([stored.name])
    raise Refusal(GONE, "state")


def _facts(booklet: Booklet, at: datetime) -> Facts:
    """Return what the cover says."""
    report = booklet.report
    path = booklet.address if report is None else reverse("factsheets:report", args=[report.reference])
    return Facts(
        title=booklet.title,
        words=booklet.words,
        language=booklet.language,
        address=settings.SITE_URL + path,
        made_at=at,
        is_report=report is not None,
        is_demo=DemoMarker.objects.exists(),
    )


def _line(edition: Edition, language: str) -> Line:
    """Return what the contents tell of an edition, in the booklet's language."""
    group: str | None = getattr(edition, "group", None)
    with sentences.own_words(language):
        about = about_line(edition.reference, edition.version, group, edition.issue.get_face_display())
    return Line(edition.title, about, edition.pages, edition.language)


def ask_for_report_booklet(*, report: CopReport, by: User | None = None) -> Job | None:
    """Write the job that makes the booklet of a sent report, in the caller's transaction; None while it is not drawn.

    The report comes first, then its factsheets in its order, each in its newest revision that stands. A no-op that
    returns None when its file holds just these.
    """
    if report.issue is None or not report.issue.editions.exists():
        return None
    with transaction.atomic():
        editions = _of_report(report)
        if report.issue_id not in {one.issue_id for one in editions}:
            return None
        key = _key(report.title, report.reference or "", report.language, [one.pdf_sha256 for one in editions])
        old = Booklet.objects.select_for_update().filter(report=report).first()
        if old is not None and old.key == key and old.file:
            return None
        if old is not None and old.key != key:
            remove_booklet(booklet=old)
            old.delete()
        values = {"title": report.title, "language": report.language, "report": report}
        _row(key, [one.pk for one in editions], **values)
        key = f"factsheets.report_booklet:{report.pk}"
        return jobs.enqueue("factsheets.report_booklet", key=key, subject=report, by=by, report=report.pk)


def _of_report(report: CopReport) -> list[Edition]:
    """Return the newest editions with a PDF of a report and its factsheets, in the report's order."""
    issues: list[Any] = list(report.factsheets.defer("snapshot").annotate(own=KT("snapshot__language")))
    rows = Edition.objects.newest_revisions().current().exclude(pdf_file="")
    wanted = {issue.pk: issue.own for issue in issues}
    wanted[report.issue_id or 0] = report.language
    found = {one.issue_id: one for one in rows.filter(issue__in=wanted) if one.language == wanted[one.issue_id]}
    places = {line["reference"]: at for at, line in enumerate(report.issue.snapshot["lines"])} if report.issue else {}
    issues.sort(key=lambda issue: places.get(issue.reference, len(places)))
    return [found[pk] for pk in (report.issue_id or 0, *(issue.pk for issue in issues)) if pk in found]


@transaction.atomic
def remove_with(edition: Edition, at: datetime) -> None:
    """Remove every booklet that holds an edition, in the transaction that withdraws it."""
    for booklet in Booklet.objects.select_for_update().with_edition(edition):
        remove_booklet(booklet=booklet, why=BookletRemoval.WITHDRAWN, at=at)


def remove_booklet(*, booklet: Booklet, why: str = "", at: datetime | None = None) -> None:
    """Empty a booklet, whose row the caller holds, and delete its file after the commit; `why` says so on its page."""
    file = booklet.file
    booklet.file, booklet.removed_why, booklet.removed_at = "", why, at
    booklet.save(update_fields=["file", "removed_why", "removed_at"])
    if file:
        delete_after_commit(lambda: _remove_unheld(file))


def _remove_unheld(file: str) -> None:
    if not Booklet.objects.filter(file=file).exists():
        storage.remove([file])


def forget_old(at: datetime) -> int:
    """Remove files that were kept long enough, and rows that nobody looks for any more; return how many files."""
    with transaction.atomic():
        rows = Booklet.objects.select_for_update().kept_since(at - timedelta(days=DAYS_KEPT))
        found = list(rows)
        for booklet in found:
            remove_booklet(booklet=booklet, why=BookletRemoval.EXPIRED, at=at)
    Booklet.objects.old(at - timedelta(days=DAYS_KNOWN)).delete()
    return len(found)


def has_time_for(job: Job, parts: int, now: float) -> bool:
    """Tell whether what is left of a run is likely enough to join so many parts; half a minute always is."""
    return job.pause_at is None or job.pause_at - now >= min(parts * A_PART, 30.0)
