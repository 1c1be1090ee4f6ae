"""Who prepares a decision on a proposal and who reads it: those who may decide on it, nobody else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clusters.choices import DECIDERS, State
from clusters.models import Cluster, PreparedDecision
from clusters.permissions import capacities, parties
from clusters.rules.decision import due_problem, why_a_party
from clusters.visibility import viewer
from community.models import Event, User
from community.permissions import ALLOWED, Verdict, refused

#: So far ahead an announcement may be set: who proposed waits that long for a word.
MOST_DAYS = 60


def can_prepare(user: User | AnonymousUser | None, cluster: Cluster, *, on: date | None = None) -> Verdict:
    """Tell whether `user` prepares decisions on `cluster` and reads what others prepared, on the day `on`.

    The same for everybody who may not, whether something is prepared or not: a refusal tells nothing.
    """
    on = on or timezone.localdate()
    if not capacities(user or AnonymousUser(), cluster, on).intersection(DECIDERS):
        return refused(_("Only those who may decide on this proposal prepare a decision."), "forbidden")
    member_id = viewer(user, on).member_id
    if member_id is not None and member_id in parties(cluster):
        return refused(why_a_party(cluster, member_id), "forbidden")
    if cluster.state != State.SUBMITTED:
        return refused(_("A decision is prepared while the proposal waits for one."), "state")
    return ALLOWED


def prepared_on(cluster: Cluster, user: User | AnonymousUser | None) -> PreparedDecision | None:
    """Return the live prepared decision of a proposal, for those who may read it; None for everybody else."""
    if cluster.state != State.SUBMITTED or not can_prepare(user, cluster):
        return None
    return cluster.prepared_decisions.live().with_people().first()


def announcement_problem(
    announce_at: datetime | None, cluster: Cluster, due: Iterable[date | None], at: datetime
) -> str:
    """Return what is wrong with the moment of an announcement, and what to do; "" when nothing is.

    Args:
        due: the days by which conditions of an approval are to be met.
    """
    if announce_at is None:
        return ""
    if announce_at <= at:
        return _("This moment is past. Choose a later one, or decide now.")
    if announce_at > at + timedelta(days=MOST_DAYS):
        return _("Announce it within %(days)d days: the proposer waits for it.") % {"days": MOST_DAYS}
    day = timezone.localdate(announce_at)
    for due_on in due:
        if due_on is not None and due_problem(due_on, cluster, day):
            words = _(
                "A condition is due on %(due)s, which does not fit an announcement on %(day)s. Change one of them."
            )
            return words % {"due": date_format(due_on, "j F Y"), "day": date_format(day, "j F Y")}
    return ""


def stored_conditions(conditions: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """Return conditions as JSON values."""
    return [
        {"text": row["text"], "due_on": row["due_on"].isoformat() if row.get("due_on") else ""} for row in conditions
    ]


def conditions_of(row: PreparedDecision) -> list[dict[str, Any]]:
    """Return a prepared decision's conditions as the transition takes them."""
    return [{"text": one["text"], "due_on": parse_date(one["due_on"] or "")} for one in row.conditions]


def moment_words(moment: datetime) -> str:
    """Return a moment in the site's zone: "12 May 2026, 09:00"."""
    return date_format(timezone.localtime(moment), "j F Y, H:i")


def announced_words(event: Event, people: Mapping[int, str]) -> str:
    """Return the sentence that says when a decision was prepared and who announced it; "" where it was one press.

    Args:
        people: the names that the reader may see, by the person's id.
    """
    prepared_at = parse_datetime(str(event.data.get("prepared_at", "")))
    if prepared_at is None:
        return ""
    key = event.data.get("announced_by")
    by = (people.get(key) or _("a coordinator")) if key else _("the registry")
    words = _("Prepared on %(first)s, announced on %(second)s by %(by)s.")
    return " " + words % {"first": moment_words(prepared_at), "second": moment_words(event.at), "by": by}
