"""Turning refusals of actions into HTTP."""

from __future__ import annotations

from typing import Any, Final

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from community.actions.twins import THERE
from community.forms.there import say_it_is_there
from community.models import File, User
from community.permissions import Refusal
from community.store_away import StoreAway

#: Codes of refusals after which the page shows no form any more: the 403 page then shows what was typed.
ENDS: Final = frozenset({"forbidden", "state"})
#: A fetched file runs nothing and loads nothing, should a browser show it after all.
INERT: Final[dict[str, Any]] = {"default-src": ["'none'"], "sandbox": True}


def handed_out(file: File) -> HttpResponse:
    """Return the bytes of a file, to be saved under its name and never shown in the site's own name.

    Raises:
        Http404: they can't be read.
    """
    try:
        with file.content.open() as stored:
            answer = HttpResponse(stored.read(), content_type=file.content_type)
    except StoreAway:
        raise
    except OSError as error:
        raise Http404(_("This file can't be read just now.")) from error
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file.original_name)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def account_of(request: HttpRequest) -> User:
    """Return the account behind a request that needs one.

    Raises:
        PermissionDenied: a visitor came through; views without `login_not_required` never let that happen.
    """
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def ask_again(request: HttpRequest) -> None:
    """Ask for password or factor before what is hard to take back, as before a change of the account.

    What was sent is kept meanwhile and done afterwards. Who has neither signs in anew by a code.

    Raises:
        ReauthenticationRequired: neither was given within the last minutes.
        ImmediateHttpResponse: there is nothing to be asked for, and the sign-in is too long ago.
    """
    raise_if_reauthentication_required(request, app="allauth.account")


def keep_typed(form: BaseForm, refusal: Refusal) -> None:
    """Say at the form why it was refused: that something like it is there, or that a limit is reached; the text stays.

    Raises:
        PermissionDenied: the person may not, or not any more, so the page has no such form.
    """
    if refusal.code in ENDS:
        answer_refusal(refusal)
    if refusal.code == THERE:
        say_it_is_there(form, refusal)
    else:
        form.add_error(None, str(refusal.reason))


def keep_line(form: BaseForm, refusal: Refusal) -> None:
    """Say at a form of one line, its `note`, that another one stands already or a limit is reached; the line stays.

    Raises:
        PermissionDenied: the person may not, or not any more, so the page has no such form.
    """
    if refusal.code in ENDS:
        answer_refusal(refusal)
    form.add_error("note", str(refusal.reason))


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
