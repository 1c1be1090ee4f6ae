"""What becomes of addresses that are asked to take part: each gets an answer of its own, before anything is sent.

Whether an address belongs to a member is told to those alone who see that member in the directory. Nobody else's
account is looked at here: the others are answered as strangers are, in the same words and by the same queries.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from django.db.models import Count
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.choices import ACTIVE_STATES, Access, InvitationStatus, ParticipationStatus
from clusters.models import Cluster, Invitation, Participation
from clusters.rules.addresses import Pasted, read_addresses
from community.choices import Standing
from community.models import Affiliation, Event, Member, User
from community.permissions import ALLOWED, Verdict, refused

#: So many addresses are asked by one press, by one person in a day, and one address by everybody in a day.
PER_PRESS = 30
PER_DAY = 60
PER_ADDRESS = 3
#: Who declined is not asked again by mail for so long; a reminder follows the last mail after so long.
DECLINED_FOR = timedelta(days=30)
REMIND_AFTER = timedelta(days=3)
#: The event of each member who is invited by somebody.
INVITED = "participation.invited"
REMINDED_TODAY = gettext_lazy("Was reminded today already.")


class Answer(StrEnum):
    """What becomes of one pasted address."""

    MAIL = "mail"
    MEMBER = "member"
    HERE = "here"
    ASKED = "asked"
    WAITING = "waiting"
    LATELY = "lately"
    DECLINED = "declined"
    OWN = "own"
    ENOUGH = "enough"
    UNREACHABLE = "unreachable"
    TWICE = "twice"
    WRONG = "wrong"


#: Something is sent for these.
SENDING = frozenset({Answer.MAIL, Answer.MEMBER})


@dataclass(frozen=True)
class Line:
    """One pasted address with its answer in words; `member` where the asker sees them in the directory."""

    pasted: Pasted
    answer: Answer
    words: str
    member: Member | None = None

    @property
    def sends(self) -> bool:
        """Whether something is sent for it."""
        return self.answer in SENDING


@dataclass
class _Known:
    """What the asker may know of the addresses, by their key."""

    members: dict[str, Member] = field(default_factory=dict)
    statuses: dict[int, str] = field(default_factory=dict)
    employed: set[int] = field(default_factory=set)
    externals: set[str] = field(default_factory=set)
    open: dict[str, Invitation] = field(default_factory=dict)
    declined: dict[str, Invitation] = field(default_factory=dict)
    today: Mapping[str, int] = field(default_factory=dict)


def look(cluster: Cluster, text: str, *, by: User, at: datetime) -> list[Line]:
    """Return each address of `text` with its answer; as many queries for many as for one, and nothing is changed."""
    found = read_addresses(text)
    known = _known(cluster, {one.key for one in found if one.key}, by=by, at=at)
    lines, seen = [], set[str]()
    for one in found:
        lines.append(_line(one, known, seen, by=by, at=at))
        seen.add(one.key)
    return lines


def digest_of(*values: str) -> str:
    """Return what stands for these texts: what was looked at is what is sent."""
    return hashlib.sha256("\x1f".join(value.strip() for value in values).encode()).hexdigest()


def within_limits(lines: Iterable[Line], *, by: User, at: datetime) -> Verdict:
    """Tell whether so many may be asked by one press, and by this person on this day; two queries."""
    count = sum(line.sends for line in lines)
    if count > PER_PRESS:
        return refused(
            _("At most %(most)d addresses are asked at once; these are %(count)d. Nothing was sent.")
            % {"most": PER_PRESS, "count": count}
        )
    return within_day(count, by=by, at=at)


def within_day(count: int, *, by: User, at: datetime) -> Verdict:
    """Tell whether a person may ask `count` more people on this day; two queries.

    Addresses and members count alike. Whom an approval or a merge asks, and one's own requests, do not.
    """
    since = _midnight(at)
    asked = Invitation.objects.filter(asked_by=by, asked_at__gte=since).count()
    asked += Event.objects.filter(verb=INVITED, by=by, at__gte=since).count()
    if asked + count > PER_DAY:
        return refused(
            _("You may ask %(most)d people a day and have asked %(asked)d. Nothing was sent: ask the others tomorrow.")
            % {"most": PER_DAY, "asked": asked}
        )
    return ALLOWED


def is_answerable(invitation: Invitation, cluster: Cluster) -> Verdict:
    """Tell whether an invitation waits for an answer and its cluster still goes on."""
    if invitation.status == InvitationStatus.OPEN and cluster.state in ACTIVE_STATES:
        return ALLOWED
    if invitation.status == InvitationStatus.ACCEPTED:
        return refused(_("This invitation was accepted already."), "closed")
    if invitation.status == InvitationStatus.DECLINED:
        return refused(_("This invitation was declined already."), "closed")
    if invitation.status == InvitationStatus.TAKEN_BACK:
        return refused(_("This invitation was taken back by those who sent it."), "closed")
    return refused(_("The cluster has ended, so nobody joins it any more."), "closed")


def can_remind(invitation: Invitation, cluster: Cluster, at: datetime) -> Verdict:
    """Tell whether an address may be reminded by hand: three days after its last mail, or once the link ran out.

    Asks a row of `with_link`.
    """
    if invitation.status != InvitationStatus.OPEN:
        words = _("This invitation is not open any more: %(status)s.") % {"status": invitation.get_status_display()}
        return refused(words, "state")
    if cluster.state not in ACTIVE_STATES:
        return refused(_("The cluster has ended, so nobody joins it any more."), "state")
    made = invitation.link_made_at
    if made is not None and timezone.localdate(made) == timezone.localdate(at):
        return refused(_("A mail was written to this address today already."), "state")
    if made is not None and made > at - REMIND_AFTER and not has_run_out(invitation, at):
        return refused(_("The last mail went there less than three days ago. Give the person time to answer."), "state")
    return ALLOWED


def can_remind_member(part: Participation, *, was_reminded: bool) -> Verdict:
    """Tell whether an invited member may be reminded by hand: once a day."""
    if part.status != ParticipationStatus.INVITED or part.asked_at is None:
        return refused(_("This invitation is not open any more."), "state")
    return refused(REMINDED_TODAY, "done") if was_reminded else ALLOWED


def account_of(invitation: Invitation) -> User | None:
    """Return the account that an invitation's address has, also a closed one; None for a stranger."""
    return User.objects.with_address(invitation.address).select_related("member").first()


