"""Answering an invitation through the link in its mail: accept, decline, ask for a fresh link. No account is needed.

Accepting makes the account where there is none. The link proves that its holder reads the mails of the address.
"""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.actions.parts import check_fields, record_change, record_part
from clusters.choices import Capacity, InvitationStatus, ParticipationStatus
from clusters.models import Cluster, Invitation, Participation
from clusters.notifications import lifecycle as notifications
from clusters.notifications.invitation import PURPOSE, ask, call_off, invitation_of
from clusters.notifications.meeting import tell_newcomer
from clusters.rules.invitations import access_given, account_of, is_answerable
from clusters.rules.joining import has_room
from community import links
from community.actions.external import prove_address, take_in, work_for
from community.choices import Standing
from community.models import Member, Organisation, SignedLink, User
from community.permissions import Refusal

KEYS = ("cluster", "member", "organisation", "asked_by", "answered_by", "participation")
#: Mails that ask something which an answer by link has settled.
_ASKING = ("invited", "reminder", "participation_asked", "waiting_asks", "waiting_moved_up")
_AS_PERSON = (Capacity.MEMBER, Capacity.EXTERNAL)


def open_invitation(token: str, *, by: User | None, at: datetime | None = None) -> tuple[SignedLink, Invitation]:
    """Return link and invitation behind a token, to be answered; changes nothing.

    Raises:
        Refusal: the token is unknown ("unknown"), was sent to somebody else than who is signed in ("wrong_account"),
            or asks nothing any more ("closed"), with the reason.
    """
    link = links.find(token, PURPOSE)
    row = invitation_of(link) if link is not None else None
    if link is None or row is None:
        raise Refusal(links.UNKNOWN, "unknown")
    if by is not None and by.email_key != link.address_key:
        raise Refusal(links.WRONG_ACCOUNT, "wrong_account")
    verdict = is_answerable(row, row.cluster)
    if not verdict:
        raise Refusal.of(verdict)
    links.refuse_closed(link, at or timezone.now())
    return link, row


@transaction.atomic
def accept_address(
    *, link: SignedLink, by: User | None, name: str = "", organisation: str = "", at: datetime | None = None
) -> Participation:
    """Take part through the link of an invitation; whose address has no account gets one without a password.

    Order of effects: lock the cluster, judge, use the link up, find or make the person, note for whom they take part,
    end what waited to be sent, empty the address, one event, the lead is told. Who takes part already stays as they
    are; who asked, waits or was invited otherwise takes part by this.

    Args:
        by: who is signed in; None for whoever holds the link.
        name: of somebody without an account.
        organisation: for which they take part, where the registry does not know one.

    Raises:
        Refusal: the link or the invitation is closed ("closed"), was sent to somebody else ("wrong_account"), no
            place is left ("state"), or name or organisation is missing.
    """
    at = at or timezone.now()
    cluster, row = _locked(link)
    account = account_of(row)
    if account is not None and (not account.is_active or account.member is None):
        raise Refusal(_("The account of this address is closed. Ask an administrator of the registry."), "closed")
    links.use(link, by=by, at=at)
    account = account or _new_account(row, name, at)
    member = account.member
    if member is None:
        raise Refusal(links.UNKNOWN, "closed")
    prove_address(account)
    place = _organisation(member, organisation, by=account, at=at)
    part, is_new = _take_part(row, member, place, at)
    row.status, row.answered_at, row.participation, row.address = InvitationStatus.ACCEPTED, at, part, ""
    row.save(update_fields=["status", "answered_at", "participation", "address"])
    call_off(row)
    if is_new:
        event = record_part(cluster, "joined", part, by=account, at=at, as_=_AS_PERSON)
        notifications.replace_of_part(part, *_ASKING, by=event)
        notifications.tell_leads("invitation_accepted", cluster, event=event)
        tell_newcomer(part, cluster, event=event)
    return part


