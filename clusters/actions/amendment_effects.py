"""What an amendment's verbs do beside changing its state: one function a code of `clusters.amendment_lifecycle`.

All run inside the transaction of `community.actions.transition`. The cluster's row is locked before the amendment's
(`clusters.actions.amendment.act`), as in every other action on a part of a cluster.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from clusters import search
from clusters.actions.amendment_values import COLUMNS, check_changes, check_reason, check_wished, write_accepted
from clusters.actions.baseline import freeze_baseline
from clusters.choices import AmendmentKind, AmendmentState
from clusters.models import Amendment, Cluster
from clusters.rules.amendment_fields import DAYS, changes_of, for_history, kind_of
from community.actions.transition import effect
from community.lifecycle import Attempt
from community.permissions import Refusal


def accepted_of(attempt: Attempt) -> frozenset[str]:
    """Return the fields that a decision accepts; a verb without a decision in it accepts none."""
    accepted: frozenset[str] = attempt.details.get("accepted", frozenset())
    return accepted


def _actor(attempt: Attempt) -> Any:
    return attempt.by.member if attempt.by else None


@effect("put_amendment_forward")
def put_amendment_forward(attempt: Attempt) -> None:
    """Note who put it forward; somebody who suggests or puts forward their own lead has accepted by that."""
    amendment: Amendment = attempt.subject
    attempt.facts["number"] = amendment.number
    attempt.set(put_forward_by=_actor(attempt))
    if amendment.new_lead_id in (amendment.suggested_by_id, amendment.put_forward_by_id) and amendment.new_lead_id:
        attempt.set(new_lead_accepted_at=attempt.at)


@effect("renew_amendment")
def renew_amendment(attempt: Attempt) -> None:
    """Write the difference anew against the cluster as it stands; who does it makes it theirs.

    Raises:
        Refusal: a value is wrong, or nothing would differ.
    """
    amendment: Amendment = attempt.subject
    attempt.facts["number"] = amendment.number
    wished = attempt.details["wished"]
    check_wished(amendment.cluster, wished, attempt.on)
    changes = changes_of(amendment.cluster, wished)
    check_changes(changes, is_hand_over=amendment.kind == AmendmentKind.LEAD)
    why = attempt.details.get("why")
    attempt.set(changes=changes, kind=kind_of(changes), reason=amendment.reason if why is None else why.strip())
    check_reason(amendment)
    if amendment.state == AmendmentState.PROPOSED:
        attempt.set(put_forward_by=_actor(attempt))
    if "lead" in changes and changes["lead"]["now"][0] != amendment.new_lead_id:
        is_own = changes["lead"]["now"][0] == getattr(_actor(attempt), "pk", None)
        attempt.set(new_lead_id=changes["lead"]["now"][0], new_lead_accepted_at=attempt.at if is_own else None)
        attempt.changed.discard("new_lead_id")
        attempt.changed.add("new_lead")


@effect("accept_new_lead")
def accept_new_lead(attempt: Attempt) -> None:
    """Note that the lead to be agreed."""
    attempt.facts["number"] = attempt.subject.number
    attempt.set(new_lead_accepted_at=attempt.at)


@effect("apply_amendment")
def apply_amendment(attempt: Attempt) -> None:
    """Write the accepted fields into the cluster; changed dates of a started cluster freeze its next baseline.

    Raises:
        Refusal: nothing is accepted, or a value does not hold any more.
    """
    amendment: Amendment = attempt.subject
    accepted = accepted_of(attempt)
    if not accepted or not accepted <= set(amendment.changes):
        raise Refusal(_("Tick what is accepted, or refuse the amendment."))
    cluster = Cluster.objects.select_for_update().get(pk=amendment.cluster_id)
    values = {name: amendment.changes[name]["now"] for name in accepted}
    check_wished(cluster, values, attempt.on)
    write_accepted(cluster, values, attempt)
    cluster.version += 1
    cluster.save(update_fields=[*COLUMNS, "version", "updated_at"])
    search.index(cluster)
    amendment.cluster = cluster
    attempt.facts["fields"] = sorted(accepted)
    attempt.words["changes"] = for_history(amendment.changes, accepted)
    if accepted & set(DAYS) and cluster.baseline_frozen_at is not None:
        baseline = freeze_baseline(cluster=cluster, at=attempt.at, amendment=amendment)
        attempt.facts["baseline"] = baseline.number


@effect("settle_amendment")
def settle_amendment(attempt: Attempt) -> None:
    """Note who decided when, and field by field what was accepted."""
    accepted = accepted_of(attempt)
    attempt.facts["number"] = attempt.subject.number
    if because := str(attempt.details.get("refused_because", "")).strip():
        attempt.words["refused_because"] = because
    changes = {name: {**pair, "accepted": name in accepted} for name, pair in attempt.subject.changes.items()}
    attempt.set(changes=changes, decided_at=attempt.at, decided_by=_actor(attempt))


@effect("settle_without_decision")
def settle_without_decision(attempt: Attempt) -> None:
    """Note when it ended: nobody decided on it."""
    attempt.facts["number"] = attempt.subject.number
    attempt.set(decided_at=attempt.at)


@effect("keep_decision", after=True)
def keep_decision(attempt: Attempt) -> None:
    """Tie the decision's event to the amendment: its words stand there."""
    attempt.subject.event = attempt.event
    attempt.subject.save(update_fields=["event"])
