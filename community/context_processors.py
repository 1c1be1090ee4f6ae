"""What every page needs to know: programme, languages, appearance, the reader's name, whether this is a demo."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject, lazystr
from django.utils.translation import get_language

from community.demo_accounts import DEMO_ACCOUNTS
from community.desk import kept_count
from community.inbox import MOST_COUNTED, count_for
from community.views.appearance import chosen_theme
from community.visibility import is_cop

DEMO_KEY = "community:is-demo"
DEMO_SECONDS = 60


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the context of `base.html`; what costs a query is looked up only when a template reads it."""
    demo = SimpleLazyObject(is_demo)
    return {
        "programme_name": settings.PROGRAMME_NAME,
        "has_sign_in_elsewhere": bool(settings.SOCIALACCOUNT_PROVIDERS),
        "contact": settings.DEFAULT_FROM_EMAIL,
        "languages": settings.LANGUAGES,
        "theme": chosen_theme(request),
        "reader_name": lazystr(SimpleLazyObject(lambda: reader_name(request))),
        "unread": SimpleLazyObject(lambda: unread(request)),
        "desk_count": SimpleLazyObject(lambda: kept_count(request)),
        "demo": demo,
        "may_propose": SimpleLazyObject(lambda: may_propose(request)),
        "demo_accounts": DEMO_ACCOUNTS,
    }


def frame_seen(request: HttpRequest) -> tuple[object, ...] | None:
    """Return all that the frame of a page says to its reader, for the page's ETag; None while a message waits there.

    The cookies hold the appearance, and the secret behind the token of every form: a kept page's token is good as long
    as that cookie is the same, and no page is kept beyond it. The session's own cookie says nothing of the page.
    """
    user = getattr(request, "user", None)
    is_known = user is not None and user.is_authenticated
    if "messages" in request.COOKIES or (is_known and "_messages" in request.session):
        return None
    return (
        user.pk if user is not None and is_known else None,
        reader_name(request),
        unread(request),
        kept_count(request),
        bool(is_demo()),
        may_propose(request),
        get_language(),
        timezone.localdate(),
        request.get_full_path(),
        sorted((name, value) for name, value in request.COOKIES.items() if name != settings.SESSION_COOKIE_NAME),
    )


def is_demo() -> bool:
    """Say whether the database was made by `demo_data`; remembered for a minute, so that pages cost no query for it."""
    known = cache.get(DEMO_KEY)
    if known is None:
        try:
            marker = apps.get_model("community", "DemoMarker")
        except LookupError:
            return False
        known = marker._default_manager.exists()
        cache.set(DEMO_KEY, known, DEMO_SECONDS)
    return bool(known)


def may_propose(request: HttpRequest) -> bool:
    """Say whether a link to where one proposes leads anywhere for the reader: visitors are led to sign in."""
    user = getattr(request, "user", None)
    return user is None or not user.is_authenticated or is_cop(user)


def unread(request: HttpRequest) -> str:
    """Return how many notifications a signed-in reader has not read, "" for none and "99+" for many."""
    count = count_for(getattr(request, "user", None))
    return f"{MOST_COUNTED - 1}+" if count >= MOST_COUNTED else str(count or "")


def reader_name(request: HttpRequest) -> str:
    """Return the name by which the page greets a signed-in reader: the member's, else the account's number."""
    user = getattr(request, "user", None)
    return str(user) if user is not None and user.is_authenticated else ""
