"""Stored files that are missing or damaged: looked for by the clock, marked, told, and forgotten once whole again."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final

from django.db import transaction

from factsheets import storage
from factsheets.actions.booklet import ask_for_report_booklet, remove_booklet
from factsheets.choices import BookletRemoval, FileProblem
from factsheets.models import Booklet, CopReport, DamagedFile, Edition, FileRound

logger = logging.getLogger(__name__)

#: A run reads at most so many files, or as many as it can in so many seconds: 200 an hour are 10 000 in two days.
A_RUN: Final = 200
SECONDS: Final = 60.0
#: Which columns hold names of stored files of documents.
HOLDERS: Final = ((Edition, "article_file"), (Edition, "pdf_file"), (Edition, "data_file"), (Booklet, "file"))


def look_through(at: datetime) -> int:
    """Read the next files of the round and compare each with its checksum; return how many were read.

    First come those that are marked: who put them back finds them whole within the hour. A round that saw every
    file is finished, and the next run begins anew. Says in the log each time how many are still bad.

    Raises:
        OSError: a store elsewhere does not answer; what was read until then counts.
    """
    until = time.monotonic() + SECONDS
    read = _look_again(at, until)
    row = FileRound.objects.open().first() or FileRound(begun_at=at)
    names = names_after(row.after, A_RUN)
    count = 0
    try:
        for name in names:
            if time.monotonic() > until:
                break
            look_at(name=name, at=at)
            row.after, count = name, count + 1
    finally:
        row.files += count
        row.finished_at = at if count == len(names) < A_RUN else None
        row.save()
    if row.finished_at is not None:
        FileRound.objects.finished().exclude(pk=row.pk).delete()
    if left := DamagedFile.objects.count():
        logger.error("%d stored files of documents are missing or damaged; put them back from a backup", left)
    return read + count


def _look_again(at: datetime, until: float) -> int:
    """Look at files that are marked, those first that were not looked at for longest; return how many."""
    count = 0
    for name in list(DamagedFile.objects.order_by("seen_at", "pk").values_list("name", flat=True)[:A_RUN]):
        if time.monotonic() > until:
            break
        look_at(name=name, at=at)
        count += 1
    return count


def names_after(after: str, most: int) -> list[str]:
    """Return the next stored files in the order of their names, each once; four queries.

    Names are made of the same parts, each of the same length, so every database has them in the same order.
    """
    found: set[str] = set()
    for model, column in HOLDERS:
        rows = model._default_manager.filter(**{f"{column}__gt": after}).order_by(column)
        found.update(rows.values_list(column, flat=True).distinct()[:most])
    return sorted(found)[:most]


def look_at(*, name: str, at: datetime) -> str:
    """Compare a stored file with its checksum and mark it, or take its mark away; return what is wrong ("": nothing).

    A file that no document holds any more is not marked. A booklet that is damaged is joined anew: see `_join_anew`.

    Raises:
        OSError: a store elsewhere does not answer; nothing is marked.
    """
    problem = storage.problem(name)
    if problem and problem == FileProblem.DAMAGED:
        _join_anew(name, at)
    with transaction.atomic():
        if not problem or not _is_held(name):
            if DamagedFile.objects.filter(name=name).delete()[0]:
                logger.info("the stored file %s is whole again, or not needed any more", name)
                _ask_for_what_waited(name)
            return ""
        _row, is_new = DamagedFile.objects.update_or_create(
            name=name,
            defaults={"problem": problem, "seen_at": at},
            create_defaults={"problem": problem, "seen_at": at, "found_at": at},
        )
    if is_new:
        logger.error("the stored file %s is %s; put it back from a backup", name, problem)
    return problem


def report_damage(*, name: str, at: datetime) -> str:
    """Mark a file that could not be handed out, so that lists and ZIPs leave it out. Never raises for the store.

    Returns what is wrong; "" where it is whole, or where the store does not answer.
    """
    try:
        return look_at(name=name, at=at)
    except OSError:
        logger.exception("the store of files does not answer")
        return ""


def _is_held(name: str) -> bool:
    return bool(held([name]))


def held(names: Collection[str]) -> set[str]:
    """Return those of these stored files that a document names; four queries."""
    found: set[str] = set()
    for model, column in HOLDERS:
        rows = model._default_manager.filter(**{f"{column}__in": list(names)})
        found.update(rows.values_list(column, flat=True))
    return found


def _join_anew(name: str, at: datetime) -> None:
    """Empty the booklets that hold a damaged file; that of a report is asked for at once, others by who wants them.

    A booklet is made of documents that have files of their own, so nothing is lost. A missing file is left alone:
    where a whole disk is away, its booklets come back with it.
    """
    with transaction.atomic():
        for booklet in Booklet.objects.select_for_update().filter(file=name):
            logger.error("the stored file %s of booklet %s is damaged; it is made anew", name, booklet.pk)
            if booklet.report is None:
                remove_booklet(booklet=booklet, why=BookletRemoval.DAMAGED, at=at)
            else:
                remove_booklet(booklet=booklet)
                ask_for_report_booklet(report=booklet.report)


def _ask_for_what_waited(name: str) -> None:
    """Have the booklets of reports made that could not be, because this file of theirs was bad."""
    for report in CopReport.objects.filter(booklet__file="", booklet__parts__edition__pdf_file=name).distinct():
        ask_for_report_booklet(report=report)


def check_all(*, at: datetime, tell: Callable[[str, str], object]) -> int:
    """Read every stored file now; `tell(name, problem)` hears of each that is bad. Returns how many were read.

    Raises:
        OSError: as `look_at`.
    """
    for name in list(DamagedFile.objects.values_list("name", flat=True)):
        look_at(name=name, at=at)
    after, count = "", 0
    while names := names_after(after, A_RUN):
        for name in names:
            if problem := look_at(name=name, at=at):
                tell(name, problem)
        after, count = names[-1], count + len(names)
    return count
