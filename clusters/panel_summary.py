"""What of the advice to a cluster, and on its needs, stands in its snapshot: published questions, who answered."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Prefetch
from django.utils import timezone

from clusters.choices import PanelCredit
from clusters.contributions import Results
from clusters.models import PanelAnswer, PanelQuestion
from clusters.panel_sentences import CREDIT_VERBS
from clusters.snapshot_shape import AdviceLine, AdviserLine

# Six columns, as `clusters.summary` compares them. Both databases read it alike.
_NAMED: Final = """
SELECT 'advice', q.id, q.text, q.what_came || CAST(q.published_at AS text),
    COALESCE(CAST(a.id AS text) || a.credit || CAST(a.asked_id AS text), ''), COALESCE(o.name || o.country, '')
    FROM clusters_cluster c
    JOIN clusters_panelquestion q ON q.cluster_id = c.id OR q.need_id = c.need_id
        OR q.need_id IN (SELECT f.need_id FROM clusters_cluster_further_needs f WHERE f.cluster_id = c.id)
    LEFT JOIN clusters_panelanswer a ON a.question_id = q.id AND a.status = 'answered'
    LEFT JOIN community_organisation o ON o.id = a.organisation_id
    WHERE c.id = %s AND q.published_at IS NOT NULL
"""


def advice_lines(cluster: Any) -> list[AdviceLine]:
    """Return the published questions of a cluster, and on the needs that it answers, with who answered; two queries.

    Oldest first. Persons stand as keys, and only who chose to be credited by name.
    """
    return [_line(row) for row in told_questions(cluster)]


def told_questions(cluster: Any) -> list[PanelQuestion]:
    """Return the published questions of a cluster and of the needs that it answers, oldest first; two queries.

    Advice that nobody gave is left out.
    """
    answers = PanelAnswer.objects.answered().select_related("asked", "organisation").order_by("answered_at", "pk")
    rows = PanelQuestion.objects.told_by(cluster)
    rows = rows.prefetch_related(Prefetch("answers", queryset=answers)).order_by("asked_at", "pk")
    return [row for row in rows if row.answers.all()]


def _line(question: PanelQuestion) -> AdviceLine:
    return {
        "question": question.text,
        "what_came": question.what_came,
        "on": timezone.localdate(question.closed_at).isoformat() if question.closed_at else None,
        "given_by": [_adviser(place) for place in question.answers.all()],
    }


def _adviser(place: PanelAnswer) -> AdviserLine:
    organisation = place.organisation
    return {
        "organisation": {"name": organisation.name, "country": organisation.country} if organisation else None,
        "person": place.asked.key if place.credit == PanelCredit.NAMED else None,
    }


def _no_uptakes(_cluster: Any) -> list[Any]:
    return []


def _denies_nothing(_cluster: Any) -> bool:
    return False


ADVICE: Final = Results(CREDIT_VERBS, _no_uptakes, _NAMED, _denies_nothing)
