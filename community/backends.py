"""How an account is found: as allauth does, and for each request with the person behind it and what is unread."""

from __future__ import annotations

from typing import Any, Final

from allauth.account.auth_backends import AuthenticationBackend
from django.db import connection
from django.db.models.expressions import RawSQL
from django.utils import timezone

from community.choices import SHOWN_MESSAGES
from community.models import User

# What `Message.objects.told_to(…).unread()` says, written out: every signed-in request asks it, and composing it anew
# costs ten times as long as asking it. Both databases read it alike.
_UNREAD: Final = (
    "(SELECT {} FROM community_message m WHERE m.to_id = community_user.id AND m.read_at IS NULL"  # noqa: S608 - only signs
    f" AND m.shown_at <= %s AND m.state IN ({', '.join(['%s'] * len(SHOWN_MESSAGES))}))"
)


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """Sign-in by address; every page names the person, so the two are read in one query."""

    def get_user(self, user_id: Any) -> User | None:
        """Return the account of a session with its person, or None when it may not sign in any more.

        `unread_total` and `unread_newest` say how many notifications wait and which came last (`community.inbox`).
        """
        told = (connection.ops.adapt_datetimefield_value(timezone.now()), *SHOWN_MESSAGES)
        rows = User.objects.select_related("member").annotate(
            unread_total=RawSQL(_UNREAD.format("COUNT(*)"), told),  # noqa: S611 - no word of it comes from outside
            unread_newest=RawSQL(_UNREAD.format("MAX(m.id)"), told),  # noqa: S611
        )
        user = next(iter(rows.filter(pk=user_id).order_by()), None)
        return user if user is not None and self.user_can_authenticate(user) else None
