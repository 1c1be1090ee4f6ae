"""Requests and invitations of a cluster, answered or not, as those who keep it read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, When
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from clusters.actions.inverses import reminded_among
from clusters.choices import ACTIVE_STATES, InvitationStatus, ParticipationStatus
from clusters.models import Cluster, Invitation, Participation
from clusters.rules.invitations import can_remind, can_remind_member, has_run_out
from community.permissions import ALLOWED, Verdict

#: So many stand on the page; history tells of the rest.
MOST = 200
Words = str | Promise
_OPEN_PARTS = (ParticipationStatus.INVITED, ParticipationStatus.REQUESTED, ParticipationStatus.WAITING)


@dataclass(frozen=True)
class AskedRow:
    """One request or invitation: whom, how, how it stands, who asked, who answered and why, and what can be done."""

    key: str
    whom: str
    how: Words
    status: Words
    since: datetime
    by: str
    purpose: str = ""
    access: Words = ""
    answered_by: str = ""
    answered_at: datetime | None = None
    reason: str = ""
    note: str = ""
    is_open: bool = False
    remind_url: str = ""
    may_remind: Verdict = ALLOWED
    end_url: str = ""
    answer_url: str = ""


def asked_of(cluster: Cluster, at: datetime) -> list[AskedRow]:
    """Return requests and invitations, open ones first, then the newest: three queries, however many.

    For those who keep the cluster.
    An address that was taken up is one line, with the person whose it was.
    """
    by_address = cluster.invitations.with_link().select_related("asked_by__member", "participation__member")
    by_address = by_address.order_by(_open_first(InvitationStatus.OPEN), "-asked_at", "-pk")[:MOST]
    others = (
        cluster.participations.exclude(asked_at=None)
        .exclude(status=ParticipationStatus.WANTED)
        .filter(invitations=None)
        .select_related("member__user", "asked_by__member", "answered_by__member")
    )
    persons = list(others.order_by(_open_first(*_OPEN_PARTS), "-asked_at", "-pk")[:MOST])
    works = cluster.state in ACTIVE_STATES
    reminded = reminded_among(persons, "participation", at)
    rows = [_address_row(cluster, row, at, works=works) for row in by_address]
    rows += [_person_row(cluster, row, works=works, was_reminded=row.pk in reminded) for row in persons]
    rows.sort(key=lambda row: (row.since, row.key), reverse=True)
    rows.sort(key=lambda row: not row.is_open)
    return rows[:MOST]


def _open_first(*statuses: str) -> Case:
    """Return the order that puts rows of these statuses before all others."""
    return Case(When(status__in=statuses, then=0), default=1)


def _address_row(cluster: Cluster, row: Invitation, at: datetime, *, works: bool) -> AskedRow:
    """Return the line of an invitation that went to an address."""
    is_open = row.status == InvitationStatus.OPEN
    person = row.participation.member if row.participation is not None else None
    kwargs = {"reference": cluster.name, "pk": row.pk}
    return AskedRow(
        key=f"a{row.pk}",
        whom=person.name if person is not None else row.address or _("an address that is forgotten"),
        how=_("Invited by address"),
        status=row.get_status_display(),
        since=row.asked_at,
        by=row.asked_by.get_full_name(),
        purpose=row.purpose,
        access=row.get_access_display(),
        answered_at=row.answered_at,
        reason=row.answer_reason,
        note=_note(row, at) if is_open else "",
        is_open=is_open,
        remind_url=reverse("clusters:invitation_remind", kwargs=kwargs) if is_open and works else "",
        may_remind=can_remind(row, cluster, at),
        end_url=reverse("clusters:invitation_end", kwargs=kwargs) if is_open and works else "",
    )


def _note(row: Invitation, at: datetime) -> str:
    """Return how the newest mail of an open invitation fared, and until when its link acts."""
    if row.has_bounced:
        return _("The mail could not be delivered. Look whether the address is right.")
    if row.link_ends_at is None or row.link_sent_at is None:
        return _("The mail waits to be sent.")
    day = date_format(timezone.localtime(row.link_ends_at), "j F Y")
    if has_run_out(row, at):
        return _("The link ran out on %(day)s. Remind to send a new one.") % {"day": day}
    return _("The link acts until %(day)s.") % {"day": day}


def _person_row(cluster: Cluster, row: Participation, *, works: bool, was_reminded: bool) -> AskedRow:
    """Return the line of a request, or of an invitation to a member."""
    person, asked_by = row.member, row.asked_by
    is_request = person is not None and asked_by is not None and person.user_id == asked_by.pk
    is_invited, kwargs = row.status == ParticipationStatus.INVITED, {"reference": cluster.name, "pk": row.pk}
    is_asked = row.status == ParticipationStatus.REQUESTED
    return AskedRow(
        key=f"p{row.pk}",
        whom=person.name if person is not None else "",
        how=_("Asked to join") if is_request else _("Invited"),
        status=row.get_status_display(),
        since=row.asked_at or timezone.now(),
        by=asked_by.get_full_name() if asked_by is not None else _("The registry"),
        purpose=row.purpose,
        answered_by=row.answered_by.get_full_name() if row.answered_by is not None else "",
        answered_at=row.answered_at,
        reason=row.answer_reason,
        is_open=row.status in _OPEN_PARTS,
        may_remind=can_remind_member(row, was_reminded=was_reminded),
        remind_url=reverse("clusters:participation_remind", kwargs=kwargs) if is_invited and works else "",
        end_url=reverse("clusters:participation_end", kwargs=kwargs) if is_invited and works else "",
        answer_url=reverse("clusters:participation_answer", kwargs=kwargs) if is_asked and works else "",
    )
