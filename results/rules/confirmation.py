"""Who may be asked to confirm an uptake, how often, and who may not answer: predicates with reasons."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from allauth.account.models import EmailAddress
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.choices import LEADING_ROLES
from clusters.models import Cluster
from clusters.permissions import active_parts
from community.folding import fold_key
from community.models import Affiliation, Appointment, Event, Member, User
from community.permissions import ALLOWED, Verdict, refused
from community.visibility import is_administrator, member_of
from results.choices import ANSWERED, CONFIRM_DAYS, FROM_COMMITTED_ON, ConfirmationStatus, UptakeKind
from results.models import Uptake, UptakeConfirmation
from results.rules.uptake import Anybody

#: So many questions one person asks in a day, one address is asked in a day, and wait for one uptake at once.
PER_DAY = 20
PER_ADDRESS = 3
MOST_OPEN = 3
#: Events by which somebody spoke for the organisation: that is no hand in the statement.
ANSWERS = tuple(f"uptake.{answer}" for answer in sorted(ANSWERED))
#: A reminder follows the last mail after so long.
REMIND_AFTER = timedelta(days=3)


def can_take_answerer_out(user: Anybody, cluster: Cluster) -> Verdict:
    """Administrators take who answered for an organisation out of the answer, when that person asks for it."""
    if is_administrator(user):
        return ALLOWED
    return refused(_("Administrators take a person out of an answer. Pass the request on to one."), "forbidden")


def can_correct_answerer(user: Anybody, cluster: Cluster) -> Verdict:
    """Administrators who do not work on the cluster correct who answered: nobody writes who confirmed their own."""
    if not (verdict := can_take_answerer_out(user, cluster)):
        return verdict
    me = member_of(user)
    if me is not None and _keeps(me, cluster, timezone.localdate()):
        words = _("You lead or coordinate this cluster yourself: another administrator corrects who confirmed it.")
        return refused(words, "forbidden")
    return ALLOWED


def can_be_asked(uptake: Uptake) -> Verdict:
    """Tell whether there is something to confirm: it is committed or in use."""
    if uptake.state in FROM_COMMITTED_ON:
        return ALLOWED
    return refused(_("The organisation is asked once it has committed itself or uses the solution."), "state")


def may_ask(uptake: Uptake, address: str, *, by: User, at: datetime) -> Verdict:
    """Tell whether `address` may be asked about an uptake by `by` now.

    Whose it is counts only where `by` sees that member in the directory: asking tells nobody who has an account. Of
    the others it is judged when they answer.
    """
    verdict = can_be_asked(uptake)
    if not verdict:
        return verdict
    key = fold_key(address)
    is_seen = Member.objects.visible_to(by).filter(user__email_key=key).exists()
    if mailbox(key) in mailboxes(User.objects.filter(pk=by.pk)) or (
        is_seen and mailbox(key) in own_mailboxes(uptake, by)
    ):
        return refused(_("Nobody confirms what they declared themselves. Ask somebody of the adopting organisation."))
    if is_seen and not (verdict := speaks_for_adopter(uptake, key, timezone.localdate(at))):
        return verdict
    open_ = list(uptake.confirmations.open().values_list("address_key", flat=True))
    if key in open_:
        return refused(_("This address was asked already and has not answered yet."), "state")
    if len(open_) >= MOST_OPEN:
        return refused(
            _("At most %(most)d people are asked at once. Take a question back first.") % {"most": MOST_OPEN}
        )
    since = timezone.make_aware(datetime.combine(timezone.localdate(at), time.min))
    today = UptakeConfirmation.objects.filter(asked_at__gte=since)
    if today.filter(asked_by=by).count() >= PER_DAY:
        return refused(_("You may ask %(most)d organisations a day. Ask the others tomorrow.") % {"most": PER_DAY})
    if today.filter(address_key=key).count() >= PER_ADDRESS:
        return refused(_("This address was asked often today. Ask again tomorrow."))
    return ALLOWED


def mailbox(key: str) -> str:
    """Return a folded address without what follows a plus sign: those end in one mailbox."""
    local, at, domain = key.rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def mailboxes(accounts: QuerySet[User]) -> frozenset[str]:
    """Return the mailboxes that are known of accounts: those they sign in with, and those beside."""
    more = EmailAddress.objects.filter(user__in=accounts.order_by().values("pk")).values_list("email", flat=True)
    known = [*accounts.order_by().values_list("email_key", flat=True), *map(fold_key, more)]
    return frozenset(mailbox(key) for key in known)


def own_mailboxes(uptake: Uptake, asker: User | None) -> frozenset[str]:
    """Return the mailboxes that can't confirm: of who declared it or had a hand in what it states, and of who asks."""
    hands = Event.objects.about(uptake).filter(by__isnull=False).exclude(verb__in=ANSWERS).order_by().values("by")
    asks = asker.pk if asker else 0
    return mailboxes(User.objects.filter(Q(member=uptake.declared_by_id or 0) | Q(pk__in=hands) | Q(pk=asks)))


def accounts_of(key: str) -> QuerySet[User]:
    """Return whose mailbox a folded address is, as far as known."""
    keys = {key, mailbox(key)}
    beside = EmailAddress.objects.filter(email__in=keys).values("user")
    return User.objects.filter(Q(email_key__in=keys) | Q(pk__in=beside)).order_by("pk")


