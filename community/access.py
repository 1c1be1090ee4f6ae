"""Loading an object for a user: what is not visible is not there (404)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from community import kinds
from community.choices import ConsentExtent, ConsentPurpose
from community.models import Consent, File, Member, User
from community.validators import is_key
from community.visibility import is_administrator, is_cop, member_of

Row = TypeVar("Row", bound=Model)


def get_visible(source: type[Row] | QuerySet[Row], user: User | AnonymousUser | None, **lookup: Any) -> Row:
    """Return the one row that `lookup` names among those visible to `user`.

    Raises:
        Http404: there is none, it is not visible, or the lookup's values cannot be a key.
    """
    rows: Any = source if isinstance(source, QuerySet) else source._default_manager.all()
    try:
        # There is one at most: `first()` would sort it, and compare every joined column with what it sorts by.
        row: Row | None = next(iter(rows.visible_to(user).filter(**lookup).order_by()[:1]), None)
    except (ValueError, OverflowError, ValidationError):
        row = None
    if row is None:
        raise Http404(_("There is no such page, or it is not open to you."))
    return row


def with_key(rows: QuerySet[Row], pk: int) -> Row | None:
    """Return the row of a key that stands in an address, or None; no database is asked for what no column can hold."""
    return rows.in_bulk([pk]).get(pk) if is_key(pk) else None


def get_kept_file(user: User | AnonymousUser | None, pk: int) -> File:
    """Return a file whose bytes are there, in sight or not: administrators decide about both.

    Raises:
        Http404: it is gone or never was, or `user` is no administrator.
    """
    try:
        row = File.objects.kept().filter(pk=pk).first() if is_administrator(user) else None
    except OverflowError:
        row = None
    if row is None:
        raise Http404(_("There is no such page, or it is not open to you."))
    return row


def successor_of(model: type[Row], **lookup: Any) -> Row | None:
    """Return the row into which the one that `lookup` names was merged in the end, or None when it was not merged.

    A name of such a row is not visible itself, but its address goes on to lead somewhere.
    """
    row: Any = model._default_manager.filter(merged_into__isnull=False, **lookup).first()
    seen: set[int] = set()
    while row is not None and row.merged_into_id is not None and row.pk not in seen:
        seen.add(row.pk)
        row = row.merged_into
    return row if row is not None and row.merged_into_id is None else None


def get_subject(kind: str, pk: int, user: User | AnonymousUser | None) -> Model:
    """Return the subject that (kind, id) points to, if it is visible to `user`.

    Raises:
        Http404: the kind is not known or has no page of its own, or the row is not visible.
    """
    try:
        model = kinds.get(kind).model_class
    except KeyError:
        raise Http404 from None
    if not hasattr(model._default_manager.all(), "visible_to"):
        raise Http404
    return get_visible(model, user, pk=pk)


def named_members(user: User | AnonymousUser | None, members: Iterable[Member | int]) -> set[int]:
    """Return the ids of those `members` whose names `user` may read on a page; one query at most.

    Administrators read all names; CoP members those who consented to the
    directory, in words that name what people take part in, or to public pages,
    and their own; everybody else the public ones. Who works on the same cluster is the cluster's own question.
    """
    ids = {member if isinstance(member, int) else member.pk for member in members}
    if not ids or is_administrator(user):
        return ids
    agreed = Q(purpose=ConsentPurpose.PUBLIC)
    if is_cop(user):
        agreed |= Q(purpose=ConsentPurpose.DIRECTORY, wording__extent=ConsentExtent.WHOLE)
    shown = Consent.objects.standing().filter(agreed, member__in=ids)
    me = member_of(user)
    return set(shown.values_list("member_id", flat=True)) | ({me.pk} & ids if me else set())
