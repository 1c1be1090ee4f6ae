"""Uptakes: recorded, edited, carried from step to step, removed while nothing rests on them.

While the cluster goes on, whoever contributes keeps them; after its end its lead and coordinators, who follow them
up. What changed after the end stands in the next version of the factsheet, which the verb `correct` issues.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import check_fields, differences, known_only, locked_cluster, stale
from clusters.models import Cluster, Outcome
from community.actions.organisation import add_organisation
from community.actions.transition import transition
from community.lifecycle import Entered
from community.models import User
from community.permissions import Refusal
from results.actions.parts import KEYS, locked, record, substance_of, told
from results.choices import BEFORE_COMMITTED, FROM_COMMITTED_ON, LIVE_STEPS, UptakeStep
from results.models import Uptake
from results.rules.uptake import NO_EVIDENCE, can_record, can_remove, day_problem, kind_problem, reached

#: What the form of a new uptake may write.
FIELDS = (
    "solution",
    "organisation",
    "territory",
    "state",
    "kind",
    "adaptation",
    "tailoring",
    "in_use_on",
    "is_disclosed",
    "evidence_url",
    "outcome",
)
#: What the form of one that is there may write: steps and disclosure have buttons of their own.
EDITED = tuple(name for name in FIELDS if name not in ("state", "is_disclosed"))
MAX_UPTAKES = 500


@transaction.atomic
def record_uptake(
    *, cluster: Cluster, by: User, at: datetime | None = None, entered: Entered | None = None, **values: Any
) -> Uptake:
    """Record who takes which solution up where, on any step that goes on; one event.

    One of the same solution, organisation and territory that goes on already is returned when it says the same: a
    form sent twice records one. An `organisation` that is a text is entered as a new one, unverified.

    Raises:
        Refusal: the person may not, it is recorded already, what its step asks for is missing (kind, what was
            adapted, day, evidence), or the outcome is of another cluster.
    """
    at = at or timezone.now()
    owner = locked_cluster(cluster.pk, by=by, may=can_record)
    given = _with_organisation(known_only(values, FIELDS), by=by)
    uptake = Uptake(cluster=owner, declared_by=by.member, declared_at=at, state_since=at, **given)
    if uptake.state not in LIVE_STEPS:
        raise Refusal(_("Choose how far it has come."))
    twin = _twin(uptake)
    if twin is not None:
        if _same(twin, given):
            return twin
        raise Refusal(_("This is recorded here already. Open it and change it there."), "state")
    if Uptake.objects.of_cluster(owner).count() >= MAX_UPTAKES:
        raise Refusal(_("A cluster holds at most %(most)d uptakes.") % {"most": MAX_UPTAKES})
    _check(uptake, at=at)
    uptake.save(force_insert=True)
    data = {"step": uptake.state, "is_disclosed": uptake.is_disclosed}
    record(uptake, "recorded", by=by, at=at, data=data, entered=entered, values=told(uptake))
    return uptake


@transaction.atomic
def update_uptake(*, uptake: Uptake, by: User, seen_version: int, at: datetime | None = None, **values: Any) -> Uptake:
    """Change the fields that are given; a no-op when they all stand there already.

    A change of substance (solution, organisation, territory, kind, what was adapted, day) raises the statement: what
    was documented is declared again until the organisation confirms it anew.

    Raises:
        Refusal: stale, when somebody saved the uptake after `seen_version`; else as `record_uptake`.
    """
    at = at or timezone.now()
    _cluster, row = locked(uptake, by=by, may=can_record)
    given = _with_organisation(known_only(values, EDITED), by=by)
    if _same(row, given):
        return row
    if row.version != seen_version:
        raise stale(row, _("this uptake"), by=by, at=at)
    before, substance = told(row), substance_of(row)
    for name, value in given.items():
        setattr(row, name, value)
    if _twin(row) is not None:
        raise Refusal(_("This is recorded here already. Open it and change it there."), "state")
    _check(row, at=at)
    row.version += 1
    row.statement += substance_of(row) != substance
    row.save(update_fields=[*given, "version", "statement", "updated_at"])
    record(row, "changed", by=by, at=at, data={"version": row.version}, changes=differences(before, told(row)))
    return row


@transaction.atomic
def change_step(
    *,
    uptake: Uptake,
    verb: str,
    by: User,
    seen_version: int | None = None,
    reason: str = "",
    at: datetime | None = None,
    **details: Any,
) -> Uptake:
    """Do a verb of the uptake's life (`results.lifecycle`), the cluster's row locked before.

    Args:
        seen_version: the version that the page showed; None where nothing was shown.
        details: what the verb's page asks: kind, adaptation, in_use_on, stopped_on, evidence_url.

    Raises:
        Refusal: stale, when somebody saved the uptake after `seen_version`; else as `transition`.
    """
    _cluster, row = locked(uptake, by=by, may=can_record)
    if seen_version is not None and row.version != seen_version:
        raise stale(row, _("this uptake"), by=by, at=at or timezone.now())
    return transition(row, verb, by=by, reason=reason, at=at, **details)


@transaction.atomic
def remove_uptake(*, uptake: Uptake, by: User, seen_version: int, at: datetime | None = None) -> None:
    """Take an uptake off the record while nothing rests on it; its event keeps what it said. A no-op when it is gone.

    Raises:
        Refusal: it was saved meanwhile, was committed, or the organisation was asked about it.
    """
    at = at or timezone.now()
    owner = locked_cluster(uptake.cluster_id, by=by, may=can_record)
    row = Uptake.objects.select_related("solution", "organisation", "territory").filter(pk=uptake.pk).first()
    if row is None:
        return
    row.cluster = owner
    if row.version != seen_version:
        raise stale(row, _("this uptake"), by=by, at=at)
    verdict = can_remove(by, row)
    if not verdict:
        raise Refusal.of(verdict)
    record(row, "removed", by=by, at=at, data={"step": row.state}, changes=differences(told(row), {}))
    row.delete()


def _with_organisation(given: dict[str, Any], *, by: User) -> dict[str, Any]:
    """Enter an organisation that is named by a text, in the country of the territory."""
    name, territory = given.get("organisation"), given.get("territory")
    if not isinstance(name, str):
        return given
    try:
        row = add_organisation(name=name, by=by, country=territory.country if territory else "")
    except ValidationError as error:
        raise Refusal(error.messages[0]) from error
    return {**given, "organisation": row}


def _twin(uptake: Uptake) -> Uptake | None:
    """Return what goes on and says the same of another row."""
    if uptake.state not in LIVE_STEPS:
        return None
    rows = Uptake.objects.of_cluster(uptake.cluster_id).live().exclude(pk=uptake.pk)
    same = {name: getattr(uptake, f"{name}_id") for name in ("solution", "organisation", "territory")}
    return rows.filter(**same).first()


def _same(uptake: Uptake, given: dict[str, Any]) -> bool:
    return all(_plain(getattr(uptake, name)) == _plain(value) for name, value in given.items())


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, Model) else value


def _check(uptake: Uptake, *, at: datetime) -> None:
    """Refuse what the step does not allow or asks for, and an outcome of another cluster."""
    check_fields(uptake, leave_out=KEYS)
    outcome: Outcome | None = uptake.outcome
    if outcome is not None and outcome.cluster_id != uptake.cluster_id:
        raise Refusal(_("The outcome must be of this cluster."))
    if uptake.state in BEFORE_COMMITTED:
        if uptake.kind or uptake.in_use_on:
            raise Refusal(_("How it is taken up, and since when, is said from “committed” on."))
        return
    is_said = uptake.kind or reached(uptake) in FROM_COMMITTED_ON
    problem = kind_problem(uptake.kind, uptake.adaptation) if is_said else ""
    problem = problem or _problem_of_day(uptake, at)
    if problem:
        raise Refusal(problem)
    if reached(uptake) in FROM_COMMITTED_ON and not uptake.evidence_url and not _has_file(uptake):
        raise Refusal(NO_EVIDENCE)


def _has_file(uptake: Uptake) -> bool:
    return not uptake._state.adding and uptake.evidence.present().exists()


def _problem_of_day(uptake: Uptake, at: datetime) -> str:
    """Return what is wrong with the day since when it is in use, or ""."""
    day = uptake.in_use_on
    if reached(uptake) == UptakeStep.IN_USE and day is None:
        return _("Say since when it is in use.")
    if uptake.state == UptakeStep.COMMITTED and day is not None:
        return _("It is committed and not in use yet, so there is no day.")
    if day is None:
        return ""
    if uptake.stopped_on is not None and uptake.stopped_on < day:
        return _("It can't have stopped before it was in use.")
    return day_problem(day, timezone.localdate(at))


def move_uptakes(cluster: Cluster, into: Cluster) -> None:
    """Let the uptakes of a cluster go into the one that takes it in, in the transaction of the merge.

    One that goes on there already stays behind, on the page that was; outcomes stay with their cluster.
    """
    for uptake in Uptake.objects.of_cluster(cluster):
        uptake.cluster = into
        if _twin(uptake) is None:
            uptake.outcome = None
            uptake.save(update_fields=["cluster", "outcome", "updated_at"])
