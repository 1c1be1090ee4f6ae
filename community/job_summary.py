"""How far a job is, in numbers and words, for its page and its mail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import kinds
from community.choices import ItemState, JobState
from community.dates import written_moment
from community.models import Job, JobItem, User
from community.tasks_api import then_of, title_of

#: So many items are listed, failed ones first.
LISTED = 200
#: A speed is said from so many finished items on.
ENOUGH = 3
#: Seconds from which on; what is done in less has no speed that says anything.
A_WHILE = 5.0
#: What is due by then, the scheduler's next round does.
SOON = timedelta(minutes=1)


@dataclass(frozen=True)
class JobSummary:
    """A job as its page shows it. `speed` is items a minute, `minutes_left` an estimate; None: not known yet.

    `step` names what follows when all items are done, while it is done; `step_done` how many of them it has passed.
    """

    job: Job
    at: datetime
    title: str
    is_open: bool
    done: int
    failed: int
    total: int
    speed: float | None
    minutes_left: int | None
    step: str = ""
    step_done: int = 0

    @property
    def is_done(self) -> bool:
        """Whether it came to its end, also where some of its items failed."""
        return self.job.state == JobState.DONE

    @property
    def finished(self) -> int:
        """How many items have their result, good or bad."""
        return self.done + self.failed

    @property
    def left(self) -> int:
        """How many items wait."""
        return self.total - self.finished

    @property
    def how_far(self) -> str:
        """N of m, as a sentence."""
        return _("%(finished)d of %(total)d") % {"finished": self.finished, "total": self.total}

    @property
    def passed(self) -> int:
        """How far the bar is: what it is at has a bar of its own, from the beginning."""
        return self.step_done if self.step else self.finished

    @property
    def at_work(self) -> str:
        """N of m of what it is at now, as a sentence."""
        if not self.step:
            return self.how_far
        words = _("%(step)s: %(done)d of %(total)d")
        return words % {"step": self.step, "done": self.step_done, "total": self.total}

    @property
    def state(self) -> str:
        """Where it stands, in words."""
        if self.is_open and self.job.is_cancel_wanted:
            return _("Stops after what it is at")
        return state_words(self.job, self.failed, at=self.at)

    @property
    def why_not(self) -> str:
        """Why what was asked for is not there although the job came to its end; empty where it is."""
        return str(self.job.result.get("left", "")) if self.is_done else ""

    @property
    def rest(self) -> str:
        """How long it will take, as a sentence; empty where that is not known."""
        if self.minutes_left is None:
            return ""
        words = ngettext("about %(count)d minute left", "about %(count)d minutes left", self.minutes_left)
        return words % {"count": self.minutes_left}


def state_words(job: Job, failed: int, *, at: datetime) -> str:
    """Return where a job stands at the moment `at`, in words; `failed` of its items have no good result."""
    if job.waits_at(at + SOON):
        return _("Tried again on %(moment)s") % {"moment": written_moment(job.due_at)}
    if job.state == JobState.QUEUED and job.begun_at:
        return _("Goes on within a minute")
    if job.state != JobState.DONE or not failed:
        return str(JobState(job.state).label)
    words = ngettext("Done, but %(count)d failed", "Done, but %(count)d failed", failed)
    return words % {"count": failed}


def summary_of(job: Job, *, at: datetime) -> JobSummary:
    """Return how far a job is at the moment `at`; two queries for one with items, one else."""
    counts = dict(job.items.order_by().values_list("state").annotate(Count("pk")))
    done, failed = counts.get(ItemState.DONE, 0), counts.get(ItemState.FAILED, 0)
    total = sum(counts.values())
    if not total:
        done, total = job.done_count, job.total_count
    is_open = job.is_open
    speed = _speed(job, done if not counts else None, at)
    left = total - done - failed
    minutes = ceil(left / speed) if speed and left and is_open else None
    step = then_of(job.task) if counts and job.state == JobState.RUNNING and done == total else ""
    title, step_done = title_of(job.task), job.done_count if step else 0
    return JobSummary(job, at, title, is_open, done, failed, total, speed, minutes, step, step_done)


def _speed(job: Job, count: int | None, at: datetime) -> float | None:
    """Return how many items a minute were finished since the job was begun; `count` where it has none of its own."""
    if job.begun_at is None:
        return None
    if count is None:
        count = job.items.filter(finished_at__gte=job.begun_at).count()
    seconds = ((job.finished_at or at) - job.begun_at).total_seconds()
    return count * 60 / seconds if count >= ENOUGH and seconds >= A_WHILE else None


def subjects_of(jobs: Iterable[Job], user: User | AnonymousUser) -> dict[int, str]:
    """Return what jobs are about, by the job's key, as far as the reader may see it; one query for each kind."""
    wanted: dict[str, set[int]] = {}
    for job in jobs:
        if job.kind and job.subject_id:
            wanted.setdefault(job.kind, set()).add(job.subject_id)
    titles = {
        (code, row.pk): kinds.get(code).title(row)
        for code, keys in wanted.items()
        for row in kinds.visible(code, user).filter(pk__in=keys)
    }
    return {job.pk: title for job in jobs if (title := titles.get((job.kind, job.subject_id or 0)))}


def listed(job: Job) -> list[JobItem]:
    """Return the items to show: what failed first, then what waits, then what is done."""
    rank = {ItemState.FAILED: 0, ItemState.WAITING: 1, ItemState.DONE: 2}
    found: list[JobItem] = []
    for state in sorted(rank, key=lambda one: rank[one]):
        if len(found) < LISTED:
            found += job.items.filter(state=state).order_by("number")[: LISTED - len(found)]
    return found


def addresses(items: Sequence[JobItem], *, of: ItemState = ItemState.DONE) -> dict[int, str]:
    """Return the pages of what items in the state `of` are about, by the item's key; one query for each kind."""
    wanted: dict[str, list[int]] = {}
    for item in items:
        if item.state == of and item.subject_id is not None:
            wanted.setdefault(item.kind, []).append(item.subject_id)
    urls: dict[tuple[str, int], str] = {}
    for code, keys in wanted.items():
        for pk, row in kinds.get(code).model_class._default_manager.in_bulk(keys).items():
            urls[code, pk] = kinds.url(row) or ""
    return {item.pk: url for item in items if (url := urls.get((item.kind, item.subject_id or 0)))}
