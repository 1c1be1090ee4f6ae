"""How allauth is told the community's rules."""

from __future__ import annotations

import time
from typing import Any, Final

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core import context as present
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.messages import ERROR
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.account_mails import queue_account_mail
from community.desk import count_anew
from community.elsewhere import Elsewhere, find_account
from community.models import User
from community.rights import may_take_off
from community.sessions import end_sessions
from community.sign_in_limits import count_try, forget_tries

#: What changes how an account is opened: who is signed in elsewhere signs in again.
ENDS_OTHER_SESSIONS: Final = {
    "password_changed",
    "password_reset",
    "password_set",
    "totp_activated",
    "totp_deactivated",
    "webauthn_added",
    "webauthn_removed",
    "account_connected",
    "account_disconnected",
}
#: Refusals of a form that are no mistake in it: too many tries.
TOO_MANY: Final = {"too_many_login_attempts", "rate_limited"}


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

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Note what the next page says in its corner; new recovery codes have a page that says so already."""
        if message_template != "mfa/messages/recovery_codes_generated.txt":
            super().add_message(request, level, message_template, *args, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put the mail into the registry's outbox, in the words of `templates/emails/account/`."""
        queue_account_mail(template_prefix, email, context)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a try at a password, which one that was right takes back.

        Raises:
            ImmediateHttpResponse: it is one too many.
        """
        self._login_failed_rl_usage = count_try(request, str(credentials.get("email", "")))
        if self._login_failed_rl_usage is None:
            raise self.validation_error("too_many_login_attempts")

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """Forget the tries of an account that got a new password by mail."""
        forget_tries(request, str(credentials.get("email", "")))

    def confirm_email(self, request: HttpRequest, email_address: Any) -> bool:
        """Let a proven address become the account's, unless another account has it; then say what to do.

        The library looks among proven addresses only, but an account that an administrator made has none yet. That is
        said here, to whoever opened the mail, and not to who asked for the change: they might ask for anybody's.
        """
        taken = User.objects.with_address(email_address.email).exclude(pk=email_address.user_id)
        try:
            with transaction.atomic():
                if not taken.exists():
                    return bool(super().confirm_email(request, email_address))
        except IntegrityError:  # it was given to another account in just this moment
            pass
        said = {"email": email_address.email}
        self.add_message(request, ERROR, "account/messages/email_confirmation_failed.txt", said)
        return False

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell the account's address of a change; where it changes how the account is opened, end other sign-ins.

        Whose it is goes along: an address that was given up leads to no account any more.
        """
        if template_prefix.rsplit("/", 1)[-1] in ENDS_OTHER_SESSIONS:
            end_sessions(user, but=self.request.session.session_key)
        super().send_notification_mail(template_prefix, user, {**(context or {}), "user": user}, email or user.email)

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Return the sentence of a refused form.

        Raises:
            ImmediateHttpResponse: it was tried too often; the page of 429 says what to do instead.
        """
        if code in TOO_MANY:
            raise ImmediateHttpResponse(respond_429(present.request))
        error: ValidationError = super().validation_error(code, *args)
        return error

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask again before an account is changed; who has nothing to be asked for signs in anew.

        External partners have neither password nor factor, for whom the library asks nothing at all.

        Raises:
            ImmediateHttpResponse: such a person signed in too long ago.
        """
        request = present.request
        if not get_reauthentication_flows(request.user) and not _signed_in_just_now(request):
            status = 200 if request.method in ("GET", "HEAD") else 403
            raise ImmediateHttpResponse(render(request, "account/sign_in_anew.html", status=status))
        return bool(super().is_reauthentication_required(app=app, **kwargs))


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """A sign-in elsewhere leads to an account that exists here; it makes none."""

    def authenticate_by_email(self, sociallogin: Any) -> tuple[User, str] | None:
        """Return the account whose proven address the other site has proven, too; see `community.elsewhere`."""
        if sociallogin.state.get("process") == "connect":
            return None
        found = find_account(sociallogin)
        return (found, found.email) if isinstance(found, User) else None

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Answer no to everybody, and say why this sign-in leads to no account.

        Raises:
            ImmediateHttpResponse: always, with that page.
        """
        found = find_account(sociallogin)
        why = found if isinstance(found, Elsewhere) else Elsewhere.UNKNOWN
        raise ImmediateHttpResponse(render(request, "socialaccount/no_account.html", {"why": why}, status=403))


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: who must have one keeps the last one."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": _("Your role needs a second factor. Add another one first, then take this off."),
    }

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 - the library's name
        """Propose a name for a new key."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Key %(number)s") % {"number": number}

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Say whether a factor may go."""
        return may_take_off(authenticator.user, authenticator.pk)


def _signed_in_just_now(request: HttpRequest) -> bool:
    """Say whether this session began a few minutes ago; a link of a mail begins one that counts as long ago."""
    moments = [record.get("at", 0.0) for record in get_authentication_records(request, request.user)]
    return bool(moments) and time.time() - max(moments) < app_settings.REAUTHENTICATION_TIMEOUT
