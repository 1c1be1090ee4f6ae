"""The conditions of an approval as the summary page shows them, with what the reader may do about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clusters.actions.condition import can_meet, can_settle
from clusters.choices import DECIDERS
from clusters.models import Cluster, Condition
from clusters.permissions import LEADS, capacities
from clusters.summary import condition_state
from community.models import User
from community.permissions import Verdict

LABELS: dict[str, str | Promise] = {
    "open": _("Not met yet"),
    "met": _("Met, says the lead; a coordinator confirms"),
    "confirmed": _("Met and confirmed"),
    "waived": _("Waived"),
}


@dataclass(frozen=True)
class ConditionRow:
    """A condition, how it stands, and since when."""

    condition: Condition
    state: str
    is_late: bool = False

    @property
    def label(self) -> str | Promise:
        """How it stands, in words."""
        return LABELS[self.state]

    @property
    def at(self) -> datetime | None:
        """When it came to stand so."""
        row = self.condition
        return row.waived_at or row.confirmed_at or row.met_at


@dataclass(frozen=True)
class Conditions:
    """All conditions, and which buttons the reader is shown; each verdict says why one is disabled."""

    rows: list[ConditionRow]
    shows_meet: bool
    shows_settle: bool
    may_meet: Verdict
    may_settle: Verdict


def conditions_of(cluster: Cluster, *, user: User | AnonymousUser) -> Conditions:
    """Return the conditions of `cluster` for `user`; one query where there are none, and for visitors."""
    on = timezone.localdate()
    rows = [ConditionRow(row, condition_state(row), row.is_late(on)) for row in cluster.conditions.all()]
    may_meet = may_settle = Verdict(False)
    held: frozenset[str] = frozenset()
    if rows and user.is_authenticated and any(row.condition.is_open for row in rows):
        held = capacities(user, cluster, on)
        may_meet, may_settle = can_meet(user, cluster), can_settle(user, cluster)
    return Conditions(
        rows,
        shows_meet=bool(held & {*LEADS}),
        shows_settle=bool(held & {*DECIDERS}),
        may_meet=may_meet,
        may_settle=may_settle,
    )
