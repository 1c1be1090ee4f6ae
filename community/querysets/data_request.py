"""Reads of what persons ask about their own data."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

from community.choices import DataRequestKind, DataRequestStatus
from community.visibility import is_administrator, member_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import DataRequest, Member, User


class DataRequestQuerySet(models.QuerySet["DataRequest"]):
    """Requests about personal data."""

    def open(self) -> Self:
        """Keep those that wait."""
        return self.filter(status=DataRequestStatus.OPEN)

    def of_member(self, member: Member) -> Self:
        """Keep those of one person."""
        return self.filter(member=member)

    def of_kind(self, kind: str) -> Self:
        """Keep those that ask for one thing."""
        return self.filter(kind=kind)

    def due(self, at: datetime) -> Self:
        """Keep the erasures whose time has come, oldest first."""
        return self.open().of_kind(DataRequestKind.ERASURE).filter(due_at__lte=at).order_by("due_at", "pk")

    def due_until(self, after: datetime, until: datetime) -> Self:
        """Keep the erasures whose time comes between two moments, with the persons, those that come first first."""
        rows = self.open().of_kind(DataRequestKind.ERASURE).filter(due_at__gt=after, due_at__lte=until)
        return rows.select_related("member__user").order_by("due_at", "pk")

    def for_page(self) -> Self:
        """Load the persons, the oldest request first."""
        return self.select_related("member__user").order_by("asked_at", "pk")

    def answered_to(self, member: Member) -> Self:
        """Keep the corrections of a person that an administrator answered, the newest first."""
        closed = [DataRequestStatus.DONE, DataRequestStatus.REFUSED]
        rows = self.of_member(member).of_kind(DataRequestKind.CORRECTION).filter(status__in=closed)
        return rows.order_by("-closed_at", "-pk")

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep those of `user`; administrators see all."""
        if is_administrator(user):
            return self.all()
        member = member_of(user)
        return self.filter(member=member) if member is not None else self.none()
