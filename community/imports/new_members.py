"""New members of a table, written together once every row is found good: thousands take seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from community import search
from community.events import record_all
from community.models import Affiliation, Member, Term, User

BATCH = 500


@dataclass
class Staged:
    """A person who is to be entered, with account, work and expertise."""

    member: Member
    account: User | None
    work: Affiliation | None
    expertise: Sequence[Term]
    changes: Mapping[str, tuple[Any, Any]]


def write_new(staged: Sequence[Staged], *, by: User) -> None:
    """Write all of them, with one event each.

    Order of effects: accounts, persons, work, expertise, events, search text.
    """
    accounts = [one.account for one in staged if one.account is not None]
    User.objects.bulk_create([account for account in accounts if account._state.adding], batch_size=BATCH)
    for one in staged:
        if one.account is not None:
            one.member.user = one.account
    Member.objects.bulk_create([one.member for one in staged], batch_size=BATCH)
    works = []
    for one in staged:
        if one.work is not None:
            one.work.member = one.member
            works.append(one.work)
    Affiliation.objects.bulk_create(works, batch_size=BATCH)
    through = Member.expertise.through
    links = [through(member_id=one.member.pk, term_id=term.pk) for one in staged for term in one.expertise]
    through.objects.bulk_create(links, batch_size=BATCH)
    record_all(
        verb="add_member",
        by=by,
        subjects=[
            (
                one.member,
                {"fields": sorted(one.changes), "import": True},
                {"changes": {name: list(pair) for name, pair in one.changes.items()}},
            )
            for one in staged
        ],
    )
    pks = [one.member.pk for one in staged]
    for start in range(0, len(pks), BATCH):
        search.index_all(Member, pks[start : start + BATCH])
