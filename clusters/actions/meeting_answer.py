"""Saying whether one comes to a meeting, and saying it anew."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import locked_cluster, worked_as
from clusters.choices import Capacity
from clusters.models import Meeting, MeetingAnswer
from clusters.rules.joining import own_participation
from clusters.rules.meeting_times import can_answer_meeting
from clusters.rules.room import can_see_room
from community import events
from community.models import User
from community.permissions import Refusal

_AS = (Capacity.LEAD, Capacity.DEPUTY, Capacity.PARTICIPANT)


@transaction.atomic
def answer_meeting(*, meeting: Meeting, by: User, is_coming: bool, at: datetime | None = None) -> MeetingAnswer:
    """Say whether `by` comes to a meeting; the last word counts. A no-op when they said the same before.

    One event in the cluster's chain; nobody is mailed, and the cluster's own version stays.

    Raises:
        Refusal: the person takes no part, or the meeting is gone, cancelled or over.
    """
    at = at or timezone.now()
    locked = locked_cluster(meeting.cluster_id, by=by, may=can_see_room)
    row = locked.meetings.filter(pk=meeting.pk).first()
    if row is None:
        raise Refusal(_("This meeting is not there any more."), "state")
    row.cluster = locked
    if not (verdict := can_answer_meeting(by, row, at)):
        raise Refusal.of(verdict)
    part = own_participation(by, locked)
    there = row.answers.filter(participation=part).first()
    if there is not None and there.is_coming == is_coming:
        return there
    values = {"is_coming": is_coming, "answered_at": at}
    answer, _is_new = MeetingAnswer.objects.update_or_create(meeting=row, participation=part, defaults=values)
    verb, role = ("accepted" if is_coming else "declined"), worked_as(by, locked, timezone.localdate(at), first=_AS)
    events.record(verb=f"meeting.{verb}", subject=row, by=by, at=at, role=role, detail={"title": row.title})
    return answer
