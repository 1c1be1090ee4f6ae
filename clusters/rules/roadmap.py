"""What the dates of a cluster and of its stages may say, in sentences that form, check-list and action share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clusters.choices import INCOMPLETE_STATES, StageStatus, State
from clusters.models import Cluster, Stage
from community.models import Partnership

Words = str | Promise

#: No cluster of this programme lies outside; a slip of the finger does ("0206", "9999").
FIRST_YEAR, LAST_YEAR = 2000, 2099
MAX_STAGES = 50
#: A roadmap that nobody confirmed or wrote for so many days is asked about.
OLD_DAYS = 14
#: How far back the end of a cluster may lie that is proposed or approved (DESIGN section 2, "Express lane").
EXPRESS_DAYS_BACK = 90

WRONG_YEAR = gettext_lazy("Give a year between %(first)d and %(last)d.")
END_BEFORE_START = gettext_lazy("The end lies before the start. Both may be the same day.")
NOT_YET = gettext_lazy("This day has not come yet. Actual dates say what has happened.")
NEEDS_START = gettext_lazy("Say when the stage began: an actual end needs an actual start.")
NEEDS_END = gettext_lazy("This stage is done, so it has an end. Reopen it to take the end away.")
NOT_DONE = gettext_lazy("Mark the stage as done to say when it ended.")


@dataclass(frozen=True)
class StageDates:
    """The four dates of a stage and the status that they belong to."""

    planned_start_on: date | None = None
    planned_end_on: date | None = None
    actual_start_on: date | None = None
    actual_end_on: date | None = None
    status: str = StageStatus.PLANNED

    def problems(self, on: date) -> list[tuple[str, Words]]:
        """Return what is wrong on the day `on`, as (field, sentence) pairs in the order of the form."""
        found: list[tuple[str, Words]] = []
        for name in ("planned_start_on", "planned_end_on", "actual_start_on", "actual_end_on"):
            day: date | None = getattr(self, name)
            if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
                found.append((name, WRONG_YEAR % {"first": FIRST_YEAR, "last": LAST_YEAR}))
            elif day is not None and name.startswith("actual") and day > on:
                found.append((name, NOT_YET))
        if found:
            return found
        if self.planned_start_on and self.planned_end_on and self.planned_end_on < self.planned_start_on:
            found.append(("planned_end_on", END_BEFORE_START))
        if self.actual_end_on and self.status not in (StageStatus.DONE, StageStatus.DROPPED):
            found.append(("actual_end_on", NOT_DONE))
        elif self.actual_end_on and self.actual_start_on is None:
            found.append(("actual_start_on", NEEDS_START))
        elif self.actual_end_on and self.actual_start_on and self.actual_end_on < self.actual_start_on:
            found.append(("actual_end_on", END_BEFORE_START))
        if self.status == StageStatus.DONE and self.actual_end_on is None:
            found.append(("actual_end_on", NEEDS_END))
        return found


def is_too_far_back(ends_on: date, on: date) -> bool:
    """Tell whether what ended on that day is no longer approved on the day `on`, but recorded afterwards."""
    return ends_on < on - timedelta(days=EXPRESS_DAYS_BACK)


def too_far_back(cluster: Cluster, on: date) -> str:
    """Return the sentence about a cluster, of one day or of many, that ended too long ago to be approved; or "".

    It says what the proposer does. What an administrator records afterwards is not judged.
    """
    if cluster.ends_on is None or cluster.is_recorded_afterwards or not is_too_far_back(cluster.ends_on, on):
        return ""
    return ended_long_ago(cluster.ends_on, is_decided_now=False)


def ended_long_ago(ends_on: date, *, is_decided_now: bool) -> str:
    """Return what was wrong with that end and what is to do: by who proposes, or by who decides."""
    over = _("It ended on %(day)s, more than %(days)d days ago, so it can’t be approved as if it were still to come.")
    mend = _(
        "Correct the dates; or, if the work is over, ask an administrator to record it afterwards: "
        "in the admin, by the import of clusters."
    )
    give_back = _(
        "Return it, so that its dates are corrected; or, if the work is over, so that it is withdrawn and "
        "an administrator records it afterwards: in the admin, by the import of clusters."
    )
    words = f"{over} {give_back if is_decided_now else mend}"
    return words % {"day": date_format(ends_on, "j F Y"), "days": EXPRESS_DAYS_BACK}


@dataclass(frozen=True)
class OutsideStage:
    """A stage of a proposal with a planned day that lies outside the cluster's own: wholly, or in part."""

    number: int
    title: str
    start: date
    end: date
    is_whole: bool

    @property
    def name(self) -> str:
        """The stage with its number, title and days, in the middle of a sentence."""
        number = _("stage %(number)d") % {"number": self.number}
        title = f" “{self.title}”" if self.title else ""
        return f"{number}{title} ({_span(self.start, self.end)})"

    def sentence(self, starts_on: date, ends_on: date) -> str:
        """Say where it lies, and that its dates or the cluster's are to be changed."""
        if self.is_whole:
            words = _("%(stage)s lies outside the cluster’s own dates (%(span)s).")
        else:
            words = _("%(stage)s lies in part outside the cluster’s own dates (%(span)s).")
        change = _("Change its dates or the cluster’s.")
        return f"{words % {'stage': capfirst(self.name), 'span': _span(starts_on, ends_on)}} {change}"


