"""Who acts as what on an amendment, who reads it, and what its verbs require: predicates with reasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from clusters.choices import ACTIVE_STATES, DECIDERS, Access, AmendmentKind, AmendmentState, Capacity
from clusters.models import Amendment, Cluster
from clusters.permissions import LEADS, capacities, deciding_members, eligible_to_lead, parties
from clusters.querysets.amendment import AmendmentQuerySet
from clusters.rules.amendment_fields import LABELS, current, outdated
from clusters.rules.decision import why_a_party
from clusters.rules.joining import access_of
from clusters.visibility import viewer
from community.lifecycle import Attempt
from community.models import Member, Organisation, User
from community.permissions import ALLOWED, Verdict, refused

Anybody = User | AnonymousUser | None


def own_parties(amendment: Amendment) -> frozenset[int]:
    """Return whose amendment it is: who suggested it, put it forward, or would lead by it."""
    named = (amendment.suggested_by_id, amendment.put_forward_by_id, amendment.new_lead_id)
    return frozenset(pk for pk in named if pk is not None)


def amendment_capacities(user: Anybody, amendment: Amendment, on: date) -> frozenset[str]:
    """Return as what `user` acts on an amendment: as on its cluster, and by their part in the amendment itself."""
    cluster = amendment.cluster
    held = set(capacities(user, cluster, on, besides=own_parties(amendment)))
    member_id = viewer(user, on).member_id
    if member_id is not None and member_id == amendment.suggested_by_id:
        held.add(Capacity.SUGGESTER)
    if member_id is not None and member_id == amendment.new_lead_id:
        held.add(Capacity.NEW_LEAD)
    if _is_further(user, cluster, on):
        held.add(Capacity.FURTHER_COORDINATOR)
    return frozenset(held)


def _is_further(user: Anybody, cluster: Cluster, on: date) -> bool:
    """Tell whether the person coordinates a further working group of the cluster; asked once for an instance."""
    mine = viewer(user, on).group_ids
    if not mine:
        return False
    known: frozenset[int] | None = cluster.__dict__.get("_further_ids")
    if known is None:
        known = frozenset(row.pk for row in cluster.further_working_groups.all())
        cluster.__dict__["_further_ids"] = known
    return bool(mine & known)


def amendment_deciders(amendment: Amendment, on: date) -> list[Member]:
    """Return who may decide on it: coordinators of the responsible group who have no part in it, else the stand-ins."""
    return deciding_members(amendment.cluster, on, besides=own_parties(amendment))


def amendments_for(user: Anybody, cluster: Cluster) -> AmendmentQuerySet:
    """Return the amendments of `cluster` that `user` may read.

    The group reads what is accepted; the rest is for who suggested it, the lead's side, those who decide, and once
    it is put forward for the coordinators of the further working groups.
    """
    accepted = Amendment.objects.filter(cluster=cluster).accepted()
    return (private_amendments(user, cluster) | accepted).order_by("number")


def private_amendments(user: Anybody, cluster: Cluster, *, merged: Sequence[Cluster] = ()) -> AmendmentQuerySet:
    """Return the amendments of `cluster` that `user` reads in full, from the suggestion to the decision.

    Of an accepted one the group reads what was accepted, not what was refused of it, nor who said what before.
    `merged` are clusters that were merged into this one: whoever reads all here reads theirs too.
    """
    on = timezone.localdate()
    held = capacities(user or AnonymousUser(), cluster, on)
    rows = Amendment.objects.filter(cluster__in=[cluster, *merged])
    who = viewer(user, on)
    reads_all = bool(held & {*LEADS, *DECIDERS, Capacity.ADMINISTRATOR})
    if reads_all:
        return rows
    mine = rows.concerning(who.member_id, further=_is_further(user, cluster, on))
    if not who.is_coordinator:
        return mine
    return mine | rows.put_forward().for_stand_ins(on)


def can_suggest(user: Anybody, cluster: Cluster) -> Verdict:
    """Whoever takes part suggests a change; lead, deputy and coordinators put theirs forward at once."""
    held = capacities(user or AnonymousUser(), cluster, timezone.localdate())
    allowed = {Capacity.PARTICIPANT, Capacity.PROPOSER, *LEADS, Capacity.COORDINATOR, Capacity.MISSION_COORDINATOR}
    if not held & allowed:
        return refused(_("Only those who take part in the cluster suggest an amendment."), "forbidden")
    if cluster.state not in ACTIVE_STATES:
        return refused(_("Only an approved cluster that has not ended is changed by an amendment."), "state")
    if not held & (allowed - {Capacity.PARTICIPANT}) and access_of(user, cluster) != Access.CONTRIBUTE:
        return refused(_("You take part as a reader or with comments: others suggest changes."), "forbidden")
    return ALLOWED


def puts_forward(user: Anybody, cluster: Cluster) -> bool:
    """Tell whether what this person writes goes to the coordinators without a step in between."""
    held = capacities(user or AnonymousUser(), cluster, timezone.localdate())
    return bool(held & {*LEADS, Capacity.COORDINATOR, Capacity.MISSION_COORDINATOR})


def can_comment(user: Anybody, amendment: Amendment) -> Verdict:
    """Everybody who has a say in it or coordinates a further working group comments while it is open."""
    held = amendment_capacities(user or AnonymousUser(), amendment, timezone.localdate())
    allowed = {
        Capacity.SUGGESTER,
        Capacity.NEW_LEAD,
        *LEADS,
        *DECIDERS,
    }
    if amendment.put_forward_by_id is not None:
        allowed.add(Capacity.FURTHER_COORDINATOR)
    if not held & allowed:
        return refused(_("Only those who are concerned with this amendment comment on it."), "forbidden")
    if amendment.state not in (AmendmentState.SUGGESTED, AmendmentState.PROPOSED):
        return refused(_("This amendment is settled, so nobody comments on it any more."), "state")
    return ALLOWED


# What the verbs require.


def cluster_is_active(attempt: Attempt) -> Verdict:
    """The cluster is approved and has not ended."""
    if attempt.subject.cluster.state in ACTIVE_STATES:
        return ALLOWED
    return refused(_("The cluster has ended, so nothing in it is amended any more."), "state")


def is_up_to_date(attempt: Attempt) -> Verdict:
    """The cluster still says what the amendment was written against, in the fields that are to be accepted."""
    amendment = attempt.subject
    accepted = attempt.details.get("accepted")
    behind = [name for name in outdated(amendment, amendment.cluster) if accepted is None or name in accepted]
    if not behind or (attempt.is_asking and attempt.verb.code != "amendment.proposed"):
        return ALLOWED
    return refused(
        ngettext_lazy(
            "The cluster has changed since this was written: %(fields)s. Renew the amendment first.",
            "The cluster has changed since this was written: %(fields)s. Renew the amendment first.",
            len(behind),
        )
        % {"fields": ", ".join(str(LABELS[name]) for name in behind)},
        "requirement",
    )


def new_lead_eligible(attempt: Attempt) -> Verdict:
    """Who would lead may do so on that day; amendments of other kinds pass."""
    amendment = attempt.subject
    if amendment.kind != AmendmentKind.LEAD:
        return ALLOWED
    organisation = Organisation.objects.filter(pk=amendment.changes["lead"]["now"][1]).first()
    return eligible_to_lead(amendment.new_lead, organisation, attempt.on)


def new_lead_agreed(attempt: Attempt) -> Verdict:
    """Who would lead has accepted to; amendments of other kinds pass."""
    amendment = attempt.subject
    if amendment.kind != AmendmentKind.LEAD or amendment.new_lead_accepted_at is not None:
        return ALLOWED
    return refused(_("The lead to be has not accepted yet, and has been asked to."))


def new_lead_is_to_answer(attempt: Attempt) -> Verdict:
    """The lead to be was asked and has not accepted yet."""
    accepted_at = attempt.subject.new_lead_accepted_at
    if accepted_at is None:
        return ALLOWED
    day = date_format(timezone.localtime(accepted_at), "j F Y, H:i")
    return refused(_("You accepted to lead this cluster on %(day)s.") % {"day": day}, "done")


def somebody_else_suggested(attempt: Attempt) -> Verdict:
    """Who suggested it withdraws it; turning it down is somebody else's."""
    member_id = viewer(attempt.by, attempt.on).member_id
    if member_id is None or member_id not in own_parties(attempt.subject):
        return ALLOWED
    return refused(_("You suggested this yourself. Withdraw it instead."), "forbidden")