def access_given(invitation: Invitation, member: Member | None) -> str:
    """Return what somebody may do once they accept: who takes part keeps what they have, members contribute.

    Asks as much of a stranger: how long the sending takes tells nobody who has an account.
    """
    mine = invitation.cluster.participations.active().filter(member__user__email_key=invitation.address_key)
    kept = mine.values_list("access", flat=True).first()
    is_member = member is not None and member.standing == Standing.MEMBER
    return kept or (Access.CONTRIBUTE if is_member else invitation.access)


def last_moment(cluster: Cluster, at: datetime) -> datetime | None:
    """Return when links into a cluster end at the latest: with its last planned day; None where that has passed."""
    if cluster.ends_on is None or cluster.ends_on < timezone.localdate(at):
        return None
    return timezone.make_aware(datetime.combine(cluster.ends_on + timedelta(days=1), time.min))


def has_run_out(invitation: Invitation, at: datetime) -> bool:
    """Tell whether the link of an open invitation acts no more; asks a row of `with_link`."""
    return invitation.link_ends_at is not None and invitation.link_ends_at <= at


def _known(cluster: Cluster, keys: set[str], *, by: User, at: datetime) -> _Known:
    """Ask the database, six times however many addresses there are."""
    members = Member.objects.visible_to(by).in_community().filter(user__email_key__in=keys).select_related("user")
    known = _Known(members={row.user.email_key: row for row in members if row.user is not None})
    ids = [row.pk for row in known.members.values()]
    live = cluster.participations.live()
    known.statuses = dict(live.filter(member__in=ids).values_list("member_id", "status"))
    works = Affiliation.objects.current(timezone.localdate(at)).filter(member__in=ids)
    known.employed = set(works.values_list("member_id", flat=True))
    outside = live.filter(is_external=True, member__user__email_key__in=keys)
    known.externals = set(outside.values_list("member__user__email_key", flat=True))
    for row in cluster.invitations.filter(address_key__in=keys).with_link().order_by("asked_at", "pk"):
        if row.status == InvitationStatus.OPEN:
            known.open[row.address_key] = row
        elif row.status == InvitationStatus.DECLINED:
            known.declined[row.address_key] = row
    told = Invitation.objects.filter(address_key__in=keys, asked_at__gte=_midnight(at)).order_by()
    known.today = dict(told.values_list("address_key").annotate(Count("pk")))
    return known


