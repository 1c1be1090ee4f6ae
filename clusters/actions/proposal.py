"""A proposal begins as a draft and is written step by step; nothing here submits it (`transition` does)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clusters import search
from clusters.actions.parts import differences, known_only, locked_cluster, note_writer, record_change
from clusters.actions.parts import stale as saved_by_somebody
from clusters.actions.proposal_parts import write_part
from clusters.actions.proposal_people import resolved_people, write_people
from clusters.actions.proposal_values import (
    COLUMNS,
    FIELDS,
    KEYS,
    SETS,
    ObjectiveLine,
    PersonLine,
    StageLine,
    digest,
    given,
    in_words,
    stored,
)
from clusters.choices import Capacity, State
from clusters.models import Cluster
from clusters.models.cluster import new_draft_code
from clusters.notifications.lifecycle import ask_lead
from clusters.permissions import can_edit_proposal, can_propose
from clusters.rules.examples import Example, as_example
from community.models import Member, Need, Solution, Term, User
from community.permissions import Refusal

_DRAFT_CODE = re.compile(r"[a-z]{8}")
#: An example starts so many days after it was taken.
EXAMPLE_STARTS_IN = 30
NEED_LENGTH = 600


@dataclass(frozen=True)
class Saved:
    """What a save did: the cluster as it is now, which fields changed, and when it was last written."""

    cluster: Cluster
    changed: tuple[str, ...]

    @property
    def at(self) -> datetime:
        """When the cluster was last written: by this save, or before when nothing was new."""
        return self.cluster.updated_at


def is_quiet(cluster: Cluster) -> bool:
    """Tell whether changes leave no event: a draft that was never proposed. Only such a draft saves itself."""
    return cluster.state == State.DRAFT and cluster.reference is None


@transaction.atomic
def create_draft(
    *,
    by: User,
    code: str,
    example: Example | None = None,
    needs: Sequence[Need] = (),
    solutions: Sequence[Solution] = (),
    themes: Sequence[Term] = (),
    people: Sequence[Member] = (),
) -> Cluster:
    """Make a draft proposed by `by`, or return the one that the same form made before.

    `code` comes from the form (eight letters) and becomes the draft's name in its address, so a form that is sent
    twice leads to one draft. A code that is malformed or taken by somebody else's draft is replaced. The needs' words
    go before the example's; solutions, themes and people to take part stand beside both. Of the people those are named
    whom `by` sees in the directory; they are asked once the cluster is approved.

    Raises:
        Refusal: `by` may not propose.
    """
    verdict = can_propose(by)
    member = by.member
    if not verdict or member is None:
        raise Refusal.of(verdict)
    if not _DRAFT_CODE.fullmatch(code):
        code = new_draft_code()
    cluster, is_new = Cluster.objects.get_or_create(draft_code=code, defaults={"proposer": member})
    if cluster.proposer_id != member.pk:
        cluster, is_new = Cluster.objects.create(proposer=member), True
    if is_new:
        values: dict[str, Any] = _from_example(example) if example else {}
        if needs:
            values |= _from_needs(needs)
        if solutions:
            values["solutions"] = solutions
        if themes:
            values["themes"] = list(dict.fromkeys([*values.get("themes", ()), *themes]))
        if people:
            values["people"] = _people_to_name(people, by)
        _fill(cluster, values, member)
    return cluster


def _people_to_name(people: Sequence[Member], by: User) -> list[PersonLine]:
    """Return a line for each of the people whom `by` may name, for the organisation where they work today."""
    seen = Member.objects.visible_to(by).in_community().filter(pk__in=[row.pk for row in people])
    places = {row.pk: row.organisation_on(timezone.localdate()) for row in seen}
    lines = [(row.pk, places[row.pk]) for row in people if row.pk in places]
    return [PersonLine(member_id=pk, organisation_id=place.pk if place else None) for pk, place in lines]


def _fill(cluster: Cluster, values: Mapping[str, Any], proposer: Member) -> None:
    """Write what the draft starts from."""
    _write(cluster, values, by=proposer.user)
    cluster.save()
    search.index(cluster)


def _from_example(example: Example) -> dict[str, Any]:
    start = timezone.localdate() + timedelta(days=EXAMPLE_STARTS_IN)
    texts = ("title", "question", "need_text", "out_of_scope", "adoption_plan")
    return {
        **{name: as_example(getattr(example, name)) for name in texts},
        "focus": example.focus,
        "levels": example.levels,
        "starts_on": start,
        "ends_on": start + timedelta(days=example.days - 1),
        "objectives": [ObjectiveLine(as_example(text), as_example(sign)) for text, sign in example.objectives],
        "expected_outcomes": {kind: as_example(note) for kind, note in example.outcomes},
        "stages": [
            StageLine(
                title=as_example(stage.title),
                kind=stage.kind,
                planned_start_on=start + timedelta(days=stage.begins),
                planned_end_on=start + timedelta(days=stage.begins + stage.lasts - 1),
                deliverable=as_example(stage.deliverable),
            )
            for stage in example.stages
        ],
    }


def _from_needs(needs: Sequence[Need]) -> dict[str, Any]:
    """Return what a draft takes over: the first need's question, the words of all, their themes and places."""
    first, *further = needs
    said = [f"{need.question} {need.description}".strip() if further else need.description for need in needs]
    return {
        "need": first,
        "further_needs": further,
        "question": first.question,
        "need_text": "\n".join(said)[:NEED_LENGTH].rstrip(),
        "themes": list(dict.fromkeys(term for need in needs for term in need.challenges.in_use())),
        "territories": list(dict.fromkeys(place for need in needs for place in need.territories.all())),
    }


