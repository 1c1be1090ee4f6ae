"""Who somebody is to the registry, asked of a user who may be anonymous.

Pure questions without a query beyond `user.member`; querysets and permissions build on them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

from community.choices import Standing

if TYPE_CHECKING:
    from community.models import Member, User


def account(user: User | AnonymousUser | None) -> User | None:
    """Return the active account behind `user`, or None for a visitor or a deactivated one."""
    if user is None or isinstance(user, AnonymousUser) or not user.is_active:
        return None
    return user


def member_of(user: User | AnonymousUser | None) -> Member | None:
    """Return the person behind an active account, or None."""
    known = account(user)
    return known.member if known else None


def is_cop(user: User | AnonymousUser | None) -> bool:
    """Tell whether `user` is signed in as a member of the community of practice."""
    member = member_of(user)
    return member is not None and member.standing == Standing.MEMBER


def is_administrator(user: User | AnonymousUser | None) -> bool:
    """Tell whether `user` keeps the registry's lists: active staff. Superuser alone grants nothing."""
    known = account(user)
    return known is not None and known.is_staff
