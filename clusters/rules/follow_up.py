"""What holds of follow-ups: who is asked, who may answer, until when an answer may be corrected."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clusters.choices import (
    FOLLOW_UP_CORRECTED_DAYS,
    FOLLOW_UP_DAYS,
    Capacity,
    FollowUpAnswer,
    ParticipationRole,
    State,
)
from clusters.models import FollowUp
from clusters.permissions import LEADS, capacities, deciding_members, is_gone
from clusters.visibility import viewer
from community.models import Member, User
from community.permissions import ALLOWED, Verdict, refused

#: What has to be said in words besides: what was changed, or why it ended.
NOTE_MISSING: dict[str, str | Promise] = {
    FollowUpAnswer.ADAPTED: _("Say in a sentence what was changed, and why."),
    FollowUpAnswer.STOPPED: _("Say in a sentence why it is no longer used."),
}
ANSWERERS = frozenset({*LEADS, Capacity.COORDINATOR, Capacity.MISSION_COORDINATOR})


def person_to_ask(row: FollowUp, on: date) -> Member | None:
    """Return who gets the mail: the lead at the end, else a deputy, else a coordinator who may decide; None if nobody.

    Only somebody with an open account can be written to.
    """
    cluster = row.cluster
    named = [row.asked, cluster.lead]
    deputies = cluster.participations.active().filter(role=ParticipationRole.DEPUTY).select_related("member__user")
    for member in (*named, *(part.member for part in deputies)):
        if _is_reached(member):
            return member
    return next((member for member in deciding_members(cluster, on) if _is_reached(member)), None)


def _is_reached(member: Member | None) -> bool:
    return member is not None and member.user is not None and member.user.is_active and not is_gone(member)


def can_answer(user: User | AnonymousUser | None, row: FollowUp) -> Verdict:
    """Allow the lead's side, the coordinators of the group, and who was asked, once it is due."""
    on = timezone.localdate()
    held = capacities(user or AnonymousUser(), row.cluster, on)
    who = viewer(user, on)
    is_asked = who.member_id is not None and who.member_id == row.asked_id and not who.has_left(row.cluster.state)
    if not held & ANSWERERS and not is_asked:
        return refused(_("Only the lead, the deputy, the coordinators and who was asked answer this."), "forbidden")
    return is_answerable(row, on)


def is_answerable(row: FollowUp, on: date) -> Verdict:
    """Allow an answer, or a correction of one, on the day `on`, whoever gives it."""
    if row.cancelled_at is not None or row.cluster.state != State.CONCLUDED:
        return refused(_("This cluster was taken up again, so this is not asked any more."), "state")
    if row.answered_at is not None:
        until = corrected_until(row)
        if until is not None and on > until:
            words = _("This was answered. The answer could be corrected until %(day)s.")
            return refused(str(words) % {"day": date_format(until, "j F Y")}, "state")
        return ALLOWED
    if on < row.due_on:
        words = _("This is asked on %(day)s, not before.")
        return refused(str(words) % {"day": date_format(row.due_on, "j F Y")}, "state")
    return ALLOWED


def corrected_until(row: FollowUp) -> date | None:
    """Return the last day on which an answer may be corrected; None while there is none."""
    if row.answered_at is None:
        return None
    return timezone.localdate(row.answered_at) + timedelta(days=FOLLOW_UP_CORRECTED_DAYS)


def is_late(row: FollowUp, on: date) -> bool:
    """Tell whether the time in which an answer is expected is over on the day `on`."""
    return on > row.due_on + timedelta(days=FOLLOW_UP_DAYS)


def note_problem(answer: str, note: str) -> str:
    """Return what is missing beside an answer, or ""."""
    return "" if note.strip() else str(NOTE_MISSING.get(answer, ""))