def speaks_for_adopter(uptake: Uptake, key: str, on: date) -> Verdict:
    """Tell whether whoever has the mailbox of a folded address stands apart from the cluster and for the adopter.

    An address that belongs to no account is not judged: those who read the answer are shown its domain.
    """
    member = Member.objects.filter(user__in=accounts_of(key).order_by().values("pk")).order_by("pk").first()
    if member is None:
        return ALLOWED
    if _keeps(member, uptake.cluster, on):
        return refused(
            _("Whoever leads or coordinates this cluster does not confirm its uptakes. Ask somebody of the adopter.")
        )
    works_for = set(Affiliation.objects.for_member(member).current(on).values_list("organisation", flat=True))
    if works_for and uptake.organisation_id not in works_for:
        return refused(
            _("This person works for another organisation. Ask somebody of the adopting organisation: %(name)s.")
            % {"name": uptake.organisation.name}
        )
    return ALLOWED


def _keeps(member: Member, cluster: Cluster, on: date) -> bool:
    """Tell whether a person leads the cluster, stands in for the lead, or coordinates a group of it or the mission."""
    if member.pk in (cluster.lead_id, cluster.acting_lead_id):
        return True
    if any(role in LEADING_ROLES for role, _access in active_parts(member.pk, cluster)):
        return True
    coordinated = set(Appointment.objects.groups_of(member.pk, on))
    if not coordinated:
        return False
    further = cluster.further_working_groups.order_by().values_list("pk", flat=True)
    return bool(coordinated & {None, cluster.working_group_id, *further})


def can_remind(row: UptakeConfirmation, at: datetime) -> Verdict:
    """Tell whether an address may be reminded by hand: three days after its last mail. Asks a row of `with_link`."""
    if row.status != ConfirmationStatus.OPEN:
        return refused(_("This question is not open any more."), "state")
    verdict = can_be_asked(row.uptake)
    if not verdict:
        return verdict
    sent = row.link_sent_at or row.asked_at
    if sent > at - REMIND_AFTER and not has_run_out(row, at):
        return refused(_("The last mail went there less than three days ago. Give the person time to answer."), "state")
    return ALLOWED


def differs(row: UptakeConfirmation) -> bool:
    """Tell whether a correction names another kind or day than the uptake states now."""
    uptake = row.uptake
    return row.corrected_kind not in ("", uptake.kind) or row.corrected_on not in (None, uptake.in_use_on)


def can_take_over(row: UptakeConfirmation) -> Verdict:
    """Tell whether a correction can be taken over by one press; else what its lead does first, as the code says.

    "edit": only words were said, or the words that "adapted" needs; "step": a day of use, where only a commitment is
    stated; "state": nothing is left to correct. Once the lead has changed the uptake by hand after the answer (its
    link, who reads it or its files, too, which raise no statement), nothing more has to be written: one press has it
    confirmed. Asks a row of `with_sequel`.
    """
    uptake = row.uptake
    if not (verdict := can_be_asked(uptake)):
        return verdict
    if row.corrected_on is not None and uptake.in_use_on is None:
        return refused(
            _("They say since when it is in use: note the step “In use” with that day first. Here it is committed."),
            "step",
        )
    if not differs(row) and row.statement == uptake.statement and not row.is_changed_since:
        return refused(_("They corrected it in words: edit the uptake, then come back and have it confirmed."), "edit")
    if row.corrected_kind == UptakeKind.ADAPTED and not (uptake.adaptation or row.said):
        return refused(_("Say what was adapted, and why, on the uptake's form first."), "edit")
    return ALLOWED


def has_run_out(row: UptakeConfirmation, at: datetime) -> bool:
    """Tell whether the link of an open question acts no more; asks a row of `with_link`."""
    return row.link_ends_at is not None and row.link_ends_at <= at


def is_renewable(row: UptakeConfirmation, *, is_over: bool) -> bool:
    """Tell whether a question whose link acts no more may be asked anew: nobody answered, and it still asks something.

    `is_over` tells whether the link ended by its time. A question that ended with it goes on while its address is kept,
    unless the same address is asked by another one by now.
    """
    if row.uptake.state not in FROM_COMMITTED_ON or not row.address:
        return False
    if row.status == ConfirmationStatus.OPEN:
        return is_over
    others = row.uptake.confirmations.open().filter(address_key=row.address_key)
    return row.status == ConfirmationStatus.EXPIRED and not others.exists()


def was_never_sent(row: UptakeConfirmation, at: datetime) -> bool:
    """Tell whether the mail of a question has not left in all the time that its link would have acted."""
    return row.link_sent_at is None and row.asked_at <= at - timedelta(days=CONFIRM_DAYS)


def is_answerable(row: UptakeConfirmation) -> Verdict:
    """Tell whether a question waits for its answer, and still asks something."""
    if row.status == ConfirmationStatus.TAKEN_BACK:
        return refused(_("This question was taken back by those who asked it."), "closed")
    if row.status == ConfirmationStatus.EXPIRED:
        return refused(_("Nobody answered this question in its time."), "closed")
    if row.status != ConfirmationStatus.OPEN:
        return refused(_("This question was answered already. Thank you."), "closed")
    if row.uptake.state not in FROM_COMMITTED_ON:
        return refused(_("The cluster does not state this any more, so nothing is left to confirm."), "closed")
    return ALLOWED
