"""How allauth is told the community's rules."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest, HttpResponse

from community.account_mails import queue_account_mail
from community.desk import count_anew


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up is by invitation only; the public form stays closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Answer no to everybody."""
        return False

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Let the first page count what waits for the person, then go on as the library does."""
        count_anew(request)
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        return answer

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put the mail into the registry's outbox, in the words of `templates/emails/account/`."""
        queue_account_mail(template_prefix, email, context)


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """A sign-in elsewhere leads to an account that exists here; it makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Answer no to everybody."""
        return False