def _span(first: date, last: date) -> str:
    """Return the days from the first to the last in words."""
    days = {"first": date_format(first, "j F Y"), "last": date_format(last, "j F Y")}
    return days["first"] if first == last else _("%(first)s to %(last)s") % days


#: Title, planned start and planned end of a stage.
Planned = tuple[str, date | None, date | None]


def stages_outside(stages: Iterable[Planned], starts_on: date | None, ends_on: date | None) -> list[OutsideStage]:
    """Return which stages of a proposal lie outside the cluster's dates, numbered from 1; none while those lack.

    One that lies wholly outside holds up the submit; one that does in part is pointed out.
    """
    if starts_on is None or ends_on is None:
        return []
    found = []
    for number, (title, start, end) in enumerate(stages, 1):
        first, last = start or end, end or start
        if first is None or last is None or starts_on <= first <= last <= ends_on:
            continue
        is_whole = last < starts_on or first > ends_on
        found.append(OutsideStage(number, title.strip(), first, last, is_whole))
    return found


def stages_outside_of(cluster: Cluster, stages: Iterable[Stage]) -> list[OutsideStage]:
    """Return which of its stages, all in their order, lie outside the dates of a stored proposal."""
    rows = [(stage.title, stage.planned_start_on, stage.planned_end_on) for stage in stages]
    return stages_outside(rows, cluster.starts_on, cluster.ends_on)


def outside_cluster(stage: Stage, cluster: Cluster) -> str:
    """Return the sentence about a planned date that lies before the cluster's start or after its end, or "".

    A warning, never a refusal: the roadmap is the lead's own, start and end of the cluster are not.
    """
    days = [day for day in (stage.planned_start_on, stage.planned_end_on) if day is not None]
    if not days or stage.status == StageStatus.DROPPED:
        return ""
    if cluster.ends_on is not None and max(days) > cluster.ends_on:
        words, day = _("Ends after the cluster does (%(day)s)."), cluster.ends_on
    elif cluster.starts_on is not None and min(days) < cluster.starts_on:
        words, day = _("Starts before the cluster does (%(day)s)."), cluster.starts_on
    else:
        return ""
    if cluster.state in INCOMPLETE_STATES or cluster.state == State.SUBMITTED:
        change = _("Step 3 of the proposal changes both.")
    else:
        change = _("Only an amendment changes the dates of the cluster.")
    return f"{words % {'day': date_format(day, 'j F Y')}} {change}"


