"""Asking addresses to take part: many at once, a reminder, taking one back, and forgetting those that nobody took up.

The cluster's row is locked first, so that two presses at once send once.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.participation import invite
from clusters.actions.parts import check_fields, locked_cluster, record_change
from clusters.choices import ACTIVE_STATES, Access, InvitationStatus
from clusters.models import Cluster, Invitation
from clusters.notifications.invitation import ask, call_off, tell_ended
from clusters.permissions import can_work
from clusters.rules.invitations import Answer, Line, can_remind, has_run_out, look, within_limits
from community.choices import MessageState
from community.models import Event, Message, SignedLink, User
from community.permissions import Refusal

KEYS = ("cluster", "asked_by", "participation")
#: The address of somebody who never answered is forgotten so long after the invitation ended.
FORGOTTEN_AFTER = timedelta(days=60)


@transaction.atomic
def send_invitations(
    *,
    cluster: Cluster,
    by: User,
    text: str,
    purpose: str,
    access: str = Access.COMMENT,
    message: str = "",
    at: datetime | None = None,
) -> list[Line]:
    """Ask every address in `text` that is to be asked, and return each with its answer, in the order of the text.

    Members whom `by` sees in the directory are invited as members are; every other address gets a mail with a link,
    whoever it belongs to. All of it is one transaction, with one event for the addresses. A second press finds the
    first one's invitations open and sends nothing.

    Raises:
        Refusal: the person may not, the purpose is missing, or these are too many for one press or one day.
    """
    at = at or timezone.now()
    locked = locked_cluster(cluster.pk, by=by, may=can_work)
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if not purpose.strip():
        raise Refusal(_("Say what the people are invited for."))
    if access not in Access.values:
        raise Refusal(_("Choose what the people may do in the room."))
    lines = look(locked, text, by=by, at=at)
    verdict = within_limits(lines, by=by, at=at)
    if not verdict:
        raise Refusal.of(verdict)
    made = []
    for line in lines:
        if line.answer == Answer.MEMBER and line.member is not None:
            invite(cluster=locked, by=by, member=line.member, message=message, purpose=purpose, at=at)
        elif line.answer == Answer.MAIL:
            row = Invitation(cluster=locked, address=line.pasted.address, access=access, asked_by=by, asked_at=at)
            row.purpose, row.message = purpose.strip(), message.strip()
            made.append(_make(row, at))
    if made:
        data = {"invitations": [row.pk for row in made]}
        detail = {"message": message.strip()} if message.strip() else None
        event = record_change(locked, "invitation.sent", made[0], by=by, at=at, data=data, detail=detail)
        for row in made:
            ask(row, by=by, at=at, event=event)
    return lines


def _make(row: Invitation, at: datetime) -> Invitation:
    """Write an invitation; one of the same address whose link has run out ends with it."""
    for older in row.cluster.invitations.open().filter(address_key=_key(row)):
        _end(older, InvitationStatus.EXPIRED, at)
    check_fields(row, leave_out=KEYS)
    row.save(force_insert=True)
    return row


def _key(row: Invitation) -> str:
    """Return the folded address of a row that is not written yet."""
    for key in row.key_fields():
        key.pre_save(row, add=True)
    return row.address_key


def _end(row: Invitation, status: str, at: datetime) -> None:
    """End an open invitation with its links and what waits to be sent."""
    row.status, row.answered_at = status, at
    row.save(update_fields=["status", "answered_at"])
    call_off(row)


@transaction.atomic
def remind_address(*, invitation: Invitation, by: User, at: datetime | None = None) -> Invitation:
    """Send an unanswered invitation once more, with a fresh link.

    Raises:
        Refusal: the person may not, it is not open any more, or the last mail is too new (`can_remind`).
    """
    at = at or timezone.now()
    cluster, row = _locked(invitation, by=by)
    verdict = can_remind(row, cluster, at)
    if not verdict:
        raise Refusal.of(verdict)
    event = record_change(cluster, "invitation.reminded", row, by=by, at=at)
    ask(row, by=by, at=at, event=event, is_reminder=True)
    return row


@transaction.atomic
def remind_by_clock(pk: int, *, on: date, key: str) -> bool:
    """Send an unanswered invitation once more, as the registry; `key` makes a second mail of the same step impossible.

    Returns whether a mail was written: not when it was answered or taken back meanwhile.
    """
    found = Invitation.objects.filter(pk=pk).values_list("cluster", flat=True).first()
    cluster = Cluster.objects.select_for_update(of=("self",)).filter(pk=found).first()
    row = cluster.invitations.open().filter(pk=pk).first() if cluster is not None else None
    if cluster is None or row is None or cluster.state not in ACTIVE_STATES:
        return False
    row.cluster = cluster
    noon = timezone.make_aware(datetime.combine(on, time(12)))
    return ask(row, by=None, at=noon, key=key, is_reminder=True) is not None


@transaction.atomic
def take_invitation_back(
    *, invitation: Invitation, by: User, reason: str = "", at: datetime | None = None
) -> Invitation:
    """Take an unanswered invitation back: its link ends; the address is told if its mail had left. A no-op when done.

    Raises:
        Refusal: the person may not, or it was answered meanwhile.
    """
    at = at or timezone.now()
    cluster, row = _locked(invitation, by=by)
    if row.status == InvitationStatus.TAKEN_BACK:
        return row
    if row.status != InvitationStatus.OPEN:
        raise Refusal(
            _("This invitation is not open any more: %(status)s.") % {"status": row.get_status_display()}, "state"
        )
    row.answer_reason = reason.strip()
    check_fields(row, leave_out=KEYS)
    row.save(update_fields=["answer_reason"])
    _end(row, InvitationStatus.TAKEN_BACK, at)
    detail = {"message": row.answer_reason} if row.answer_reason else None
    event = record_change(cluster, "invitation.taken_back", row, by=by, at=at, detail=detail)
    tell_ended(row, event=event)
    return row


def end_open_invitations(cluster: Cluster, *, at: datetime, event: Event | None) -> None:
    """End what no address answered, in the transaction that ends the cluster; its links act no more.

    The addresses whose mail had left are told; without an event nobody is.
    """
    for row in cluster.invitations.open():
        row.cluster = cluster
        _end(row, InvitationStatus.EXPIRED, at)
        if event is not None:
            tell_ended(row, event=event, is_over=True)


def move_invitations(cluster: Cluster, into: Cluster, *, at: datetime) -> None:
    """Let open invitations lead into the cluster that takes this one in; one of an address asked there ends."""
    there = set(into.invitations.open().values_list("address_key", flat=True))
    for row in cluster.invitations.open():
        if row.address_key in there:
            _end(row, InvitationStatus.EXPIRED, at)
        else:
            row.cluster = into
            row.save(update_fields=["cluster"])


@transaction.atomic
def forget_addresses(now: datetime) -> int:
    """End invitations whose link ran out long ago, and empty the addresses of people who never came; return how many.

    General Data Protection Regulation: whoever did not come is not kept, however the invitation ended. Its mails and
    all its links lose the address with it.
    """
    before = now - FORGOTTEN_AFTER
    for row in Invitation.objects.open().with_link():
        if has_run_out(row, before):
            _end(row, InvitationStatus.EXPIRED, row.link_ends_at or now)
    over = Invitation.objects.ended_unanswered(before).order_by()
    about = {"kind": "invitation", "subject_id__in": over.values("pk")}
    mails = Message.objects.filter(**about).exclude(state=MessageState.QUEUED)
    mails.exclude(to_address="").update(to_address="")
    SignedLink.objects.filter(**about).exclude(address="").update(address="", address_key="")
    return over.exclude(address="").update(address="", address_key="")


def _locked(invitation: Invitation, *, by: User) -> tuple[Cluster, Invitation]:
    """Return the locked cluster and the invitation as it is now, with its link, for who may work on the cluster.

    Raises:
        Refusal: the person may not, or it is gone.
    """
    cluster = locked_cluster(invitation.cluster_id, by=by, may=can_work)
    row = cluster.invitations.with_link().filter(pk=invitation.pk).first()
    if row is None:
        raise Refusal(_("This is not there any more."), "state")
    row.cluster = cluster
    return cluster, row
