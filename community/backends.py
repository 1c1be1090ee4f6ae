"""How an account is found: as allauth does, and for each request with the person behind it and what is unread."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Count, Max, OuterRef, Subquery
from django.utils import timezone

from community.models import Message, User


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """Sign-in by address; every page names the person, so the two are read in one query."""

    def get_user(self, user_id: Any) -> User | None:
        """Return the account of a session with its person, or None when it may not sign in any more.

        `unread_total` and `unread_newest` say how many notifications wait and which came last (`community.inbox`).
        """
        waiting = Message.objects.told_to(OuterRef("pk"), timezone.now()).unread().order_by().values("to")
        rows = User.objects.select_related("member").annotate(
            unread_total=Subquery(waiting.annotate(total=Count("pk")).values("total")),
            unread_newest=Subquery(waiting.annotate(newest=Max("pk")).values("newest")),
        )
        user = rows.filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
