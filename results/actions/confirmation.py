"""Asking an adopting organisation to confirm an uptake: the question, a reminder, taking it back, forgetting.

The cluster's row is locked first, so that two presses at once ask once, and an answer and a step follow each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.actions.parts import check_fields
from clusters.models import Cluster
from community.choices import MessageState
from community.models import Message, SignedLink, User
from community.permissions import Refusal
from results.actions.parts import locked, record, substance_of
from results.choices import ConfirmationStatus, UptakeKind
from results.models import Uptake, UptakeConfirmation
from results.notifications.confirmation import ask, call_off
from results.rules.confirmation import can_be_asked, can_remind, can_take_over, has_run_out, may_ask, was_never_sent
from results.rules.uptake import can_ask_adopter, day_problem

CONFIRMATION_KEYS = ("uptake", "asked_by", "document", "settled_by")
#: The address of somebody who never answered is forgotten so long after the question ended.
FORGOTTEN_AFTER = timedelta(days=60)
SETTLED = gettext_lazy("This was settled already.")
FORGOTTEN = gettext_lazy("The address is not kept any more.")


@dataclass(frozen=True)
class Settled:
    """A correction that was settled; `asked` is the question that followed, else `why_not` says why there is none."""

    row: UptakeConfirmation
    asked: UptakeConfirmation | None = None
    why_not: str = ""


@transaction.atomic
def ask_adopter(
    *, uptake: Uptake, by: User, address: str, message: str = "", at: datetime | None = None
) -> UptakeConfirmation:
    """Ask somebody of the adopting organisation, by address, to confirm what the cluster states; one event, one mail.

    An open question whose link has run out ends with the new one.

    Raises:
        Refusal: the person may not ask, there is nothing to confirm yet, it is their own address or (of members whom
            they see in the directory) that of who declared it, leads or coordinates the cluster or works elsewhere,
            it was asked already, or the limits are reached.
    """
    at = at or timezone.now()
    _cluster, row = locked(uptake, by=by, may=can_ask_adopter)
    for older in row.confirmations.open().with_link():
        if has_run_out(older, at):
            _end(older, ConfirmationStatus.EXPIRED, at)
    return _ask(row, by=by, address=address, message=message, at=at)


def _ask(uptake: Uptake, *, by: User, address: str, message: str, at: datetime) -> UptakeConfirmation:
    """Write the question and its mail, in the caller's transaction."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    verdict = may_ask(uptake, address, by=by, at=at)
    if not verdict:
        raise Refusal.of(verdict)
    row = UptakeConfirmation(uptake=uptake, address=address, message=message.strip(), asked_by=by, asked_at=at)
    row.statement = uptake.statement
    check_fields(row, leave_out=CONFIRMATION_KEYS)
    row.save(force_insert=True)
    event = record(uptake, "asked", by=by, at=at, data={"confirmation": row.pk}, message=row.message)
    ask(row, by=by, at=at, event=event)
    return row


@transaction.atomic
def remind_adopter(*, confirmation: UptakeConfirmation, by: User, at: datetime | None = None) -> UptakeConfirmation:
    """Send an unanswered question once more, with a fresh link.

    Raises:
        Refusal: the person may not, it is not open any more, or the last mail is too new.
    """
    at = at or timezone.now()
    row = _locked(confirmation, by=by)
    verdict = can_remind(row, at)
    if not verdict:
        raise Refusal.of(verdict)
    event = record(row.uptake, "asked_again", by=by, at=at, data={"confirmation": row.pk})
    ask(row, by=by, at=at, event=event, is_reminder=True)
    return row


@transaction.atomic
def remind_adopter_by_clock(pk: int, *, on: date, key: str) -> bool:
    """Send an unanswered question once more, as the registry; `key` makes a second mail of the same step impossible.

    Returns whether a mail was written: not when it was answered or taken back meanwhile.
    """
    found = UptakeConfirmation.objects.filter(pk=pk).values_list("uptake__cluster", flat=True).first()
    Cluster.objects.select_for_update(of=("self",)).filter(pk=found).first()
    row = UptakeConfirmation.objects.open().select_related("uptake__cluster").filter(pk=pk).first()
    if row is None or not can_be_asked(row.uptake):
        return False
    noon = timezone.make_aware(datetime.combine(on, time(12)))
    return ask(row, by=None, at=noon, key=key, is_reminder=True) is not None


@transaction.atomic
def take_question_back(*, confirmation: UptakeConfirmation, by: User, at: datetime | None = None) -> UptakeConfirmation:
    """Take an unanswered question back: its link ends. A no-op when that was done.

    Raises:
        Refusal: the person may not, or it was answered meanwhile.
    """
    at = at or timezone.now()
    row = _locked(confirmation, by=by)
    if row.status == ConfirmationStatus.TAKEN_BACK:
        return row
    if row.status != ConfirmationStatus.OPEN:
        words = _("This question is not open any more: %(status)s.") % {"status": row.get_status_display()}
        raise Refusal(words, "state")
    _end(row, ConfirmationStatus.TAKEN_BACK, at)
    record(row.uptake, "question_taken_back", by=by, at=at, data={"confirmation": row.pk})
    return row


