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
from community.actions.stray_files import sweep_after_erasure
from community.choices import DataRequestKind, DataRequestStatus
from community.events import record
from community.models import DataRequest, Event, File, Member, User
from community.permissions import Refusal
from community.person_mails import ASKED, ERASED, KEPT, tell_of_request
from community.personal import Whose, entry_of, whose
from community.personal_addresses import earlier_names, known_addresses
from community.personal_sweep import Trace, take_out, take_out_of_frozen, traces_of, words_of
from community.rules.erasure import obstacles
from community.visibility import is_administrator

ADMINISTRATORS_ONLY: Final = _("Only an administrator erases somebody.")
SUPERUSERS_ONLY: Final = _("Only a superuser has a superuser erased.")
IN_THE_WAY: Final = _("This must be cleared before %(person)s is erased.")
#: The mail to who was erased: its row forgets the address once it left.
ANSWER: Final = ERASED


@dataclass(frozen=True)
class Erased:
    """What an erasure did: `restricted` is evidence that stays until its day, `traces` what nobody may change.

    `keys` are those of all entries of the person, the one that stayed first.
    """

    key: str
    keys: tuple[str, ...] = ()
    details: int = 0
    rows: int = 0
    restricted: tuple[File, ...] = ()
    traces: tuple[Trace, ...] = field(default_factory=tuple)


@transaction.atomic
def ask_erasure(*, by: User, at: datetime | None = None) -> DataRequest:
    """Ask to be erased; one event, and a mail to the person. A no-op that returns the open request.

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
    refuse_obstacles(row, at, waits=False)
    due_at = at + timedelta(days=settings.ERASURE_DAYS)
    asked = DataRequest.objects.create(member=row, kind=DataRequestKind.ERASURE, asked_at=at, due_at=due_at)
    event = record(verb="ask_erasure", subject=row, by=by, at=at, data={"request": asked.pk, "due": due_at})
    tell_of_request(ASKED, asked, event=event)
    return asked


@transaction.atomic
def withdraw_erasure(*, by: User, at: datetime | None = None) -> DataRequest | None:
    """Take the wish to be erased back; one event, and a mail. A no-op that returns None when there is none."""
    at = at or timezone.now()
    rows = DataRequest.objects.select_for_update(of=("self",)).open().of_kind(DataRequestKind.ERASURE)
    asked = rows.filter(member__user=by).select_related("member__user").first()
    return close_wish(asked, by=by, at=at) if asked is not None else None


def close_wish(asked: DataRequest, *, by: User, at: datetime) -> DataRequest:
    """Note on a locked row that nobody is to be erased any more, and tell the person; in the caller's transaction."""
    asked.status, asked.closed_at, asked.closed_by = DataRequestStatus.WITHDRAWN, at, by
    asked.save(update_fields=["status", "closed_at", "closed_by"])
    event = record(verb="withdraw_erasure", subject=asked.member, by=by, at=at, data={"request": asked.pk})
    tell_of_request(KEPT, asked, event=event)
    return asked


@transaction.atomic
def erase_member(
    *, member: Member, by: User | None, at: datetime | None = None, waits: bool = True, is_rehearsal: bool = False
) -> Erased:
    """Replace a person by a pseudonym everywhere; one event, lines in the ledger. A no-op for who is erased.

    Order of effects: obstacles; every app's records; columns that refer to the person; work, consents and requests
    end; mails, links, sessions and account are emptied; details of events are redacted; name and addresses are taken
    out of every column; the person's row; the answer is queued, and a mail to the other administrators where it was
    one of them; a line of the ledger for each of their entries. The decisions stand.

    Args:
        by: an administrator; None for the clock and the command.
        waits: hold to obstacles that the person clears in time too, until the day on which the clock would do it.
        is_rehearsal: write no line of the ledger, because the caller takes everything back.

    Raises:
        Refusal: `by` is no administrator, or no superuser where the person is one; something must be cleared first, or
            the ledger cannot be written.
    """
    at = at or timezone.now()
    row = refuse_to_erase(member=member, by=by, at=at, waits=waits)
    if row.erased_at is not None:
        return Erased(row.key)
    done = erase_entries(whose(row), by=by, at=at, tells=True)
    if is_rehearsal:
        return done
    try:
        ledger.append(done.keys, at, of=row.key)
    except ledger.LedgerError as error:
        words = _("The erasure ledger cannot be written: %(error)s. Nothing was erased.")
        raise Refusal(words % {"error": error}, "state") from error
    return done


def refuse_to_erase(*, member: Member, by: User | None, at: datetime, waits: bool = True) -> Member:
    """Return the person's row, locked, where they may be erased, or were; in the caller's transaction.

    Administrators and coordinators are locked too, so that the last two are not erased at once.

    Raises:
        Refusal: `by` is no administrator, or no superuser where the person is one; or something must be cleared first.
    """
    if by is not None and not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    row = locked(member)
    if by is not None:
        refuse_superuser(row, by=by)
    if row.erased_at is None:
        if row.user is not None:
            lock_those_in_charge(row.user, on=effects.today(at))
        refuse_obstacles(row, at, waits=waits and not is_overdue(row, at))
    return row


def is_overdue(member: Member, at: datetime) -> bool:
    """Tell whether the day came on which the clock erases who asked: what others clear in time counts no more."""
    return DataRequest.objects.due(at).of_member(member).exists()


