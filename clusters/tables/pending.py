"""What is pending on a cluster and on whom it waits, for everybody who works on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, DateTimeField, Min, QuerySet, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import ngettext

from clusters.choices import AmendmentState, ParticipationStatus, State
from clusters.models import Cluster
from clusters.permissions import sees_names
from clusters.rules.amendment import private_amendments
from community.models import User


@dataclass(frozen=True)
class Pending:
    """One sentence that says what waits for whom, since when (None: not known), and where it is seen."""

    sentence: str
    url: str
    since: datetime | None = None


def _invited(count: int) -> str:
    return ngettext(
        "%(count)d invited person has not answered yet.", "%(count)d invited persons have not answered yet.", count
    )


def _asked_address(count: int) -> str:
    return ngettext(
        "%(count)d person who was invited by address has not answered yet.",
        "%(count)d persons who were invited by address have not answered yet.",
        count,
    )


def _requested(count: int) -> str:
    return ngettext(
        "%(count)d request to join waits for the lead.", "%(count)d requests to join wait for the lead.", count
    )


def _open_condition(count: int) -> str:
    return ngettext(
        "%(count)d condition of the approval waits for the lead to meet it.",
        "%(count)d conditions of the approval wait for the lead to meet them.",
        count,
    )


def _met_condition(count: int) -> str:
    return ngettext(
        "%(count)d condition is reported as met and waits for a coordinator to confirm it.",
        "%(count)d conditions are reported as met and wait for a coordinator to confirm them.",
        count,
    )


def _suggested(count: int) -> str:
    return ngettext(
        "%(count)d suggested amendment waits for the lead or a coordinator to put it forward.",
        "%(count)d suggested amendments wait for the lead or a coordinator to put them forward.",
        count,
    )


def _for_new_lead(count: int) -> str:
    return ngettext(
        "%(count)d amendment waits for the new lead to accept.",
        "%(count)d amendments wait for the new lead to accept.",
        count,
    )


def _proposed(count: int) -> str:
    return ngettext(
        "%(count)d amendment waits for a coordinator to decide.",
        "%(count)d amendments wait for a coordinator to decide.",
        count,
    )


def _merge(count: int) -> str:
    return ngettext(
        "%(count)d asked merge waits for a coordinator of the other group.",
        "%(count)d asked merges wait for a coordinator of the other group.",
        count,
    )


def _follow_up(count: int) -> str:
    return ngettext(
        "%(count)d follow-up waits for the answer of who was asked.",
        "%(count)d follow-ups wait for the answer of who was asked.",
        count,
    )


AT_THE_PROPOSER = frozenset({State.DRAFT, State.RETURNED})
#: code -> (sentence for a number, the page where it is seen), in the order in which they are shown.
SORTS: dict[str, tuple[Callable[[int], str], str]] = {
    "requested": (_requested, "clusters:people"),
    "condition": (_open_condition, "clusters:detail"),
    "met": (_met_condition, "clusters:detail"),
    "suggested": (_suggested, "clusters:amendments"),
    "new_lead": (_for_new_lead, "clusters:amendments"),
    "proposed": (_proposed, "clusters:amendments"),
    "merge": (_merge, "clusters:detail"),
    "invited": (_invited, "clusters:people"),
    "address": (_asked_address, "clusters:people"),
    "follow_up": (_follow_up, "clusters:outcomes"),
}


def pending_on(cluster: Cluster, user: User | AnonymousUser) -> list[Pending]:
    """Return what waits for somebody on this cluster, for who works on it; nothing for others. One query.

    A draft and a returned proposal wait for their proposer alone, as the line under their title says. Of amendments
    each counts those that they may read: one that is not accepted yet is shown to nobody else.
    """
    if cluster.state in AT_THE_PROPOSER or not user.is_authenticated or not sees_names(user, cluster):
        return []
    first, *others = (_counted(code, rows, since) for code, rows, since in _sources(cluster, user))
    found = {code: (count, since) for code, count, since in first.union(*others, all=True)}
    kwargs = {"reference": cluster.name}
    return [
        Pending(words(count) % {"count": count}, reverse(page, kwargs=kwargs), since)
        for code, (words, page) in SORTS.items()
        for count, since in [found.get(code, (0, None))]
        if count
    ]


def _sources(cluster: Cluster, user: User) -> list[tuple[str, QuerySet[Any], str]]:
    """Return for each sort its rows, and the column that says since when one waits ("": none does)."""
    people, conditions = cluster.participations, cluster.conditions.filter(confirmed_at=None, waived_at=None)
    readable = private_amendments(user, cluster)
    put_forward = readable.filter(state=AmendmentState.PROPOSED)
    to_agree = {"new_lead__isnull": False, "new_lead_accepted_at__isnull": True}
    return [
        ("requested", people.filter(status=ParticipationStatus.REQUESTED), "asked_at"),
        ("invited", people.filter(status=ParticipationStatus.INVITED, asked_at__isnull=False), "asked_at"),
        ("address", cluster.invitations.open(), "asked_at"),
        ("condition", conditions.filter(met_at=None), ""),
        ("met", conditions.exclude(met_at=None), "met_at"),
        ("suggested", readable.filter(state=AmendmentState.SUGGESTED), "created_at"),
        ("new_lead", put_forward.filter(**to_agree), "state_since"),
        ("proposed", put_forward.exclude(**to_agree), "state_since"),
        ("merge", cluster.merge_requests.open(), "asked_at"),
        ("follow_up", cluster.follow_ups.open().filter(asked_at__isnull=False), "asked_at"),
    ]


def _counted(code: str, rows: QuerySet[Any], since: str) -> QuerySet[Any, Any]:
    """Return one row: the code, how many wait, and since when the first does; no row where none does."""
    counted: QuerySet[Any, Any] = rows.order_by().annotate(code=Value(code)).values("code")
    first = Min(since) if since else Min(Cast(Value(None), DateTimeField()))
    counted = counted.annotate(number=Count("pk"), first=first)
    return counted.values_list("code", "number", "first")
