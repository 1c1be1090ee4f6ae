"""Long exports: asked for on a list, written by a job into a file that only who asked may fetch, removed after days.

None is an event of the history: the row of the job says who asked, and its result what became of the file.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import contributions, exports, jobs, made_files
from community.choices import FileRemoval, JobState
from community.exports import XLSX, Record, write_workbook
from community.models import Job, User
from community.permissions import Refusal
from community.store_away import delete_after_commit

TASK: Final = "community.export"
#: So many exports of one person wait or run at a time, and are asked for within a day.
MOST_OPEN, MOST_A_DAY = 3, 20
#: So many rows are written between two looks whether to go on.
CHUNK: Final = 500
#: Seconds in which one row is written, for the estimate whether the rest of a run's time is enough.
A_ROW: Final = 0.0005
#: What of an address says how the list is shown, not what is in it.
_MANNER: Final = ("page", "format", "view")


def tidy(data: QueryDict) -> str:
    """Return the filter of an address: the same however its parts are ordered, without what says nothing."""
    query = QueryDict(mutable=True)
    for name in sorted(set(data) - set(_MANNER)):
        values = [value.strip() for value in data.getlist(name) if value.strip()]
        if values:
            query.setlist(name, values)
    return query.urlencode()


@transaction.atomic
def ask_for_export(*, source: str, query: str, by: User, at: datetime | None = None) -> Job:
    """Write the job that makes a workbook of what `query` (see `tidy`) asks for; the open one of the same is returned.

    Raises:
        KeyError: there is no such source.
        Refusal: the account is closed, or asked for too many.
    """
    at = at or timezone.now()
    contributions.export_sources.get(source)
    person = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if not person.is_active:
        raise Refusal(_("This account is closed."), "forbidden")
    key = f"{TASK}:{person.pk}:{sha256(f'{source}?{query}'.encode()).hexdigest()}"
    mine = Job.objects.asked_by(person).of_task(TASK)
    waiting = mine.open().filter(key=key).first()
    if waiting is not None:
        return waiting
    if mine.open().count() >= MOST_OPEN:
        sentence = _("%(most)d of your files are being made. Wait until one is done, or stop one under “Your jobs”.")
        raise Refusal(sentence % {"most": MOST_OPEN}, "state")
    if mine.filter(created_at__gt=at - timedelta(days=1)).count() >= MOST_A_DAY:
        sentence = _("You asked for %(most)d files within a day. Take CSV, or ask again tomorrow.")
        raise Refusal(sentence % {"most": MOST_A_DAY}, "state")
    return jobs.enqueue(TASK, key=key, by=person, source=source, query=query, token=secrets.token_hex(16))


def make_export(job: Job, *, source: str, query: str, token: str) -> dict[str, Any]:
    """Write the workbook of what the person who asked may see now; return what the job's result says.

    Order of effects: read the filter for the person; write into a file of this machine, one chunk in memory at a time,
    and say after each how far it is; store it. A second run writes the same place anew.

    Raises:
        community.jobs.Stopped, Paused, LeaseLost: between two chunks; nothing is kept.
        OSError: the disk or the storage refuses; nothing is kept.
    """
    by = _active(job)
    if by is None:
        return {"removed": FileRemoval.CLOSED}
    found, at = contributions.export_sources.get(source), timezone.localtime()
    selection = found.select(by, QueryDict(query), at)
    total = len(selection.keys)
    if selection.problem or total > exports.MOST_ROWS:
        return {"removed": FileRemoval.FILTER}
    if not has_time_for(job, total, time.monotonic()):
        raise jobs.Paused
    job.pause_at = None  # it is written in one go, but for who stops it
    with tempfile.TemporaryDirectory(prefix="registry-export-") as folder:
        path = Path(folder) / "export.xlsx"
        with path.open("wb") as out:
            write_workbook(out, _told(job, found.records(selection.keys), total), found.columns(), source)
        jobs.may_go_on(job)
        kept = made_files.put(path, token=token, name=exports.file_name(source, "xlsx", at), content_type=XLSX)
    if _active(job) is None:
        made_files.delete(kept["file"])
        return {"removed": FileRemoval.CLOSED}
    return {**kept, "rows": total}


def _active(job: Job) -> User | None:
    """Return who asked, read anew; None where the account is closed."""
    return User.objects.filter(pk=job.by_id, is_active=True).select_related("member").first()


def _told(job: Job, records: Iterable[Record], total: int) -> Iterator[Record]:
    """Yield the records; before each chunk, and after the last one, note how far it is and ask whether to go on."""
    for number, record in enumerate(records):
        if number % CHUNK == 0:
            _note(job, number, total)
        yield record
    _note(job, total, total)


def _note(job: Job, done: int, total: int) -> None:
    jobs.note_progress(job, done, total)
    jobs.may_go_on(job)


def has_time_for(job: Job, rows: int, now: float) -> bool:
    """Tell whether what is left of a run is likely enough to write so many rows; half a minute always is."""
    return job.pause_at is None or job.pause_at - now >= min(rows * A_ROW, 30.0)


def forget_old(at: datetime) -> int:
    """Remove the files that were kept long enough, and those of closed accounts; return how many."""
    old = Q(finished_at__lte=at - timedelta(days=made_files.DAYS_KEPT))
    return _remove(old, FileRemoval.EXPIRED) + _remove(Q(by__is_active=False), FileRemoval.CLOSED)


@transaction.atomic
def forget_exports_of(user: User) -> int:
    """Stop the exports that a person waits for, remove the files of the others and what they asked for; count these.

    In the transaction that closes or erases the account.
    """
    mine = Job.objects.asked_by(user).of_task(TASK)
    at = timezone.now()
    mine.in_state(JobState.QUEUED).update(state=JobState.CANCELLED, is_cancel_wanted=True, finished_at=at)
    mine.in_state(JobState.RUNNING).update(is_cancel_wanted=True)
    count = _remove(Q(by=user), FileRemoval.CLOSED)
    for job in mine.exclude(state=JobState.RUNNING).select_for_update():
        job.arguments = {**job.arguments, "query": ""}
        job.save(update_fields=["arguments"])
    return count


@transaction.atomic
def forget_every_export() -> int:
    """Remove the workbooks of everybody, and have those that are being written made anew; return how many files.

    In the transaction that erases somebody: which of them name the person, nobody can say without reading all.
    """
    Job.objects.of_task(TASK).in_state(JobState.RUNNING).filter(is_cancel_wanted=False).update(is_wanted_again=True)
    return _remove(Q(), FileRemoval.ERASURE)


@transaction.atomic
def _remove(which: Q, why: FileRemoval) -> int:
    """Note that files are removed, and delete them after the commit."""
    rows = list(Job.objects.of_task(TASK).with_file().filter(which).order_by("pk").select_for_update(of=("self",)))
    for job in rows:
        name = job.result["file"]
        job.result = made_files.without_file(job.result, why)
        job.save(update_fields=["result"])
        delete_after_commit(partial(made_files.delete, name))
    return len(rows)