@transaction.atomic
def save_step(
    *, cluster: Cluster, values: Mapping[str, Any], by: User, seen: str, shown: Collection[str] = ()
) -> Saved:
    """Write the fields of one step, all of them or none.

    Order of effects: lock the row; make organisations that are new; compare with what is stored; write columns,
    sets and parts; a changed lead has not accepted; version, search text; outside a quiet draft one event with old
    and new values, and a new lead of a submitted proposal is asked. A no-op when nothing is new.

    Args:
        values: names of `FIELDS` with model instances and the lines of `proposal_values`.
        seen: the digest of these fields as the page showed them.
        shown: the fields that the digest is of, where a draft keeps only some of them; else those of `values`.

    Raises:
        Refusal: `by` may not write in it (forbidden), or these very fields were changed since the page was made
            to something other than what is now given (stale).
        TypeError: a name that is no field of a proposal.
    """
    wanted = known_only(values, tuple(FIELDS))
    row = locked_cluster(cluster.pk, by=by, may=can_edit_proposal)
    if "people" in wanted:
        wanted["people"] = resolved_people(wanted["people"])
    before, after = stored(row, shown or wanted), given(wanted)
    changed = tuple(name for name in after if before[name] != after[name])
    if not changed:
        return Saved(row, ())
    if seen != digest(before):
        raise stale(row, by=by)
    words = {} if is_quiet(row) else in_words(row, changed)
    lead_before = row.lead_id
    _write(row, {name: wanted[name] for name in changed}, by=by)
    if row.working_group is not None:
        row.further_working_groups.remove(row.working_group)  # it decides, so it is no further one
    _settle_lead(row, lead_before, by=by)
    columns = [name for name in changed if name in COLUMNS or name in KEYS]
    row.save(update_fields=[*columns, "lead_accepted_at", "lead_asked_at", "updated_at"])
    _leave_trace(row, changed, words, lead_before, by=by)
    return Saved(row, changed)


def _write(cluster: Cluster, values: Mapping[str, Any], *, by: User | None) -> None:
    """Set columns on the instance and write sets and parts to the database; the caller saves the row."""
    for name, value in values.items():
        if name in COLUMNS or name in KEYS:
            setattr(cluster, name, value)
        elif name in SETS:
            getattr(cluster, name).set(value)
        elif name == "people":
            write_people(cluster, value, by=by)
        else:
            write_part(cluster, name, value)


def _settle_lead(cluster: Cluster, before: int | None, *, by: User) -> None:
    """Void an acceptance that another person gave; who names themselves in a proposal has accepted by that."""
    if cluster.lead_id != before:
        if cluster.lead_accepted_at is not None:
            note_writer(cluster, before)
        cluster.lead_accepted_at = cluster.lead_asked_at = None
        if cluster.state == State.SUBMITTED and cluster.lead_id is not None:
            now = timezone.now()
            is_self = by.member is not None and by.member.pk == cluster.lead_id
            if is_self and cluster.lead_organisation_id is not None:
                cluster.lead_accepted_at = now
            else:
                cluster.lead_asked_at = now
    elif cluster.lead_organisation_id is None:
        cluster.lead_accepted_at = None


def _leave_trace(
    cluster: Cluster, changed: tuple[str, ...], words: Mapping[str, str], lead_before: int | None, *, by: User
) -> None:
    """Raise the version; outside a quiet draft write the event and ask a new lead."""
    if is_quiet(cluster):
        if by.member is not None and by.member.pk != cluster.proposer_id:
            note_writer(cluster, by.member.pk)
        cluster.version += 1
        cluster.save(update_fields=["version", "updated_at"])
        search.index(cluster)
        return
    data: dict[str, Any] = {"fields": list(changed)}
    if cluster.lead_id != lead_before:
        data |= {"lead_before": lead_before, "lead": cluster.lead_id}
    event = record_change(
        cluster,
        "proposal.edited",
        cluster,
        by=by,
        at=timezone.now(),
        data=data,
        detail={"changes": differences(words, in_words(cluster, changed))},
        as_=(Capacity.PROPOSER, Capacity.NAMED_LEAD),
    )
    if cluster.lead_id != lead_before and cluster.lead_asked_at is not None:
        ask_lead(cluster, event=event)


def stale(cluster: Cluster, *, by: User) -> Refusal:
    """Return the refusal of a save whose fields somebody else wrote meanwhile: who, as far as it is known, and when."""
    now = timezone.now()
    if not is_quiet(cluster):
        return saved_by_somebody(cluster, _("this proposal"), by=by, at=now)
    moment = date_format(timezone.localtime(cluster.updated_at), "H:i")
    other = _other_writer(cluster, by)
    if other is None:
        words = _(
            "This step was saved at %(moment)s in another window. Your text is still here: compare, then save again."
        )
        return Refusal(words % {"moment": moment}, "stale")
    words = _(
        "This step was saved at %(moment)s in another window, or by %(other)s. "
        "Your text is still here: compare, then save again."
    )
    return Refusal(words % {"moment": moment, "other": other.name}, "stale")


def _other_writer(cluster: Cluster, by: User) -> Member | None:
    """Return who else may write in the draft; both know each other's name."""
    own = by.member.pk if by.member else None
    return next((m for m in (cluster.lead, cluster.proposer) if m is not None and m.pk != own), None)