@transaction.atomic
def decline_address(*, link: SignedLink, by: User | None, reason: str = "", at: datetime | None = None) -> Invitation:
    """Decline through the link of an invitation: one event, the lead is told, no account is made.

    Raises:
        Refusal: the link or the invitation is closed, or was sent to somebody else.
    """
    at = at or timezone.now()
    cluster, row = _locked(link)
    links.use(link, by=by, at=at)
    row.status, row.answered_at, row.answer_reason = InvitationStatus.DECLINED, at, reason.strip()
    check_fields(row, leave_out=KEYS)
    row.save(update_fields=["status", "answered_at", "answer_reason"])
    call_off(row)
    detail = {"message": row.answer_reason} if row.answer_reason else None
    event = record_change(cluster, "invitation.declined", row, by=by, at=at, detail=detail)
    notifications.tell_leads("address_declined", cluster, event=event)
    return row


@transaction.atomic
def ask_for_new_link(*, link: SignedLink, at: datetime | None = None) -> None:
    """Send a fresh link to the address of one that has run out, once a day; silent when that is not open to it."""
    at = at or timezone.now()
    if not links.has_run_out(link, at=at):
        return
    try:
        _cluster, row = _locked(link)
    except Refusal:
        return
    day = timezone.localdate(at).isoformat()
    ask(row, by=row.asked_by, at=at, key=f"invitation:{row.pk}:anew:{day}")


def _locked(link: SignedLink) -> tuple[Cluster, Invitation]:
    """Return the cluster, its row locked until the transaction ends, and the invitation, which waits for an answer.

    Raises:
        Refusal: it is gone, answered, taken back, or the cluster has ended ("closed").
    """
    found = Invitation.objects.filter(pk=link.subject_id).values_list("cluster_id", flat=True).first()
    cluster = Cluster.objects.select_for_update().filter(pk=found).first() if found is not None else None
    row = Invitation.objects.select_related("asked_by").filter(pk=link.subject_id, cluster=cluster).first()
    if cluster is None or row is None:
        raise Refusal(links.UNKNOWN, "unknown")
    row.cluster = cluster
    verdict = is_answerable(row, cluster)
    if not verdict:
        raise Refusal.of(verdict)
    return cluster, row


def _new_account(row: Invitation, name: str, at: datetime) -> User:
    """Make person and account of somebody from outside.

    Raises:
        Refusal: the name is missing or holds signs that are not allowed.
    """
    if not name.strip():
        raise Refusal(_("Say who you are: those who work in the cluster read your name."))
    try:
        return take_in(address=row.address, name=name, at=at)
    except ValidationError as error:
        raise Refusal(error.messages[0]) from error


def _organisation(member: Member, name: str, *, by: User, at: datetime) -> Organisation:
    """Return for which organisation somebody takes part: what they say, else where they work today.

    Raises:
        Refusal: neither is known, or the name holds signs that are not allowed.
    """
    known = member.organisation_on(timezone.localdate(at))
    if known is not None:
        return known
    if not name.strip():
        raise Refusal(_("Say for which organisation you take part."))
    try:
        return work_for(member=member, name=name, by=by, at=at)
    except ValidationError as error:
        raise Refusal(error.messages[0]) from error


def _take_part(row: Invitation, member: Member, place: Organisation, at: datetime) -> tuple[Participation, bool]:
    """Return the person's active part and whether it begins with this: a new one, or one that was under way.

    Who asked or was asked before, when, and in which words stays with a part that was under way.

    Raises:
        Refusal: no place is left.
    """
    cluster, status = row.cluster, ParticipationStatus
    part = cluster.participations.live().filter(member=member).first()
    if part is not None and part.status == status.ACTIVE:
        return part, False
    if not (room := has_room(cluster)):
        raise Refusal.of(room)
    is_external = member.standing != Standing.MEMBER
    part = part or Participation(cluster=cluster, member=member)
    if part.asked_at is None:
        part.asked_by, part.asked_at, part.message = row.asked_by, row.asked_at, part.message or row.message
    part.cluster, part.organisation, part.status = cluster, part.organisation or place, status.ACTIVE
    part.is_external, part.access = is_external, access_given(row, member)
    part.purpose = part.purpose or row.purpose
    part.answered_by, part.answered_at, part.from_on = member.user, at, timezone.localdate(at)
    check_fields(part, leave_out=KEYS)
    part.save()
    cluster.participations.wanted().filter(organisation=part.organisation).delete()
    return part, True
