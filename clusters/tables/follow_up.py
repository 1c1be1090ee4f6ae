"""Follow-ups as the page of a cluster lists them: asked when, answered by whom, or that nobody answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.choices import FollowUpAnswer, State
from clusters.kept_snapshot import CACHE_SECONDS
from clusters.models import Cluster, FollowUp
from clusters.permissions import names_of, sees_names
from clusters.rules.follow_up import can_answer, corrected_until, is_late
from community.models import User

#: The mark beside an answer (`MARKS` of the components).
TONES = {
    FollowUpAnswer.CONFIRMED: "yes",
    FollowUpAnswer.ADAPTED: "yes",
    FollowUpAnswer.STOPPED: "no",
    FollowUpAnswer.UNKNOWN: "planned",
}


@dataclass(frozen=True)
class FollowUpRow:
    """One follow-up with its words: how it stands, and through whom; `may_answer` shows the button."""

    row: FollowUp
    standing: str
    tone: str
    through: str
    may_answer: bool
    corrected_until: date | None

    @property
    def is_answered(self) -> bool:
        """Whether there is an answer."""
        return self.row.answered_at is not None

    @property
    def is_late(self) -> bool:
        """Whether the answer came after the time in which it was expected."""
        answered = self.row.answered_at
        return answered is not None and is_late(self.row, timezone.localdate(answered))


def follow_ups_of(
    cluster: Cluster, user: User | AnonymousUser, *, on: date, with_names: bool = False
) -> list[FollowUpRow]:
    """Return the follow-ups of a cluster in the order of their days; no query where the version was shown before.

    Cancelled ones are left out: answers that were given before a cluster was reopened stay. `with_names` takes a
    query more where somebody answered.
    """
    if cluster.baseline_frozen_at is None:
        return []
    rows = _cached(cluster)
    if cluster.state != State.CONCLUDED:
        rows = [row for row in rows if row.answered_at is not None]
    people = {_answerer(row) for row in rows if row.answered_at is not None} - {None}
    is_named = with_names and bool(people) and sees_names(user, cluster)
    names = names_of(user, cluster, people) if is_named else {}
    return [_of(row, user, names=names, on=on) for row in rows]


def _cached(cluster: Cluster) -> list[FollowUp]:
    """Return the follow-ups of this version of the cluster, which each answer raises; from the cache where kept."""
    key = f"follow-ups:1:{cluster.pk}:{cluster.version}"
    kept: list[dict[str, Any]] | None = cache.get(key)
    if kept is None:
        rows = cluster.follow_ups.live().annotate(answerer=F("answered_by__member"))
        kept = list(rows.values("answerer", *(column.attname for column in FollowUp._meta.concrete_fields)))
        cache.set(key, kept, CACHE_SECONDS)
    return [_row(cluster, dict(values)) for values in kept]


def _row(cluster: Cluster, values: dict[str, Any]) -> FollowUp:
    """Return a follow-up made of cached values."""
    answerer = values.pop("answerer")
    row = FollowUp(**values)
    row.cluster = cluster
    row.__dict__["answerer"] = answerer
    return row


def _answerer(row: FollowUp) -> int | None:
    """Return the member who answered, or to whom the link by which it was answered was sent."""
    return row.asked_id if row.is_by_link else row.__dict__["answerer"]


def _of(row: FollowUp, user: User | AnonymousUser, *, names: dict[int, str], on: date) -> FollowUpRow:
    standing, tone = _standing(row, on)
    return FollowUpRow(
        row=row,
        standing=standing,
        tone=tone,
        through=_through(row, names.get(_answerer(row) or 0, "")) if row.answered_at is not None else "",
        may_answer=user.is_authenticated and bool(can_answer(user, row)),
        corrected_until=corrected_until(row),
    )


def _standing(row: FollowUp, on: date) -> tuple[str, str]:
    """Return how a follow-up stands, as words and the kind of its mark."""
    if row.answered_at is not None:
        return str(row.get_answer_display()), TONES[FollowUpAnswer(row.answer)]
    if on < row.due_on:
        return _("not asked yet"), "planned"
    if is_late(row, on):
        return _("nobody answered"), "no"
    return _("no answer yet"), "waiting"


def _through(row: FollowUp, name: str) -> str:
    """Return by whom, or through whose link, an answer was given; `name` is "" where it may not be read."""
    if not row.is_by_link:
        return _("by %(person)s") % {"person": name} if name else ""
    if name:
        return _("through the link sent to %(person)s") % {"person": name}
    return _("through the link sent to who was asked")