@transaction.atomic
def settle_correction(
    *, confirmation: UptakeConfirmation, by: User, take_over: bool, at: datetime | None = None
) -> Settled:
    """Take over what the organisation corrected (kind, day), or set it aside; a no-op when that was settled the same.

    What is taken over raises the statement, and the same address is asked to confirm it as it stands then: only the
    organisation's own confirmation documents an uptake. Words that were said stay with those who work on the cluster;
    only with the kind “adapted” they become what was adapted, where nothing stands there yet, as their form says. What
    the lead has changed by hand since the answer counts as taken over, and is asked about the same way.

    Raises:
        Refusal: the person may not, it is no correction, somebody settled it otherwise, or there is nothing that one
            press takes over (`can_take_over`).
    """
    at = at or timezone.now()
    row = _locked(confirmation, by=by)
    if row.status == ConfirmationStatus.CORRECTED and row.is_taken_over == take_over and row.settled_at is not None:
        anew = row.uptake.confirmations.open().filter(address_key=row.address_key, asked_at__gte=row.settled_at)
        return Settled(row, anew.first(), str(SETTLED))
    if row.status != ConfirmationStatus.CORRECTED or row.settled_at is not None:
        raise Refusal(_("This was settled already, or is no correction."), "state")
    if take_over and not (verdict := can_take_over(row)):
        raise Refusal.of(verdict)
    row.settled_at, row.settled_by, row.is_taken_over = at, by.member, take_over
    row.version += 1
    row.save(update_fields=["settled_at", "settled_by", "is_taken_over", "version"])
    uptake = row.uptake
    if take_over:
        _take_over(row, at)
    verb = "correction_taken_over" if take_over else "correction_set_aside"
    record(uptake, verb, by=by, at=at, data={"confirmation": row.pk})
    return _asked_anew(row, by=by, at=at) if take_over else Settled(row)


def _asked_anew(row: UptakeConfirmation, *, by: User, at: datetime) -> Settled:
    """Ask the same address to confirm what its answer led to; where that may not be, say why."""
    if not row.address:
        return Settled(row, None, str(FORGOTTEN))
    verdict = may_ask(row.uptake, row.address, by=by, at=at)
    if not verdict:
        return Settled(row, None, str(verdict.reason))
    return Settled(row, _ask(row.uptake, by=by, address=row.address, message=_("As you corrected it."), at=at))


def _take_over(row: UptakeConfirmation, at: datetime) -> None:
    """Write the corrected kind and day into the uptake; what was adapted, where the kind asks for it."""
    uptake = row.uptake
    before = substance_of(uptake)
    uptake.kind = row.corrected_kind or uptake.kind
    if uptake.kind == UptakeKind.ADAPTED and not uptake.adaptation:
        uptake.adaptation = row.said  # the form of the answer says that everybody reads it then
    if row.corrected_on is not None and uptake.in_use_on is not None:
        problem = day_problem(row.corrected_on, timezone.localdate(at))
        if problem or (uptake.stopped_on is not None and uptake.stopped_on < row.corrected_on):
            raise Refusal(problem or _("It can't have stopped before it was in use."))
        uptake.in_use_on = row.corrected_on
    if substance_of(uptake) == before:
        return
    uptake.version += 1
    uptake.statement += 1
    uptake.save(update_fields=["kind", "adaptation", "in_use_on", "version", "statement", "updated_at"])


@transaction.atomic
def forget_adopters(now: datetime) -> int:
    """End questions whose link ran out long ago, and empty the addresses of people who never came; return how many.

    General Data Protection Regulation: whoever did not answer is not kept. Mails and links lose the address with it.
    """
    before = now - FORGOTTEN_AFTER
    for row in UptakeConfirmation.objects.open().with_link():
        if has_run_out(row, now) or was_never_sent(row, now):
            _end(row, ConfirmationStatus.EXPIRED, row.link_ends_at or now)
    over = UptakeConfirmation.objects.ended_unanswered(before).order_by()
    about = {"kind": "confirmation", "subject_id__in": over.values("pk")}
    mails = Message.objects.filter(**about).exclude(state=MessageState.QUEUED)
    mails.exclude(to_address="").update(to_address="")
    SignedLink.objects.filter(**about).exclude(address="").update(address="", address_key="")
    return over.exclude(address="").update(address="", address_key="")


def _end(row: UptakeConfirmation, status: str, at: datetime) -> None:
    """End an open question with its links and what waits to be sent."""
    row.status, row.answered_at = status, at
    row.save(update_fields=["status", "answered_at"])
    call_off(row)


def _locked(confirmation: UptakeConfirmation, *, by: User) -> UptakeConfirmation:
    """Return the question as it is now, its cluster and uptake locked, for who asks adopting organisations.

    Raises:
        Refusal: the person may not, or it is gone.
    """
    uptake = Uptake.objects.get(pk=confirmation.uptake_id)
    _cluster, uptake = locked(uptake, by=by, may=can_ask_adopter)
    row = uptake.confirmations.with_link().with_sequel().filter(pk=confirmation.pk).first()
    if row is None:
        raise Refusal(_("This is not there any more."), "state")
    row.uptake = uptake
    return row
