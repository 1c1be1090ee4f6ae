"""Following the platform of a challenge, and no longer."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from community.models import Subscription, Term, User

#: Under this kind a followed platform stands among the subscriptions.
KIND: Final = "term"


@transaction.atomic
def follow_platform(*, term: Term, by: User) -> bool:
    """Let an account hear of what is new on a platform. A no-op that returns False when it does already."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    _row, is_new = Subscription.objects.get_or_create(user=by, kind=KIND, subject_id=term.pk)
    return is_new


@transaction.atomic
def unfollow_platform(*, term: Term, by: User) -> bool:
    """Follow a platform no longer. A no-op that returns False when it was not followed."""
    deleted, _models = Subscription.objects.filter(user=by, kind=KIND, subject_id=term.pk).delete()
    return bool(deleted)
