"""Amendments as their pages show them: each field before and after, in words, and what the reader may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from clusters.amendment_lifecycle import AMENDMENT
from clusters.choices import ACCEPTED_AMENDMENTS, OPEN_AMENDMENTS
from clusters.models import Amendment, Cluster
from clusters.permissions import names_of, sees_names
from clusters.rules.amendment import private_amendments
from clusters.rules.amendment_fields import LABELS, Words, current, directory, in_words
from community.lifecycle import Offer
from community.models import Comment, User

DECISIONS = ("amendment.accepted", "amendment.in_part", "amendment.refused")


@dataclass(frozen=True)
class FieldRow:
    """One field: what it was written against, what it would be, and what the cluster says where that differs by now."""

    name: str
    label: Words
    was: str
    now: str
    current: str
    is_outdated: bool
    accepted: bool | None


@dataclass(frozen=True)
class AmendmentLine:
    """One amendment in the list."""

    amendment: Amendment
    fields: str
    suggested_by: str


@dataclass(frozen=True)
class AmendmentSheet:
    """One amendment for one reader; `offers` without the decision, which has a page of its own."""

    amendment: Amendment
    rows: list[FieldRow]
    is_private: bool
    suggested_by: str
    refused_because: str
    offers: list[Offer]
    decision: Offer | None
    comments: list[dict[str, Any]]

    @property
    def outdated(self) -> list[FieldRow]:
        """The fields that the cluster has changed meanwhile."""
        return [row for row in self.rows if row.is_outdated]


def lines(amendments: Iterable[Amendment], cluster: Cluster, user: User | AnonymousUser) -> list[AmendmentLine]:
    """Return the amendments for the list; who suggested one is named to those who may read the name."""
    rows = list(amendments)
    names = names_of(user, cluster, [row.suggested_by_id for row in rows])
    return [AmendmentLine(row, _labels(row), names.get(row.suggested_by_id, "")) for row in rows]


def _labels(amendment: Amendment) -> str:
    """Return the labels of the fields that everybody may read of an amendment."""
    return ", ".join(
        str(LABELS[name])
        for name in LABELS
        if name in amendment.changes and amendment.changes[name].get("accepted", True)
    )


def sheet(amendment: Amendment, user: User | AnonymousUser) -> AmendmentSheet:
    """Return the amendment as `user` reads it: in full, or what was accepted of it."""
    cluster = amendment.cluster
    is_private = user.is_authenticated and private_amendments(user, cluster).filter(pk=amendment.pk).exists()
    offers: list[Offer] = []
    if user.is_authenticated and amendment.state in OPEN_AMENDMENTS:
        offers = AMENDMENT.offers(amendment, by=user, at=timezone.now())
    decisions = {offer.verb.code: offer for offer in offers if offer.verb.code in DECISIONS}
    return AmendmentSheet(
        amendment=amendment,
        rows=_rows(amendment, user, is_private=is_private),
        is_private=is_private,
        suggested_by=names_of(user, cluster, [amendment.suggested_by_id]).get(amendment.suggested_by_id, ""),
        refused_because=_refused_because(amendment) if is_private else "",
        offers=[offer for offer in offers if offer.verb.code not in DECISIONS],
        decision=decisions.get("amendment.refused"),
        comments=_comments(amendment, user) if is_private else [],
    )


def _rows(amendment: Amendment, user: User | AnonymousUser, *, is_private: bool) -> list[FieldRow]:
    cluster = amendment.cluster
    is_open = amendment.state in OPEN_AMENDMENTS
    shown = {name: pair for name, pair in amendment.changes.items() if is_private or pair.get("accepted")}
    now = {name: current(cluster, name) if is_open else pair["was"] for name, pair in shown.items()}
    wanted = {name: {"was": p["was"], "now": p["now"], "current": now[name]} for name, p in shown.items()}
    names = directory(wanted, may_name=sees_names(user, cluster))
    return [
        FieldRow(
            name=name,
            label=LABELS[name],
            was=in_words(name, shown[name]["was"], names),
            now=in_words(name, shown[name]["now"], names),
            current=in_words(name, now[name], names),
            is_outdated=is_open and now[name] != shown[name]["was"],
            accepted=shown[name].get("accepted"),
        )
        for name in LABELS
        if name in shown
    ]


def _refused_because(amendment: Amendment) -> str:
    """Return the words of the decision about what was refused; "" once an erasure emptied them."""
    detail = getattr(amendment.event, "detail", None) if amendment.event else None
    body = (detail.body if detail else None) or {}
    if amendment.state in ACCEPTED_AMENDMENTS:
        return str(body.get("refused_because", ""))
    return str(body.get("reason", ""))


def _comments(amendment: Amendment, user: User | AnonymousUser) -> list[dict[str, Any]]:
    rows = Comment.objects.filter(kind="amendment", subject_id=amendment.pk, removed_at__isnull=True)
    rows = rows.select_related("by__member").order_by("created_at", "pk")
    return [
        {"text": row.text, "at": row.created_at, "who": row.by.member.name if row.by.member else ""} for row in rows
    ]
