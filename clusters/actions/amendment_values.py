"""What an amendment wishes, checked as the proposal's form would, and written into the cluster once accepted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from clusters.actions.parts import check_fields, note_writer
from clusters.choices import OutcomeKind, ParticipationRole, ParticipationStatus
from clusters.models import Amendment, Cluster, Objective, Participation
from clusters.models.cluster import ExpectedOutcome
from clusters.permissions import eligible_to_lead
from clusters.rules.amendment_fields import DAYS, TEXTS, current
from clusters.rules.roadmap import END_BEFORE_START, FIRST_YEAR, LAST_YEAR, WRONG_YEAR
from community.lifecycle import Attempt
from community.models import Member, Organisation, WorkingGroup
from community.permissions import Refusal

MOST_OBJECTIVES = 5


def check_wished(cluster: Cluster, wished: Mapping[str, Any], on: date) -> None:
    """Refuse values with which no cluster could be approved; `wished` holds JSON values by field.

    Raises:
        Refusal: with the sentence about the first that is wrong.
    """
    trial = Cluster(**{name: wished[name] for name in TEXTS if name in wished})
    for name in ("title", "question"):
        if name in wished and not str(wished[name]).strip():
            raise Refusal(_("Title and question cannot be empty."))
    check_fields(trial, leave_out=tuple(field.name for field in Cluster._meta.fields if field.name not in TEXTS))
    _check_days(cluster, wished)
    if "objectives" in wished:
        _check_objectives(cluster, wished["objectives"])
    if "expected_outcomes" in wished and not wished["expected_outcomes"]:
        raise Refusal(_("Choose at least one kind of outcome that you expect."))
    for kind, note in wished.get("expected_outcomes", ()):
        check_fields(ExpectedOutcome(kind=OutcomeKind(kind), note=note), leave_out=("cluster",))
    if "working_group" in wished and not WorkingGroup.objects.filter(pk=wished["working_group"]).exists():
        raise Refusal(_("Choose the working group that is to be responsible."))
    if "lead" in wished:
        check_new_lead(cluster, wished["lead"], on)


def check_reason(amendment: Amendment) -> None:
    """Refuse no reason, one that is too long, and signs that no text may hold.

    Raises:
        Refusal: with the sentence of what is wrong.
    """
    if not amendment.reason.strip():
        raise Refusal(
            _("Say why: those who decide read it word for word, and so does everybody once accepted."), "reason"
        )
    check_fields(amendment, leave_out=tuple(f.name for f in Amendment._meta.fields if f.name != "reason"))


def check_changes(changes: Mapping[str, Any], *, is_hand_over: bool | None = None) -> None:
    """Refuse a difference in which nothing differs, and a hand-over of the lead together with anything else.

    Args:
        is_hand_over: what the amendment was until now; a renewal does not turn one into the other.

    Raises:
        Refusal: with the sentence of what is wrong.
    """
    if not changes:
        raise Refusal(_("Nothing differs from the cluster as it stands. Change what you want to have changed."))
    hands_over = "lead" in changes
    if (hands_over and len(changes) > 1) or is_hand_over not in (None, hands_over):
        raise Refusal(_("A hand-over of the lead is an amendment of its own. Suggest the rest in another one."))


def _check_days(cluster: Cluster, wished: Mapping[str, Any]) -> None:
    """Refuse a day that is missing or out of range, and an end before the start."""
    days = {name: parse_date(wished.get(name, current(cluster, name)) or "") for name in DAYS}
    if not set(DAYS) & set(wished):
        return
    start, end = days["starts_on"], days["ends_on"]
    if start is None or end is None:
        raise Refusal(_("Say when it starts and ends. Both may be the same day."))
    if not all(FIRST_YEAR <= day.year <= LAST_YEAR for day in (start, end)):
        raise Refusal(WRONG_YEAR % {"first": FIRST_YEAR, "last": LAST_YEAR})
    if end < start:
        raise Refusal(END_BEFORE_START)


def _check_objectives(cluster: Cluster, rows: list[list[Any]]) -> None:
    """Refuse no objective, too many, an empty one, and a key of another cluster."""
    if not rows:
        raise Refusal(_("Name at least one objective."))
    if len(rows) > MOST_OBJECTIVES:
        raise Refusal(_("A cluster has at most %(most)d objectives.") % {"most": MOST_OBJECTIVES})
    known = {row.pk for row in cluster.objectives.all()}
    for pk, text, criterion in rows:
        if pk is not None and pk not in known:
            raise Refusal(_("One of these objectives is not there any more. Open the form again."), "stale")
        if not text.strip():
            raise Refusal(_("Write what each objective is, or take out the empty one."))
        check_fields(Objective(text=text, criterion=criterion), leave_out=("cluster",))


def check_new_lead(cluster: Cluster, pair: list[int], on: date) -> None:
    """Refuse a hand-over to the present lead, to somebody who does not take part, or who may not lead.

    Raises:
        Refusal: with the sentence of what is wrong.
    """
    member = Member.objects.filter(pk=pair[0]).first()
    organisation = Organisation.objects.filter(pk=pair[1]).first()
    if member is not None and cluster.has_lead and member.pk == cluster.lead_id:
        raise Refusal(_("This person leads the cluster already."))
    if member is None or not cluster.participations.active().filter(member=member, is_external=False).exists():
        raise Refusal(_("Only somebody who takes part can take over the lead. Invite the person first."))
    verdict = eligible_to_lead(member, organisation, on)
    if not verdict:
        raise Refusal.of(verdict)


def write_accepted(cluster: Cluster, values: Mapping[str, Any], attempt: Attempt) -> None:
    """Write accepted values into the locked cluster; the caller saves the columns by `cluster.save()`."""
    for name, value in values.items():
        if name in TEXTS:
            setattr(cluster, name, value)
        elif name in DAYS:
            setattr(cluster, name, parse_date(value))
        else:
            _WRITERS[name](cluster, value, attempt)


def _write_objectives(cluster: Cluster, rows: list[list[Any]], attempt: Attempt) -> None:
    """Change, add and take out objectives; one that stays keeps what was measured and the outcomes tied to it.

    Whether one that says something else by now is reached has to be judged anew.
    """
    cluster.objectives.exclude(pk__in=[pk for pk, _text, _criterion in rows if pk is not None]).delete()
    stood = {row.pk: (row.text, row.criterion) for row in cluster.objectives.all()}
    for position, (pk, text, criterion) in enumerate(rows, 1):
        values = {"position": position, "text": text, "criterion": criterion}
        if pk in stood and stood[pk] != (text, criterion):
            values |= {"is_reached": None, "is_partly": False}
        Objective.objects.update_or_create(pk=pk, cluster=cluster, defaults=values)


def _write_expected(cluster: Cluster, rows: list[list[str]], attempt: Attempt) -> None:
    notes = dict(rows)
    cluster.expected_outcomes.exclude(kind__in=notes).delete()
    for kind, note in notes.items():
        ExpectedOutcome.objects.update_or_create(cluster=cluster, kind=kind, defaults={"note": note})


def _write_group(cluster: Cluster, pk: int, attempt: Attempt) -> None:
    """Make another group responsible; it is no further one any more."""
    attempt.facts["group_before"], attempt.facts["group"] = cluster.working_group_id, pk
    cluster.further_working_groups.remove(pk)
    cluster.working_group_id = pk


def _write_lead(cluster: Cluster, pair: list[int], attempt: Attempt) -> None:
    """Hand the lead over: the old lead goes on as participant, lead, organisation and roles change together.

    Whoever led until now stays bound by four eyes.
    """
    member_id, organisation_id = pair
    attempt.facts["lead_before"], attempt.facts["lead"] = cluster.lead_id, member_id
    leading = cluster.participations.active().filter(role=ParticipationRole.LEAD)
    leading = leading.exclude(member=member_id)
    note_writer(cluster, cluster.lead_id, cluster.acting_lead_id, *leading.values_list("member_id", flat=True))
    leading.update(role=ParticipationRole.PARTICIPANT)
    row = cluster.participations.active().filter(member=member_id).first()
    if row is None:
        raise Refusal(_("The lead to be does not take part any more. Invite the person first."), "state")
    _keep_part_so_far(row, organisation_id, attempt.on)
    row.role, row.organisation_id = ParticipationRole.LEAD, organisation_id
    row.status = ParticipationStatus.ACTIVE
    row.save(update_fields=["role", "organisation", "status", "from_on"])
    cluster.lead_id, cluster.lead_organisation_id = member_id, organisation_id
    cluster.lead_accepted_at = attempt.subject.new_lead_accepted_at
    cluster.acting_lead, cluster.lead_flagged_on, cluster.lead_asked_at = None, None, None


def _keep_part_so_far(row: Participation, organisation_id: int, on: date) -> None:
    """Let somebody who leads for another organisation have a part of that day, and keep what they did for the former.

    The person's answers to meetings go on with them. A part that had not begun by that day leaves nothing behind.
    """
    begun = row.cluster.started_on
    since = max(filter(None, (row.from_on, begun)), default=None)
    if row.organisation_id in (None, organisation_id) or begun is None or since is None or since >= on:
        return
    kept = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if not field.primary_key}
    Participation.objects.create(**kept | {"status": ParticipationStatus.LEFT, "until_on": on})
    row.from_on = on


_WRITERS: dict[str, Callable[[Cluster, Any, Attempt], None]] = {
    "objectives": _write_objectives,
    "expected_outcomes": _write_expected,
    "working_group": _write_group,
    "lead": _write_lead,
}

#: Columns of the cluster that an accepted amendment may have set.
COLUMNS = (
    *TEXTS,
    *DAYS,
    "working_group",
    "lead",
    "lead_organisation",
    "lead_accepted_at",
    "lead_asked_at",
    "lead_flagged_on",
    "acting_lead",
)
