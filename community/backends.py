"""How an account is found: as allauth does, and for each request with the person behind it and what is unread."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Count, DateTimeField, Max, OuterRef, QuerySet, Subquery, Value
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from community.models import Message, User


class AccountBackend(AuthenticationBackend):  # type: ignore[misc]
    """Sign-in by address; every page names the person, so the two are read in one query."""

    def get_user(self, user_id: Any) -> User | None:
        """Return the account of a session with its person, or None when it may not sign in any more.

        `unread_total` and `unread_newest` say how many notifications wait and which came last (`community.inbox`).
        """
        user = next(iter(_accounts().filter(pk=user_id)), None)
        return user if user is not None and self.user_can_authenticate(user) else None


class ThisMoment(Value):
    """The moment at which a query runs, by our clock; a query that holds it can be composed before."""

    def __init__(self) -> None:
        """Hold no moment yet."""
        super().__init__(None, output_field=DateTimeField())

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Sequence[Any]]:  # type: ignore[override]
        """Write the moment that it is now."""
        return Value(timezone.now(), output_field=self.output_field).as_sql(compiler, connection)


@lru_cache(maxsize=1)
def _accounts() -> QuerySet[User]:
    """Compose once what every request of a signed-in person asks. Never read itself."""
    waiting = Message.objects.told_to(OuterRef("pk"), ThisMoment()).unread().order_by().values("to")
    return User.objects.select_related("member").annotate(
        unread_total=Subquery(waiting.annotate(total=Count("pk")).values("total")),
        unread_newest=Subquery(waiting.annotate(newest=Max("pk")).values("newest")),
    )
