"""The seven points that a coordinator checks, judged from what the proposal says.

The proposer sees them while writing, the coordinator beside the proposal, and the decision stores them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clusters.models import Cluster
from clusters.permissions import Leads
from clusters.rules.content import Parts, parts_of
from clusters.rules.roadmap import EXPRESS_DAYS_BACK, OutsideStage, stages_outside_of, too_far_back

_WORDS = re.compile(r"\w+")
MIN_QUESTION_WORDS = 5
#: Evidence of an eligible lead who is still asked: the only failing point that does not hold up a submit.
NOT_ACCEPTED = gettext_lazy("the named lead has not accepted yet")


class Result(StrEnum):
    """How a point stands; care is fulfilled with something to look at."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    CARE = "care"
    FAIL = "fail"


LABELS: dict[str, str | Promise] = {
    "question": gettext_lazy("The question is concrete"),
    "lead": gettext_lazy("The lead is eligible and has accepted"),
    "end": gettext_lazy("It has an end"),
    "roadmap": gettext_lazy("It has a roadmap"),
    "result": gettext_lazy("It transfers a result"),
    "outcomes": gettext_lazy("Outcomes are expected"),
    "adoption": gettext_lazy("It has an adoption plan"),
}


@dataclass(frozen=True)
class Point:
    """One point: its code, how it stands and on what evidence, in words."""

    code: str
    result: Result
    evidence: str

    @property
    def label(self) -> str | Promise:
        """The point in words."""
        return LABELS[self.code]

    @property
    def is_fulfilled(self) -> bool:
        """Whether it passes, with care or without."""
        return self.result is not Result.FAIL

    def as_json(self) -> dict[str, Any]:
        """Return what a decision stores."""
        return {"code": self.code, "result": str(self.result), "evidence": self.evidence}


def checklist(cluster: Cluster, on: date, *, leads: Leads | None = None, parts: Parts | None = None) -> list[Point]:
    """Return the seven points for `cluster` as it stands on the day `on`.

    A list of proposals passes what it knows of all of them: `leads`, and the proposal's `parts`.
    """
    known = parts or parts_of([cluster])[cluster.pk]
    return [
        _question(cluster),
        _lead(cluster, leads or Leads([(cluster.lead, cluster.lead_organisation)], on)),
        _end(cluster, on),
        _roadmap(cluster),
        _result(known),
        _outcomes(known),
        _adoption(cluster),
    ]


def unfulfilled(points: Sequence[Point]) -> list[Point]:
    """Return the points that fail."""
    return [point for point in points if not point.is_fulfilled]


def _point(code: str, good: bool, evidence: str, care: bool = False) -> Point:
    result = Result.FAIL if not good else Result.CARE if care else Result.PASS
    return Point(code, result, evidence)


def _question(cluster: Cluster) -> Point:
    text = cluster.question.strip()
    if not text:
        return _point("question", False, _("no question yet"))
    if "?" not in text and ";" not in text:
        return _point("question", False, _("it is not asked as a question"))
    if len(_WORDS.findall(text)) < MIN_QUESTION_WORDS:
        return _point("question", False, _("too short to say what is to be found out"))
    if text.count("?") > 1:
        return _point("question", True, _("more than one question: can it be answered as one?"), care=True)
    return _point("question", True, _("one question"))


def _lead(cluster: Cluster, leads: Leads) -> Point:
    verdict = leads.verdict(cluster.lead, cluster.lead_organisation)
    if not verdict:
        return _point("lead", False, str(verdict.reason))
    if cluster.lead_accepted_at is None:
        return _point("lead", False, str(NOT_ACCEPTED))
    care = leads.care(cluster.lead, cluster.lead_organisation)
    name = cluster.lead_organisation.name if cluster.lead_organisation else ""
    evidence = f"{name}, {care}" if care else name
    return _point("lead", True, evidence, care=bool(care))


def _end(cluster: Cluster, on: date) -> Point:
    if cluster.ends_on is None or cluster.starts_on is None:
        return _point("end", False, _("start or end is missing"))
    days = (cluster.ends_on - cluster.starts_on).days + 1
    span = ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    evidence = _("%(day)s, %(span)s") % {"day": date_format(cluster.ends_on, "j F Y"), "span": span}
    if too_far_back(cluster, on):
        words = _("%(evidence)s, over for more than %(days)d days: the dates are to be corrected")
        return _point("end", False, words % {"evidence": evidence, "days": EXPRESS_DAYS_BACK})
    late = cluster.deadline_on is not None and cluster.ends_on > cluster.deadline_on
    if late:
        evidence = _("%(evidence)s, after the outside deadline") % {"evidence": evidence}
    return _point("end", True, evidence, care=late)


def _roadmap(cluster: Cluster) -> Point:
    stages = list(cluster.stages.all())
    if not stages and not cluster.is_one_day:
        return _point("roadmap", False, _("no stage yet"))
    if not stages:
        return _point("roadmap", True, _("one day, one stage"))
    undated = sum(stage.planned_end_on is None for stage in stages)
    evidence = ngettext("%(count)d stage", "%(count)d stages", len(stages)) % {"count": len(stages)}
    if undated:
        without = ngettext("%(count)d without dates", "%(count)d without dates", undated) % {"count": undated}
        evidence = f"{evidence}, {without}"
    outside = stages_outside_of(cluster, stages)
    whole, part = ([stage for stage in outside if stage.is_whole is wanted] for wanted in (True, False))
    if whole:
        evidence = _("%(evidence)s; outside the cluster’s dates: %(stages)s") % _named(evidence, whole)
    if part:
        evidence = _("%(evidence)s; in part outside the cluster’s dates: %(stages)s") % _named(evidence, part)
    return _point("roadmap", not whole, evidence, care=bool(undated or part))


def _named(evidence: str, stages: Sequence[OutsideStage]) -> dict[str, str]:
    """Return the words about stages that lie outside."""
    return {"evidence": evidence, "stages": ", ".join(stage.name for stage in stages)}


def _result(parts: Parts) -> Point:
    solutions = parts.solutions
    if not solutions:
        return _point("result", False, _("no result of a project is named"))
    projects = len(set(solutions.values()))
    results = ngettext("%(count)d result", "%(count)d results", len(solutions)) % {"count": len(solutions)}
    of = ngettext("of %(count)d project", "of %(count)d projects", projects) % {"count": projects}
    return _point("result", True, f"{results} {of}")


def _outcomes(parts: Parts) -> Point:
    kinds = len(parts.expected_outcomes)
    if not kinds:
        return _point("outcomes", False, _("no kind of outcome is expected yet"))
    return _point("outcomes", True, ngettext("%(count)d kind", "%(count)d kinds", kinds) % {"count": kinds})


def _adoption(cluster: Cluster) -> Point:
    if not cluster.adoption_plan.strip():
        return _point("adoption", False, _("not said who would use the result, and how"))
    return _point("adoption", True, _("said who would use the result, and how"))