def _line(one: Pasted, known: _Known, seen: set[str], *, by: User, at: datetime) -> Line:
    """Return the answer to one address; the first that fits."""
    key = one.key
    if one.wrong:
        return Line(one, Answer.WRONG, one.wrong)
    if key in seen:
        return Line(one, Answer.TWICE, _("Stands further up already."))
    if key == by.email_key:
        return Line(one, Answer.OWN, _("This is your own address."))
    if key in known.members:
        return _member_line(one, known.members[key], known)
    if key in known.externals:
        return Line(one, Answer.HERE, _("Is in this cluster already."))
    waiting, declined = known.open.get(key), known.declined.get(key)
    if waiting is not None and not has_run_out(waiting, at):
        return Line(one, Answer.LATELY, _lately(waiting))
    if declined is not None and declined.answered_at and declined.answered_at > at - DECLINED_FOR:
        day = date_format(timezone.localtime(declined.answered_at), "j F Y")
        return Line(one, Answer.DECLINED, _("Declined on %(day)s. Write to the person yourself first.") % {"day": day})
    if known.today.get(key, 0) >= PER_ADDRESS:
        return Line(one, Answer.ENOUGH, _("Was asked often today. Ask again tomorrow."))
    return Line(one, Answer.MAIL, _("An invitation with a link goes there."))


def _member_line(one: Pasted, member: Member, known: _Known) -> Line:
    """Return the answer to the address of a member whom the asker sees in the directory."""
    name, status = {"name": member.name}, known.statuses.get(member.pk)
    if status == ParticipationStatus.WAITING:
        words = _("%(name)s stands on the waiting list and asks as soon as a place is free.") % name
        return Line(one, Answer.WAITING, words, member)
    if status == ParticipationStatus.REQUESTED:
        return Line(one, Answer.ASKED, _("%(name)s asked to join and waits for your answer.") % name, member)
    if status == ParticipationStatus.INVITED:
        return Line(one, Answer.LATELY, _("%(name)s is invited already and has not answered yet.") % name, member)
    if status is not None:
        return Line(one, Answer.HERE, _("%(name)s is in this cluster already.") % name, member)
    if member.user is None or not member.user.is_active:
        return Line(one, Answer.UNREACHABLE, _("The account of %(name)s is closed.") % name, member)
    if member.pk not in known.employed:
        words = _("%(name)s works for no organisation today, so nobody can say for whom they take part.") % name
        return Line(one, Answer.UNREACHABLE, words, member)
    return Line(one, Answer.MEMBER, _("%(name)s, a member of the community, is asked by mail.") % name, member)


def _lately(row: Invitation) -> str:
    """Return the words about an invitation that waits for its answer."""
    sent = date_format(timezone.localtime(row.link_sent_at or row.asked_at), "j F Y")
    if row.link_ends_at is None or row.link_sent_at is None:
        return _("Was sent on %(day)s and waits for an answer.") % {"day": sent}
    ends = date_format(timezone.localtime(row.link_ends_at), "j F Y")
    return _("Was sent on %(day)s. The link acts until %(end)s.") % {"day": sent, "end": ends}


def _midnight(at: datetime) -> datetime:
    """Return when the day of `at` began where the registry lives."""
    return timezone.make_aware(datetime.combine(timezone.localdate(at), time.min))
