"""Why versions were issued: what led to each, for everybody, and what was said with it, for whom the history says it.

`Issue.reason` is the verb that led to the version. What somebody typed with that verb stands in the event's detail: it
is read here by the rules of the cluster's history, which keeps some of it to those who see names, and which an erasure
may have emptied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import AnonymousUser
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster
from clusters.sentences import events_for, history
from community.models import User
from factsheets.choices import IssueKind
from factsheets.interim import ISSUED
from factsheets.models import Issue

#: What leads to a version, by the verb.
WHY: Final[Mapping[str, str | Promise]] = {
    "approve": _("The cluster was approved"),
    ISSUED: _("In between, while the work went on"),
    "amendment.accepted": _("An amendment was accepted"),
    "amendment.in_part": _("An amendment was accepted in part"),
    "conclude": _("The cluster was concluded"),
    "discontinue": _("The cluster was discontinued"),
    "correct": _("The record was corrected after the end"),
    "missing": _("It had not been issued, and was made up for"),
    "statement.adopted": _("The statement was adopted"),
    "report.sent": _("The report was sent"),
}


@dataclass(frozen=True)
class Why:
    """Why a version was issued: `led` says what led to it, `said` is what was typed with that; each may be ""."""

    led: str | Promise = ""
    said: str = ""


def reasons_of(issues: Iterable[Issue], *, user: User | AnonymousUser) -> dict[int, Why]:
    """Return by key why each of these versions about one subject was issued, as far as it is for `user`.

    As many queries for one version as for many. A reason that is no verb of ours has no words: nobody was told that
    it would be shown.
    """
    rows = {issue.pk: issue for issue in issues}
    said = _said(list(rows.values()), user)
    return {key: Why(WHY.get(row.reason, ""), said.get(row.event_id or 0, "")) for key, row in rows.items()}


def _said(issues: list[Issue], user: User | AnonymousUser) -> dict[int, str]:
    """Return by the event's key what was typed with the events that led to factsheets."""
    wanted = [row.event_id for row in issues if row.kind == IssueKind.CLUSTER and row.event_id]
    cluster = Cluster.objects.filter(pk=issues[0].subject_id).first() if wanted else None
    if cluster is None:
        return {}
    events = list(events_for(user, cluster).filter(pk__in=wanted))
    told = history(events, cluster, user=user)
    return {event.pk: words.reason for event, words in zip(events, told, strict=True)}
