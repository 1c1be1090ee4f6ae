"""Entering, confirming and renaming organisations."""

from __future__ import annotations

from difflib import SequenceMatcher

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from community import search
from community.events import record
from community.folding import fold, fold_key
from community.models import Organisation, User
from community.permissions import Refusal
from community.visibility import is_administrator

#: From this likeness on, two names are shown as perhaps the same organisation.
ALIKE = 0.82


def near_duplicates(name: str, *, limit: int | None = 5) -> list[Organisation]:
    """Return the organisations whose name is like `name`, the likest first, None for `limit`: all; changes nothing.

    Candidates share a word of four letters or more with it; then the folded names are compared.
    """
    wanted = fold(name)
    words = [word for word in wanted.split() if len(word) >= 4] or wanted.split()
    candidates: dict[int, Organisation] = {}
    for word in words[:6]:
        for row in Organisation.objects.unmerged().matching(word)[:200]:
            candidates[row.pk] = row
    scored = [(_likeness(wanted, row), row) for row in candidates.values()]
    alike = sorted((pair for pair in scored if pair[0] >= ALIKE), key=lambda pair: (-pair[0], pair[1].pk))
    return [row for _score, row in alike[:limit]]


@transaction.atomic
def add_organisation(*, name: str, by: User | None, country: str = "", is_verified: bool = False) -> Organisation:
    """Enter an organisation, unverified until an administrator confirms it; one event.

    A no-op that returns the present one when the name exists in any spelling.

    Raises:
        ValidationError: the name is empty, too long or holds signs that are not allowed.
    """
    present = Organisation.objects.named(name).first()
    if present is not None:
        return present
    row = Organisation(name=name, country=country, is_verified=is_verified, name_key=fold_key(name))
    row.search_text = search.search_text_of(row)
    row.full_clean()
    row.save(force_insert=True)
    record(verb="add_organisation", subject=row, by=by, data={"country": country, "verified": is_verified})
    return row


@transaction.atomic
def verify_organisation(*, organisation: Organisation, by: User) -> Organisation:
    """Confirm an organisation; one event. A no-op when it is confirmed already.

    Raises:
        Refusal: `by` is no administrator.
    """
    if not is_administrator(by):
        raise Refusal(_("Only an administrator confirms organisations."), "forbidden")
    row = Organisation.objects.select_for_update(of=("self",)).get(pk=organisation.pk)
    if not row.is_verified:
        row.is_verified = True
        row.version += 1
        row.save(update_fields=["is_verified", "version"])
        record(verb="verify_organisation", subject=row, by=by)
    return row


def _likeness(wanted: str, row: Organisation) -> float:
    """Return how alike a folded name is to an organisation's, from 0 to 1; one within the other counts as alike."""
    best = 0.0
    for name in (fold(row.name), fold(row.short_name)):
        if not name:
            continue
        if f" {wanted} " in f" {name} " or f" {name} " in f" {wanted} ":
            return 1.0
        best = max(best, SequenceMatcher(None, wanted, name).ratio())
    return best
