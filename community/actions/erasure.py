"""Erasing a person: asked by them, done by an administrator or the clock, and done again after a restore."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import contributions, ledger, notifications
from community.actions import erasure_effects as effects
from community.actions.account import lock_those_in_charge
from community.choices import DataRequestKind, DataRequestStatus
from community.events import record
from community.models import DataRequest, File, Member, User
from community.permissions import Refusal
from community.person_mails import ERASED
from community.personal import Whose, whose
from community.personal_sweep import Trace, take_out, traces_of, words_of
from community.rules.erasure import obstacles
from community.visibility import is_administrator

ADMINISTRATORS_ONLY: Final = _("Only an administrator erases somebody.")
IN_THE_WAY: Final = _("This must be cleared before %(person)s is erased.")
#: The mail to who was erased: its row forgets the address once it left.
ANSWER: Final = ERASED


@dataclass(frozen=True)
class Erased:
    """What an erasure did: `restricted` is evidence that stays until its day, `traces` what nobody may change."""

    key: str
    details: int = 0
    rows: int = 0
    restricted: tuple[File, ...] = ()
    traces: tuple[Trace, ...] = field(default_factory=tuple)


@transaction.atomic
def ask_erasure(*, by: User, at: datetime | None = None) -> DataRequest:
    """Ask to be erased; one event. A no-op that returns the open request.

    The clock does it after `ERASURE_DAYS`, an administrator earlier; the person takes it back until then.

    Raises:
        Refusal: the account belongs to no person, or something must be cleared that no waiting clears.
    """
    at = at or timezone.now()
    row = Member.objects.select_for_update(of=("self",)).select_related("user").filter(user=by).first()
    if row is None:
        raise Refusal(_("Your account belongs to no person. Ask an administrator."), "forbidden")
    waiting = DataRequest.objects.open().of_member(row).of_kind(DataRequestKind.ERASURE).first()
    if waiting is not None:
        return waiting
    _refuse_obstacles(row, at, waits=False)
    due_at = at + timedelta(days=settings.ERASURE_DAYS)
    asked = DataRequest.objects.create(member=row, kind=DataRequestKind.ERASURE, asked_at=at, due_at=due_at)
    record(verb="ask_erasure", subject=row, by=by, at=at, data={"request": asked.pk, "due": due_at})
    return asked


@transaction.atomic
def withdraw_erasure(*, by: User, at: datetime | None = None) -> DataRequest | None:
    """Take the wish to be erased back; one event. A no-op that returns None when there is none."""
    at = at or timezone.now()
    rows = DataRequest.objects.select_for_update(of=("self",)).open().of_kind(DataRequestKind.ERASURE)
    asked = rows.filter(member__user=by).select_related("member").first()
    if asked is None:
        return None
    asked.status, asked.closed_at, asked.closed_by = DataRequestStatus.WITHDRAWN, at, by
    asked.save(update_fields=["status", "closed_at", "closed_by"])
    record(verb="withdraw_erasure", subject=asked.member, by=by, at=at, data={"request": asked.pk})
    return asked


@transaction.atomic
def erase_member(
    *, member: Member, by: User | None, at: datetime | None = None, waits: bool = True, is_rehearsal: bool = False
) -> Erased:
    """Replace a person by a pseudonym everywhere; one event, one line of the ledger. A no-op for who is erased.

    Order of effects: obstacles; every app's records; columns that refer to the person; work, consents and requests
    end; mails, links, sessions and account are emptied; details of events are redacted; name and addresses are taken
    out of every column; the person's row; the answer is queued; the line of the ledger. The decisions stand.

    Args:
        by: an administrator; None for the clock and the command.
        waits: hold to obstacles that the person clears in time too.
        is_rehearsal: write no line of the ledger, because the caller takes everything back.

    Raises:
        Refusal: `by` is no administrator, something must be cleared first, or the ledger cannot be written.
    """
    at = at or timezone.now()
    row = refuse_to_erase(member=member, by=by, at=at, waits=waits)
    if row.erased_at is not None:
        return Erased(row.key)
    done = _erase(row, by=by, at=at, tells=True)
    if is_rehearsal:
        return done
    try:
        ledger.append(row.key, at)
    except ledger.LedgerError as error:
        words = _("The erasure ledger cannot be written: %(error)s. Nothing was erased.")
        raise Refusal(words % {"error": error}, "state") from error
    return done


def refuse_to_erase(*, member: Member, by: User | None, at: datetime, waits: bool = True) -> Member:
    """Return the person's row, locked, where they may be erased, or were; in the caller's transaction.

    Administrators and coordinators are locked too, so that the last two are not erased at once.

    Raises:
        Refusal: `by` is no administrator, or something must be cleared first.
    """
    if by is not None and not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    row = _locked(member)
    if row.erased_at is None:
        if row.user is not None:
            lock_those_in_charge(row.user, on=effects.today(at))
        _refuse_obstacles(row, at, waits=waits)
    return row


@transaction.atomic
def erase_again(*, key: str, at: datetime) -> bool:
    """Erase a person of the ledger again, in a restored database; tell whether there was something to do.

    Nobody is mailed and nothing stands in the way: it was decided before.
    """
    found = Member.objects.filter(key=key).first()
    row = _locked(found) if found is not None else None
    if row is None or row.erased_at is not None:
        return False
    _erase(row, by=None, at=at, tells=False)
    return True


def erase_due(at: datetime) -> int:
    """Erase who asked and waited long enough; return how many. Who still may not go stays on the desk."""
    count = 0
    for asked in list(DataRequest.objects.due(at).select_related("member")):
        with suppress(Refusal):
            count += _erase_asked(asked, at)
    return count


@transaction.atomic
def _erase_asked(asked: DataRequest, at: datetime) -> bool:
    """Erase who asked, unless they took it back meanwhile; tell whether it was done. Locks person, then request."""
    member = _locked(asked.member)
    if not DataRequest.objects.select_for_update(of=("self",)).due(at).filter(pk=asked.pk).exists():
        return False
    erase_member(member=member, by=None, at=at, waits=False)
    return True


def restricted_of(member: Member) -> list[File]:
    """Return the evidence with names that stays after an erasure: uploaded by the person, or of their work."""
    who = whose(member)
    found = {file.pk: file for file in File.objects.filter(uploaded_by__in=who.accounts, holds_names=True)}
    for source in contributions.restricted_evidence:
        for key in who.members:
            found |= {file.pk: file for file in source(Member.objects.get(pk=key))}
    return [file for _pk, file in sorted(found.items()) if file.removed_at is None]


def _locked(member: Member) -> Member:
    """Return the row that stayed of a person, locked."""
    row = Member.objects.select_for_update(of=("self",)).select_related("user").get(pk=member.pk)
    return _locked(row.merged_into) if row.merged_into is not None else row


def _refuse_obstacles(row: Member, at: datetime, *, waits: bool) -> None:
    found = obstacles(row, effects.today(at), waits=waits)
    if found:
        reason = IN_THE_WAY % {"person": row.name}
        raise Refusal(f"{reason} {' '.join(str(one.sentence) for one in found)}", "requirement", tuple(found))


def _erase(row: Member, *, by: User | None, at: datetime, tells: bool) -> Erased:
    """Do all of it but the ledger."""
    who, instead, restricted = whose(row), effects.pseudonym_of(row), tuple(restricted_of(row))
    addresses, names = (
        effects.addresses_of(who),
        list(Member.objects.filter(pk__in=who.members).values_list("name", flat=True)),
    )
    words = words_of(names, addresses, instead=instead, besides=who.members)
    effects.erase_records(who)
    effects.apply_columns(who)
    effects.end_work(who, effects.today(at), at)
    was_asked = effects.close_requests(who, by, at)
    effects.purge_letters(who, addresses)
    effects.end_sessions(who)
    effects.close_accounts(who, at)
    details = effects.empty_details(who, words, by=by, at=at, erasure=row.key)
    effects.replace_persons(who, instead, at)
    rows = take_out(words)
    for purge in contributions.index_purges:
        purge()
    record(verb="erase_member", subject=row, by=by, at=at, data={"asked": was_asked, "restricted": len(restricted)})
    if tells and addresses:
        _answer(who, addresses[0], restricted)
    transaction.on_commit(cache.clear)
    return Erased(row.key, details, rows, restricted, tuple(traces_of(words)))


def _answer(who: Whose, address: str, restricted: tuple[File, ...]) -> None:
    """Queue the answer to the address that was; what stays is listed in it."""
    kept: list[dict[str, Any]] = [
        {"title": file.title, "until": file.retain_until.isoformat() if file.retain_until else None}
        for file in restricted
    ]
    member = Member.objects.get(pk=who.member.pk)
    notifications.queue(ANSWER, to_address=address, subject=member, is_secret=True, kept=kept)
