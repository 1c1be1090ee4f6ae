"""One press for many things, each in a transaction of its own: one that is refused keeps no other from being done.

Never for approving: a decision is taken on one case at a time. Each press has its inverse, `take_back`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from clusters.actions.assignment import assign_review, release_review
from clusters.actions.inverses import (
    remind_invited,
    remind_lead,
    remind_responsible,
    take_answer_back,
    take_confirmation_back,
    take_invitation_reminder_back,
    take_lead_reminder_back,
    take_stage_reminder_back,
    was_reminded,
)
from clusters.actions.participation import answer_request
from clusters.actions.roadmap import update_stage
from clusters.actions.roadmap_confirm import confirm_roadmap
from clusters.models import Cluster, Participation, ReviewAssignment, Stage
from clusters.rules.invitations import REMINDED_TODAY
from community.models import Member, User
from community.permissions import Refusal
from community.validators import is_key


@dataclass(frozen=True)
class Answer:
    """What became of one line: done, or the reason why not."""

    title: str
    words: str
    is_done: bool


@dataclass
class Done:
    """What one press did: an answer for each line, and what `take_back` needs of each that was done."""

    press: str
    answers: list[Answer] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def refused(self) -> list[tuple[str, str]]:
        """What was refused, with its sentence."""
        return [(answer.title, answer.words) for answer in self.answers if not answer.is_done]


Act = Callable[[Any, str, User, datetime, dict[str, Any]], dict[str, Any]]


def _still_true(cluster: Cluster, seen: str, by: User, at: datetime, given: dict[str, Any]) -> dict[str, Any]:
    before = {str(row.pk): row.confirmed_at and row.confirmed_at.isoformat() for row in cluster.stages.all()}
    rows = confirm_roadmap(cluster=cluster, by=by, seen=seen, at=at)
    if not rows:
        raise Refusal(_("All of it was confirmed already."), "done")
    kept = {str(row.pk): before[str(row.pk)] for row in rows}
    return {"before": kept, "since": at.isoformat(), "words": _("confirmed")}


def _accept(part: Participation, seen: str, by: User, at: datetime, given: dict[str, Any]) -> dict[str, Any]:
    answer_request(participation=part, by=by, accept=True, at=at)
    return {"words": _("%(name)s takes part") % {"name": part.member}}


def _decline(part: Participation, seen: str, by: User, at: datetime, given: dict[str, Any]) -> dict[str, Any]:
    answer_request(participation=part, by=by, accept=False, reason=given["reason"], at=at)
    return {"words": _("%(name)s is declined, and reads your reason") % {"name": part.member}}


def _remind(part: Participation, seen: str, by: User, at: datetime, given: dict[str, Any]) -> dict[str, Any]:
    remind_invited(participation=part, by=by, at=at)
    return {"words": _("%(names)s reminded") % {"names": part.member}}


def _remind_stage(stage: Stage, seen: str, by: User, at: datetime, given: dict[str, Any]) -> dict[str, Any]:
    if was_reminded(stage, "stage", at):
        raise Refusal(REMINDED_TODAY, "done")
    remind_responsible(stage=stage, by=by, at=at)
    return {"words": _("%(names)s reminded") % {"names": stage.responsible}}


def _assign(stage: Stage, seen: str, by: User, at: datetime, given: dict[str, Any]) -> dict[str, Any]:
    was = stage.responsible_id
    version = int(seen) if is_key(seen) else 0
    row = update_stage(stage=stage, by=by, seen_version=version, responsible=given["member"], at=at)
    if row.version == version:
        raise Refusal(_("%(name)s has it already.") % {"name": given["member"]}, "done")
    return {"was": was, "version": row.version, "words": _("%(name)s has it") % {"name": given["member"]}}


def _remind_lead(cluster: Cluster, seen: str, by: User, at: datetime, given: dict[str, Any]) -> dict[str, Any]:
    people = remind_lead(cluster=cluster, by=by, at=at)
    return {"words": _("%(names)s reminded") % {"names": ", ".join(person.name for person in people)}}


def _give(cluster: Cluster, seen: str, by: User, at: datetime, given: dict[str, Any]) -> dict[str, Any]:
    was = _reviewer_of(cluster)
    member = given["member"]
    if was == member.pk:
        raise Refusal(_("%(name)s looks at it already.") % {"name": member.name}, "done")
    assign_review(cluster=cluster, by=by, member=member, at=at)
    return {"was": was, "now": member.pk, "words": _("%(name)s looks at it") % {"name": member.name}}


def _release(cluster: Cluster, seen: str, by: User, at: datetime, given: dict[str, Any]) -> dict[str, Any]:
    was = _reviewer_of(cluster)
    if was is None:
        raise Refusal(_("Nobody looks at it."), "done")
    release_review(cluster=cluster, by=by, at=at)
    return {"was": was, "now": None, "words": _("nobody looks at it now")}


def _reviewer_of(cluster: Cluster) -> int | None:
    """Return the key of who looks at a proposal now."""
    return ReviewAssignment.objects.filter(cluster=cluster).values_list("member_id", flat=True).first()


#: What can be pressed for many: what the boxes name, and what is done to each.
PRESSES: dict[str, tuple[type[Model], Act]] = {
    "still-true": (Cluster, _still_true),
    "accept": (Participation, _accept),
    "decline": (Participation, _decline),
    "remind": (Participation, _remind),
    "remind-stage": (Stage, _remind_stage),
    "assign": (Stage, _assign),
    "remind-lead": (Cluster, _remind_lead),
    "assign-review": (Cluster, _give),
    "release-review": (Cluster, _release),
}
#: These give something to somebody who is chosen with the press.
ASSIGNING = frozenset({"assign", "assign-review"})


def picked(name: str, picks: Iterable[str], among: QuerySet[Any] | None = None) -> list[tuple[Any, str]]:
    """Return the things that are picked, in the order of the boxes, each with what the page showed of it.

    `among` are rows with what is read of them besides, where that is known.
    """
    wanted = dict(pick.partition(":")[::2] for pick in picks)
    known = PRESSES[name][0]._default_manager.all() if among is None else among
    keys = {key: int(key) for key in wanted if is_key(key)}
    rows = known.in_bulk(keys.values())
    return [(rows[keys[key]], seen) for key, seen in wanted.items() if key in keys and keys[key] in rows]


def press(name: str, picks: Iterable[str], *, by: User, reason: str = "", member: Member | None = None) -> Done:
    """Do to each picked thing what `name` says; a pick is a key, or a key and what the page showed of it."""
    done, at, act = Done(name), timezone.now(), PRESSES[name][1]
    for row, seen in picked(name, picks):
        try:
            kept = act(row, seen, by, at, {"reason": reason, "member": member})
        except Refusal as refusal:
            done.answers.append(Answer(title_of(row), str(refusal.reason), False))
        else:
            done.answers.append(Answer(title_of(row), str(kept.pop("words")), True))
            done.rows.append({"pk": row.pk, **kept})
    return done


def take_back(name: str, kept: Iterable[dict[str, Any]], *, by: User) -> Done:
    """Take back what `press` did, as far as nothing else happened to it; `kept` is what that press left."""
    done, at = Done(name), timezone.now()
    model, _act = PRESSES[name]
    for facts in kept:
        row = model._default_manager.filter(pk=facts["pk"]).first()
        if row is None:
            continue
        try:
            _BACK[name](row, facts, by, at)
        except Refusal as refusal:
            done.answers.append(Answer(title_of(row), str(refusal.reason), False))
        else:
            done.answers.append(Answer(title_of(row), _("taken back"), True))
            done.rows.append(facts)
    return done


def _unconfirm(cluster: Any, facts: dict[str, Any], by: User, at: datetime) -> None:
    before = {int(pk): parse_datetime(was) if was else None for pk, was in facts["before"].items()}
    since = parse_datetime(facts["since"]) or at
    if not take_confirmation_back(cluster=cluster, by=by, before=before, since=since, at=at):
        raise Refusal(_("The roadmap was changed meanwhile, so this can't be taken back."), "stale")


def _reopen(part: Any, facts: dict[str, Any], by: User, at: datetime) -> None:
    take_answer_back(participation=part, by=by, at=at)


def _unremind(part: Any, facts: dict[str, Any], by: User, at: datetime) -> None:
    take_invitation_reminder_back(participation=part, by=by, at=at)


def _unremind_stage(stage: Any, facts: dict[str, Any], by: User, at: datetime) -> None:
    take_stage_reminder_back(stage=stage, by=by, at=at)


def _unassign(stage: Any, facts: dict[str, Any], by: User, at: datetime) -> None:
    was = Member.objects.filter(pk=facts["was"]).first() if facts["was"] else None
    update_stage(stage=stage, by=by, seen_version=facts["version"], responsible=was, at=at)


def _unremind_lead(cluster: Any, facts: dict[str, Any], by: User, at: datetime) -> None:
    take_lead_reminder_back(cluster=cluster, by=by, at=at)


def _regive(cluster: Any, facts: dict[str, Any], by: User, at: datetime) -> None:
    """Let look at it who did before the press."""
    if _reviewer_of(cluster) != facts["now"]:
        raise Refusal(_("Somebody else was named meanwhile, so this can't be taken back."), "stale")
    before = Member.objects.filter(pk=facts["was"]).first() if facts["was"] else None
    if before is None:
        release_review(cluster=cluster, by=by, at=at)
    else:
        assign_review(cluster=cluster, by=by, member=before, at=at)


_BACK: dict[str, Callable[[Any, dict[str, Any], User, datetime], None]] = {
    "still-true": _unconfirm,
    "accept": _reopen,
    "decline": _reopen,
    "remind": _unremind,
    "remind-stage": _unremind_stage,
    "assign": _unassign,
    "remind-lead": _unremind_lead,
    "assign-review": _regive,
    "release-review": _regive,
}


def title_of(row: Any) -> str:
    """Return what a line is called."""
    return str(row if isinstance(row, Cluster) else row.cluster)