def end_warnings(cluster: Cluster, ends_on: date | None) -> list[str]:
    """Return a sentence for each thing that an end on that day would lie behind; two queries.

    The deadline from outside; the end of the last project by which the lead's organisation may lead; the end of each
    project whose solution is transferred. An end that is unknown counts as open. Warnings, never a refusal.
    """
    if ends_on is None:
        return []
    found = []
    if cluster.deadline_on is not None and ends_on > cluster.deadline_on:
        words = _("The end lies behind the outside deadline, %(day)s (%(reason)s).")
        found.append(words % {"day": date_format(cluster.deadline_on, "j F Y"), "reason": cluster.deadline_reason})
    ends = [(row.project.end_on, row.project.acronym) for row in _lead_partnerships(cluster)]
    known = [(end, name) for end, name in ends if end is not None]
    if known and len(known) == len(ends) and max(known)[0] < ends_on:
        words = _("The end lies behind the end of the lead's project %(project)s, %(day)s.")
        found.append(words % {"project": max(known)[1], "day": date_format(max(known)[0], "j F Y")})
    projects = {row.project for row in cluster.solutions.select_related("project")}
    for project in sorted(projects, key=lambda row: row.acronym):
        if project.end_on is not None and project.end_on < ends_on:
            words = _("The end lies behind the end of %(project)s, whose result is transferred: %(day)s.")
            found.append(words % {"project": project.acronym, "day": date_format(project.end_on, "j F Y")})
    return found


def _lead_partnerships(cluster: Cluster) -> list[Partnership]:
    """Return the partnerships by which the lead's organisation may lead, and that did not end by themselves."""
    rows = Partnership.objects.filter(organisation=cluster.lead_organisation_id, role__in=settings.LEAD_ROLES)
    return list(rows.filter(until_on__isnull=True).select_related("project"))


def progress_in_words(statuses: Sequence[str]) -> str:
    """Return how far a roadmap of stages with these statuses is: "2 of 5 stages done, 1 under way, 1 dropped".

    Each stage counts the same; dropped ones are not among those to be done.
    """
    count = Counter(statuses)
    total = len(statuses) - count[StageStatus.DROPPED]
    words = [
        ngettext("%(done)d of %(total)d stage done", "%(done)d of %(total)d stages done", total)
        % {"done": count[StageStatus.DONE], "total": total}
    ]
    if running := count[StageStatus.RUNNING]:
        words.append(ngettext("%(count)d under way", "%(count)d under way", running) % {"count": running})
    if dropped := count[StageStatus.DROPPED]:
        words.append(ngettext("%(count)d dropped", "%(count)d dropped", dropped) % {"count": dropped})
    return ", ".join(words)


def seen_versions(order: Iterable[Stage]) -> str:
    """Return the stages of a roadmap in their order with their versions, as a press that confirms them all sends."""
    return ",".join(f"{stage.pk}.{stage.version}" for stage in order)


def turns_in_circle(stage: Stage, waits_for: Stage | None, order: list[Stage]) -> bool:
    """Tell whether `stage` would in the end wait for itself; `order` holds all stages of the cluster."""
    next_of = {row.pk: row.waits_for_id for row in order}
    at = waits_for.pk if waits_for else None
    seen: set[int] = set()
    while at is not None and at not in seen:
        if at == stage.pk:
            return True
        seen.add(at)
        at = next_of.get(at)
    return False


def age_of_roadmap(cluster: Any, on: date) -> int | None:
    """Return for how many days the oldest open stage was not confirmed; None when none is open.

    What was never confirmed is as old as the start. The stages are read from the prefetched ones.
    """
    ages = []
    for stage in cluster.stages.all():
        if stage.is_open:
            day = timezone.localdate(stage.confirmed_at) if stage.confirmed_at else cluster.started_on or on
            ages.append((on - day).days)
    return max(ages, default=None)
