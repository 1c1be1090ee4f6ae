"""How somebody stands to the community: the one way in which form, import and list of the admin change it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import contributions
from community.actions.appointment import end_appointments_of
from community.actions.invitation import close_invitation
from community.choices import Standing
from community.events import record
from community.models import Member, User
from community.permissions import Refusal
from community.visibility import is_administrator

ADMINISTRATORS_ONLY: Final = _("Only an administrator says who is a member.")
ERASED: Final = _("This person was erased and stays a former member.")
MERGED: Final = _("This entry was merged into another one. Change that one.")
#: What the history calls it.
VERBS: Final = {
    Standing.MEMBER: "make_member",
    Standing.EXTERNAL: "make_external",
    Standing.FORMER: "leave_community",
}


@transaction.atomic
def set_standing(*, member: Member, standing: str, by: User, at: datetime | None = None) -> Member:
    """Say that a person is a member, an external partner or a former member; one event. A no-op where it is so.

    Order of effects: the person is locked; where they are a member no longer, what they coordinate ends today and an
    open invitation to join is closed; the standing; the apps let what is under way follow
    (`contributions.memberships` of who becomes a member, `contributions.departures` of everybody else). The event holds
    the keys of what ended, so that it can be taken up again (`community.rules.standing`).

    Person, account, address and all that they did stay.

    Raises:
        Refusal: `by` is no administrator; the person was erased, or the entry merged; nobody would be left who
            decides on proposals.
    """
    at = at or timezone.now()
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    row = _locked(member)
    before = row.standing
    if before == standing:
        return row
    if row.erased_at is not None or row.merged_into_id is not None:
        raise Refusal(ERASED if row.erased_at is not None else MERGED, "state")
    ended = _end_what_is_held(row, by=by, at=at) if before == Standing.MEMBER else {}
    row.standing = standing
    row.version += 1
    row.save(update_fields=["standing", "version"])
    if standing == Standing.MEMBER:
        for follow in contributions.memberships:
            follow(row, by, at)
    else:
        departures = contributions.departures
        ended |= {code: departures.get(code).follow(row, by, at) for code in departures.codes()}
    data = {"before": before, "ended": {code: list(keys) for code, keys in ended.items() if keys}}
    record(verb=VERBS[Standing(standing)], subject=row, by=by, at=at, data=data)
    member.standing, member.version = row.standing, row.version
    return row


def _locked(member: Member) -> Member:
    """Return the person, locked.

    Not the key: who writes a row about this person holds a cluster, which is locked here after the person.
    """
    rows = Member.objects.select_for_update(of=("self",), no_key=True).select_related("user")
    return rows.get(pk=member.pk)


def _end_what_is_held(row: Member, *, by: User, at: datetime) -> dict[str, Sequence[int]]:
    """End what only a member holds: appointments, and an open invitation to join; return the keys of what ended."""
    ended = end_appointments_of(row, by=by, at=at)
    if row.user is not None:
        close_invitation(row.user)
    return {"appointments": ended}


@transaction.atomic
def make_member(*, member: Member, by: User, at: datetime | None = None) -> Member:
    """Take an external partner, or who left, into the community of practice; see `set_standing`. A no-op for a member.

    Raises:
        Refusal: `by` is no administrator; the person was erased, or the entry merged.
    """
    return set_standing(member=member, standing=Standing.MEMBER, by=by, at=at)
