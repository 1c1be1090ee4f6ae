"""What was changed in the record of a cluster that is over, and stands in no issued factsheet yet."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import Max, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from clusters import contributions
from clusters.choices import FINISHED_STATES
from clusters.models import Cluster, PanelAnswer, PanelQuestion
from community import kinds
from community.models import Event

#: Verbs whose factsheet looks back: what was recorded before one of them stands in it.
REPORTING_VERBS: Final = ("conclude", "discontinue", "correct")
#: Events that change what came of a cluster, besides those of upper apps.
RESULT_VERBS: Final = (
    "outcome.recorded",
    "outcome.changed",
    "outcome.removed",
    "outcome.file_added",
    "outcome.file_removed",
    "objective.measured",
)


def changed_since_report(cluster: Cluster) -> datetime | None:
    """Return when what came of an ended cluster was last changed, if that was after its last factsheet.

    None while it is not over. One query: events of a chain are numbered in the order of what happened; advice on its
    needs has another chain, and goes by the order of the rows.
    """
    if cluster.state not in FINISHED_STATES:
        return None
    chain = Event.objects.filter(chain=kinds.of(cluster).chain(cluster)).order_by()
    reports = chain.filter(verb__in=REPORTING_VERBS, kind="cluster").order_by("-number").values("number")[:1]
    verbs = [*RESULT_VERBS, *contributions.result_verbs()]
    later = chain.filter(verb__in=verbs, number__gt=Coalesce(Subquery(reports), 0))
    told = chain.filter(verb__in=REPORTING_VERBS, kind="cluster").order_by("-number").values("pk")[:1]
    later = later.order_by() | _of_its_needs(cluster, verbs).filter(pk__gt=Coalesce(Subquery(told), 0))
    newest: datetime | None = later.aggregate(at=Max("at"))["at"]
    return newest


def _of_its_needs(cluster: Cluster, verbs: list[str]) -> QuerySet[Event]:
    """Return the events that change what a factsheet tells of the advice on the needs that a cluster answers."""
    questions = PanelQuestion.objects.on_needs_of(cluster).order_by()
    answers = PanelAnswer.objects.filter(question__in=questions.values("pk")).order_by()
    of_questions = Q(kind="panel_question", subject_id__in=questions.values("pk"))
    of_answers = Q(kind="panel_answer", subject_id__in=answers.values("pk"))
    return Event.objects.filter(of_questions | of_answers, verb__in=verbs)