def refusal_has_reason(attempt: Attempt) -> Verdict:
    """What is refused in part is refused with a reason."""
    if attempt.is_asking or str(attempt.details.get("refused_because", "")).strip():
        return ALLOWED
    return refused(_("Say why the rest is refused: who suggested it reads it word for word."), "reason")


def fits_together(attempt: Attempt) -> Verdict:
    """What is accepted leaves a cluster that makes sense: its last end not before its first start."""
    amendment = attempt.subject
    accepted = attempt.details.get("accepted")
    if attempt.is_asking or accepted is None:
        return ALLOWED
    days = {
        name: amendment.changes[name]["now"] if name in accepted else current(amendment.cluster, name)
        for name in ("starts_on", "ends_on")
    }
    if days["starts_on"] and days["ends_on"] and days["ends_on"] < days["starts_on"]:
        return refused(_("The end would lie before the start. Accept both dates, or refuse both."))
    return ALLOWED


def amendment_four_eyes(attempt: Attempt) -> Verdict:
    """Nobody decides on an amendment that is their own, nor in a cluster that they proposed, lead or help to lead."""
    member_id = viewer(attempt.by, attempt.on).member_id
    if member_id in own_parties(attempt.subject):
        return refused(
            _("You suggested this amendment, put it forward or would lead by it, so somebody else must decide."),
            "forbidden",
        )
    cluster = attempt.subject.cluster
    if member_id is not None and member_id in parties(cluster):
        return refused(attempt.once("why a party", lambda: why_a_party(cluster, member_id)), "forbidden")
    return ALLOWED


def amendment_wrong_state(attempt: Attempt) -> Verdict:
    """Say how the amendment stands: the loser of a race reads this."""
    return refused(
        _("This can't be done while the amendment is: %(state)s.") % {"state": attempt.subject.get_state_display()},
        "state",
    )
