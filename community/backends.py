"""How an account is found: as allauth does, and for each request together with the person behind it."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from community.models import User


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """Sign-in by address; every page names the person, so the two are read in one query."""

    def get_user(self, user_id: Any) -> User | None:
        """Return the account of a session with its person, or None when it may not sign in any more."""
        user = User.objects.select_related("member").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
