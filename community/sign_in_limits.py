"""How often a password of one account may be tried: strangers are slowed, and never lock its owner out."""

from __future__ import annotations

from typing import Final

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from allauth.core.internal.ratelimit import RateLimitUsage, consume, truncate_ip
from allauth.usersessions.models import UserSession
from django.http import HttpRequest

from community.folding import fold_key

APP: Final = "allauth.account"


def count_try(request: HttpRequest, login: str) -> RateLimitUsage | None:
    """Count one more try at an account; return what was counted, or None where it is one too many.

    Where the account is signed in at the client's address, tries are counted for that address alone. All other
    addresses share one count; when it is full, each of them has a try an hour left: enough for an owner who is
    elsewhere and knows the password, and little for who guesses. An address that no account has is counted alike, so
    that the answers do not tell which ones there are.
    """
    account, address = fold_key(login), _address_of(request)
    by_address = consume(request, app=APP, action="password")
    if by_address is None:
        return None
    if address in _known_addresses(account):
        counted = consume(request, app=APP, action="password_known", key=f"{account} {address}")
    else:
        counted = consume(request, app=APP, action="password_strange", key=account) or consume(
            request, app=APP, action="password_late", key=f"{account} {address}"
        )
    return RateLimitUsage([*by_address.usage, *counted.usage]) if counted else None


def forget_tries(request: HttpRequest, login: str) -> None:
    """Begin to count anew: the account got a new password by mail."""
    account = fold_key(login)
    here = f"{account} {_address_of(request)}"
    for action, key in {"password_known": here, "password_strange": account, "password_late": here}.items():
        ratelimit.clear(request, action=action, key=key)
    ratelimit.clear(request, action="password")


def count_mail(request: HttpRequest, login: str, action: str) -> bool:
    """Count one more mail that somebody has sent to an address to get in; say whether it may go.

    Where the account is signed in at the client's address, mails count for that address alone: who asks elsewhere for
    so many that no more go out keeps the owner from none.
    """
    account, address = fold_key(login), _address_of(request)
    key = f"{account} {address}" if address in _known_addresses(account) else account
    return bool(ratelimit.consume(request, action=action, key=key))


def _address_of(request: HttpRequest) -> str:
    """Return the client's address, of IPv6 the network."""
    return str(truncate_ip(str(get_adapter().get_client_ip(request))))


def _known_addresses(account: str) -> set[str]:
    """Return where an account is signed in."""
    found = UserSession.objects.filter(user__email_key=account).values_list("ip", flat=True)
    return {truncate_ip(str(address)) for address in found}
