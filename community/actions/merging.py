"""Merging two entries that are the same person or the same organisation: looked at first, whole or not at all, undone.

The entry that stays gets every reference; the merged one stands with `merged_into` and leads to it. What the database
keeps from being changed (events, decisions, issued documents) stays and is read through the merged entry.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from django.core.cache import cache
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import kinds
from community.actions.account import deactivate_account, reactivate_account
from community.actions.consent import withdraw_consent
from community.actions.entry import index_entry
from community.actions.merge_moves import Moved, granted_by, move_all, move_back
from community.appointment_mails import tell
from community.choices import ConsentPurpose, Standing
from community.events import record
from community.models import Appointment, Consent, Event, Member, Organisation, User
from community.permissions import Refusal
from community.visibility import is_administrator

Entry = Member | Organisation

APPOINTMENTS: Final = "community.Appointment.member"
ADMINISTRATORS_ONLY: Final = _("Only an administrator merges entries.")
NO_MEMBER: Final = _(
    "%(person)s, whose entry would be merged, is no member, and the entry that stays is one: account and parts in "
    "clusters would get a member's rights by the way. Make the person a member first, if they are one, then merge."
)
CHANGED: Final = _("Something changed since you looked. Nothing was merged. Look at it once more, then merge.")
NO_RECORD: Final = _("What moved is no longer on record, so that it cannot go back. Enter the person anew.")


@dataclass
class Plan:
    """What a merge does: shown before, returned after. `account` is "", "moves", "closes" or "closed".

    `gained` says by which references an account that moves may do what the entry that stays may do. `shared` are the
    consents that stood in one entry alone and hold for all of the person then: (purpose, "kept" or "merged").
    """

    kept: Entry
    merged: Entry
    moves: list[Moved] = field(default_factory=list)
    account: str = ""
    of_account: list[Moved] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    gained: list[tuple[str, int]] = field(default_factory=list)
    shared: list[tuple[str, str]] = field(default_factory=list)

    @property
    def blocked(self) -> list[Moved]:
        """What somebody must mend first."""
        return [one for one in (*self.moves, *self.of_account) if one.blocked]

    @property
    def digest(self) -> str:
        """A sign for exactly this: another one where anything changed in between."""
        said = (
            [[type(row).__name__, row.pk, row.version, str(row)] for row in (self.kept, self.merged)],
            self._moved(),
            self.account,
            self.withdrawn,
            self.gained,
            self.shared,
        )
        return sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()

    def _moved(self) -> list[Any]:
        """Return what moves without what is another one at each look: moments at which rows end, keys of new events."""
        rows = [one.plain() for one in (*self.moves, *self.of_account)]
        for row in rows:
            row["ended"] = sorted(row["ended"])
            row["stayed"] = len(row["stayed"]) if row["is_history"] else row["stayed"]
        return rows


def preview_merge(*, kept: Entry, merged: Entry, by: User) -> Plan:
    """Return what `merge_entries` would do: it is done and taken back, so that the preview cannot err.

    Raises:
        Refusal: see `merge_entries`; rows that block are in the plan instead.
    """
    with transaction.atomic():
        plan = _merge(kept, merged, by)
        transaction.set_rollback(True)
    return plan


@transaction.atomic
def merge_entries(*, kept: Entry, merged: Entry, by: User, seen: str) -> Plan:
    """Merge `merged` into `kept`; two events, one in the history of each. A no-op for what is merged so already.

    Order of effects: both rows are locked; a consent that the person withdrew later in the other entry is withdrawn;
    every reference moves or is treated as its rule says; the account moves, or is closed where both have one; the
    merged row points to the other one; both are indexed anew; events; who coordinates the same is told of appointments
    that moved.

    Args:
        seen: the digest of the plan that was looked at.

    Raises:
        Refusal: `by` is no administrator, the two cannot be merged, something blocks, or another plan was looked at.
    """
    if type(merged)._default_manager.filter(pk=merged.pk, merged_into=kept.pk).exists() and is_administrator(by):
        return Plan(kept, merged)
    plan = _merge(kept, merged, by)
    if plan.blocked:
        raise Refusal(_("Something must be mended first. Nothing was merged."), "state")
    if plan.digest != seen:
        raise Refusal(CHANGED, "stale")
    transaction.on_commit(cache.clear, robust=True)
    return plan


@transaction.atomic
def unmerge_entries(*, merged: Entry, by: User) -> int:
    """Take a merge back as far as nobody changed what moved; one event each. Return how many rows could not go back.

    What was entered after the merge stays with the entry that stayed; withdrawn consents stay withdrawn. A no-op for
    what is not merged.

    Raises:
        Refusal: `by` is no administrator; the record of what moved is gone; a later merge stands in the way; or the
            name belongs to another organisation now.
    """
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    row = _locked(type(merged), merged.pk)
    if row.merged_into is None:
        return 0
    kept = _locked(type(merged), row.merged_into.pk)
    undo = undo_of(row, kept)
    row.merged_into = None
    row.version += 1
    try:
        with transaction.atomic():
            row.save(update_fields=["merged_into", "version"])
    except IntegrityError as error:
        raise Refusal(_("Another organisation has that name now. Rename it first."), "state") from error
    event, left = give_back(row, kept, undo, by)
    _tell_who_coordinates(row, undo["moves"], event)
    transaction.on_commit(cache.clear, robust=True)
    return left


def give_back(row: Entry, kept: Entry, undo: dict[str, Any], by: User | None) -> tuple[Event, int]:
    """Give an entry that is merged no more what is its own; return its event, and how much could not go back."""
    left = move_back(type(row), undo["moves"], row.pk, kept.pk)
    if isinstance(row, Member) and isinstance(kept, Member):
        left += _account_back(row, kept, undo, by)
    _finish(row, kept)
    code = kinds.of(row).code
    event = record(verb=f"unmerge_{code}", subject=row, by=by, data={"from": kept.pk, "left": left})
    record(verb=f"release_{code}", subject=kept, by=by, data={"merged": row.pk, "left": left})
    return event, left


def last_merge(merged: Entry) -> Event | None:
    """Return the event of the newest merge of an entry."""
    code = kinds.of(merged).code
    return Event.objects.about(merged).filter(verb=f"merge_{code}").select_related("detail").order_by("-pk").first()


def account_of_merge(*, kept: Member, merged: Member) -> User | None:
    """Return the account that merging two persons would move or close."""
    account: User | None = merged.user
    return account if account is not None and (account.is_active or kept.user_id is None) else None


def gives_appointment(*, merged: Member) -> bool:
    """Tell whether merging this person gives the entry that stays an appointment that holds today or later."""
    yesterday = timezone.localdate() - timedelta(days=1)
    return Appointment.objects.counting().outlasting(yesterday).for_member(merged).exists()


def account_of_unmerge(merged: Member) -> User | None:
    """Return the account that taking the merge of a person back would move or open."""
    event = last_merge(merged)
    undo = (getattr(getattr(event, "detail", None), "body", None) or {}).get("undo", {})
    if undo.get("account") == "moves":
        return User.objects.filter(pk=undo["user"] or 0).first()
    return merged.user if undo.get("account") == "closes" else None


def _merge(kept: Entry, merged: Entry, by: User) -> Plan:
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    model = type(kept)
    rows = {pk: _locked(model, pk) for pk in sorted({kept.pk, merged.pk})}
    plan = Plan(rows[kept.pk], rows[merged.pk])
    _refuse_unfit(plan.kept, plan.merged, by)
    # The digest names the two as they were looked at; their versions rise below.
    before = Plan(_copy(plan.kept), _copy(plan.merged))
    today = timezone.localdate()
    if isinstance(plan.kept, Member) and isinstance(plan.merged, Member):
        before.withdrawn = _withdraw_consents(plan.kept, plan.merged, by)
        before.shared = _shared_consents(plan.kept, plan.merged)
        if plan.merged.user is not None and plan.kept.user is None:
            before.gained = granted_by(model, kept.pk, today)
    before.moves = move_all(model, merged.pk, kept.pk, today)
    if isinstance(plan.kept, Member) and isinstance(plan.merged, Member):
        _join_accounts(before, plan.kept, plan.merged, by)
    plan.merged.merged_into = plan.kept
    plan.merged.version += 1
    plan.merged.save(update_fields=["merged_into", "version"])
    _finish(plan.kept, plan.merged)
    _record(before, by)
    return before


def _copy(row: Entry) -> Entry:
    return type(row)._default_manager.get(pk=row.pk)


def _locked(model: type[Entry], pk: int) -> Entry:
    row: Entry = model._default_manager.select_for_update(of=("self",)).get(pk=pk)
    return row


def _refuse_unfit(kept: Entry, merged: Entry, by: User) -> None:
    """Refuse two entries that cannot be merged this way round.

    Raises:
        Refusal: with what to do.
    """
    if kept.pk == merged.pk:
        raise Refusal(_("Choose two different entries."))
    if kept.merged_into_id is not None or merged.merged_into_id is not None:
        raise Refusal(_("One of them is merged into another entry already."), "state")
    if isinstance(kept, Organisation) and isinstance(merged, Organisation):
        if merged.is_verified and not kept.is_verified:
            raise Refusal(_("The entry that stays is not confirmed. Keep the other one, or confirm it first."))
        return
    if isinstance(kept, Member) and isinstance(merged, Member):
        if kept.erased_at is not None or merged.erased_at is not None:
            raise Refusal(_("One of them was erased."), "state")
        if merged.user_id == by.pk:
            raise Refusal(_("This is your own entry. Keep it, or ask another administrator."))
        if merged.standing == Standing.MEMBER != kept.standing:
            raise Refusal(_("The entry that stays is no member of the community. Keep the other one."))
        gets_account = merged.user is not None and kept.user is None
        if kept.standing == Standing.MEMBER != merged.standing and (
            gets_account or merged.standing == Standing.EXTERNAL
        ):
            raise Refusal(NO_MEMBER % {"person": merged.name})
        if merged.user is not None and merged.user.is_superuser:
            raise Refusal(_("The account of a superuser is not merged. Keep that entry."), "forbidden")


def _withdraw_consents(kept: Member, merged: Member, by: User) -> list[str]:
    """Withdraw a consent that stands in one entry, where the person withdrew it later in the other one."""
    done = []
    for purpose in ConsentPurpose.values:
        wills = [(_last_will(row, purpose), row) for row in (kept, merged)]
        (first, one), (second, other) = wills
        for (mine, row), theirs in (((first, one), second), ((second, other), first)):
            if mine is not None and theirs is not None and mine[1] and not theirs[1] and theirs[0] > mine[0]:
                withdraw_consent(member=row, purpose=purpose, by=by)
                done.append(str(purpose))
    return done


def _shared_consents(kept: Member, merged: Member) -> list[tuple[str, str]]:
    """Return the consents that stand in one of two entries alone, and in which."""
    standing = {
        side: set(Consent.objects.standing().filter(member=row).values_list("purpose", flat=True))
        for side, row in (("kept", kept), ("merged", merged))
    }
    alone = standing["kept"] ^ standing["merged"]
    return [(one, "kept" if one in standing["kept"] else "merged") for one in ConsentPurpose.values if one in alone]


def _last_will(member: Member, purpose: str) -> tuple[Any, bool] | None:
    """Return when a person said last what holds for a purpose, and whether it was yes."""
    rows = list(Consent.objects.for_purpose(purpose).filter(member=member))
    standing = [row.given_at for row in rows if row.withdrawn_at is None]
    if standing:
        return max(standing), True
    ended = [row.withdrawn_at for row in rows if row.withdrawn_at is not None]
    return (max(ended), False) if ended else None


def _join_accounts(plan: Plan, kept: Member, merged: Member, by: User) -> None:
    """Let the person sign in: the only account moves; of two the one of the entry that stays goes on.

    Being an administrator never moves.
    """
    account = merged.user
    if account is None:
        return
    if kept.user is None:
        merged.user = None
        merged.save(update_fields=["user"])
        kept.user = account
        kept.save(update_fields=["user"])
        plan.account = "moves"
        return
    plan.of_account = move_all(User, account.pk, kept.user.pk, timezone.localdate())
    plan.account = "closes" if account.is_active else "closed"
    deactivate_account(user=account, by=by)


def _account_back(row: Member, kept: Member, undo: dict[str, Any], by: User | None) -> int:
    """Give an account that moved back, and open one that was closed; return how many rows could not go back.

    `by` is None in a restored database: nobody is asked and nobody is told.
    """
    left = 0
    if undo["account"] == "moves":
        if kept.user_id != undo["user"]:
            return 1
        account, kept.user = kept.user, None
        kept.save(update_fields=["user"])
        row.user = account
        row.save(update_fields=["user"])
    elif row.user is not None and kept.user is not None:
        left = move_back(User, undo["of_account"], row.user.pk, kept.user.pk)
        if undo["account"] == "closes" and by is not None:
            reactivate_account(user=row.user, by=by)
        elif undo["account"] == "closes":
            User.objects.filter(pk=row.user.pk, erased_at=None).update(is_active=True)
    return left


def _finish(*rows: models.Model) -> None:
    """Index both anew, and what is found by their words."""
    for row in rows:
        index_entry(type(row)._default_manager.get(pk=row.pk), is_new=False)


def _record(plan: Plan, by: User) -> None:
    """Write the events: figures in the fact, keys and rows in the detail, which an erasure can empty."""
    code = kinds.of(plan.kept).code
    moves = [one.plain() for one in plan.moves]
    undo = {
        "moves": moves,
        "account": plan.account,
        "user": getattr(plan.merged, "user_id", None),
        "of_account": [one.plain() for one in plan.of_account],
    }
    count = sum(len(one.moved) for one in (*plan.moves, *plan.of_account))
    record(
        verb=f"merge_{code}",
        subject=plan.merged,
        by=by,
        data={"into": plan.kept.pk, "moved": count, "account": plan.account},
        detail={"undo": undo},
    )
    data = {"merged": plan.merged.pk, "moved": count}
    event = record(verb=f"take_in_{code}", subject=plan.kept, by=by, data=data)
    _tell_who_coordinates(plan.kept, moves, event)


def _tell_who_coordinates(entry: Entry, moves: Iterable[Mapping[str, Any]], event: Event) -> None:
    """Tell of each appointment that went to the entry and goes on after today."""
    keys = [key for one in moves if one["code"] == APPOINTMENTS for key in one["moved"]]
    lasting = Appointment.objects.counting().outlasting(timezone.localdate(event.at))
    for row in lasting.filter(pk__in=keys, member=entry.pk).select_related("working_group").order_by("pk"):
        tell(row, event)


def undo_of(row: Entry, kept: Entry) -> dict[str, Any]:
    """Return what the merge of an entry moved.

    Raises:
        Refusal: it is not on record any more, or the entry that took it in was merged itself since.
    """
    event = last_merge(row)
    body = getattr(getattr(event, "detail", None), "body", None) if event is not None else None
    if event is None or not body or getattr(row, "erased_at", None) is not None:
        raise Refusal(NO_RECORD, "state")
    if event.data.get("into") != kept.pk:
        raise Refusal(_("The entry that took it in was merged itself since. Undo that merge first."), "state")
    undo: dict[str, Any] = body["undo"]
    return undo
