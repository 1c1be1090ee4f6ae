"""The parts of a booklet: looked at before they are joined, and what to do when one can't be had.

Nothing of a booklet is made while a part is missing: who asked is told which one it is, and goes on without it, with
the revision that took its place, or with the same part once it is put back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster
from community.batches import NotDone
from community.choices import ItemState
from community.models import Job, JobItem, User
from community.store_away import StoreAway
from factsheets import storage
from factsheets.actions.booklet import BadPart, ask_for_booklet
from factsheets.actions.damage import report_damage
from factsheets.models import Booklet, BookletPart, Edition
from factsheets.selection import Chosen, Selection, select

GONE: Final = _("It was withdrawn meanwhile. Make the booklet anew, with what took its place.")
BAD: Final = _(
    "Its file is missing or damaged. Make the booklet without it, or try again once administrators have put it back."
)
SILENT: Final = _("The store of files does not answer. Try again in a few minutes.")
NOT_JOINABLE: Final = _("Its file can't be joined. Make the booklet without it; the log of the registry says why.")


NOT_WHOLE: Final = _("A booklet is whole or is not made. Its page goes on without what failed, or with what followed.")


def look_at_part(item: JobItem, *, booklet: int) -> str:
    """Find the file of one part whole; return how many pages it has. A bad one is marked for whoever looks after files.

    Raises:
        NotDone: it is damaged or missing, was withdrawn, or the store does not answer.
    """
    edition = Edition.objects.filter(booklets__booklet=booklet, issue=item.subject_id or 0).first()
    if edition is None or not edition.pdf_file:
        raise NotDone(GONE)
    try:
        is_whole = storage.is_whole(edition.pdf_file)
    except StoreAway as error:
        raise NotDone(SILENT) from error
    if not is_whole:
        report_damage(name=edition.pdf_file, at=timezone.now())
        raise NotDone(BAD)
    return gettext("%(count)d pages") % {"count": edition.pages}


@transaction.atomic
def note_bad_part(*, job: Job, problem: BadPart, at: datetime) -> None:
    """Note at its item that a part which was whole can't be joined, or is not whole any more."""
    edition = problem.edition
    is_whole = storage.is_whole(edition.pdf_file)
    if not is_whole:
        report_damage(name=edition.pdf_file, at=at)
    words = NOT_JOINABLE if is_whole else BAD
    job.items.filter(subject_id=edition.issue_id).update(state=ItemState.FAILED, note=str(words), finished_at=at)


@transaction.atomic
def note_withdrawn(*, job: Job, booklet: Booklet, at: datetime) -> int:
    """Note at their items which parts were withdrawn after they were looked at; return how many."""
    gone = booklet.parts.exclude(edition__state="current").values("edition__issue")
    return job.items.filter(subject_id__in=gone).update(state=ItemState.FAILED, note=str(GONE), finished_at=at)


@dataclass(frozen=True)
class Change:
    """What becomes of a part that can't be had: `by` takes its place, or (None) it is left out."""

    reference: str
    title: str
    why: str
    by: Chosen | None


@dataclass(frozen=True)
class Anew:
    """A booklet as it would be made now: what is in it, and what becomes of parts that it had."""

    selection: Selection
    changes: tuple[Change, ...]


def anew(booklet: Booklet, user: User) -> Anew:
    """Return what a booklet would hold if it were made now: the newest edition of each of its clusters.

    In the order of the booklet, each in the language in which it stood there. A part that its last job could not use
    is left out, unless a newer edition has taken its place.
    """
    rows = BookletPart.objects.filter(booklet=booklet).select_related("edition__issue").order_by("number")
    parts = [part.edition for part in rows.defer("edition__issue__snapshot")]
    failed = _failed(booklet, user)
    newest = _newest(parts, user)
    chosen: list[Chosen] = []
    changes: list[Change] = []
    for one in parts:
        found = newest.get(one.issue.subject_id)
        if found is not None and found.pk == one.pk and one.issue_id in failed:
            found = None
        if found is not None:
            chosen.append(found)
        if found is None or found.pk != one.pk:
            changes.append(Change(one.reference, one.issue.title, failed.get(one.issue_id, ""), found))
    return Anew(Selection(tuple(chosen), ()), tuple(changes))


def _failed(booklet: Booklet, user: User) -> dict[int, str]:
    """Return the issues that the last job of a booklet could not use, each with the reason."""
    job = Job.objects.visible_to(user).about(booklet).first()
    if job is None:
        return {}
    rows = job.items.filter(state=ItemState.FAILED).values_list("subject_id", "note")
    return {issue: note for issue, note in rows if issue is not None}


def _newest(parts: list[Edition], user: User) -> dict[int, Chosen]:
    """Return the newest edition of each part's cluster in the part's language, by cluster; some queries a language."""
    keys: dict[str, list[int]] = {}
    for one in parts:
        keys.setdefault(one.language, []).append(one.issue.subject_id)
    found: dict[int, Chosen] = {}
    for language, clusters in keys.items():
        seen = Cluster.objects.visible_to(user).filter(pk__in=clusters).values_list("pk", flat=True)
        found |= {one.cluster: one for one in select(list(seen), language=language).chosen}
    return found


def make_anew(*, booklet: Booklet, by: User) -> Job:
    """Ask for a booklet of the same clusters with what can be had now; return its job.

    Raises:
        Refusal: nothing of it can be had.
    """
    _booklet, job = ask_for_booklet(
        selection=anew(booklet, by).selection,
        title=booklet.title,
        words=booklet.words,
        address=booklet.address,
        language=booklet.language,
        by=by,
    )
    return job
