"""Coming into a cluster and going: join, ask, invite, answer, leave, roles, and organisations that are wanted.

The cluster's row is locked first, so that places are not given twice and each request has one answer.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.meeting import leave_meetings
from clusters.actions.parts import check_fields, locked_cluster, note_writer, overtaken, record_part
from clusters.actions.waiting import move_up
from clusters.choices import Capacity, ParticipationRole, ParticipationStatus
from clusters.models import Cluster, Participation
from clusters.notifications import lifecycle as notifications
from clusters.notifications.meeting import tell_newcomer
from clusters.permissions import can_work, eligible_to_lead
from clusters.rules.invitations import within_day
from clusters.rules.joining import Offered, Way, can_answer_invitation, can_leave, has_room, own_participation, way_in
from community.models import Event, Member, Organisation, User
from community.permissions import ALLOWED, Refusal, Verdict

Status = ParticipationStatus
Role = ParticipationRole
KEYS = ("cluster", "member", "organisation", "asked_by", "answered_by")
#: Who comes in or answers an invitation is written down as what they are to the community.
_AS_PERSON = (Capacity.MEMBER, Capacity.EXTERNAL)
_COMES_AS = {
    Way.INTEREST: Status.INTERESTED,
    Way.JOIN: Status.ACTIVE,
    Way.ASK: Status.REQUESTED,
    Way.WAIT: Status.WAITING,
}
#: Roles that the lead gives; the lead's own comes by approval and hand-over.
ROLES = (Role.PARTICIPANT, Role.DEPUTY, Role.PEER_REVIEWER, Role.OBSERVER)


@transaction.atomic
def enter(
    *,
    cluster: Cluster,
    by: User,
    way: str,
    organisation: Organisation,
    message: str = "",
    at: datetime | None = None,
) -> Participation:
    """Come into a cluster the way that the person was shown: "I would join", join at once, ask, or wait.

    A no-op that returns the live participation of who is in already: the second press.

    Raises:
        Refusal: another way is open by now, no place is left, or the person does not work for the organisation.
    """
    at = at or timezone.now()
    locked = locked_cluster(cluster.pk, by=by, may=_anybody)
    there = own_participation(by, locked)
    if there is not None and there.status == Status.INVITED:
        raise Refusal(_("You are invited already: answer the invitation."), "state")
    if there is not None:
        return there
    offered = _offered(by, locked, way)
    member = _member(by)
    if not member.affiliations.current(timezone.localdate(at)).filter(organisation=organisation).exists():
        raise Refusal(_("Choose an organisation that you work for today."))
    row = Participation(cluster=locked, member=member, organisation=organisation, message=message.strip())
    row.asked_by, row.asked_at = by, at
    row.status = _COMES_AS[offered.way]
    if row.status == Status.ACTIVE:
        row.from_on, row.answered_at = timezone.localdate(at), at
    check_fields(row, leave_out=KEYS)
    row.save()
    verb = "joined" if row.status == Status.ACTIVE else str(row.status)
    event = record_part(locked, verb, row, by=by, at=at, as_=_AS_PERSON, message=row.message)
    if row.status == Status.ACTIVE:
        _found(row)
        notifications.tell_leads("participation_joined", locked, event=event)
        tell_newcomer(row, locked, event=event)
    elif row.status == Status.REQUESTED:
        notifications.tell_leads("participation_asked", locked, event=event)
    return row


def _offered(by: User, cluster: Cluster, way: str) -> Offered:
    """Return the way in that is open to the person, if it is the one that they were shown.

    Raises:
        Refusal: none is open, it may not be taken now, or it is another one by now.
    """
    offered = way_in(by, cluster)
    if offered is None:
        raise Refusal(_("Nobody can join this cluster as it stands now."), "state")
    if not offered.verdict:
        raise Refusal.of(offered.verdict)
    if offered.way != way:
        raise Refusal(_("How one joins was changed while you were reading. Look again, then decide."), "stale")
    return offered


@transaction.atomic
def answer_request(
    *, participation: Participation, by: User, accept: bool, reason: str = "", at: datetime | None = None
) -> Participation:
    """Accept or decline somebody who asked to join. A no-op when it was answered that way already.

    Who stands on the waiting list is declined the same way; a place is accepted only where one is free to ask for.

    Raises:
        Refusal: it was answered the other way or taken back, no place is left, or a reason is missing.
    """
    at = at or timezone.now()
    cluster, row = locked_part(participation, by=by, may=can_work)
    if row.status == (Status.ACTIVE if accept else Status.DECLINED):
        return row
    has_waited = row.status == Status.WAITING
    if has_waited and accept:
        raise Refusal(_("This person stands on the waiting list and asks as soon as a place is free."), "state")
    if row.status not in (Status.REQUESTED, Status.WAITING):
        raise Refusal(
            _("This request is not open any more: %(status)s.") % {"status": row.get_status_display()}, "state"
        )
    if accept and not (room := has_room(cluster)):
        raise Refusal.of(room)
    if not accept and not reason.strip():
        raise Refusal(_("Say why: the person who asked reads it word for word."), "reason")
    wanted = list(cluster.participations.wanted().filter(organisation=row.organisation_id).values_list("purpose"))
    _answer(row, accept=accept, by=by, reason=reason, at=at)
    freed = [purpose for (purpose,) in wanted] if accept else []
    verb = "accepted" if accept else "declined"
    event = record_part(cluster, verb, row, by=by, at=at, message=row.answer_reason, wanted=freed, waited=has_waited)
    template = "participation_accepted" if accept else "participation_declined"
    notifications.tell_participant(template, cluster, row, event=event, hold=True)
    if accept:
        tell_newcomer(row, cluster, event=event, hold=True)
    move_up(cluster, at=at, answer=event)
    return row


@transaction.atomic
def invite(
    *,
    cluster: Cluster,
    by: User,
    member: Member,
    role: str = ParticipationRole.PARTICIPANT,
    message: str = "",
    purpose: str = "",
    at: datetime | None = None,
) -> Participation:
    """Ask a member of the community to take part for the organisation that they work for today.

    A no-op that returns the live participation of somebody who is in already; who asked to join is accepted.

    Raises:
        Refusal: the person can't be asked (not in the directory, without an account, or without an organisation), or
            `by` has asked too many today.
    """
    at = at or timezone.now()
    locked = locked_cluster(cluster.pk, by=by, may=can_work)
    there = locked.participations.live().filter(member=member).first()
    if there is not None and there.status == Status.WAITING:
        raise Refusal(_("This person stands on the waiting list and asks as soon as a place is free."), "state")
    if there is not None and there.status == Status.REQUESTED:
        return answer_request(participation=there, by=by, accept=True, at=at)
    if there is not None:
        return there
    organisation = member.organisation_on(timezone.localdate(at))
    _check_invitation(member, organisation, role, by=by)
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if not (limit := within_day(1, by=by, at=at)):
        raise Refusal.of(limit)
    row = Participation(
        cluster=locked,
        member=member,
        organisation=organisation,
        role=role,
        status=Status.INVITED,
        message=message.strip(),
        purpose=purpose.strip(),
        asked_by=by,
        asked_at=at,
    )
    check_fields(row, leave_out=KEYS)
    row.save()
    event = record_part(locked, "invited", row, by=by, at=at, message=row.message)
    notifications.tell_participant("invited", locked, row, event=event)
    return row


@transaction.atomic
def answer_invitation(
    *, participation: Participation, by: User, accept: bool, reason: str = "", at: datetime | None = None
) -> Participation:
    """Accept or decline an invitation in one's own name. A no-op when it was answered that way already.

    Raises:
        Refusal: it is for somebody else, answered the other way, not open yet or no more, or no place is left.
    """
    at = at or timezone.now()
    cluster, row = locked_part(participation, by=by, may=_anybody)
    is_mine = by.member is not None and row.member_id == by.member.pk
    if is_mine and row.status == (Status.ACTIVE if accept else Status.DECLINED):
        return row
    verdict = can_answer_invitation(by, row)
    if not verdict:
        raise Refusal.of(verdict)
    if accept and not (room := has_room(cluster)):
        raise Refusal.of(room)
    _answer(row, accept=accept, by=by, reason=reason, at=at)
    verb = "joined" if accept else "invitation_declined"
    event = record_part(cluster, verb, row, by=by, at=at, as_=_AS_PERSON, message=row.answer_reason)
    notifications.replace_of_part(row, "invited", "reminder", by=event)
    template = "invitation_accepted" if accept else "invitation_declined"
    notifications.tell_leads(template, cluster, event=event)
    if accept:
        tell_newcomer(row, cluster, event=event)
    return row


@transaction.atomic
def leave(*, participation: Participation, by: User, reason: str = "", at: datetime | None = None) -> Participation:
    """Take one's interest, request or participation back. A no-op when it is taken back.

    Raises:
        Refusal: it is somebody else's, an invitation (answer it), or the lead's (step down).
    """
    at = at or timezone.now()
    cluster, row = locked_part(participation, by=by, may=_anybody)
    if row.status == Status.LEFT and by.member is not None and row.member_id == by.member.pk:
        return row
    verdict = can_leave(by, row)
    if not verdict:
        raise Refusal.of(verdict)
    was_active = row.status == Status.ACTIVE
    role = (Capacity.DEPUTY,) if row.role == ParticipationRole.DEPUTY else (Capacity.PARTICIPANT,)
    row.answer_reason = reason.strip()
    if was_active:
        today = timezone.localdate(at)
        row.until_on = max(today, row.from_on) if row.from_on else today
    event = record_part(
        cluster, "left" if was_active else "taken_back", row, by=by, at=at, message=row.answer_reason, as_=role
    )
    row.status = Status.LEFT
    check_fields(row, leave_out=KEYS)
    row.save(update_fields=["status", "until_on", "answer_reason"])
    if was_active:
        notifications.tell_leads("participation_left", cluster, event=event)
        leave_meetings(cluster, row.member, event=event)
    else:
        notifications.replace_of_part(row, "participation_asked", "waiting_asks", "waiting_moved_up", by=event)
    move_up(cluster, at=at)
    return row


@transaction.atomic
def give_role(
    *, participation: Participation, by: User, role: str, seen: str = "", at: datetime | None = None
) -> Participation:
    """Give a participant another role; a deputy must be eligible like a lead. A no-op when they have it.

    Args:
        seen: the role that the page showed; "" where none was shown.

    Raises:
        Refusal: the person does not take part, is the lead, or is not eligible; or the role is not to be given.
    """
    at = at or timezone.now()
    cluster, row = locked_part(participation, by=by, may=can_work)
    if row.role == role:
        return row
    if role not in ROLES:
        raise Refusal(_("This role is not given here."))
    if row.status != Status.ACTIVE or row.member is None:
        raise Refusal(_("Only somebody who takes part can be given a role."), "state")
    if row.role == ParticipationRole.LEAD:
        raise Refusal(_("The lead hands over by an amendment."), "state")
    if seen and row.role != seen:
        last = Event.objects.about(row).select_related("by__member").first()
        yours = ParticipationRole(role).label
        raise overtaken(theirs=row.get_role_display(), yours=yours, last=last, by=by, at=at)
    if role == ParticipationRole.DEPUTY:
        verdict = eligible_to_lead(row.member, row.organisation, timezone.localdate(at))
        if not verdict:
            raise Refusal.of(verdict)
    was, row.role = row.role, role
    row.save(update_fields=["role"])
    if was == ParticipationRole.DEPUTY:
        note_writer(cluster, row.member.pk)
    is_deputy = role == ParticipationRole.DEPUTY
    verb = "deputy_named" if is_deputy else "role_changed"
    event = record_part(cluster, verb, row, by=by, at=at, changes={"role": {"was": was, "now": role}})
    if is_deputy:
        notifications.tell_participant("deputy_named", cluster, row, event=event)
    return row


@transaction.atomic
def want_organisation(
    *, cluster: Cluster, by: User, organisation: Organisation, purpose: str = "", at: datetime | None = None
) -> Participation:
    """Put an organisation without a person yet on the list; it is mailed to nobody. A no-op when it is there.

    Raises:
        Refusal: the person may not, or somebody takes part for that organisation already.
    """
    at = at or timezone.now()
    locked = locked_cluster(cluster.pk, by=by, may=can_work)
    there = locked.participations.wanted().filter(organisation=organisation).first()
    if there is not None:
        return there
    if locked.participations.active().filter(organisation=organisation).exists():
        raise Refusal(_("Somebody takes part for %(organisation)s already.") % {"organisation": organisation.name})
    row = Participation(cluster=locked, organisation=organisation, status=Status.WANTED, purpose=purpose.strip())
    row.asked_by, row.asked_at = by, at
    check_fields(row, leave_out=KEYS)
    row.save()
    record_part(locked, "wanted", row, by=by, at=at)
    return row


@transaction.atomic
def forget_organisation(*, participation: Participation, by: User, at: datetime | None = None) -> None:
    """Take an organisation off the list of those wanted. A no-op when it is off.

    Raises:
        Refusal: the person may not work on the cluster.
    """
    at = at or timezone.now()
    cluster = locked_cluster(participation.cluster_id, by=by, may=can_work)
    row = cluster.participations.wanted().select_related("organisation").filter(pk=participation.pk).first()
    if row is None:
        return
    record_part(cluster, "not_wanted", row, by=by, at=at)
    row.delete()


def _anybody(user: object, cluster: Cluster) -> Verdict:
    """Leave the judgement to the predicate that knows the participation."""
    return ALLOWED


def _member(by: User) -> Member:
    """Return the person behind the account.

    Raises:
        Refusal: the account has none.
    """
    if by.member is None:
        raise Refusal(_("Your account is not linked to a person of the community."), "forbidden")
    return by.member


def locked_part(participation: Participation, *, by: User, may: Any) -> tuple[Cluster, Participation]:
    """Return the locked cluster and the participation as it is now.

    Raises:
        Refusal: the person may not, or the participation is gone.
    """
    cluster = locked_cluster(participation.cluster_id, by=by, may=may)
    row = cluster.participations.select_related("member__user", "organisation").filter(pk=participation.pk).first()
    if row is None:
        raise Refusal(_("This is not there any more."), "state")
    row.cluster = cluster
    return cluster, row


def _check_invitation(member: Member, organisation: Organisation | None, role: str, *, by: User) -> None:
    """Refuse an invitation that could not reach its person or place."""
    if role not in ROLES or role == ParticipationRole.DEPUTY:
        raise Refusal(_("This role is not given here."))
    if not Member.objects.visible_to(by).in_community().filter(pk=member.pk).exists():
        raise Refusal(_("Choose a member from the directory of the community."))
    if member.user is None or not member.user.is_active:
        raise Refusal(_("This person has no account yet, so an invitation would reach nobody."))
    if organisation is None:
        raise Refusal(_("This person works for no organisation today, so nobody can say for whom they take part."))


def _answer(row: Participation, *, accept: bool, by: User, reason: str, at: datetime) -> None:
    """Write an answer to a request or an invitation."""
    row.status = Status.ACTIVE if accept else Status.DECLINED
    row.answered_by, row.answered_at, row.answer_reason = by, at, reason.strip()
    if accept:
        row.from_on = timezone.localdate(at)
    check_fields(row, leave_out=KEYS)
    row.save(update_fields=["status", "answered_by", "answered_at", "answer_reason", "from_on"])
    if accept:
        _found(row)


def _found(row: Participation) -> None:
    """Take the organisation off the list of those wanted, now that it has a person."""
    row.cluster.participations.wanted().filter(organisation=row.organisation_id).delete()
