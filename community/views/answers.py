"""Turning refusals of actions into HTTP."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from community.models import User
from community.permissions import Refusal


def account_of(request: HttpRequest) -> User:
    """Return the account behind a request that needs one.

    Raises:
        PermissionDenied: a visitor came through; views without `login_not_required` never let that happen.
    """
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def answer_refusal(refusal: Refusal) -> HttpResponse:
    """Answer an action that refused: 403 with its sentence.

    Raises:
        PermissionDenied: always; the 403 page shows the reason.
    """
    raise PermissionDenied(refusal.reason) from refusal


def secret(answer: HttpResponse) -> HttpResponse:
    """Let a page whose address holds a secret be kept nowhere, and be named to nobody by more than the site's name.

    Not "no-referrer": browsers then send the page's own forms with the origin "null", which is refused as forged.
    """
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "strict-origin"
    return answer
