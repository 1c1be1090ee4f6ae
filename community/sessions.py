"""Living sign-ins of an account: noted when one begins, so that each is listed, and ended together."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.auth import login
from django.http import HttpRequest

from community.models import User

BACKEND = "community.backends.AccountBackend"


def sign_in(request: HttpRequest, user: User) -> None:
    """Sign a person in by a link of the registry's own, and note the device as a sign-in with a password does."""
    login(request, user, backend=BACKEND)
    UserSession.objects.create_from_request(request)


def end_sessions(user: User, *, but: str | None = None) -> int:
    """End every sign-in of an account except the one with the key `but`; return how many ended."""
    ended = 0
    for row in UserSession.objects.filter(user_id=user.pk).exclude(session_key=but or ""):
        row.end()
        ended += 1
    return ended