def refuse_superuser(row: Member, *, by: User) -> None:
    """Let a superuser be erased by superusers alone, as only they end one.

    Raises:
        Refusal: the person is a superuser, and `by` is none.
    """
    if not by.is_superuser and User.objects.filter(pk__in=whose(row).accounts, is_superuser=True).exists():
        raise Refusal(SUPERUSERS_ONLY, "forbidden")


def erase_due(at: datetime) -> int:
    """Erase who asked and waited long enough; return how many. Who still may not go stays on the desk."""
    count = 0
    for asked in list(DataRequest.objects.due(at).select_related("member", "recorded_by")):
        with suppress(Refusal):
            count += _erase_asked(asked, at)
    return count


@transaction.atomic
def _erase_asked(asked: DataRequest, at: datetime) -> bool:
    """Erase who asked, unless they took it back meanwhile; tell whether it was done. Locks person, then request."""
    member = locked(asked.member)
    if asked.recorded_by is not None:
        refuse_superuser(member, by=asked.recorded_by)
    if not DataRequest.objects.select_for_update(of=("self",)).due(at).filter(pk=asked.pk).exists():
        return False
    erase_member(member=member, by=None, at=at, waits=False)
    return True


def restricted_of(member: Member) -> list[File]:
    """Return the evidence with names that stays after an erasure: uploaded by the person, or of their work."""
    return _evidence_of(whose(member))


def _evidence_of(who: Whose) -> list[File]:
    found = {file.pk: file for file in File.objects.filter(uploaded_by__in=who.accounts, holds_names=True)}
    for key in who.members:
        entry = entry_of(who, key)
        for source in contributions.restricted_evidence:
            found |= {file.pk: file for file in source(entry)}
    return [file for _pk, file in sorted(found.items()) if file.gone_at is None]


def locked(member: Member) -> Member:
    """Return the row that stayed of a person, locked."""
    row = Member.objects.select_for_update(of=("self",)).select_related("user").get(pk=member.pk)
    return locked(row.merged_into) if row.merged_into is not None else row


def refuse_obstacles(row: Member, at: datetime, *, waits: bool) -> None:
    """Refuse while something stands in the way.

    Raises:
        Refusal: with all that must be cleared first.
    """
    found = obstacles(row, effects.today(at), waits=waits)
    if found:
        reason = IN_THE_WAY % {"person": row.name}
        raise Refusal(f"{reason} {' '.join(str(one.sentence) for one in found)}", "requirement", tuple(found))


def erase_entries(who: Whose, *, by: User | None, at: datetime, tells: bool) -> Erased:
    """Erase exactly these entries of a person, the one that stayed first: all of it but the ledger."""
    row = who.member
    instead, restricted = effects.pseudonym_of(row), tuple(_evidence_of(who))
    known = list(Member.objects.filter(pk__in=who.members).values_list("pk", "key", "name", "sort_name"))
    keys = [key for pk, key, *_names in sorted(known, key=lambda one: (one[0] != row.pk, one[0]))]
    names = [name for _pk, _key, *both in known for name in both] + earlier_names(who.members)
    today, addresses = effects.addresses_of(who), known_addresses(who.accounts)
    words = words_of(names, addresses, instead=instead, besides=who.members)
    effects.erase_records(who)
    effects.apply_columns(who)
    effects.end_work(who, effects.today(at), at)
    was_asked = effects.close_requests(who, by, at)
    effects.purge_letters(who, addresses)
    effects.end_sessions(who)
    administrators = effects.close_accounts(who, at)
    details = effects.empty_details(who, words, by=by, at=at, erasure=row.key)
    effects.replace_persons(who, instead, at)
    rows = take_out(words, by=by, at=at, erasure=row.key)
    rows += take_out_of_frozen(words, by=by, at=at, erasure=row.key)
    for purge in contributions.index_purges:
        purge()
    traces = tuple(traces_of(words))
    data = {
        "asked": was_asked,
        "restricted": len(restricted),
        "files": [file.pk for file in restricted],
        "traces": [[trace.code, trace.pk] for trace in traces],
    }
    sweep_after_erasure(at, erasure=str(row.key))
    event = record(verb="erase_member", subject=row, by=by, at=at, data=data)
    if tells and today:
        _answer(who, today[0], restricted)
    if tells:
        _tell_administrators(administrators, event)
    transaction.on_commit(cache.clear, robust=True)
    return Erased(row.key, tuple(keys), details, rows, restricted, traces)


def _tell_administrators(erased: list[User], event: Event) -> None:
    """Tell every administrator but the one who did it that one of them was erased; the name is gone by then."""
    for account in erased:
        for one in User.objects.administrators().exclude(pk=event.by_id or 0).order_by("pk"):
            notifications.queue("account/administrators", to=one, subject=account, event=event, verb=event.verb)


def _answer(who: Whose, address: str, restricted: tuple[File, ...]) -> None:
    """Queue the answer to the address that was; what stays is listed in it."""
    kept: list[dict[str, Any]] = [
        {"title": file.title, "until": file.retain_until.isoformat() if file.retain_until else None}
        for file in restricted
    ]
    member = Member.objects.get(pk=who.member.pk)
    notifications.queue(ANSWER, to_address=address, subject=member, is_secret=True, kept=kept)
